"""Random interleavings against the real tables: people, holds, two executors, crashes.

What is true is kept beside the product and judged without it. EDRMS_TEST_SCHEDULES: how many, 60 by default
(ten thousand are played over the model in tests/rules/test_disposal_race.py).
"""

import os
from collections.abc import Callable
from random import Random

import pytest

from api.wiring import Instance
from edrms.clock import FixedClock
from edrms.errors import EdrmsError
from edrms.pace import Pace
from edrms.records.erasing import RecordRows
from edrms.records.tables import DESTROYING, DISPOSED
from retention import executing
from retention.disposal import Disposal
from retention.disposal_words import Appraisal
from retention.erasing import Erasing
from tests.service.disposals import WHY, Office, office
from tests.service.events import events

SCHEDULES, STEPS = int(os.environ.get("EDRMS_TEST_SCHEDULES", "60")), 26
PERSON = {"anna": "E100", "anna2": "E100", "bert": "E200", "cara": "E300"}


class CutOff(Exception):
    """The process died here."""


class Race:
    """One schedule: two records of one case, and whoever comes along."""

    def __init__(self, desk: Office, seed: int) -> None:
        self.desk, self.random = desk, Random(seed)
        instance = desk.instance
        self.acts = Disposal(instance.database, desk.clock, instance.disposal.acts._witness, 0)
        self.records = desk.file(2)
        self.cases: list[str] = []
        self.proposer: dict[str, str] = {}
        self.appraisers: dict[str, set[str]] = {}
        self.approver: dict[str, str] = {}
        self.holds: dict[str, str] = {}
        self.before = dict.fromkeys(self.records, "filed")
        self.reached: set[str] = set()

    def step(self) -> None:
        steps: list[tuple[Callable[[], None], int]] = [
            (self.propose, 3), (self.appraise, 5), (self.approve, 5), (self.execute, 4),
            (self.run_on, 6), (self.cut_off, 3), (self.place, 2), (self.lift, 3), (self.decline, 1),
        ]  # fmt: skip
        [chosen] = self.random.choices([one for one, _ in steps], [often for _, often in steps])
        try:
            chosen()
        except (EdrmsError, CutOff):
            self.reached.add("refused or cut off")
        self.judge()

    def judge(self) -> None:
        for record_id in self.records:
            now = self.desk.state(record_id)
            if self.before[record_id] == "filed" and now in (DESTROYING, DISPOSED):
                assert record_id not in self.holds.values(), "destroyed under a hold"
                [case_id] = [
                    one for one in self.cases
                    if any(row.record_id == record_id and row.state == "done"
                           for row in self.desk.items(one))
                ]  # fmt: skip
                alone = self.appraisers[case_id] | {self.proposer[case_id]}
                assert self.approver.get(case_id) not in {None, *alone}, "one person alone"
                self.reached.add("destroyed")
            assert not (self.before[record_id] == DISPOSED and now != DISPOSED)
            self.before[record_id] = now

    def who(self) -> str:
        return self.random.choice(sorted(PERSON))

    def case(self) -> str:
        if not self.cases:
            self.propose()
        return self.cases[-1]

    def propose(self) -> None:
        by = self.who()
        case_id = self.desk.proposed(self.records, by)
        self.cases.append(case_id)
        self.proposer[case_id], self.appraisers[case_id] = PERSON[by], set()

    def appraise(self) -> None:
        by, case_id = self.who(), self.case()
        ids = [one.item_id for one in self.desk.items(case_id)]
        self.acts.appraise(self.desk.who(by), case_id, Appraisal("destroy", WHY), ids)
        self.appraisers[case_id].add(PERSON[by])
        self.acts.complete(self.desk.who(by), case_id)

    def approve(self) -> None:
        by, case_id = self.who(), self.case()
        proved = self.random.random() < 0.9
        self.acts.approve(self.desk.who(by), case_id, WHY, has_stepped_up=proved)
        assert proved
        self.approver[case_id] = PERSON[by]
        self.acts.announce(self.desk.who(by), case_id)

    def execute(self) -> None:
        self.desk.seal()
        self.acts.execute(self.desk.who(self.who()), self.case(), has_stepped_up=True)

    def run_on(self) -> None:
        if self.desk.run(self.case(), most_groups=self.random.choice([1, 9])).is_certified:
            self.reached.add("certified")

    def cut_off(self) -> None:
        """Whoever carries out dies after the rows were decided, before anything of it was erased."""
        room = self.desk.instance.disposal.executing
        if room._group(self.desk.who("cara"), self.case()):
            raise CutOff

    def place(self) -> None:
        record_id = self.random.choice(self.records)
        secret = self.random.random() < 0.5
        hold_id = self.desk.hold_record(record_id, is_secret=secret)
        self.holds[hold_id] = record_id

    def lift(self) -> None:
        if self.holds:
            hold_id = self.random.choice(sorted(self.holds))
            self.desk.instance.holds.lift(self.desk.who("bert"), hold_id, WHY, "Letter 2")
            del self.holds[hold_id]

    def decline(self) -> None:
        self.acts.decline(self.desk.who(self.who()), self.case(), WHY)


def test_no_interleaving_on_real_tables_destroys_under_a_hold_or_without_two_people(
    instance: Instance, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = office(instance, clock, records=0)
    monkeypatch.setattr(executing, "GROUP", 1)
    room = instance.disposal.executing
    room._erasing = Erasing(
        instance.database, clock, (RecordRows(instance.database, clock, Pace(0)),), Pace(0)
    )
    reached: dict[str, int] = {}
    for seed in range(SCHEDULES):
        race = Race(desk, seed)
        for _ in range(STEPS):
            race.step()
        for hold_id in race.holds:
            instance.holds.lift(desk.who("bert"), hold_id, WHY, "the end of this schedule")
        for one in race.reached:
            reached[one] = reached.get(one, 0) + 1
    destroyed = [one.subject_id for one in events(instance, "record:content:destroy")]
    assert len(destroyed) == len(set(destroyed)) > SCHEDULES // 10
    assert reached["destroyed"] > SCHEDULES // 10 and reached["certified"] > SCHEDULES // 20, (
        reached
    )
