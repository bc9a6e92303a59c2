"""Repair against destruction, holds and another repair: interleaved on real tables, and two at once."""

import os
from collections import Counter
from collections.abc import Iterator
from threading import Barrier, Thread

import pytest

from api.wiring import Instance
from edrms.clock import FixedClock
from edrms.errors import Conflict, EdrmsError, NotFound
from edrms.incidents.misfiles import Repair
from edrms.incidents.tables import Incident
from edrms.pace import Pace
from edrms.records.erasing import RecordRows
from edrms.records.reading import client_ids_of
from edrms.records.tables import Record
from retention import executing
from retention.erasing import Erasing
from tests import factories
from tests.service.disposals import Office as DisposalOffice
from tests.service.disposals import another_client, office
from tests.service.misfiled import WHY, Office, percy
from tests.service.test_disposal_interleavings import STEPS, Race

SCHEDULES = int(os.environ.get("EDRMS_TEST_SCHEDULES", "60")) // 2


class RaceWithRepair(Race):
    """The same, and somebody who moves the records between two people's files."""

    def __init__(self, desk: DisposalOffice, seed: int, other: str) -> None:
        super().__init__(desk, seed)
        self.people = {desk.olive.client_id, other}
        self.moved: set[str] = set()  # since they were last appraised

    def step(self) -> None:
        if self.random.random() < 0.93:
            super().step()
            return
        try:
            self.repair()
        except EdrmsError:
            self.reached.add("too late")
        self.judge()

    def repair(self) -> None:
        instance, record_id = self.desk.instance, self.random.choice(self.records)
        with instance.database.read() as session:
            record = session.get_one(Record, record_id)
            here, version = client_ids_of(record), record.version
        said = Repair(version, tuple(here), tuple(self.people - set(here)), WHY)
        assert record.state == "filed" or self.is_refused(record_id, said)
        instance.wrong_person.repair(self.desk.who("anna"), record_id, said)
        self.moved.add(record_id)
        self.reached.add("moved")

    def is_refused(self, record_id: str, said: Repair) -> bool:
        with pytest.raises(NotFound):
            self.desk.instance.wrong_person.repair(self.desk.who("anna"), record_id, said)
        return True

    def appraise(self) -> None:
        self.moved.clear()
        super().appraise()

    def judge(self) -> None:
        for record_id in self.moved:
            if self.before[record_id] == "filed":
                assert self.desk.state(record_id) == "filed", "ended by an approval for another"
        super().judge()


def test_no_interleaving_ends_what_is_held_or_was_moved_since_it_was_appraised(
    instance: Instance, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = office(instance, clock, records=0)
    other = another_client(desk)
    monkeypatch.setattr(executing, "GROUP", 1)
    rows = RecordRows(instance.database, clock, Pace(0))
    instance.disposal.executing._erasing = Erasing(instance.database, clock, (rows,), Pace(0))
    reached: Counter[str] = Counter()
    for seed in range(SCHEDULES):
        race = RaceWithRepair(desk, seed, other.client_id)
        for _ in range(STEPS):
            race.step()
        for hold_id in race.holds:
            instance.holds.lift(desk.who("bert"), hold_id, WHY, "the end of this schedule")
        reached.update(race.reached)
    assert reached["moved"] > SCHEDULES // 2 and reached["destroyed"], reached


def test_what_was_approved_for_one_persons_file_does_not_end_on_anothers(
    instance: Instance, clock: FixedClock
) -> None:
    desk = office(instance, clock, records=2)
    other = another_client(desk)
    case_id = desk.executing()
    moved, left = desk.records
    said = Repair(1, (desk.olive.client_id,), (other.client_id,), WHY)
    instance.wrong_person.repair(desk.who("anna"), moved, said)
    desk.run(case_id)
    assert (desk.state(moved), desk.state(left)) == ("filed", "disposed")
    assert desk.item(moved).state == "skipped"


@pytest.fixture
def desk(instance: Instance) -> Iterator[Office]:
    yield Office(instance, factories.client(), percy())


def test_of_two_who_repair_at_once_one_is_told_that_it_changed(desk: Office) -> None:
    record_id = desk.filed()
    said = Repair(1, (desk.olive.client_id,), (desk.percy.client_id,), WHY)
    together, outcomes = Barrier(2), []

    def repair(name: str) -> None:
        actor = desk.who(name)
        together.wait()
        try:
            outcomes.append(desk.instance.wrong_person.repair(actor, record_id, said).became)
        except Conflict as error:
            outcomes.append(error.error_code)

    threads = [Thread(target=repair, args=(name,)) for name in ("iggy", "quin")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["changed_meanwhile", "moved"]
    with desk.instance.database.read() as session:
        assert len(session.query(Incident).all()) == 1
