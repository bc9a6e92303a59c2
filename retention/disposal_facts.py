"""What is so of the items of a case, loaded from the rows of this moment for retention/workflow.py to judge.

`stated` tells what the items say of themselves; `rechecked` asks everything anew, under the lock that no
hold can pass, and goes by nothing stored.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Select, exists, or_, select
from sqlalchemy.orm import Session

from edrms.access.tables import Allocation
from edrms.clock import civil_date
from edrms.records.tables import FILED, CaseFile, Record, RecordAttachment
from edrms.uow import UnitOfWork
from retention.disposal_tables import DisposalGround, DisposalItem
from retention.evaluation import ask
from retention.frozen_list import ListedItem
from retention.hold_guard import guard_destruction
from retention.life import STATUSES
from retention.model import Answer, Due, Ground, NotDue, Permanent, Schedule
from retention.schedule_store import in_force
from retention.tables import LifeEvent
from retention.transfer_receipts import has_arrived
from retention.workflow import Decision, ItemFacts, ItemState


def stated(row: DisposalItem) -> ItemFacts:
    """What an item says of itself; everything that must be asked is not known."""
    decision = Decision(row.decision) if row.decision else None
    return ItemFacts(ItemState(row.state), decision, row.reason)


def listed(row: DisposalItem) -> ListedItem:
    """What of an item is approved."""
    return ListedItem(
        row.item_id, row.record_id, row.decision, row.reason, row.extend_until, row.to_class
    )


def ground_of(
    session: Session, item_id: str, record_id: str, answer: Due, schedule: Schedule
) -> DisposalGround:
    """What a decision on a record that is due rests on now."""
    why = answer.ground
    class_ids = _classes(session, record_id)
    class_id = why.class_id or (class_ids[0] if class_ids else "")
    return DisposalGround(
        item_id=item_id, file_ids=_files(session, record_id), class_id=class_id,
        authority=_authority(why, class_id, schedule), action=str(answer.action), due_on=answer.on,
        schedule_version=answer.schedule_version,
    )  # fmt: skip


def _authority(why: Ground, class_id: str, schedule: Schedule) -> str:
    rule = schedule.rules.get(class_id)
    authority = why.authority or (rule.authority if rule else "")
    return f"{authority}; kept longer by decision" if why.is_extension else authority


def _files(session: Session, record_id: str) -> list[str]:
    wanted = select(RecordAttachment.case_file_id).where(RecordAttachment.record_id == record_id)
    return sorted(session.scalars(wanted))


def _classes(session: Session, record_id: str) -> list[str]:
    wanted = (
        select(CaseFile.record_class)
        .join(RecordAttachment, RecordAttachment.case_file_id == CaseFile.case_file_id)
        .where(RecordAttachment.record_id == record_id)
    )
    return sorted(session.scalars(wanted))


def rechecked(
    work: UnitOfWork, rows: Sequence[DisposalItem]
) -> dict[str, tuple[ItemFacts, DisposalGround | None]]:
    """By item id: what is so of each now, and the ground it is due on, None where it is not due.

    From here until the transaction ends no hold is placed or lifted.
    """
    session = work.session
    ids = [row.record_id for row in rows]
    held = guard_destruction(work, ids)
    filed = set(session.scalars(select(Record.record_id).where(
        Record.record_id.in_(ids), Record.state == FILED)))  # fmt: skip
    schedule = in_force(session)
    answers = ask(session, ids, schedule, civil_date(work.now)) if schedule else {}
    found = {}
    for row in rows:
        answer = answers.get(row.record_id) if row.record_id in filed else None
        ground = None
        if isinstance(answer, Due) and schedule is not None:
            ground = ground_of(session, row.item_id, row.record_id, answer, schedule)
        facts = _facts(session, row, answer, ground, is_held=row.record_id in held)
        found[row.item_id] = facts, ground
    return found


def _facts(
    session: Session, row: DisposalItem, answer: Answer | None, ground: DisposalGround | None, *,
    is_held: bool,
) -> ItemFacts:  # fmt: skip
    before, since = session.get(DisposalGround, row.item_id), row.appraised_at
    decision = Decision(row.decision) if row.decision else None
    if before is None or since is None:
        return ItemFacts(ItemState(row.state), decision, row.reason, is_held=is_held)
    files = _files(session, row.record_id)
    subjects = [row.record_id, *files, *_clients(session, files)]
    is_of_another_class = ground is not None and ground.class_id != before.class_id
    return ItemFacts(
        state=ItemState(row.state), decision=decision, reason=row.reason, is_due=_is_due(answer),
        is_held=is_held,
        has_activity=files != before.file_ids or _is_active(session, row, subjects, since),
        has_new_status=is_of_another_class or _events_since(session, subjects, since, of_status=True),
        has_arrived=bool(has_arrived(session, [row.record_id])),
    )  # fmt: skip


def _is_due(answer: Answer | None) -> bool | None:
    match answer:
        case Due():
            return True
        case NotDue() | Permanent():
            return False
    return None


def _clients(session: Session, file_ids: Sequence[str]) -> list[str]:
    wanted = select(CaseFile.client_id).where(CaseFile.case_file_id.in_(file_ids)).distinct()
    return sorted(session.scalars(wanted))


def _is_active(
    session: Session, row: DisposalItem, subjects: Sequence[str], since: datetime
) -> bool:
    """Whether something else was filed, somebody began to work with a client, or an event became known."""
    filed = exists().where(
        Record.filed_at > since, Record.record_id != row.record_id,
        Record.record_id == RecordAttachment.record_id,
        RecordAttachment.case_file_id == CaseFile.case_file_id, CaseFile.client_id.in_(subjects),
    )  # fmt: skip
    begun = exists().where(Allocation.client_id.in_(subjects), Allocation.from_at > since)
    if session.scalar(select(or_(filed, begun))):
        return True
    return _events_since(session, subjects, since, of_status=False)


def _events_since(
    session: Session, subjects: Sequence[str], since: datetime, *, of_status: bool
) -> bool:
    is_status = LifeEvent.kind.in_([str(one) for one in STATUSES])
    known: ColumnElement[bool] = or_(LifeEvent.recorded_at > since, LifeEvent.withdrawn_at > since)
    wanted: Select[str] = select(LifeEvent.event_id).where(
        LifeEvent.subject_id.in_(subjects), known, is_status if of_status else ~is_status
    )
    return session.scalar(wanted.limit(1)) is not None
