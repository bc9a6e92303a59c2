"""Disposal as two tables: what may be done to a case, and to an item of it, and what must be so. Pure.

A transition names its checks; each check answers "" or the plain reason why not. A fact that is not known
(None) never lets anything through. Who may do it at all is the permission's business, asked by the service;
that two people are two people is asked here. Facts are read anew at every act, in its transaction.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum


class CaseState(StrEnum):
    """Where a case of disposal stands. CERTIFIED and DECLINED are ends."""

    PROPOSED = "proposed"
    APPRAISED = "appraised"
    APPROVED = "approved"
    WAITING = "waiting"
    EXECUTING = "executing"
    CERTIFIED = "certified"
    DECLINED = "declined"


class CaseAct(StrEnum):
    """What can be done to a case."""

    APPRAISE = "appraise"  # an item of it; again and again until the case is approved
    COMPLETE = "complete"  # its appraisal
    APPROVE = "approve"
    ANNOUNCE = "announce"  # the waiting period begins
    EXECUTE = "execute"
    CERTIFY = "certify"
    DECLINE = "decline"


class ItemState(StrEnum):
    """Where one record of a case stands. SKIPPED, DONE and RELEASED are ends."""

    PROPOSED = "proposed"
    APPRAISED = "appraised"
    APPROVED = "approved"
    DONE = "done"
    SKIPPED = "skipped"
    RELEASED = "released"  # its case was declined


class ItemAct(StrEnum):
    """What can be done to an item."""

    APPRAISE = "appraise"
    APPROVE = "approve"
    CARRY_OUT = "carry_out"
    SKIP = "skip"
    RELEASE = "release"


class Decision(StrEnum):
    """What appraisal makes of a record."""

    EXTEND = "extend"
    RECLASS = "reclass"
    TRANSFER = "transfer"
    DESTROY = "destroy"


ENDING = frozenset({Decision.TRANSFER, Decision.DESTROY})  # after these nothing is here any more


class Skip(StrEnum):
    """Why an approved item is not carried out."""

    HELD = "held"
    NOT_DUE = "not_due"
    ACTIVITY = "activity"
    STATUS = "status"
    NOT_ARRIVED = "not_arrived"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class ItemFacts:
    """What is so of one item now; None: it is not known.

    has_activity: something was filed, or somebody worked with the client, since the appraisal.
    has_new_status: a legal status was reached since. is_held: under any live hold, secret ones too.
    has_arrived: a receiver is known to have it whole (retention/transfers.py).
    """

    state: ItemState
    decision: Decision | None = None
    reason: str = ""
    is_due: bool | None = None
    is_held: bool | None = None
    has_activity: bool | None = None
    has_new_status: bool | None = None
    has_arrived: bool | None = None


@dataclass(frozen=True, slots=True)
class CaseFacts:
    """What is so of a case, and of whoever acts, now.

    actor_is_not_proposer, actor_is_no_appraiser: that they are other people, not only other accounts
    (edrms/staff/persons.py); None: it cannot be told. has_stepped_up: password and second factor were
    given afresh. list_is_as_approved: the items and decisions are still those approved. waiting_days: whole
    days from approval. clock_agrees: this machine's clock with the last checkpoint that was witnessed.
    """

    items: tuple[ItemFacts, ...] = ()
    reason: str = ""
    actor_is_not_proposer: bool | None = None
    actor_is_no_appraiser: bool | None = None
    has_stepped_up: bool = False
    approved_at: datetime | None = None
    waiting_days: int | None = None
    now: datetime | None = None
    list_is_as_approved: bool | None = None
    clock_agrees: bool | None = None


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why an act is not possible now, in plain words for whoever asked."""

    code: str
    reason: str


Check = Callable[[CaseFacts], Refusal | None]
ItemCheck = Callable[[ItemFacts], Refusal | None]
SHORTEST_REASON = 10


def has_items(facts: CaseFacts) -> Refusal | None:
    """A case of nothing is not acted on."""
    return None if facts.items else Refusal("empty", "There is no record in this case.")


def says_why(facts: CaseFacts) -> Refusal | None:
    """A reason of a few words."""
    if len(facts.reason.strip()) >= SHORTEST_REASON:
        return None
    return Refusal("reason", f"Say why, in at least {SHORTEST_REASON} characters.")


def every_item_is_appraised(facts: CaseFacts) -> Refusal | None:
    """Each with its decision and reason."""
    if all(
        one.state is ItemState.APPRAISED and one.decision and one.reason.strip()
        for one in facts.items
    ):
        return None
    return Refusal("unappraised", "Every record needs its decision and its reason first.")


def is_not_the_proposer(facts: CaseFacts) -> Refusal | None:
    """Who approves did not propose: another person, by whatever account."""
    return _another(facts.actor_is_not_proposer, "proposer", "proposed it")


def is_no_appraiser(facts: CaseFacts) -> Refusal | None:
    """Who approves appraised none of it."""
    return _another(facts.actor_is_no_appraiser, "appraiser", "appraised a record of it")


def _another(is_another: bool | None, code: str, did: str) -> Refusal | None:
    if is_another is None:
        return Refusal(
            f"unknown_{code}",
            f"It cannot be told whether you and whoever {did} are two people. Have the employee "
            "numbers of both recorded first.",
        )
    if is_another:
        return None
    words = f"Somebody else must do this: you, or another account of yours, {did}."
    return Refusal(f"same_{code}", words)


def is_proved_afresh(facts: CaseFacts) -> Refusal | None:
    """Password and second factor, minutes ago."""
    if facts.has_stepped_up:
        return None
    return Refusal("step_up", "Prove once more that it is you: password and second factor.")


def list_is_frozen(facts: CaseFacts) -> Refusal | None:
    """What is ended is what was approved."""
    if facts.list_is_as_approved:
        return None
    return Refusal("list", "The list is not the one that was approved.")


def waiting_is_over(facts: CaseFacts) -> Refusal | None:
    """The whole waiting period has passed since the approval."""
    if facts.approved_at is None or facts.waiting_days is None or facts.now is None:
        return Refusal("waiting", "It is not known how long is to be waited.")
    if facts.now < facts.approved_at:
        return Refusal("clock", "The clock is behind the approval. Have it put right first.")
    if facts.waiting_days < 0 or facts.now < facts.approved_at + timedelta(facts.waiting_days):
        return Refusal("waiting", "The waiting period is not over.")
    return None


def clock_agrees(facts: CaseFacts) -> Refusal | None:
    """Nothing is destroyed by a clock that a witness contradicts, or that none has seen."""
    if facts.clock_agrees:
        return None
    return Refusal("clock", "The clock and the last witnessed checkpoint do not agree.")


def every_item_is_approved(facts: CaseFacts) -> Refusal | None:
    """Some may have been skipped since; none is in any state before approval."""
    if all(one.state in (ItemState.APPROVED, ItemState.SKIPPED) for one in facts.items):
        return None
    return Refusal("unapproved", "A record of this case is not approved.")


def every_item_has_ended(facts: CaseFacts) -> Refusal | None:
    """Carried out or skipped."""
    if all(one.state in (ItemState.DONE, ItemState.SKIPPED) for one in facts.items):
        return None
    return Refusal("unfinished", "Not every record of this case is done or skipped.")


@dataclass(frozen=True, slots=True)
class Transition:
    """One row: from a state by an act, if every check passes, to the next state.

    when: the condition in words. permission, event: of the act. step_up: its route asks for proof afresh.
    """

    state: CaseState
    act: CaseAct
    when: str
    to: CaseState
    permission: str
    event: str
    checks: tuple[Check, ...] = ()
    step_up: bool = False


_P, _A, _OK, _W, _X = (
    CaseState.PROPOSED, CaseState.APPRAISED, CaseState.APPROVED, CaseState.WAITING,
    CaseState.EXECUTING,
)  # fmt: skip
_APPRAISE, _APPROVE = "disposal:item:appraise", "disposal:case:approve"
_EXECUTE, _DECLINE = "disposal:case:execute", "disposal:case:decline"

CASES: tuple[Transition, ...] = (
    Transition(_P, CaseAct.APPRAISE, "there is a record in it", _P, _APPRAISE,
               "disposal:item:appraise", (has_items,)),
    Transition(_P, CaseAct.COMPLETE, "every record has its decision and reason", _A, _APPRAISE,
               "disposal:case:appraise", (has_items, every_item_is_appraised)),
    Transition(_A, CaseAct.APPRAISE, "there is a record in it; it must be completed again", _P,
               _APPRAISE, "disposal:item:appraise", (has_items,)),
    Transition(_A, CaseAct.APPROVE,
               "by a person who neither proposed nor appraised any of it, proved afresh, who says why",
               _OK, _APPROVE, "disposal:case:approve",
               (has_items, every_item_is_appraised, is_not_the_proposer, is_no_appraiser,
                is_proved_afresh, says_why), step_up=True),
    Transition(_OK, CaseAct.ANNOUNCE, "the list is the one approved", _W, _APPROVE,
               "disposal:case:wait", (has_items, every_item_is_approved, list_is_frozen)),
    Transition(_W, CaseAct.EXECUTE,
               "the waiting period is over, the list is the one approved, the clock is witnessed, "
               "proved afresh", _X, _EXECUTE, "disposal:case:execute",
               (has_items, every_item_is_approved, list_is_frozen, waiting_is_over, clock_agrees,
                is_proved_afresh), step_up=True),
    Transition(_X, CaseAct.CERTIFY, "every record is done or skipped", CaseState.CERTIFIED, _EXECUTE,
               "disposal:case:certify", (has_items, every_item_has_ended)),
    *(
        Transition(state, CaseAct.DECLINE, "whoever declines says why", CaseState.DECLINED, _DECLINE,
                   "disposal:case:decline", (says_why,))
        for state in (_P, _A, _OK, _W)
    ),
)  # fmt: skip


def next_state(
    state: CaseState, act: CaseAct, facts: CaseFacts, table: Iterable[Transition] = CASES
) -> CaseState | Refusal:
    """Where the act leads, or why it is not possible: the first check of the row that fails."""
    row = transition(state, act, table)
    if row is None:
        return Refusal("state", f"A case that is {state} cannot be acted on so ({act}).")
    return next((no for check in row.checks if (no := check(facts))), row.to)


def transition(
    state: CaseState, act: CaseAct, table: Iterable[Transition] = CASES
) -> Transition | None:
    """The row of a state and an act, None where there is none."""
    return next((row for row in table if (row.state, row.act) == (state, act)), None)


# --- items ----------------------------------------------------------------------------------------


def is_decided(facts: ItemFacts) -> Refusal | None:
    """A decision, and why."""
    if facts.decision is None:
        return Refusal("decision", "Choose: extend, reclass, transfer or destroy.")
    if len(facts.reason.strip()) < SHORTEST_REASON:
        return Refusal("reason", f"Say why, in at least {SHORTEST_REASON} characters.")
    return None


def why_skipped(facts: ItemFacts) -> Skip | None:
    """Why an approved item must not be carried out now; None if it may.

    To keep longer ends nothing and is never skipped; nor is another class, but under a hold, which may be
    on the class. A hold comes first.
    """
    if facts.decision is Decision.EXTEND:
        return None
    if facts.is_held:
        return Skip.HELD
    if facts.decision is Decision.RECLASS:
        return None if facts.is_held is False else Skip.UNKNOWN
    known = (facts.is_held, facts.is_due, facts.has_activity, facts.has_new_status)
    if facts.decision is None or None in known:
        return Skip.UNKNOWN
    if not facts.is_due:
        return Skip.NOT_DUE
    if facts.has_activity:
        return Skip.ACTIVITY
    if facts.has_new_status:
        return Skip.STATUS
    if facts.decision is Decision.TRANSFER and not facts.has_arrived:
        return Skip.NOT_ARRIVED
    return None


def recheck_passes(facts: ItemFacts) -> Refusal | None:
    """Due, holds, activity and status, asked in the transaction that ends it."""
    why = why_skipped(facts)
    return None if why is None else Refusal(why, "The check before it is carried out did not pass.")


def recheck_fails(facts: ItemFacts) -> Refusal | None:
    """Only what must not be carried out is skipped."""
    if why_skipped(facts) is not None:
        return None
    return Refusal("carry_out", "Nothing speaks against carrying it out.")


@dataclass(frozen=True, slots=True)
class Step:
    """One row of the items' table: from any of these states by an act to the next."""

    states: frozenset[ItemState]
    act: ItemAct
    when: str
    to: ItemState
    cases: frozenset[CaseState]
    checks: tuple[ItemCheck, ...] = field(default=())


ITEMS: tuple[Step, ...] = (
    Step(frozenset({ItemState.PROPOSED, ItemState.APPRAISED}), ItemAct.APPRAISE,
         "it has a decision and a reason; its case is not approved", ItemState.APPRAISED,
         frozenset({_P, _A}), (is_decided,)),
    Step(frozenset({ItemState.APPRAISED}), ItemAct.APPROVE, "with its case", ItemState.APPROVED,
         frozenset({_A}), (is_decided,)),
    Step(frozenset({ItemState.APPROVED}), ItemAct.CARRY_OUT,
         "its case is executing; it is due, free of holds, without new activity or status",
         ItemState.DONE, frozenset({_X}), (recheck_passes,)),
    Step(frozenset({ItemState.APPROVED}), ItemAct.SKIP, "any of these is not so, or not known",
         ItemState.SKIPPED, frozenset({_W, _X}), (recheck_fails,)),
    Step(frozenset({ItemState.PROPOSED, ItemState.APPRAISED, ItemState.APPROVED}), ItemAct.RELEASE,
         "with its case, which is declined", ItemState.RELEASED, frozenset({_P, _A, _OK, _W})),
)  # fmt: skip


def next_item_state(
    case: CaseState, act: ItemAct, facts: ItemFacts, table: Iterable[Step] = ITEMS
) -> ItemState | Refusal:
    """Where the act leads an item of a case in this state, or why it is not possible."""
    row = next((row for row in table if row.act is act and facts.state in row.states), None)
    if row is None or case not in row.cases:
        where = f"A record that is {facts.state}, in a case that is {case}"
        return Refusal("state", f"{where}, cannot be acted on so ({act}).")
    return next((no for check in row.checks if (no := check(facts))), row.to)
