"""What lies in which box: putting it in, taking a document out of its batch, moving it, and saying that it
is lost, found or gone. One transaction each.
"""

from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from edrms.access.model import Actor
from edrms.errors import Conflict, Invalid, Refused, no_such
from edrms.uow import UnitOfWork
from scanning.batches.tables import Batch, Item
from scanning.paper.desk import PART, PaperDesk, box_to_change, note, parts_of_batch
from scanning.paper.ending import add_part
from scanning.paper.model import BoxState, PartState, Span
from scanning.paper.rules import clash, taken_from
from scanning.paper.tables import PaperBox, PaperPart
from scanning.paper.tasks import Near, follow_ended_records, isolate
from scanning.paper.words import LONGEST_REASON, one_line, pages_of, reason_wrong

PLACE = "paper:part:place"
REPORT = "paper:part:report"
KEEP = "paper:part:keep"


class Report(StrEnum):
    """What may be said of a part that lies, or lay, in a box."""

    LOST = "lost"
    FOUND = "found"
    DESTROYED_EARLY = "destroyed_early"
    RETURNED = "returned"
    NEVER_EXISTED = "never_existed"


_BACK = frozenset({PartState.LOST, PartState.DESTROYED_EARLY, PartState.RETURNED,
                   PartState.NEVER_EXISTED})  # fmt: skip
_FROM: dict[Report, frozenset[PartState]] = {
    Report.LOST: frozenset({PartState.KEPT}),
    Report.FOUND: _BACK,
    **dict.fromkeys(
        (Report.DESTROYED_EARLY, Report.RETURNED, Report.NEVER_EXISTED),
        frozenset({PartState.KEPT, PartState.LOST}),
    ),
}


@dataclass(frozen=True, slots=True)
class What:
    """A stretch of a batch as people say it. batch: its reference, such as B-00012. file: number of the file
    within it, None for all. pages: such as 3-6, "" for all."""

    batch: str
    file: int | None = None
    pages: str = ""


class Placing(PaperDesk):
    """What lies where."""

    def put(self, actor: Actor, box_id: str, what: What, kept_because: str = "") -> str:
        """Put paper into a box. kept_because: it is an original that is never to be destroyed, and why.

        Returns the part's id. Raises Invalid by field; Refused (elsewhere) where any of it is registered
        already, other than narrower stretches of it; Conflict where the box is not in its place.
        """
        with self._acting(actor, PLACE) as work:
            span = _span(work.session, what)
            box = _receiving(work, box_id)
            rows = parts_of_batch(work.session, span.batch_id)
            if found := clash(span, [row.part for row in rows]):
                raise Refused(_already(work.session, found.box_id), code="elsewhere")
            row = _add(work, box, span, kept_because)
            work.journal(PLACE, PART, row.part_id, box=box_id, batch=span.batch_id)
            isolate(work, self._holds, Near(frozenset({span.batch_id})))
        return row.part_id

    def separate(self, actor: Actor, box_id: str, what: What, kept_because: str = "") -> str:
        """Take a stretch out of what lies in a box, into this one (or to stay there under a part of its own).

        Raises Refused (not_within) where it does not lie within one wider part.
        """
        with self._acting(actor, PLACE) as work:
            span = _span(work.session, what)
            box = _receiving(work, box_id)
            rows = {row.part_id: row for row in parts_of_batch(work.session, span.batch_id)}
            found = taken_from(span, [row.part for row in rows.values()])
            if found is None or found.state is not PartState.KEPT:
                raise Refused("This does not lie within something wider that is in a box: put it into the "
                              "box, or move it.", code="not_within")  # fmt: skip
            _expect_in_place(box_to_change(work, found.box_id))
            row = _add(work, box, span, kept_because or rows[found.part_id].kept_because)
            work.journal("paper:part:separate", PART, row.part_id, box=box_id, out_of=found.part_id)
            boxes = frozenset({found.box_id, box_id})
            isolate(work, self._holds, Near(frozenset({span.batch_id}), boxes))
        return row.part_id

    def move(self, actor: Actor, part_id: str, box_id: str) -> None:
        """Move a part into another box."""
        with self._acting(actor, PLACE) as work:
            row = part_to_change(work, part_id)
            if row.state != PartState.KEPT:
                raise Conflict("This paper is not in its box any more.", code="state")
            if row.box_id == box_id:
                raise Conflict("It lies in this box already.", code="state")
            old, new = box_to_change(work, row.box_id), _receiving(work, box_id)
            _expect_in_place(old)
            row.box_id = box_id
            note(work, old, "taken_out", part_id)
            note(work, new, "put_in", part_id)
            work.journal("paper:part:move", PART, part_id, box=box_id, out_of=old.box_id)
            near = Near(frozenset({row.batch_id}), frozenset({old.box_id, box_id}))
            isolate(work, self._holds, near)

    def keep(self, actor: Actor, part_id: str, reason: str) -> None:
        """Mark a part as an original that is never to be destroyed; for good."""
        with self._acting(actor, KEEP) as work:
            row = part_to_change(work, part_id)
            if wrong := reason_wrong(reason):
                raise Invalid("Nothing was changed.", fields=wrong)
            row.kept_because = one_line(reason)
            note(
                work, work.session.get_one(PaperBox, row.box_id), "keep", part_id, row.kept_because
            )
            work.journal(KEEP, PART, part_id, personal=row.kept_because)

    def report(self, actor: Actor, part_id: str, what: Report, reason: str) -> None:
        """Say that paper is lost, found, or gone other than by an act of destruction; it shows on the
        record. Whoever says so stands in the history. Raises Conflict where that cannot be now."""
        with self._acting(actor, REPORT) as work:
            row = part_to_change(work, part_id)
            if PartState(row.state) not in _FROM[what]:
                raise Conflict("That cannot be said of this paper as it is now.", code="state")
            if wrong := reason_wrong(reason):
                raise Invalid("Nothing was changed.", fields=wrong)
            box = box_to_change(work, row.box_id)
            if what is Report.FOUND:
                _expect_in_place(box)
                row.state = PartState.KEPT
            else:
                row.state = PartState(what.value)
            note(work, box, what, part_id, one_line(reason))
            work.journal(REPORT, PART, part_id, what=what.value, personal=one_line(reason))
            work.session.flush()
            follow_ended_records(work, row)
            near = Near(frozenset({row.batch_id}), frozenset({row.box_id}))
            isolate(work, self._holds, near)


def part_to_change(work: UnitOfWork, part_id: str) -> PaperPart:
    """A part, locked. Raises NotFound."""
    row = work.session.get(PaperPart, part_id, with_for_update=True)
    if row is None:
        raise no_such("paper")
    return row


def _add(work: UnitOfWork, box: PaperBox, span: Span, kept_because: str) -> PaperPart:
    kept = one_line(kept_because)
    if len(kept) > LONGEST_REASON:
        raise Invalid("Nothing was changed.", fields={"kept_because": "This is too long."})
    row = add_part(work, box.box_id, span, PartState.KEPT, kept)
    note(work, box, "put_in", row.part_id, kept)
    return row


def _receiving(work: UnitOfWork, box_id: str) -> PaperBox:
    box = box_to_change(work, box_id)
    _expect_in_place(box)
    return box


def _expect_in_place(box: PaperBox) -> None:
    if box.state != BoxState.IN_PLACE:
        raise Conflict(
            f"Box {box.barcode} is not in its place: it is {box.state}.", code="box_state"
        )


def _already(session: Session, box_id: str) -> str:
    barcode = session.get_one(PaperBox, box_id).barcode
    return (
        f"Some of this is registered in box {barcode} already. Nothing was changed: move it, or take it "
        "out of what lies there."
    )


def _span(session: Session, what: What) -> Span:
    """Raises Invalid by field: batch, file, pages."""
    number = one_line(what.batch).upper().removeprefix("B-")
    batch = None
    if number.isascii() and number.isdecimal() and len(number) < 9:
        batch = session.scalar(select(Batch).where(Batch.number == int(number)))
    if batch is None:
        raise _invalid("batch", "There is no batch of this reference.")
    if what.file is None:
        if what.pages.strip():
            raise _invalid("file", "Say of which file these are pages.")
        return Span(batch.batch_id)
    item = session.scalar(
        select(Item).where(Item.batch_id == batch.batch_id, Item.ordinal == what.file)
    )
    if item is None:
        raise _invalid("file", "The batch has no file of this number.")
    try:
        first, last = pages_of(what.pages)
    except ValueError:
        raise _invalid("pages", "Give pages such as 3 or 3-6.") from None
    if first and (item.page_count is None or last > item.page_count):
        raise _invalid("pages", f"This file has {item.page_count or 'no counted'} pages.")
    return Span(batch.batch_id, item.item_id, first, last)


def _invalid(field: str, message: str) -> Invalid:
    return Invalid("Nothing was changed.", fields={field: message})
