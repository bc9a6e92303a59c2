"""Ten thousand interleavings of propose, appraise, approve, hold, lift, carry out and crash, over a model in
memory that is driven by the product's own tables of states. What is true is kept beside it and judged
without them: nothing is given up under a hold, and nothing without two people.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from random import Random

import pytest

from retention import workflow as flow
from retention.workflow import (
    CASES,
    ITEMS,
    CaseAct,
    CaseFacts,
    CaseState,
    Decision,
    ItemAct,
    ItemFacts,
    ItemState,
    Refusal,
    next_item_state,
    next_state,
)

NOON = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)
WHY, WAIT = "past its period, nothing against it", 14
ACCOUNTS = "AaBbCc"  # a and A are two accounts of one person
SCHEDULES = 10_000
STEPS = 70


@dataclass
class Item:
    """As the rows are: state and decision."""

    record: int
    state: ItemState = ItemState.PROPOSED
    decision: Decision | None = None
    reason: str = ""


@dataclass
class Case:
    """As the rows are. people: who did what, by person, kept beside the rows for the judge."""

    proposer: str
    items: list[Item]
    state: CaseState = CaseState.PROPOSED
    appraisers: set[str] = field(default_factory=set)
    approved_at: datetime | None = None
    approved_list: tuple[object, ...] = ()
    approver: str = ""

    def listed(self) -> tuple[object, ...]:
        return tuple((one.record, one.decision, one.reason) for one in self.items)


class Model:
    """Records, holds, cases and executors; each step is one transaction, or a crash between two."""

    def __init__(self, seed: int, tables: tuple[object, object], *, locks: bool = True) -> None:
        self.random = Random(seed)
        self.cases_table, self.items_table = tables
        self.locks = locks
        self.now = NOON
        self.cases: list[Case] = []
        self.holds: dict[int, set[int]] = {}  # hold: records
        self.next_hold = 0
        self.state = dict.fromkeys(range(4), "filed")
        self.seen_facts: dict[int, dict[int, ItemFacts]] = {}  # of an executor without the lock
        self.faults: set[str] = set()
        self.reached: set[str] = set()

    # --- what is true -----------------------------------------------------------------------------

    def held(self, record: int) -> bool:
        return any(record in records for records in self.holds.values())

    def expect(self, is_so: bool, fault: str) -> None:
        if not is_so:
            self.faults.add(fault)

    def judge_giving_up(self, case: Case, record: int) -> None:
        self.reached.add("given up")
        self.expect(not self.held(record), "given up under a hold")
        self.expect(self.state[record] == "filed", "given up twice")
        others = case.appraisers | {case.proposer}
        self.expect(bool(case.approver) and case.approver not in others, "one person alone")
        waited = case.approved_at is not None and self.now - case.approved_at >= timedelta(WAIT)
        self.expect(waited, "not waited for")
        self.expect(case.listed() == case.approved_list, "another list")

    # --- steps ------------------------------------------------------------------------------------

    def step(self) -> None:
        steps: list[tuple[Callable[[], None], int]] = [
            (self.propose, 2), (self.appraise, 4), (self.complete, 3), (self.approve, 3),
            (self.announce, 3), (self.execute, 4), (self.give_up_some, 5), (self.erase_some, 3),
            (self.certify, 2), (self.decline, 1), (self.place, 3), (self.lift, 3), (self.wait, 3),
            (self.crash, 1),
        ]  # fmt: skip
        [chosen] = self.random.choices([one for one, _ in steps], [often for _, often in steps])
        chosen()

    def a_case(self, *states: CaseState) -> Case | None:
        found = [one for one in self.cases if one.state in states] or self.cases
        return self.random.choice(found) if found else None

    def propose(self) -> None:
        open_ = {one.record for case in self.cases for one in case.items
                 if one.state in (ItemState.PROPOSED, ItemState.APPRAISED, ItemState.APPROVED)}  # fmt: skip
        free = [one for one, state in self.state.items() if state == "filed" and one not in open_]
        if free:
            some = self.random.sample(free, self.random.randint(1, len(free)))
            self.cases.append(Case(self.person(), [Item(one) for one in some]))

    def person(self, account: str = "") -> str:
        return (account or self.random.choice(ACCOUNTS)).upper()

    def ask(self, case: Case, act: CaseAct, **given: object) -> CaseState | None:
        person = self.person()
        facts = CaseFacts(
            items=tuple(ItemFacts(one.state, one.decision, one.reason) for one in case.items),
            reason=WHY if self.random.random() < 0.9 else "",
            actor_is_not_proposer=person != case.proposer,
            actor_is_no_appraiser=person not in case.appraisers,
            has_stepped_up=self.random.random() < 0.9, approved_at=case.approved_at,
            waiting_days=WAIT, now=self.now, list_is_as_approved=case.listed() == case.approved_list,
            clock_agrees=self.random.random() < 0.95,
        )  # fmt: skip
        self.last_person = person
        answer = next_state(case.state, act, replace(facts, **given), self.cases_table)  # type: ignore[arg-type]
        return None if isinstance(answer, Refusal) else answer

    def appraise(self) -> None:
        case = self.a_case(CaseState.PROPOSED)
        if case is None or (to := self.ask(case, CaseAct.APPRAISE)) is None:
            return
        for one in case.items:
            facts = ItemFacts(one.state, Decision.DESTROY, WHY)
            after = next_item_state(case.state, ItemAct.APPRAISE, facts, self.items_table)  # type: ignore[arg-type]
            if isinstance(after, Refusal):
                return
            one.state, one.decision, one.reason = after, Decision.DESTROY, WHY
        case.appraisers.add(self.last_person)
        case.state = to

    def complete(self) -> None:
        case = self.a_case(CaseState.PROPOSED)
        if case and (to := self.ask(case, CaseAct.COMPLETE)):
            case.state = to

    def approve(self) -> None:
        case = self.a_case(CaseState.APPRAISED)
        if case is None or (to := self.ask(case, CaseAct.APPROVE)) is None:
            return
        for one in case.items:
            one.state = ItemState.APPROVED
        case.state, case.approver, case.approved_at = to, self.last_person, self.now
        case.approved_list = case.listed()
        self.reached.add("approved")

    def announce(self) -> None:
        case = self.a_case(CaseState.APPROVED)
        if case and (to := self.ask(case, CaseAct.ANNOUNCE)):
            case.state = to

    def execute(self) -> None:
        case = self.a_case(CaseState.WAITING)
        if case and (to := self.ask(case, CaseAct.EXECUTE)):
            case.state = to
            self.reached.add("executing")

    def recheck(self, one: Item) -> ItemFacts:
        return ItemFacts(
            one.state, one.decision, one.reason, is_due=self.state[one.record] == "filed",
            is_held=self.held(one.record), has_activity=False, has_new_status=False,
        )  # fmt: skip

    def give_up_some(self) -> None:
        """One executor's transaction. Without the lock it goes by what it saw a transaction before."""
        case = self.a_case(CaseState.EXECUTING)
        if case is None:
            return
        rows = [one for one in case.items if one.state is ItemState.APPROVED][:2]
        fresh = {one.record: self.recheck(one) for one in rows}
        seen = fresh if self.locks else self.seen_facts.pop(id(case), fresh)
        if not self.locks:
            self.seen_facts[id(case)] = fresh
        for one in rows:
            facts = seen.get(one.record, fresh[one.record])
            after = next_item_state(case.state, ItemAct.CARRY_OUT, facts, self.items_table)  # type: ignore[arg-type]
            if isinstance(after, Refusal):
                after = next_item_state(case.state, ItemAct.SKIP, facts, self.items_table)  # type: ignore[arg-type]
                if not isinstance(after, Refusal):
                    one.state = after
                    self.reached.add("skipped")
                continue
            self.judge_giving_up(case, one.record)
            one.state, self.state[one.record] = after, "destroying"

    def erase_some(self) -> None:
        """Erasing may be done by either executor, and twice."""
        for record, state in self.state.items():
            if state == "destroying" and self.random.random() < 0.7:
                self.state[record] = "disposed"

    def certify(self) -> None:
        case = self.a_case(CaseState.EXECUTING)
        if case is None:
            return
        done = [one.record for one in case.items if one.state is ItemState.DONE]
        if any(self.state[one] != "disposed" for one in done):
            return
        to = self.ask(case, CaseAct.CERTIFY)
        if to is not None:
            left = [one for one in case.items if one.state is ItemState.APPROVED]
            self.expect(not left, "certified before its end")
            case.state = to
            self.reached.add("certified")

    def decline(self) -> None:
        case = self.a_case(CaseState.PROPOSED, CaseState.WAITING)
        if case and (to := self.ask(case, CaseAct.DECLINE)):
            self.expect(
                all(one.state is not ItemState.DONE for one in case.items), "declined half done"
            )
            for one in case.items:
                if one.state is not ItemState.SKIPPED:
                    one.state = ItemState.RELEASED
            case.state = to

    def place(self) -> None:
        self.next_hold += 1
        self.holds[self.next_hold] = set(self.random.sample(range(4), self.random.randint(1, 2)))

    def lift(self) -> None:
        """As retention/fresh_appraisal.py: what was approved goes back to be appraised, by a new item."""
        if not self.holds:
            return
        records = self.holds.pop(self.random.choice(list(self.holds)))
        for case in self.cases:
            for one in case.items:
                if (
                    one.state is ItemState.APPROVED
                    and one.record in records
                    and not self.held(one.record)
                ):
                    one.state = ItemState.SKIPPED
                    self.reached.add("afresh")

    def wait(self) -> None:
        self.now += timedelta(days=self.random.choice([1, 7, 14]))

    def crash(self) -> None:
        """Whatever an executor remembered is gone; the rows stay."""
        self.seen_facts.clear()


def run(
    count: int, tables: tuple[object, object] = (CASES, ITEMS), *, until_fault: bool = False,
    locks: bool = True,
) -> tuple[set[str], dict[str, int]]:  # fmt: skip
    faults: set[str] = set()
    reached: dict[str, int] = {}
    for seed in range(count):
        model = Model(seed, tables, locks=locks)
        for _ in range(STEPS):
            model.step()
        faults |= model.faults
        for one in model.reached:
            reached[one] = reached.get(one, 0) + 1
        if faults and until_fault:
            break
    return faults, reached


def test_no_interleaving_destroys_under_a_hold_or_without_two_people() -> None:
    faults, reached = run(SCHEDULES)
    assert faults == set()
    for what in ("approved", "executing", "given up", "skipped", "certified", "afresh"):
        assert reached[what] > SCHEDULES / 200, reached


def _without(check: object) -> tuple[object, object]:
    rows = tuple(
        replace(row, checks=tuple(one for one in row.checks if one is not check)) for row in CASES
    )
    return rows, ITEMS


PLANTED: dict[str, tuple[tuple[object, object], bool, str]] = {
    "who proposed approves": (_without(flow.is_not_the_proposer), True, "one person alone"),
    "who appraised approves": (_without(flow.is_no_appraiser), True, "one person alone"),
    "no wait": (_without(flow.waiting_is_over), True, "not waited for"),
    "items are not asked again": (
        (CASES, tuple(replace(one, checks=()) for one in ITEMS)), True, "given up under a hold",
    ),
    "holds are asked in another transaction": ((CASES, ITEMS), False, "given up under a hold"),
    "certified whatever is left": (_without(flow.every_item_has_ended), True, "certified before its end"),
}  # fmt: skip


@pytest.mark.parametrize("fault", PLANTED)
def test_a_planted_fault_is_found_by_some_interleaving(fault: str) -> None:
    tables, locks, expected = PLANTED[fault]
    faults, _ = run(SCHEDULES, tables, until_fault=True, locks=locks)
    assert expected in faults
