"""Tasks of paper: destroy it where its record was disposed of, isolate it where a hold is on it.

They are opened in the transaction of what brought them about. A task to destroy is closed by the act of
destruction or by a reasoned answer, one to isolate by lifting the hold (or when nothing of it lies in the box
any more). Those of secret holds are there only for who may know of them, and the log says of them in plain
no more than of the hold itself.
"""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, func, select, true
from sqlalchemy.orm import Session

from edrms.access.model import Actor
from edrms.access.policy import holds as has
from edrms.access.policy import require
from edrms.errors import Conflict, Invalid, no_such
from edrms.ids import new_id
from edrms.records.paper import HoldsOnRecords, LiveHold
from edrms.records.tables import GIVEN_UP, Record
from edrms.uow import UnitOfWork
from scanning.batches.tables import Document, Item
from scanning.paper.desk import LOCK, PaperDesk, note
from scanning.paper.ending import end_stretch
from scanning.paper.model import LIVE_PARTS, PartState, TaskKind, TaskState
from scanning.paper.tables import PaperBox, PaperPart, PaperTask
from scanning.paper.where import Place, lies_in_part, places_of_records
from scanning.paper.words import one_line, reason_wrong

VIEW_TASKS, ANSWER = "paper:task:view", "paper:task:answer"
ISOLATE = "paper:task:isolate"
OPEN = "paper:task:open"
CLOSE = "paper:task:close"
SECRET, VIEW_HOLDS = "hold:secret:view", "hold:hold:view"
KIND, SECRET_KIND = "paper_task", "secret_hold"
PAGE_SIZE = 50
# What may be answered instead of destroying, and what the paper then is.
ANSWERS = {
    "already_destroyed": PartState.DESTROYED_EARLY,
    "never_existed": PartState.NEVER_EXISTED,
    "returned": PartState.RETURNED,
}


@dataclass(frozen=True, slots=True)
class OpenTask:
    """A task as it is shown. record: reference of a record that is gone, of a task to destroy; places: where
    its paper is now. hold: reference, for those who may know; box: of a task to isolate."""

    row: PaperTask
    record: str
    places: tuple[Place, ...]
    hold: str
    box: PaperBox | None


class PaperTasks(PaperDesk):
    """Tasks of paper; and the PaperOfRecords of this instance."""

    def given_up(self, work: UnitOfWork, record_ids: Collection[str]) -> None:
        """See PaperOfRecords. Also where no paper is registered, but sheets were counted by hand."""
        work.alone(LOCK)
        waiting = _waiting_by_record(work.session, record_ids)
        for record_id, places in sorted(places_of_records(work.session, record_ids).items()):
            unregistered = all(one.part is None for one in places) and places[0].is_counted
            if record_id not in waiting and (unregistered or any(one.is_live for one in places)):
                _open_destroy(work, record_id)

    def holds_changed(self, work: UnitOfWork, hold_id: str = "") -> None:
        """See PaperOfRecords."""
        work.alone(LOCK)
        isolate(work, self._holds, Near(hold_id=hold_id) if hold_id else None)

    def catch_up(self, work: UnitOfWork) -> bool:
        """The same from time to time, for holds that catch what was filed since. Returns False: no more."""
        self._holds.guard(work, ())
        self.holds_changed(work)
        return False

    def listed(
        self, actor: Actor, state: TaskState = TaskState.OPEN, page: int = 1
    ) -> tuple[tuple[OpenTask, ...], int]:
        """A page of tasks in this state, the earliest first, and how many there are."""
        require(actor, VIEW_TASKS)
        wanted = (PaperTask.state == state) & _known(actor)
        statement = select(PaperTask).where(wanted).order_by(PaperTask.opened_at, PaperTask.task_id)
        with self._database.read() as session:
            total = session.scalar(select(func.count(PaperTask.task_id)).where(wanted)) or 0
            some = statement.limit(PAGE_SIZE).offset(PAGE_SIZE * (max(1, page) - 1))
            rows = session.scalars(some).all()
            return self._shown(session, actor, rows), total

    def waiting(self, actor: Actor) -> int:
        """How many open tasks there are for the actor to know of."""
        require(actor, VIEW_TASKS)
        wanted = (PaperTask.state == TaskState.OPEN) & _known(actor)
        with self._database.read() as session:
            return session.scalar(select(func.count(PaperTask.task_id)).where(wanted)) or 0

    def _shown(
        self, session: Session, actor: Actor, rows: Collection[PaperTask]
    ) -> tuple[OpenTask, ...]:
        record_ids = {row.record_id for row in rows if row.record_id}
        references = dict(
            session.execute(
                select(Record.record_id, Record.reference).where(Record.record_id.in_(record_ids))
            ).all()
        )
        places = places_of_records(session, record_ids)
        live = self._holds.live(session, self._clock.now()) if has(actor, VIEW_HOLDS) else ()
        names = {one.hold_id: one.reference for one in live}
        boxes = {
            one.box_id: one
            for one in session.scalars(
                select(PaperBox).where(PaperBox.box_id.in_({row.box_id for row in rows}))
            )
        }
        return tuple(
            OpenTask(
                row, references.get(row.record_id, ""), places.get(row.record_id, ()),
                names.get(row.hold_id, ""), boxes.get(row.box_id),
            )
            for row in rows
        )  # fmt: skip

    def isolated(self, actor: Actor, task_id: str) -> None:
        """The box was put where nobody destroys it; the task rests until the hold is lifted."""
        with self._acting(actor, ISOLATE) as work:
            row = _known_task(work, actor, task_id)
            if row.kind != TaskKind.ISOLATE or row.state != TaskState.OPEN:
                raise Conflict("This task does not wait for that any more.", code="state")
            row.state, row.isolated_by, row.isolated_at = (
                TaskState.ISOLATED, actor.staff_id, work.now,
            )  # fmt: skip
            if not row.is_secret:  # the history of a box is read by those who may not know of it
                note(work, work.session.get_one(PaperBox, row.box_id), "isolate")
            if row.is_secret:
                work.journal(ISOLATE, SECRET_KIND, row.hold_id, personal=f"box {row.box_id}")
            else:
                work.journal(ISOLATE, KIND, task_id, box=row.box_id)

    def answer(self, actor: Actor, task_id: str, answer: str, reason: str) -> None:
        """Close a task to destroy by saying why there is nothing to destroy; it shows on the paper.

        answer: one of ANSWERS. Raises Invalid by field, Conflict where it is closed already.
        """
        with self._acting(actor, ANSWER) as work:
            row = _known_task(work, actor, task_id)
            if row.kind != TaskKind.DESTROY or row.state != TaskState.OPEN:
                raise Conflict("This task does not wait for that any more.", code="state")
            wrong = reason_wrong(reason)
            if answer not in ANSWERS:
                wrong["answer"] = "Choose an answer."
            if wrong:
                raise Invalid("The task stays open.", fields=wrong)
            places = places_of_records(work.session, [row.record_id]).get(row.record_id, ())
            for place in places:
                if place.is_live and place.part is not None and place.box is not None:
                    ended = end_stretch(work, place.part, place.span, ANSWERS[answer])
                    note(work, place.box, answer, ended.part_id, one_line(reason))
            _close(work, row, answer, one_line(reason))
            boxes = frozenset(one.box.box_id for one in places if one.box)
            isolate(work, self._holds, Near(frozenset(one.batch_id for one in places), boxes))


@dataclass(frozen=True, slots=True)
class Near:
    """What of paper and holds changed, so that not everything need be looked through. batches: what lies
    where in these; boxes: what was taken out of them. hold_id: that hold alone; "" all."""

    batches: frozenset[str] = frozenset()
    boxes: frozenset[str] = frozenset()
    hold_id: str = ""


def isolate(work: UnitOfWork, holds: HoldsOnRecords, near: Near | None = None) -> None:
    """Bring the tasks to isolate in step with what is held and lies in boxes now. Locks: see desk.py.

    near: None looks through everything.
    """
    work.session.flush()
    live = {one.hold_id: one for one in holds.live(work.session, work.now)}
    rows = _isolating(work.session, near)
    for row in rows:
        hold = live.get(row.hold_id)
        here = _boxes_with(hold.covers).where(PaperPart.box_id == row.box_id) if hold else None
        if here is None or work.session.scalar(here.limit(1)) is None:
            _close(work, row, "not_held")
    if work.session.scalar(
        select(PaperPart.part_id).where(PaperPart.state.in_(LIVE_PARTS)).limit(1)
    ):
        for hold in live.values():
            if near is None or near.hold_id in ("", hold.hold_id):
                _open_isolating(work, hold, near)


def _isolating(session: Session, near: Near | None) -> list[PaperTask]:
    """Tasks to isolate that may have to be closed."""
    wanted = select(PaperTask).where(
        PaperTask.kind == TaskKind.ISOLATE, PaperTask.state != TaskState.CLOSED
    )
    if near is not None and near.hold_id:
        wanted = wanted.where(PaperTask.hold_id == near.hold_id)
    elif near is not None:
        wanted = wanted.where(PaperTask.box_id.in_(near.boxes))
    return list(session.scalars(wanted.order_by(PaperTask.task_id)))


def _open_isolating(work: UnitOfWork, hold: LiveHold, near: Near | None) -> None:
    wanted = _boxes_with(hold.covers)
    if near is not None and not near.hold_id:
        wanted = wanted.where(Item.batch_id.in_(near.batches))
    here = select(PaperTask.box_id).where(
        PaperTask.hold_id == hold.hold_id, PaperTask.state != TaskState.CLOSED
    )
    for box_id in sorted(set(work.session.scalars(wanted)) - set(work.session.scalars(here))):
        row = _task(work, TaskKind.ISOLATE)
        row.hold_id, row.box_id, row.is_secret = hold.hold_id, box_id, hold.is_secret
        work.session.add(row)
        if row.is_secret:
            work.journal(OPEN, SECRET_KIND, hold.hold_id, personal=f"paper of box {box_id}")
        else:
            work.journal(OPEN, KIND, row.task_id, task="isolate", box=box_id)


def settle_destroyed(work: UnitOfWork, record_ids: Collection[str], answer: str) -> None:
    """After paper ended, or came back: close the tasks of records that have none left, and open those of
    records that were given up and have some again."""
    work.session.flush()
    gone = select(Record.record_id).where(
        Record.record_id.in_(record_ids), Record.state.in_(GIVEN_UP)
    )
    ended = list(work.session.scalars(gone.order_by(Record.record_id)))
    waiting = _waiting_by_record(work.session, ended)
    for record_id, places in sorted(places_of_records(work.session, ended).items()):
        task = waiting.get(record_id)
        if task is not None and all(one.part and not one.is_live for one in places):
            _close(work, task, answer)
        elif task is None and any(one.is_live for one in places):
            _open_destroy(work, record_id)


def follow_ended_records(work: UnitOfWork, part: PaperPart) -> None:
    """The same for whatever lies in a part of which something was said."""
    near = (
        select(Document.record_id)
        .join(Item, Item.item_id == Document.item_id)
        .where(Item.batch_id == part.batch_id, Document.record_id.is_not(None))
    )
    if part.item_id:
        near = near.where(Document.item_id == part.item_id)
    ids = [one for one in work.session.scalars(near) if one]
    settle_destroyed(work, ids, part.state)


def _boxes_with(covers: ColumnElement[bool]) -> Select[str]:
    return (
        select(PaperPart.box_id)
        .select_from(Record)
        .join(Document, Document.record_id == Record.record_id)
        .join(Item, Item.item_id == Document.item_id)
        .join(PaperPart, PaperPart.batch_id == Item.batch_id)
        .where(covers, lies_in_part())
        .distinct()
    )


def _known(actor: Actor) -> ColumnElement[bool]:
    return true() if has(actor, SECRET) else PaperTask.is_secret.is_(False)


def _known_task(work: UnitOfWork, actor: Actor, task_id: str) -> PaperTask:
    row = work.session.get(PaperTask, task_id, with_for_update=True)
    if row is None or (row.is_secret and not has(actor, SECRET)):
        raise no_such("task")
    return row


def _waiting_by_record(session: Session, record_ids: Collection[str]) -> dict[str, PaperTask]:
    rows = session.scalars(
        select(PaperTask).where(
            PaperTask.kind == TaskKind.DESTROY, PaperTask.state == TaskState.OPEN,
            PaperTask.record_id.in_(record_ids),
        )
    )  # fmt: skip
    return {row.record_id: row for row in rows}


def _task(work: UnitOfWork, kind: TaskKind) -> PaperTask:
    return PaperTask(
        task_id=new_id(), kind=kind, state=TaskState.OPEN, opened_at=work.now, record_id="",
        hold_id="", box_id="", is_secret=False,
    )  # fmt: skip


def _open_destroy(work: UnitOfWork, record_id: str) -> None:
    row = _task(work, TaskKind.DESTROY)
    row.record_id = record_id
    work.session.add(row)
    work.journal(OPEN, KIND, row.task_id, task="destroy", record=record_id)


def _close(work: UnitOfWork, row: PaperTask, answer: str, reason: str = "") -> None:
    row.state, row.closed_by, row.closed_at = TaskState.CLOSED, work.actor.staff_id, work.now
    row.answer, row.reason = answer, reason
    if row.is_secret:
        work.journal(CLOSE, SECRET_KIND, row.hold_id, personal=f"paper of box {row.box_id}")
    else:
        work.journal(CLOSE, KIND, row.task_id, answer=answer, personal=reason)
