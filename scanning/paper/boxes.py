"""Boxes: registering, moving, lending, losing and finding them, and looking for them. One transaction each.

Where a box is and who has it is in its row; everything it went through is in its history.
"""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from sqlalchemy import ColumnElement, func, nulls_first, select, true
from sqlalchemy.orm import Session

from edrms.access.model import Actor
from edrms.access.policy import require
from edrms.clock import civil_date
from edrms.errors import Conflict, Invalid, Refused, no_such
from edrms.ids import new_id, new_reference
from edrms.uow import UnitOfWork, write
from scanning.batches.tables import Batch, Item
from scanning.paper.desk import BOX, VIEW, PaperDesk, box_to_change, note
from scanning.paper.label_pdf import label_of
from scanning.paper.model import LIVE_PARTS, BoxState
from scanning.paper.rules import BoxAct, next_box_state
from scanning.paper.tables import PaperBox, PaperMove, PaperPart
from scanning.paper.words import (
    barcode_of,
    barcode_wrong,
    due_back_wrong,
    one_line,
    reason_wrong,
    text_wrong,
)

REGISTER = "paper:box:register"
MOVE = "paper:box:move"
RETIRE = "paper:box:retire"
PAGE_SIZE = 50
Which = Literal["all", "out", "overdue", "lost", "retired"]


@dataclass(frozen=True, slots=True)
class SaidOfBox:
    """What goes with an act: each act needs some of it (boxes.py, _wrong)."""

    location: str = ""
    custodian: str = ""
    due_back_on: date | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class InBox:
    """A part in a box. file: number of the file within its batch, None for the whole batch."""

    row: PaperPart
    batch_reference: str
    file: int | None


@dataclass(frozen=True, slots=True)
class OpenBox:
    """A box, what lies or lay in it, and its history, the latest first."""

    row: PaperBox
    parts: tuple[InBox, ...]
    history: tuple[PaperMove, ...]
    is_overdue: bool


class Boxes(PaperDesk):
    """The boxes of an instance."""

    def register(self, actor: Actor, barcode: str, location: str, custodian: str) -> str:
        """A new, empty box. barcode "": one is made. Returns its id; raises Invalid by field."""
        with self._acting(actor, REGISTER) as work:
            wanted = barcode_of(barcode)
            wrong = barcode_wrong(wanted) if wanted else {}
            wrong |= text_wrong("location", location, 200, "Say where the box stands.")
            wrong |= text_wrong("custodian", custodian, 120, "Say who answers for it.")
            if not wrong and wanted and _has(work.session, wanted):
                wrong = {"barcode": "There is a box with this barcode already."}
            if wrong:
                raise Invalid("The box was not registered.", fields=wrong)
            box = PaperBox(
                box_id=new_id(), barcode=wanted or _free_barcode(work.session),
                location=one_line(location), custodian=one_line(custodian),
                state=BoxState.IN_PLACE, made_by=actor.staff_id, made_at=work.now,
            )  # fmt: skip
            work.session.add(box)
            work.session.flush()
            note(work, box, "register")
            work.journal(REGISTER, BOX, box.box_id, barcode=box.barcode)
        return box.box_id

    def act(self, actor: Actor, box_id: str, act: BoxAct, said: SaidOfBox) -> None:
        """Do this with a box. Raises Invalid by field; Conflict where its state does not allow it (a box
        that is out is not moved: it comes back first); Refused for retiring one that is not empty."""
        with self._acting(actor, RETIRE if act is BoxAct.RETIRE else MOVE) as work:
            box = box_to_change(work, box_id)
            to = next_box_state(BoxState(box.state), act)
            if to is None:
                raise Conflict(_why_not(BoxState(box.state)), code="state")
            if wrong := _wrong(act, said, civil_date(work.now)):
                raise Invalid("Nothing was changed.", fields=wrong)
            if act is BoxAct.RETIRE and _live_parts(work.session, box_id):
                raise Refused("There is paper in this box: move it first.", code="not_empty")
            box.state, box.due_back_on = to, said.due_back_on if act is BoxAct.LEND else None
            if act is not BoxAct.LOSE:
                box.location = one_line(said.location) or box.location
                box.custodian = one_line(said.custodian) or box.custodian
            note(work, box, act, reason=one_line(said.reason))
            _journal(work, act, box, one_line(f"{said.custodian} {said.reason}"))

    def listed(
        self, actor: Actor, show: Which = "all", page: int = 1
    ) -> tuple[list[PaperBox], int]:
        """A page of boxes by barcode, from 1, and how many there are."""
        require(actor, VIEW)
        wanted = _shown(show, civil_date(self._clock.now()))
        statement = select(PaperBox).where(wanted).order_by(PaperBox.barcode)
        with self._database.read() as session:
            total = session.scalar(select(func.count(PaperBox.box_id)).where(wanted)) or 0
            some = statement.limit(PAGE_SIZE).offset(PAGE_SIZE * (max(1, page) - 1))
            return list(session.scalars(some)), total

    def overdue(self, actor: Actor) -> int:
        """How many boxes should be back by now, or are lost."""
        return self.listed(actor, "overdue")[1] + self.listed(actor, "lost")[1]

    def find(self, actor: Actor, barcode: str) -> str:
        """Id of the box with this barcode, as scanned or typed. Raises Invalid if there is none."""
        require(actor, VIEW)
        wanted = select(PaperBox.box_id).where(PaperBox.barcode == barcode_of(barcode))
        with self._database.read() as session:
            found = session.scalar(wanted)
        if found is None:
            message = "No box has this barcode."
            raise Invalid(message, fields={"barcode": message})
        return found

    def label(self, actor: Actor, box_id: str, council: str) -> tuple[str, bytes]:
        """A box's barcode, and its label as a PDF; journalled. NotFound if there is none."""
        require(actor, VIEW)
        with write(self._database, actor, self._clock) as work:
            box = work.session.get(PaperBox, box_id)
            if box is None:
                raise no_such("box")
            work.journal("paper:box:label", BOX, box_id)
            return box.barcode, label_of(box.barcode, council)

    def open(self, actor: Actor, box_id: str) -> OpenBox:
        """One box; journalled. NotFound if there is none."""
        require(actor, VIEW)
        with write(self._database, actor, self._clock) as work:
            box = work.session.get(PaperBox, box_id)
            if box is None:
                raise no_such("box")
            history = work.session.scalars(
                select(PaperMove)
                .where(PaperMove.box_id == box_id)
                .order_by(PaperMove.number.desc())
            )
            found = OpenBox(
                box, _contents(work.session, box_id), tuple(history),
                is_overdue(box, civil_date(work.now)),
            )  # fmt: skip
            work.journal(VIEW, BOX, box_id)
            return found


def is_overdue(box: PaperBox, today: date) -> bool:
    """Whether a box that is out should be back."""
    due = box.due_back_on
    return box.state == BoxState.OUT and due is not None and due < today


def _shown(show: Which, today: date) -> ColumnElement[bool]:
    match show:
        case "out":
            return PaperBox.state == BoxState.OUT
        case "overdue":
            return (PaperBox.state == BoxState.OUT) & (PaperBox.due_back_on < today)
        case "lost":
            return PaperBox.state == BoxState.LOST
        case "retired":
            return PaperBox.state == BoxState.RETIRED
    return true()


def _contents(session: Session, box_id: str) -> tuple[InBox, ...]:
    rows = session.execute(
        select(PaperPart, Batch, Item.ordinal)
        .join(Batch, Batch.batch_id == PaperPart.batch_id)
        .outerjoin(Item, Item.item_id == PaperPart.item_id)
        .where(PaperPart.box_id == box_id)
        .order_by(Batch.number, nulls_first(Item.ordinal), PaperPart.first_page, PaperPart.part_id)
    )
    return tuple(InBox(row, batch.reference, ordinal) for row, batch, ordinal in rows)


def _has(session: Session, barcode: str) -> bool:
    return session.scalar(select(PaperBox.box_id).where(PaperBox.barcode == barcode)) is not None


def _free_barcode(session: Session) -> str:
    while _has(session, barcode := new_reference("BX")):
        pass
    return barcode


def _live_parts(session: Session, box_id: str) -> int:
    wanted = select(func.count(PaperPart.part_id)).where(
        PaperPart.box_id == box_id, PaperPart.state.in_(LIVE_PARTS)
    )
    return session.scalar(wanted) or 0


def _why_not(state: BoxState) -> str:
    return {
        BoxState.OUT: "This box is out: it comes back first.",
        BoxState.LOST: "This box is lost: say first that it is found.",
        BoxState.RETIRED: "This box is retired.",
        BoxState.IN_PLACE: "This box is in its place.",
    }[state]


def _wrong(act: BoxAct, said: SaidOfBox, today: date) -> dict[str, str]:
    wrong: dict[str, str] = {}
    if act in (BoxAct.MOVE, BoxAct.GIVE_BACK, BoxAct.FIND):
        wrong |= text_wrong("location", said.location, 200, "Say where the box stands now.")
    if act in (BoxAct.LEND, BoxAct.GIVE_BACK, BoxAct.FIND):
        wrong |= text_wrong(
            "custodian", said.custodian, 120, "Say who has it or answers for it now."
        )
    if act is BoxAct.LEND:
        wrong |= due_back_wrong(said.due_back_on, today)
    if act in (BoxAct.LOSE, BoxAct.FIND, BoxAct.RETIRE):
        wrong |= reason_wrong(said.reason)
    if len(said.location) > 200 or len(said.custodian) > 120 or len(said.reason) > 2000:
        wrong |= {"reason": "This is too long."}
    return wrong


def _journal(work: UnitOfWork, act: BoxAct, box: PaperBox, words: str) -> None:
    match act:
        case BoxAct.MOVE:
            work.journal(MOVE, BOX, box.box_id, personal=words)
        case BoxAct.LEND:
            due = box.due_back_on.isoformat() if box.due_back_on else ""
            work.journal("paper:box:lend", BOX, box.box_id, personal=words, due_back_on=due)
        case BoxAct.GIVE_BACK:
            work.journal("paper:box:return", BOX, box.box_id, personal=words)
        case BoxAct.LOSE:
            work.journal("paper:box:lose", BOX, box.box_id, personal=words)
        case BoxAct.FIND:
            work.journal("paper:box:find", BOX, box.box_id, personal=words)
        case BoxAct.RETIRE:
            work.journal(RETIRE, BOX, box.box_id, personal=words)
