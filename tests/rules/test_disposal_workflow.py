"""The table of disposal: no walk through it ends a record without two people, a wait and a free record."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise, product
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
    Skip,
    Transition,
    next_item_state,
    next_state,
    transition,
    why_skipped,
)

NOON = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)
WHY = "past its period, nothing against it"
DUE = ItemFacts(
    ItemState.APPROVED, Decision.DESTROY, WHY, is_due=True, is_held=False, has_activity=False,
    has_new_status=False,
)  # fmt: skip
GOOD = CaseFacts(
    items=(DUE,), reason=WHY, actor_is_not_proposer=True, actor_is_no_appraiser=True,
    has_stepped_up=True, approved_at=NOON, waiting_days=28, now=NOON + timedelta(days=28),
    list_is_as_approved=True, clock_agrees=True,
)  # fmt: skip
APPRAISED = replace(GOOD, items=(replace(DUE, state=ItemState.APPRAISED),))
STRAIGHT = (
    (CaseState.PROPOSED, CaseAct.COMPLETE, APPRAISED),
    (CaseState.APPRAISED, CaseAct.APPROVE, APPRAISED),
    (CaseState.APPROVED, CaseAct.ANNOUNCE, GOOD),
    (CaseState.WAITING, CaseAct.EXECUTE, GOOD),
    (CaseState.EXECUTING, CaseAct.CERTIFY, replace(GOOD, items=(replace(DUE, state=ItemState.DONE),))),
    (CaseState.CERTIFIED, None, None),
)  # fmt: skip


def refused(answer: CaseState | ItemState | Refusal) -> str:
    assert isinstance(answer, Refusal), answer
    assert answer.reason.endswith(".")
    return answer.code


def test_a_case_goes_its_straight_way_to_the_certificate() -> None:
    for (state, act, facts), (after, _, _) in pairwise(STRAIGHT):
        assert act and facts and next_state(state, act, facts) is after


@pytest.mark.parametrize(
    ("step", "changed", "code"),
    [
        (1, {"actor_is_not_proposer": False}, "same_proposer"),
        (1, {"actor_is_not_proposer": None}, "unknown_proposer"),
        (1, {"actor_is_no_appraiser": False}, "same_appraiser"),
        (1, {"actor_is_no_appraiser": None}, "unknown_appraiser"),
        (1, {"has_stepped_up": False}, "step_up"),
        (1, {"reason": "ok"}, "reason"),
        (1, {"reason": " " * 40}, "reason"),
        (1, {"items": ()}, "empty"),
        (1, {"items": (replace(DUE, state=ItemState.PROPOSED),)}, "unappraised"),
        (0, {"items": (replace(DUE, state=ItemState.APPRAISED, decision=None),)}, "unappraised"),
        (0, {"items": (replace(DUE, state=ItemState.APPRAISED, reason=" "),)}, "unappraised"),
        (2, {"list_is_as_approved": False}, "list"),
        (3, {"list_is_as_approved": None}, "list"),
        (3, {"now": NOON + timedelta(days=28, seconds=-1)}, "waiting"),
        (3, {"now": NOON - timedelta(days=365)}, "clock"),
        (3, {"now": NOON + timedelta(days=365), "clock_agrees": False}, "clock"),
        (3, {"clock_agrees": None}, "clock"),
        (3, {"waiting_days": None}, "waiting"),
        (3, {"waiting_days": -1}, "waiting"),
        (3, {"approved_at": None}, "waiting"),
        (3, {"has_stepped_up": False}, "step_up"),
        (3, {"items": (replace(DUE, state=ItemState.APPRAISED),)}, "unapproved"),
        (4, {"items": (DUE,)}, "unfinished"),
    ],
)
def test_each_condition_that_is_missing_is_refused_by_its_name(
    step: int, changed: dict[str, object], code: str
) -> None:
    state, act, facts = STRAIGHT[step]
    assert act and facts
    assert refused(next_state(state, act, replace(facts, **changed))) == code  # type: ignore[arg-type]


def test_nothing_leads_on_from_an_end_and_executing_is_not_declined() -> None:
    for state, act in product((CaseState.CERTIFIED, CaseState.DECLINED), CaseAct):
        assert refused(next_state(state, act, GOOD)) == "state"
    assert refused(next_state(CaseState.EXECUTING, CaseAct.DECLINE, GOOD)) == "state"


@pytest.mark.parametrize("state", ["proposed", "appraised", "approved", "waiting"])
def test_a_case_is_declined_with_a_reason_until_it_is_executed(state: str) -> None:
    assert next_state(CaseState(state), CaseAct.DECLINE, GOOD) is CaseState.DECLINED
    silent = replace(GOOD, reason="")
    assert refused(next_state(CaseState(state), CaseAct.DECLINE, silent)) == "reason"


def test_the_table_is_one_row_to_a_state_and_act_and_names_permission_event_and_condition() -> None:
    keys = [(row.state, row.act) for row in CASES]
    assert len(keys) == len(set(keys))
    for row in CASES:
        assert row.permission.count(":") == row.event.count(":") == 2
        assert row.when
    assert {row.act for row in CASES if row.step_up} == {CaseAct.APPROVE, CaseAct.EXECUTE}
    for act in (CaseAct.APPROVE, CaseAct.EXECUTE):
        assert all(flow.is_proved_afresh in row.checks for row in CASES if row.act is act)


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"is_held": True}, Skip.HELD),
        ({"is_held": True, "is_due": None}, Skip.HELD),
        ({"is_held": None}, Skip.UNKNOWN),
        ({"is_due": False}, Skip.NOT_DUE),
        ({"is_due": None}, Skip.UNKNOWN),
        ({"has_activity": True}, Skip.ACTIVITY),
        ({"has_activity": None}, Skip.UNKNOWN),
        ({"has_new_status": True}, Skip.STATUS),
        ({"has_new_status": None}, Skip.UNKNOWN),
        ({"decision": None}, Skip.UNKNOWN),
    ],
)
@pytest.mark.parametrize("decision", [Decision.DESTROY, Decision.TRANSFER])
def test_an_item_whose_facts_have_changed_is_skipped_with_the_reason(
    changed: dict[str, object], why: Skip, decision: Decision
) -> None:
    given = {"decision": decision, "has_arrived": True} | changed
    item = replace(DUE, **given)  # type: ignore[arg-type]
    assert why_skipped(item) is why
    assert refused(next_item_state(CaseState.EXECUTING, ItemAct.CARRY_OUT, item)) == why
    assert next_item_state(CaseState.EXECUTING, ItemAct.SKIP, item) is ItemState.SKIPPED


def test_a_good_item_is_carried_out_only_in_a_case_that_is_executing_and_is_not_skipped() -> None:
    assert next_item_state(CaseState.EXECUTING, ItemAct.CARRY_OUT, DUE) is ItemState.DONE
    assert refused(next_item_state(CaseState.EXECUTING, ItemAct.SKIP, DUE)) == "carry_out"
    for case, state in product(CaseState, ItemState):
        answer = next_item_state(case, ItemAct.CARRY_OUT, replace(DUE, state=state))
        allowed = (case, state) == (CaseState.EXECUTING, ItemState.APPROVED)
        assert (answer is ItemState.DONE) is allowed


@pytest.mark.parametrize("has_arrived", [False, None])
def test_what_is_to_be_transferred_stays_until_the_receiver_has_it(
    has_arrived: bool | None,
) -> None:
    item = replace(DUE, decision=Decision.TRANSFER, has_arrived=has_arrived)
    assert why_skipped(item) is Skip.NOT_ARRIVED
    assert next_item_state(CaseState.EXECUTING, ItemAct.SKIP, item) is ItemState.SKIPPED
    arrived = replace(item, has_arrived=True)
    assert next_item_state(CaseState.EXECUTING, ItemAct.CARRY_OUT, arrived) is ItemState.DONE


def test_an_extension_is_carried_out_under_a_hold_for_it_ends_nothing() -> None:
    kept = replace(DUE, decision=Decision.EXTEND, is_held=True)
    assert next_item_state(CaseState.EXECUTING, ItemAct.CARRY_OUT, kept) is ItemState.DONE


# --- random walks: what is true is kept beside the table, and judged without it ---------------------


class World:
    """A case, its people, its one record and the clock, as they really are. Not read from the table."""

    def __init__(self, random: Random, cases: tuple[Transition, ...], items: tuple[flow.Step, ...]):
        self.random, self.cases, self.items = random, cases, items
        self.case, self.item = CaseState.PROPOSED, ItemState.PROPOSED
        self.proposer = random.choice("AB")
        self.appraisers: set[str] = set()
        self.approver = ""
        self.is_declined = False
        self.now, self.approved_at = NOON, None
        self.held, self.due, self.activity, self.status = False, True, False, False
        self.clock_agrees, self.list_intact = True, True
        self.faults: list[str] = []

    def person(self, account: str) -> str:
        """Two accounts, a and A, are one person's."""
        return account.upper()

    def facts(self, account: str, has_stepped_up: bool, reason: str) -> CaseFacts:
        person = self.person(account)
        return CaseFacts(
            items=(self.item_facts(),), reason=reason,
            actor_is_not_proposer=person != self.proposer,
            actor_is_no_appraiser=person not in self.appraisers, has_stepped_up=has_stepped_up,
            approved_at=self.approved_at, waiting_days=28, now=self.now,
            list_is_as_approved=self.list_intact, clock_agrees=self.clock_agrees,
        )  # fmt: skip

    def item_facts(self) -> ItemFacts:
        return ItemFacts(self.item, Decision.DESTROY, WHY, self.due, self.held, self.activity,
                         self.status)  # fmt: skip

    def step(self) -> None:
        self.happen()
        account, proved = self.random.choice("AaBbCc"), self.random.random() < 0.8
        reason = WHY if self.random.random() < 0.8 else ""
        if self.random.random() < 0.6:
            act = self.random.choice(list(CaseAct))
            answer = next_state(self.case, act, self.facts(account, proved, reason), self.cases)
            if not isinstance(answer, Refusal):
                self.done(act, answer, account, proved)
        else:
            item_act = self.random.choice([ItemAct.CARRY_OUT, ItemAct.SKIP])
            self.act_on_item(item_act)

    def happen(self) -> None:
        roll = self.random.random()
        if roll < 0.3:
            self.now += timedelta(days=self.random.choice([1, 10, 30]))
        elif roll < 0.33:
            self.now -= timedelta(days=400)
        elif roll < 0.45:
            self.held = self.random.random() < 0.4
        elif roll < 0.5:
            self.due = self.random.random() < 0.8
            self.activity = self.random.random() < 0.2
            self.status = self.random.random() < 0.2
        elif roll < 0.55:
            self.clock_agrees = self.random.random() < 0.8
            self.list_intact = self.random.random() < 0.9

    def act_on_item(self, act: ItemAct) -> None:
        answer = next_item_state(self.case, act, self.item_facts(), self.items)
        if isinstance(answer, Refusal):
            return
        if answer is ItemState.DONE:
            self.expect(not self.held, "destroyed under a hold")
            self.expect(self.due, "destroyed though not due")
            self.expect(not self.activity and not self.status, "destroyed though in use")
            self.expect(self.case is CaseState.EXECUTING, "destroyed outside execution")
        self.item = answer

    def done(self, act: CaseAct, after: CaseState, account: str, proved: bool) -> None:
        person = self.person(account)
        match act:
            case CaseAct.APPRAISE:
                self.appraisers.add(person)
                self.item = ItemState.APPRAISED
            case CaseAct.APPROVE:
                self.expect(proved, "approved without proof")
                self.approver, self.approved_at = person, self.now
                self.item = ItemState.APPROVED
            case CaseAct.EXECUTE:
                self.expect(proved, "executed without proof")
                self.expect(self.clock_agrees, "executed by a false clock")
                self.expect(self.list_intact, "executed another list")
        if after in (CaseState.EXECUTING, CaseState.APPROVED):
            others = self.appraisers | {self.proposer}
            self.expect(bool(self.approver) and self.approver not in others, "one person alone")
            self.expect(bool(self.appraisers), "nobody appraised it")
        if after is CaseState.EXECUTING:
            waited = self.approved_at and self.now - self.approved_at >= timedelta(days=28)
            self.expect(bool(waited), "did not wait")
        self.expect(not self.is_declined, "went on from declined")
        self.is_declined |= act is CaseAct.DECLINE
        self.case = after

    def expect(self, is_so: bool, fault: str) -> None:
        if not is_so:
            self.faults.append(fault)


def walks(
    count: int, cases: tuple[Transition, ...] = CASES, items: tuple[flow.Step, ...] = ITEMS,
    *, until_fault: bool = False,
) -> tuple[set[str], dict[CaseState, int]]:  # fmt: skip
    faults: set[str] = set()
    reached = dict.fromkeys(CaseState, 0)
    for seed in range(count):
        world = World(Random(seed), cases, items)
        seen = set()
        for _ in range(80):
            if world.case in (CaseState.CERTIFIED, CaseState.DECLINED) and seen > {world.case}:
                break
            if world.case is not CaseState.DECLINED and world.random.random() < 0.5:
                _nudge(world)
            world.step()
            seen.add(world.case)
        for state in seen:
            reached[state] += 1
        faults |= set(world.faults)
        if faults and until_fault:
            break
    return faults, reached


ONWARD = {
    CaseState.PROPOSED: (CaseAct.APPRAISE, CaseAct.COMPLETE), CaseState.APPRAISED: (CaseAct.APPROVE,),
    CaseState.APPROVED: (CaseAct.ANNOUNCE,), CaseState.WAITING: (CaseAct.EXECUTE,),
    CaseState.EXECUTING: (CaseAct.CERTIFY,), CaseState.CERTIFIED: (),
}  # fmt: skip


def _nudge(world: World) -> None:
    """Half the steps try the way on, by anybody, so that walks get far."""
    for act in ONWARD[world.case][:2]:
        account = world.random.choice("AaBbCc")
        facts = world.facts(account, True, WHY)
        answer = next_state(world.case, act, facts, world.cases)
        if not isinstance(answer, Refusal):
            world.done(act, answer, account, True)
            return


def test_no_random_walk_destroys_without_two_people_a_wait_and_a_free_record() -> None:
    faults, reached = walks(10_000)
    assert faults == set()
    assert all(reached[state] > 300 for state in CaseState), reached


def _without(check: object) -> tuple[Transition, ...]:
    return tuple(
        replace(row, checks=tuple(one for one in row.checks if one is not check)) for row in CASES
    )


def _with(*rows: Transition) -> tuple[Transition, ...]:
    return (*rows, *CASES)


PLANTED = {
    "the proposer may approve": (_without(flow.is_not_the_proposer), ITEMS),
    "an appraiser may approve": (_without(flow.is_no_appraiser), ITEMS),
    "no proof afresh": (_without(flow.is_proved_afresh), ITEMS),
    "no wait": (_without(flow.waiting_is_over), ITEMS),
    "any clock": (_without(flow.clock_agrees), ITEMS),
    "any list": (_without(flow.list_is_frozen), ITEMS),
    "a declined case goes on": (
        _with(Transition(CaseState.DECLINED, CaseAct.EXECUTE, "", CaseState.WAITING, "", "")), ITEMS,
    ),
    "straight from proposed": (
        _with(Transition(CaseState.PROPOSED, CaseAct.EXECUTE, "", CaseState.EXECUTING, "", "")), ITEMS,
    ),
    "executed as soon as approved": (
        _with(Transition(CaseState.APPROVED, CaseAct.EXECUTE, "", CaseState.EXECUTING, "", "")), ITEMS,
    ),
    "items are not checked again": (
        CASES, tuple(replace(one, checks=()) for one in ITEMS),
    ),
    "items end while their case waits": (
        CASES, tuple(replace(one, cases=frozenset(CaseState)) for one in ITEMS),
    ),
}  # fmt: skip


@pytest.mark.parametrize("fault", PLANTED)
def test_a_fault_planted_in_the_table_is_caught(fault: str) -> None:
    cases, items = PLANTED[fault]
    found, _ = walks(5_000, cases, items, until_fault=True)
    assert found


def test_a_hold_that_is_not_looked_at_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    blind = flow.why_skipped
    monkeypatch.setattr(flow, "why_skipped", lambda facts: blind(replace(facts, is_held=False)))
    assert "destroyed under a hold" in walks(5_000, until_fault=True)[0]


def test_every_check_of_the_table_is_there_for_a_reason() -> None:
    checks = {check for row in CASES for check in row.checks}
    named = {
        value for name, value in vars(flow).items()
        if callable(value) and getattr(value, "__annotations__", {}).get("facts") is CaseFacts
        and not name.startswith("_") and name not in ("next_state",)
    }  # fmt: skip
    assert named == checks


def test_the_way_of_a_case_is_found_by_state_and_act() -> None:
    row = transition(CaseState.WAITING, CaseAct.EXECUTE)
    assert row and row.permission == "disposal:case:execute"
    assert transition(CaseState.CERTIFIED, CaseAct.EXECUTE) is None
