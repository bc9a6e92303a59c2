"""Disposal from due to approved and set going: one transaction to each act. It authorises, loads, asks
retention/workflow.py, writes and journals. What follows is done by retention/executing.py.

Reasons are people's words: they stand in the rows, and as personal detail of the event.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from edrms.access.model import Actor
from edrms.access.policy import require
from edrms.audit.clock_witness import ClockWitness
from edrms.audit.tables import AuditEvent
from edrms.clock import Clock, civil_date
from edrms.db import Database
from edrms.errors import Conflict, Invalid, Refused, StepUpRequired, no_such
from edrms.records.reading import visible_among
from edrms.staff.persons import is_somebody_else
from edrms.uow import UnitOfWork, write
from retention.disposal_facts import ground_of, listed, stated
from retention.disposal_tables import DisposalCase, DisposalItem
from retention.disposal_words import Appraisal, appraisal_wrong, plain_line
from retention.evaluation import ask
from retention.frozen_list import ListedItem, list_sha256
from retention.model import Due
from retention.schedule_store import must_be_in_force
from retention.workflow import (
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

APPRAISE = "disposal:item:appraise"
APPROVE = "disposal:case:approve"
COMPLETE = "disposal:case:appraise"
WAIT = "disposal:case:wait"
EXECUTE = "disposal:case:execute"
DECLINE = "disposal:case:decline"
KIND = "disposal_case"
_ENDED = (ItemState.SKIPPED, ItemState.DONE, ItemState.RELEASED)


@dataclass(frozen=True, slots=True)
class _Case:
    """A case with its items, locked until the transaction ends."""

    row: DisposalCase
    items: Sequence[DisposalItem]

    @property
    def state(self) -> CaseState:
        return CaseState(self.row.state)


class Disposal:
    """Acts on cases of disposal."""

    def __init__(
        self, database: Database, clock: Clock, witness: ClockWitness, waiting_days: int
    ) -> None:
        self._database = database
        self._clock = clock
        self._witness = witness
        self._waiting_days = waiting_days

    def appraise(
        self, actor: Actor, case_id: str, said: Appraisal, item_ids: Collection[str]
    ) -> None:
        """Decide what becomes of these items of a case; a case that was complete must be completed again.

        Raises Invalid by field, NotFound for an item absent or not the actor's to see, Refused where the
        record is not due any more.
        """
        with self._acting(actor, APPRAISE, case_id) as (work, case):
            schedule = must_be_in_force(work.session)
            today = civil_date(work.now)
            if wrong := appraisal_wrong(said, today, frozenset(schedule.rules)):
                raise Invalid("Nothing was appraised.", fields=wrong)
            rows = _chosen(case, item_ids)
            _expect_all_seen(work, actor, APPRAISE, rows)
            to = _asked(case, CaseAct.APPRAISE, CaseFacts(items=_facts(case)))
            answers = ask(work.session, [row.record_id for row in rows], schedule, today)
            for row in rows:
                answer = answers.get(row.record_id)
                if not isinstance(answer, Due):
                    raise Refused("A record you chose is not due any more: decline the case, or leave "
                                  "that record out of a new one.", code="not_due")  # fmt: skip
                _decide(work, case, row, said)
                ground = ground_of(work.session, row.item_id, row.record_id, answer, schedule)
                work.session.merge(ground)
            case.row.state = to
            work.journal(
                APPRAISE, KIND, case_id, personal=plain_line(said.reason), decision=said.decision,
                items=[row.item_id for row in rows],
            )  # fmt: skip

    def complete(self, actor: Actor, case_id: str) -> None:
        """Every record has its decision: the case goes on to be approved by somebody else."""
        with self._acting(actor, APPRAISE, case_id) as (work, case):
            case.row.state = _asked(case, CaseAct.COMPLETE, CaseFacts(items=_facts(case)))
            work.journal(COMPLETE, KIND, case_id, items=len(case.items))

    def approve(
        self, actor: Actor, case_id: str, reason: str, *, has_stepped_up: bool, seen_list: str = ""
    ) -> None:
        """Approve what was appraised; from here on the list is frozen.

        seen_list: SHA-256 of the list the actor was shown, if they were; Conflict where it is another now.
        Raises StepUpRequired without proof afresh, Refused for proposer and appraisers by any account, and
        for who may not see every record of it.
        """
        with self._acting(actor, APPROVE, case_id) as (work, case):
            facts = _approving(work, actor, case, reason, has_stepped_up=has_stepped_up)
            to = _asked(case, CaseAct.APPROVE, facts)
            _expect_whole_case_seen(work, actor, case)
            frozen = list_sha256(case_id, map(listed, case.items))
            if seen_list not in ("", frozen):
                raise Conflict("The list was changed meanwhile: look at it again.", code="changed")
            for item in case.items:
                item.state = _item_asked(case, ItemAct.APPROVE, item)
            row = case.row
            row.state, row.approved_by, row.approved_at = to, actor.staff_id, work.now
            row.approval_reason, row.list_sha256 = plain_line(reason), frozen
            work.journal(
                APPROVE, KIND, case_id, personal=row.approval_reason, list_sha256=frozen,
                items=len(case.items),
            )  # fmt: skip

    def announce(self, actor: Actor, case_id: str) -> None:
        """The waiting period begins; its length is the setting of today and stays with the case."""
        with self._acting(actor, APPROVE, case_id) as (work, case):
            facts = CaseFacts(
                items=_facts(case),
                list_is_as_approved=is_as_approved(case.row, map(listed, case.items)),
            )
            case.row.state = _asked(case, CaseAct.ANNOUNCE, facts)
            case.row.waiting_days = self._waiting_days
            work.journal(WAIT, KIND, case_id, waiting_days=self._waiting_days)

    def execute(self, actor: Actor, case_id: str, *, has_stepped_up: bool) -> None:
        """Set it going: from its commit on upkeep carries it out, and carries on after any crash."""
        with self._acting(actor, EXECUTE, case_id) as (work, case):
            row = case.row
            facts = CaseFacts(
                items=_facts(case), has_stepped_up=has_stepped_up, approved_at=row.approved_at,
                waiting_days=row.waiting_days, now=work.now,
                list_is_as_approved=is_as_approved(row, map(listed, case.items)),
                clock_agrees=self._witness.agrees(work.session, work.now, row.approved_at),
            )  # fmt: skip
            row.state = _asked(case, CaseAct.EXECUTE, facts)
            row.executed_by, row.executing_at = actor.staff_id, work.now
            work.journal(EXECUTE, KIND, case_id, items=len(case.items))

    def decline(self, actor: Actor, case_id: str, reason: str) -> None:
        """End a case without carrying anything out; its records may be proposed again."""
        with self._acting(actor, DECLINE, case_id) as (work, case):
            to = _asked(case, CaseAct.DECLINE, CaseFacts(items=_facts(case), reason=reason))
            for item in case.items:
                if item.state not in _ENDED:
                    item.state, item.ended_at = _item_asked(case, ItemAct.RELEASE, item), work.now
            row = case.row
            row.state, row.declined_by, row.declined_at = to, actor.staff_id, work.now
            row.declined_reason = plain_line(reason)
            work.journal(DECLINE, KIND, case_id, personal=row.declined_reason)

    @contextmanager
    def _acting(
        self, actor: Actor, permission: str, case_id: str
    ) -> Iterator[tuple[UnitOfWork, _Case]]:
        require(actor, permission)
        with write(self._database, actor, self._clock) as work:
            work.alone(f"disposal case {case_id}")
            row = work.session.get(DisposalCase, case_id, with_for_update=True)
            if row is None:
                raise no_such("disposal case")
            yield work, _Case(row, items_of(work.session, case_id))


def items_of(session: Session, case_id: str) -> Sequence[DisposalItem]:
    """Every item of a case, by id."""
    mine = select(DisposalItem).where(DisposalItem.case_id == case_id)
    return session.scalars(mine.order_by(DisposalItem.item_id)).all()


def is_as_approved(row: DisposalCase, items: Iterable[ListedItem]) -> bool:
    """Whether the items and decisions are still those that were approved."""
    return bool(row.list_sha256) and list_sha256(row.case_id, items) == row.list_sha256


def appraisers_of(session: Session, case_id: str, items: Sequence[DisposalItem]) -> list[str]:
    """Whoever appraised a record of it, also where somebody decided anew afterwards."""
    ever = select(AuditEvent.actor_id).where(
        AuditEvent.subject_id == case_id, AuditEvent.action == APPRAISE,
        AuditEvent.outcome == "done",
    )  # fmt: skip
    return sorted({*session.scalars(ever), *(row.appraised_by for row in items)} - {""})


def _facts(case: _Case) -> tuple[ItemFacts, ...]:
    return tuple(map(stated, case.items))


def _approving(
    work: UnitOfWork, actor: Actor, case: _Case, reason: str, *, has_stepped_up: bool
) -> CaseFacts:
    session, appraisers = work.session, appraisers_of(work.session, case.row.case_id, case.items)
    return CaseFacts(
        items=_facts(case), reason=reason, has_stepped_up=has_stepped_up,
        actor_is_not_proposer=is_somebody_else(session, actor.staff_id, [case.row.proposed_by]),
        actor_is_no_appraiser=is_somebody_else(session, actor.staff_id, appraisers),
    )  # fmt: skip


def _asked(case: _Case, act: CaseAct, facts: CaseFacts) -> CaseState:
    """Where the act leads. Raises what the refusal is: StepUpRequired, Invalid (reason) or Refused."""
    answer = next_state(case.state, act, facts)
    if not isinstance(answer, Refusal):
        return answer
    if answer.code == "step_up":
        raise StepUpRequired(answer.reason)
    if answer.code == "reason":
        raise Invalid(answer.reason, fields={"reason": answer.reason})
    if answer.code == "state":
        raise Conflict(f"The case is {case.state} now: look at it again.", code="state")
    raise Refused(answer.reason, code=answer.code)


def _item_asked(case: _Case, act: ItemAct, row: DisposalItem) -> ItemState:
    answer = next_item_state(case.state, act, stated(row))
    if isinstance(answer, Refusal):
        raise Refused(answer.reason, code=answer.code)
    return answer


def _decide(work: UnitOfWork, case: _Case, row: DisposalItem, said: Appraisal) -> None:
    row.decision, row.reason = said.decision, plain_line(said.reason)
    row.extend_until = said.extend_until if said.decision == Decision.EXTEND else None
    row.to_class = said.to_class if said.decision == Decision.RECLASS else ""
    row.state = _item_asked(case, ItemAct.APPRAISE, row)
    row.appraised_by, row.appraised_at = work.actor.staff_id, work.now


def _chosen(case: _Case, item_ids: Collection[str]) -> list[DisposalItem]:
    wanted = set(item_ids)
    rows = [row for row in case.items if row.item_id in wanted]
    if not wanted:
        raise Invalid(
            "Choose at least one record.", fields={"items": "Choose at least one record."}
        )
    if len(rows) != len(wanted):
        raise no_such("record in this case")
    return rows


def _expect_all_seen(
    work: UnitOfWork, actor: Actor, permission: str, rows: Sequence[DisposalItem]
) -> None:
    ids = {row.record_id for row in rows}
    if len(visible_among(work.session, actor, permission, ids, work.now)) != len(ids):
        raise no_such("record in this case")


def _expect_whole_case_seen(work: UnitOfWork, actor: Actor, case: _Case) -> None:
    ids = {row.record_id for row in case.items}
    if len(visible_among(work.session, actor, APPROVE, ids, work.now)) != len(ids):
        raise Refused(
            "There are records in this case that you may not see. It is approved by somebody who may "
            "see all of it.", code="unseen",
        )  # fmt: skip
