"""The destruction of paper: proposed by one person, confirmed as done by another who proves afresh who they
are. One transaction each.

Everything is asked again within the transaction that records it, under the lock that no hold passes. What
did not pass is refused in words that do not depend on the cause, since a hold may be secret.
"""

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from edrms.access.model import Actor
from edrms.access.policy import holds as has
from edrms.access.policy import require
from edrms.audit.clock_witness import ClockWitness
from edrms.clock import Clock, civil_date
from edrms.db import Database
from edrms.errors import Conflict, Invalid, Refused, StepUpRequired, no_such
from edrms.ids import new_id, new_reference
from edrms.records.paper import HoldsOnRecords
from edrms.records.tables import Record
from edrms.staff.persons import is_somebody_else
from edrms.uow import UnitOfWork, write
from scanning.paper.certificate import DestroyedPaper
from scanning.paper.certifying import KIND, VIEW, PaperCertifying
from scanning.paper.desk import PaperDesk, box_to_change, note
from scanning.paper.ending import end_stretch
from scanning.paper.lists import Line, NamedLine, PaperLists, crossing, list_sha256
from scanning.paper.model import DestructionState, PartState
from scanning.paper.ports import QualityCheck
from scanning.paper.rules import all_met
from scanning.paper.tables import (
    PaperCertificate,
    PaperDestruction,
    PaperDestructionLine,
    PaperPart,
)
from scanning.paper.tasks import SECRET, Near, isolate, settle_destroyed
from scanning.paper.where import places_of_records
from scanning.paper.words import done_wrong, one_line, reason_wrong

PROPOSE = "paper:destruction:propose"
CONFIRM = "paper:destruction:confirm"
DECLINE = "paper:destruction:decline"
MOST_LINES = 1000
NOT_PASSED = (
    "Nothing was recorded as destroyed: the check did not pass. It compares quality, filing, standstill, "
    "holds, the kind of paper, the boxes and the clock. Leave the paper where it is; if some of it is gone "
    "already, say so on its box."
)


@dataclass(frozen=True, slots=True)
class Done:
    """How it was done. method: a Method. number: of the contractor's own certificate."""

    method: str
    witness: str
    destroyed_on: date | None
    contractor: str = ""
    number: str = ""


@dataclass(frozen=True, slots=True)
class OpenDestruction:
    """A destruction as it is shown. list_now: hash of the list as it is. may_*: what can be tried now."""

    row: PaperDestruction
    lines: tuple[NamedLine, ...]
    list_now: str
    may_confirm: bool
    may_decline: bool
    has_certificate: bool


class Destroying(PaperDesk):
    """Acts of destruction."""

    def __init__(
        self, database: Database, clock: Clock, holds: HoldsOnRecords, quality: QualityCheck,
        witness: ClockWitness, certifying: PaperCertifying,
    ) -> None:  # fmt: skip
        super().__init__(database, clock, holds)
        self._quality = quality
        self._witness = witness
        self._certifying = certifying

    def propose(
        self, actor: Actor, reason: str, parts: Collection[str] = (), records: Collection[str] = ()
    ) -> str:
        """Propose to destroy whole parts, and whatever is left of the paper of these records.

        Returns the id. Raises Invalid by field, NotFound, Conflict where some of it is proposed already,
        Refused (not_passed) where a condition is not met.
        """
        with self._acting(actor, PROPOSE) as work:
            if wrong := reason_wrong(reason):
                raise Invalid("Nothing was proposed.", fields=wrong)
            lines = _wanted(work.session, parts, records)
            self._expect_met(work, lines)
            row = PaperDestruction(
                destruction_id=new_id(), reference=_free_reference(work.session),
                state=DestructionState.PROPOSED, reason=one_line(reason), list_sha256="",
                proposed_by=actor.staff_id, proposed_at=work.now,
            )  # fmt: skip
            row.list_sha256 = list_sha256(row.destruction_id, lines)
            work.session.add(row)
            work.session.flush()
            work.session.add_all(_row(row.destruction_id, line) for line in lines)
            work.journal(
                PROPOSE, KIND, row.destruction_id, personal=row.reason, lines=len(lines),
                list_sha256=row.list_sha256,
            )  # fmt: skip
        return row.destruction_id

    def confirm(
        self, actor: Actor, destruction_id: str, done: Done, *, has_stepped_up: bool,
        seen_list: str = "",
    ) -> None:  # fmt: skip
        """Record that it was destroyed, and certify it. seen_list: hash of the list the actor was shown.

        Raises StepUpRequired without proof afresh; Refused (same_person) for the proposer by any account,
        (list) for a list that was changed, (not_passed) where anything asked is not true now.
        """
        with self._changing(actor, CONFIRM, destruction_id) as (work, row):
            if not has_stepped_up:
                raise StepUpRequired("Give your password and code again first.")
            _expect_other(work.session, actor, row)
            lists = PaperLists(work.session, self._quality)
            lines = lists.lines_of(destruction_id)
            if list_sha256(destruction_id, lines) != row.list_sha256:
                raise Refused("The list is not the one that was proposed.", code="list")
            if seen_list not in ("", row.list_sha256):
                raise Conflict("The list is another: look at it again.", code="changed")
            today = civil_date(work.now)
            if wrong := done_wrong(
                done.method, done.witness, done.contractor, done.number, done.destroyed_on,
                civil_date(row.proposed_at), today,
            ):  # fmt: skip
                raise Invalid("Nothing was recorded.", fields=wrong)
            if work.now < row.proposed_at or not self._witness.agrees(
                work.session, work.now, row.proposed_at
            ):
                raise Refused(NOT_PASSED, code="not_passed")
            named = self._expect_met(work, lines)
            row.state = DestructionState.CONFIRMED
            row.confirmed_by, row.confirmed_at = actor.staff_id, work.now
            row.method, row.destroyed_on = done.method, done.destroyed_on
            row.witness, row.contractor = one_line(done.witness), one_line(done.contractor)
            row.number = one_line(done.number)
            destroyed = [_end(work, row, one) for one in named]
            work.journal(CONFIRM, KIND, destruction_id, method=row.method, lines=len(named))
            settle_destroyed(work, {one for n in named for one in n.record_ids}, "destroyed")
            batches = frozenset(one.line.span.batch_id for one in named)
            boxes = frozenset(one.box.box_id for one in named)
            isolate(work, self._holds, Near(batches, boxes))
            self._certifying.issue(work, row, destroyed)

    def decline(self, actor: Actor, destruction_id: str, reason: str) -> None:
        """End it without destroying anything; the paper may be proposed again."""
        with self._changing(actor, DECLINE, destruction_id) as (work, row):
            if wrong := reason_wrong(reason):
                raise Invalid("Nothing was changed.", fields=wrong)
            row.state = DestructionState.DECLINED
            row.declined_by, row.declined_at = actor.staff_id, work.now
            row.declined_reason = one_line(reason)
            work.journal(DECLINE, KIND, destruction_id, personal=row.declined_reason)

    def listed(self, actor: Actor, limit: int = 200) -> list[PaperDestruction]:
        """Acts of destruction, those still proposed first, then the latest."""
        require(actor, VIEW)
        order = (
            PaperDestruction.state != DestructionState.PROPOSED,
            PaperDestruction.proposed_at.desc(),
            PaperDestruction.destruction_id,
        )
        with self._database.read() as session:
            return list(session.scalars(select(PaperDestruction).order_by(*order).limit(limit)))

    def waiting_for(self, actor: Actor) -> int:
        """How many wait for somebody who is not their proposer, and whom the actor could be."""
        if not has(actor, CONFIRM):
            return 0
        wanted = select(PaperDestruction).where(PaperDestruction.state == DestructionState.PROPOSED)
        with self._database.read() as session:
            return sum(_may_confirm(session, actor, row) for row in session.scalars(wanted))

    def open(self, actor: Actor, destruction_id: str) -> OpenDestruction:
        """One of them with its conditions as they are now; of holds, those the actor may know of."""
        require(actor, VIEW)
        with write(self._database, actor, self._clock) as work:
            session = work.session
            row = session.get(PaperDestruction, destruction_id)
            if row is None:
                raise no_such("destruction")
            lists = PaperLists(session, self._quality)
            lines = lists.lines_of(destruction_id)
            held = known_held(session, self._holds, actor, lists.records_of(lines), work)
            named = lists.named(lines, held, civil_date(work.now))
            is_open = row.state == DestructionState.PROPOSED
            work.journal(VIEW, KIND, destruction_id)
            return OpenDestruction(
                row, tuple(named), list_sha256(destruction_id, lines),
                is_open and has(actor, CONFIRM) and _may_confirm(session, actor, row),
                is_open and has(actor, DECLINE),
                session.get(PaperCertificate, destruction_id) is not None,
            )  # fmt: skip

    def _expect_met(self, work: UnitOfWork, lines: Sequence[Line]) -> list[NamedLine]:
        lists = PaperLists(work.session, self._quality)
        held = self._holds.guard(work, lists.records_of(lines))
        named = lists.named(lines, held, civil_date(work.now))
        if not named or not all(all_met(one.conditions) for one in named):
            raise Refused(NOT_PASSED, code="not_passed")
        return named

    @contextmanager
    def _changing(
        self, actor: Actor, permission: str, destruction_id: str
    ) -> Iterator[tuple[UnitOfWork, PaperDestruction]]:
        with self._acting(actor, permission) as work:
            row = work.session.get(PaperDestruction, destruction_id, with_for_update=True)
            if row is None:
                raise no_such("destruction")
            if row.state != DestructionState.PROPOSED:
                raise Conflict(f"This destruction is {row.state} already.", code="state")
            yield work, row


def known_held(
    session: Session, holds: HoldsOnRecords, actor: Actor, record_ids: Collection[str],
    work: UnitOfWork,
) -> set[str]:  # fmt: skip
    """Which of these records are on a hold that the actor may know of. For showing alone."""
    found = holds.on(session, record_ids, work.now)
    if not found or has(actor, SECRET):
        return set(found)
    open_ones = {one.hold_id for one in holds.live(session, work.now) if not one.is_secret}
    return {record_id for record_id, ids in found.items() if open_ones & set(ids)}


def _wanted(session: Session, parts: Collection[str], records: Collection[str]) -> list[Line]:
    lines = []
    for part_id in sorted(set(parts)):
        row = session.get(PaperPart, part_id)
        if row is None:
            raise no_such("paper")
        lines.append(Line(row, row.span, new_id()))
    found = places_of_records(session, records)
    for record_id in sorted(set(records)):
        live = [one for one in found.get(record_id, ()) if one.is_live]
        if not live:
            raise no_such("paper of this record")
        lines += [Line(one.part, one.span, new_id()) for one in live if one.part]
    if not 0 < len(lines) <= MOST_LINES:
        message = f"Choose paper: at most {MOST_LINES} stretches."
        raise Invalid("Nothing was proposed.", fields={"parts": message})
    if crossing(lines):
        raise Invalid("Nothing was proposed.", fields={"parts": "Some of it was chosen twice."})
    _expect_free(session, lines)
    return lines


def _expect_free(session: Session, lines: Sequence[Line]) -> None:
    rows = session.execute(
        select(PaperDestructionLine, PaperDestruction.reference)
        .join(
            PaperDestruction,
            PaperDestruction.destruction_id == PaperDestructionLine.destruction_id,
        )
        .where(
            PaperDestruction.state == DestructionState.PROPOSED,
            PaperDestructionLine.part_id.in_({one.part.part_id for one in lines}),
        )
    ).all()
    for row, reference in rows:
        for line in lines:
            part = line.part
            span = type(part.span)(part.batch_id, row.item_id, row.first_page, row.last_page)
            if part.part_id == row.part_id and span.overlaps(line.span):
                raise Conflict(f"Some of this is proposed already in {reference}.", code="proposed")


def _row(destruction_id: str, line: Line) -> PaperDestructionLine:
    return PaperDestructionLine(
        line_id=line.line_id, destruction_id=destruction_id, part_id=line.part.part_id,
        item_id=line.span.item_id, first_page=line.span.first_page, last_page=line.span.last_page,
        met={},
    )  # fmt: skip


def _end(work: UnitOfWork, row: PaperDestruction, named: NamedLine) -> DestroyedPaper:
    """The paper of a line is gone: its part says by which act, and its line what was asked."""
    line = named.line
    box = box_to_change(work, line.part.box_id)
    ended = end_stretch(work, line.part, line.span, PartState.DESTROYED)
    ended.destruction_id = row.destruction_id
    note(work, box, "destroyed", ended.part_id)
    because = {one.asked.value: one.because for one in named.conditions}
    work.session.get_one(PaperDestructionLine, line.line_id).met = because
    records = work.session.scalars(
        select(Record.reference).where(Record.record_id.in_(named.record_ids))
    )
    return DestroyedPaper(
        part_id=ended.part_id, box=box.barcode, batch=named.batch_reference, file=named.file or 0,
        first_page=line.span.first_page, last_page=line.span.last_page,
        records=tuple(sorted(records)), conditions=because,
    )  # fmt: skip


def _expect_other(session: Session, actor: Actor, row: PaperDestruction) -> None:
    is_other = is_somebody_else(session, actor.staff_id, [row.proposed_by])
    if is_other is None:
        raise Refused("It cannot be told whether you are somebody else than who proposed this: have both "
                      "accounts' employee numbers recorded.", code="same_person")  # fmt: skip
    if not is_other:
        raise Refused("Somebody else than who proposed it confirms it.", code="same_person")


def _may_confirm(session: Session, actor: Actor, row: PaperDestruction) -> bool:
    return is_somebody_else(session, actor.staff_id, [row.proposed_by]) is not False


def _free_reference(session: Session) -> str:
    while True:
        reference = new_reference("P")
        wanted = select(PaperDestruction.destruction_id)
        if session.scalar(wanted.where(PaperDestruction.reference == reference)) is None:
            return reference
