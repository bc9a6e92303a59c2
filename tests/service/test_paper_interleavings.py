"""Random interleavings of everything that happens to paper, against the real tables.

What is true is kept beside the product and judged without it. EDRMS_TEST_SCHEDULES: how many, 12 by default.
"""

import os
from random import Random

import pytest

from api.wiring import Instance
from edrms.clock import FixedClock
from edrms.errors import EdrmsError
from scanning.paper.boxes import SaidOfBox
from scanning.paper.model import LIVE_PARTS
from scanning.paper.placing import Report
from scanning.paper.rules import BoxAct
from tests.service.events import events
from tests.service.papers import WHY, PaperOffice, paper_office

SCHEDULES, STEPS = int(os.environ.get("EDRMS_TEST_SCHEDULES", "12")), 40
PERSON = {"quinn": "E500", "quinn2": "E500", "anna": "E100", "anna2": "E100", "bert": "E200",
          "cara": "E300"}  # fmt: skip
ENDS = {"destroyed", "destroyed_early", "returned", "never_existed"}


class Race:
    """One schedule: a batch of three documents, two boxes, and whoever comes along."""

    def __init__(self, desk: PaperOffice, seed: int) -> None:
        self.desk, self.random = desk, Random(seed)
        self.boxes = [desk.box(), desk.box()]
        self.reference = desk.batch("D30", "D30", "D35")
        self.records = [desk.record(self.reference, n) for n in (1, 2, 3)]
        self.holds: dict[str, str] = {}
        self.proposals: dict[str, str] = {}
        self.was: dict[str, str] = {}
        self.is_checked = False
        self.reached: set[str] = set()
        self.parts = [desk.put(self.boxes[0], self.reference)]

    def step(self) -> None:
        steps = (
            self.put, self.take_out, self.move, self.lend, self.give_back, self.check, self.wait,
            self.hold, self.lift, self.dispose, self.propose, self.propose, self.confirm,
            self.confirm, self.confirm, self.decline, self.report, self.answer,
        )  # fmt: skip
        chosen = self.random.choice(steps)
        before = self.states()
        try:
            chosen()
            self.reached.add(chosen.__name__)
        except EdrmsError:
            assert self.states() == before, f"{chosen.__name__} was refused and changed something"
        self.judge(chosen.__name__, before)

    def states(self) -> dict[str, str]:
        found = [self.desk.paper.boxes.open(self.desk.who("pat"), box) for box in self.boxes]
        return {one.row.part_id: one.row.state for box in found for one in box.parts}

    def put(self) -> None:
        pages = self.random.choice(["", "1-2", "3-4", "2-3"])
        self.desk.put(self.random.choice(self.boxes), self.reference, 1, pages)

    def take_out(self) -> None:
        pages = self.random.choice(["1-2", "3-4", "5-6", "1-4", "2-3"])
        self.desk.separate(self.random.choice(self.boxes), self.reference, pages)

    def move(self) -> None:
        part = self.random.choice(sorted(self.states()))
        self.desk.paper.placing.move(self.desk.who("pat"), part, self.random.choice(self.boxes))

    def lend(self) -> None:
        self.desk.lend(self.boxes[1])

    def give_back(self) -> None:
        said = SaidOfBox("Shelf 1", "Post room")
        self.desk.paper.boxes.act(self.desk.who("pat"), self.boxes[1], BoxAct.GIVE_BACK, said)

    def check(self) -> None:
        passed = self.random.random() < 0.8
        self.desk.check(self.reference, has_passed=passed)
        self.is_checked = passed

    def wait(self) -> None:
        self.desk.stand_still(self.random.choice([1, 90]))

    def hold(self) -> None:
        record = self.random.choice(self.records)
        if record not in self.holds:
            secret = self.random.random() < 0.5
            self.holds[record] = self.desk.hold_record(record, is_secret=secret)

    def lift(self) -> None:
        for record in sorted(self.holds)[:1]:
            self.desk.instance.holds.lift(
                self.desk.who("bert"), self.holds.pop(record), WHY, "Letter 5"
            )

    def dispose(self) -> None:
        record = self.random.choice(self.records)
        if self.desk.state(record) == "filed" and record not in self.holds:
            case = self.desk.appraised(case_id=self.desk.proposed([record]))
            self.desk.run(self.desk.executing(self.desk.approved(case)))

    def propose(self) -> None:
        by = self.random.choice(["quinn", "anna", "cara"])
        record = self.random.choice(self.records)
        chosen: dict[str, object] = {"records": (record,)}
        parts = () if self.random.random() < 0.5 else (self.random.choice(sorted(self.states())),)
        if parts:
            chosen = {}
        self.proposals[self.desk.propose(*parts, by=by, **chosen)] = by  # type: ignore[arg-type]

    def confirm(self) -> None:
        if self.proposals:
            self.desk.seal()
            one = self.random.choice(sorted(self.proposals))
            by = self.random.choice(["quinn2", "anna2", "bert", "cara"])
            self.desk.confirm(one, by=by)
            assert PERSON[by] != PERSON[self.proposals.pop(one)]

    def decline(self) -> None:
        if self.proposals:
            one = self.random.choice(sorted(self.proposals))
            self.desk.paper.destroying.decline(self.desk.who("quinn"), one, WHY)
            del self.proposals[one]

    def report(self) -> None:
        part, what = self.random.choice(sorted(self.states())), self.random.choice(list(Report))
        self.desk.paper.placing.report(self.desk.who("quinn"), part, what, WHY)

    def answer(self) -> None:
        for task in [one for one in self.desk.tasks("destroy") if one.state == "open"][:1]:
            said = self.random.choice(["already_destroyed", "never_existed", "returned"])
            self.desk.paper.tasks.answer(self.desk.who("quinn"), task.task_id, said, WHY)

    def judge(self, act: str, before: dict[str, str]) -> None:
        after = self.states()
        changed = {part for part in after if after[part] != before.get(part, "kept")}
        destroyed = {part for part in changed if after[part] == "destroyed"}
        assert not destroyed or act == "confirm"
        assert not {part for part, state in before.items() if state == "destroyed"} & changed
        document = self.desk.paper.looks.of_batch(
            self.desk.who("bert"), self.desk.batch_id(self.reference)
        ).documents
        open_tasks = {one.record_id for one in self.desk.tasks("destroy") if one.state == "open"}
        isolated = {(one.hold_id, one.box_id) for one in self.desk.tasks("isolate")
                    if one.state != "closed"}  # fmt: skip
        wanted = set()
        for found, places in document:
            record = found.record_id or ""
            live = [one for one in places if one.part and one.part.state in LIVE_PARTS]
            if self.desk.state(record) != "filed":
                assert (record in open_tasks) == bool(live), (act, record)
            else:
                assert record not in open_tasks
            for place in places:
                assert place.part is not None
                if place.part.part_id in destroyed:
                    assert record not in self.holds, "destroyed under a hold"
                    ended = self.desk.state(record) != "filed"
                    assert ended or self.is_checked, "destroyed without a check"
                    assert found.ordinal != 3, "a kind that is kept"
            if record in self.holds:
                wanted |= {(self.holds[record], one.box.box_id) for one in live if one.box}
        assert isolated == wanted, act


@pytest.mark.parametrize("seed", range(SCHEDULES))
def test_whatever_happens_in_whatever_order_no_paper_ends_that_may_not(
    instance: Instance, clock: FixedClock, seed: int
) -> None:
    race = Race(paper_office(instance, clock), seed)
    for _ in range(STEPS):
        race.step()
    confirmed = events(instance, "paper:destruction:confirm")
    certified = events(instance, "paper:destruction:certify")
    assert [one.subject_id for one in confirmed] == [one.subject_id for one in certified]
    assert race.reached
