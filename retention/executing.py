"""Carrying out what was approved and waited for: group by group, and on again after any crash.

Each group is one transaction: the clock, the list, holds, dates, activity and status are asked anew, from
rows, under the lock that no hold passes; then each record is given up, kept longer, moved, or skipped. Only
after that commit is anything erased. When everything has ended the case is certified. Nothing is done
twice: what was done is in the rows, and whoever comes next goes by them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from edrms.access.model import Actor
from edrms.audit.clock_witness import ClockWitness
from edrms.clock import Clock, civil_date
from edrms.db import Database
from edrms.errors import Refused
from edrms.pace import Pace
from edrms.records.paper import PaperOfRecords
from edrms.records.refiling import move_to_class
from edrms.records.tables import DISPOSED, Record
from edrms.uow import UnitOfWork, write
from retention.certifying import Certifying
from retention.disposal import is_as_approved, items_of
from retention.disposal_facts import listed_items, rechecked, stated
from retention.disposal_tables import DisposalCase, DisposalGround, DisposalItem
from retention.erasing import Erasing
from retention.evaluation import alone_with_answers, renew
from retention.extensions import extend
from retention.hold_guard import condemn, guard_destruction
from retention.tables import Extension
from retention.workflow import (
    ENDING,
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
    why_skipped,
)

CARRY_OUT = "disposal:item:end"
SKIP = "disposal:item:skip"
GROUP = 50  # records of one transaction; whoever places a hold waits for it


@dataclass(frozen=True, slots=True)
class Progress:
    """How a case stands after a run. left: items not yet ended."""

    case_id: str
    reference: str
    is_certified: bool
    left: int


class Executing:
    """Carries cases out. Asks for no permission: a person with one set them going."""

    def __init__(
        self, database: Database, clock: Clock, witness: ClockWitness, erasing: Erasing,
        certifying: Certifying, pace: Pace, paper: PaperOfRecords,
    ) -> None:  # fmt: skip
        self._database = database
        self._clock = clock
        self._witness = witness
        self._erasing = erasing
        self._certifying = certifying
        self._pace = pace
        self._paper = paper

    def under_way(self) -> list[str]:
        """Cases that are being carried out, the earliest first."""
        wanted = select(DisposalCase.case_id).where(DisposalCase.state == CaseState.EXECUTING)
        with self._database.read() as session:
            return list(session.scalars(wanted.order_by(DisposalCase.executing_at)))

    def run(self, actor: Actor, case_id: str, most_groups: int = 1_000_000) -> Progress:
        """Carry a case on, so many groups of it at most; certify it when all has ended.

        Raises Refused (clock, list) before anything is given up, Unavailable or Damaged from erasing; it
        may be called again after any of them, and by two at once.
        """
        groups = 0
        while groups < most_groups and self._group(actor, case_id):
            groups += 1
        # All at once: the search index is written anew for each call, however many records end by it.
        self._erasing.end(actor, self._given_up(case_id))
        return self._certify(actor, case_id)

    def _group(self, actor: Actor, case_id: str) -> bool:
        """Decide the next few items for good; whether there were any."""
        with self._pace.turn(), write(self._database, actor, self._clock) as work:
            alone_with_answers(work)  # before the lock of holds, as everybody takes them
            guard_destruction(work, ())
            case = work.session.get_one(DisposalCase, case_id, with_for_update=True)
            waiting = _waiting(case_id).order_by(DisposalItem.item_id).limit(GROUP)
            rows = work.session.scalars(waiting).all()
            if case.state != CaseState.EXECUTING or not rows:
                return False
            self._expect_unchanged(work, case)
            facts = rechecked(work, rows)
            for row in rows:
                _decide(work, row, facts[row.item_id][0])
            _keep_grounds(
                work, [ground for _, ground in facts.values() if ground is not None], rows
            )
            doing = [row for row in rows if row.state == ItemState.DONE]
            ending = {row.record_id for row in doing if row.decision in ENDING}
            condemn(work, ending)
            self._paper.given_up(work, ending)
            _extend_and_move(work, doing)
        return True

    def _expect_unchanged(self, work: UnitOfWork, case: DisposalCase) -> None:
        if not is_as_approved(case, listed_items(work.session, case.case_id)):
            raise Refused("The list is not the one that was approved.", code="list")
        if not self._witness.agrees(work.session, work.now):
            raise Refused(
                "The clock and the last witnessed checkpoint do not agree. Nothing more was given up.",
                code="clock",
            )

    def _given_up(self, case_id: str) -> list[str]:
        """Records of the case whose end was decided; those that are gone already are no matter."""
        wanted = (
            select(DisposalItem.record_id)
            .join(Record, Record.record_id == DisposalItem.record_id)
            .where(
                DisposalItem.case_id == case_id, DisposalItem.state == ItemState.DONE,
                DisposalItem.decision.in_(ENDING), Record.state != DISPOSED,
            )
        )  # fmt: skip
        with self._database.read() as session:
            return list(session.scalars(wanted.order_by(Record.number)))

    def _certify(self, actor: Actor, case_id: str) -> Progress:
        """The certificate is made before anybody has to wait for it: what has ended stays as it is."""
        at = self._clock.now()
        with self._database.read() as session:
            case = session.get_one(DisposalCase, case_id)
            items = items_of(session, case_id)
            left = sum(row.state == ItemState.APPROVED for row in items)
            to = next_state(CaseState(case.state), CaseAct.CERTIFY,
                            CaseFacts(items=tuple(map(stated, items))))  # fmt: skip
            if isinstance(to, Refusal) or not _all_gone(session, items):
                is_certified = case.state == CaseState.CERTIFIED
                return Progress(case_id, case.reference, is_certified, left)
            certificate = self._certifying.drawn_up(session, case, items, at)
        signed = self._certifying.sign(certificate)
        with write(self._database, actor, self._clock) as work:
            row = work.session.get_one(DisposalCase, case_id, with_for_update=True)
            if row.state == CaseState.EXECUTING:
                self._certifying.issue(work, signed)
                row.state, row.certified_at = to, at
        return Progress(case_id, row.reference, is_certified=True, left=left)


def _all_gone(session: Session, items: Sequence[DisposalItem]) -> bool:
    ended = [
        row.record_id for row in items if row.state == ItemState.DONE and row.decision in ENDING
    ]
    gone = select(func.count()).where(Record.record_id.in_(ended), Record.state == DISPOSED)
    return session.scalar(gone) == len(ended)


def _waiting(case_id: str) -> Select[DisposalItem]:
    """Items of a case that are yet to be carried out."""
    return select(DisposalItem).where(
        DisposalItem.case_id == case_id, DisposalItem.state == ItemState.APPROVED
    )


def _decide(work: UnitOfWork, row: DisposalItem, facts: ItemFacts) -> None:
    """Carry out or skip: the item's state, and its event, which says no cause."""
    to = next_item_state(CaseState.EXECUTING, ItemAct.CARRY_OUT, facts)
    if isinstance(to, Refusal):
        to = next_item_state(CaseState.EXECUTING, ItemAct.SKIP, facts)
        if isinstance(to, Refusal):
            raise Refused(to.reason, code=to.code)
        row.skipped_because = str(why_skipped(facts))
    row.state, row.ended_at = to, work.now
    said: dict[str, Any] = {"case": row.case_id, "item": row.item_id, "decision": row.decision}
    if to is ItemState.SKIPPED:
        work.journal(SKIP, "record", row.record_id, **said)
    else:
        work.journal(CARRY_OUT, "record", row.record_id, **said)


def _keep_grounds(
    work: UnitOfWork, grounds: Sequence[DisposalGround], rows: Sequence[DisposalItem]
) -> None:
    """What those that are carried out rest on now, in the place of what it was."""
    done = {row.item_id for row in rows if row.state == ItemState.DONE}
    asked = select(DisposalGround).where(DisposalGround.item_id.in_(done))
    known = list(work.session.scalars(asked))  # kept at hand, so that none is asked for by itself
    with work.session.no_autoflush:
        for ground in grounds:
            if ground.item_id in done:
                work.session.merge(ground)
    del known


def _extend_and_move(work: UnitOfWork, doing: Sequence[DisposalItem]) -> None:
    for row in doing:
        if row.decision == Decision.EXTEND:
            _extend(work, row)
        elif row.decision == Decision.RECLASS:
            move_to_class(work, row.record_id, row.to_class)
            renew(work, [row.record_id])


def _extend(work: UnitOfWork, row: DisposalItem) -> None:
    """Whoever appraised it kept it longer; if that day is past already, it is simply due again."""
    if row.extend_until is None or row.extend_until <= civil_date(work.now):
        return
    extension_id = extend(work, row.record_id, row.extend_until, row.reason)
    work.session.get_one(Extension, extension_id).given_by = row.appraised_by
