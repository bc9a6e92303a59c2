"""What is so of the items of a case, loaded from the rows of this moment for retention/workflow.py to judge.

`stated` tells what the items say of themselves; `rechecked` asks everything anew, under the lock that no
hold can pass, and goes by nothing stored.
"""

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from edrms.clock import civil_date
from edrms.records.tables import FILED, Record
from edrms.uow import UnitOfWork
from retention.disposal_activity import OnFiles, Since, files_of
from retention.disposal_tables import DisposalGround, DisposalItem
from retention.evaluation import ask
from retention.frozen_list import ListedItem
from retention.hold_guard import guard_destruction
from retention.model import Answer, Due, Ground, NotDue, Permanent, Schedule
from retention.schedule_store import in_force
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


def listed_items(session: Session, case_id: str) -> list[ListedItem]:
    """The same of every item of a case: columns only, since each destroying transaction asks for it."""
    columns = (
        DisposalItem.item_id, DisposalItem.record_id, DisposalItem.decision, DisposalItem.reason,
        DisposalItem.extend_until, DisposalItem.to_class,
    )  # fmt: skip
    rows = session.execute(select(*columns).where(DisposalItem.case_id == case_id))
    return [ListedItem(*row) for row in rows]


def ground_of(
    session: Session, item_id: str, record_id: str, answer: Due, schedule: Schedule
) -> DisposalGround:
    """What a decision on a record that is due rests on now."""
    return _ground(item_id, answer, schedule, files_of(session, [record_id])[record_id])


def _ground(item_id: str, answer: Due, schedule: Schedule, files: OnFiles) -> DisposalGround:
    why = answer.ground
    class_id = why.class_id or (files.classes[0] if files.classes else "")
    return DisposalGround(
        item_id=item_id, file_ids=files.ids, class_id=class_id,
        authority=_authority(why, class_id, schedule), action=str(answer.action), due_on=answer.on,
        schedule_version=answer.schedule_version,
    )  # fmt: skip


def _authority(why: Ground, class_id: str, schedule: Schedule) -> str:
    rule = schedule.rules.get(class_id)
    authority = why.authority or (rule.authority if rule else "")
    return f"{authority}; kept longer by decision" if why.is_extension else authority


def rechecked(
    work: UnitOfWork, rows: Sequence[DisposalItem]
) -> dict[str, tuple[ItemFacts, DisposalGround | None]]:
    """By item id: what is so of each now, and the ground it is due on, None where it is not due.

    From here until the transaction ends no hold is placed or lifted. A dozen statements for all of them.
    """
    session = work.session
    ids = [row.record_id for row in rows]
    held = guard_destruction(work, ids)
    filed = set(session.scalars(select(Record.record_id).where(
        Record.record_id.in_(ids), Record.state == FILED)))  # fmt: skip
    schedule = in_force(session)
    answers = ask(session, ids, schedule, civil_date(work.now)) if schedule else {}
    appraised = select(DisposalGround).where(
        DisposalGround.item_id.in_([one.item_id for one in rows])
    )
    before = {ground.item_id: ground for ground in session.scalars(appraised)}
    files = files_of(session, ids)
    since = Since(session, files, min((row.appraised_at for row in rows if row.appraised_at),
                                      default=work.now))  # fmt: skip
    arrived = has_arrived(session, ids)
    found = {}
    for row in rows:
        on = files[row.record_id]
        answer = answers.get(row.record_id) if row.record_id in filed else None
        ground = None
        if isinstance(answer, Due) and schedule is not None:
            ground = _ground(row.item_id, answer, schedule, on)
        facts = ItemFacts(
            ItemState(row.state), Decision(row.decision) if row.decision else None, row.reason,
            is_held=row.record_id in held,
        )  # fmt: skip
        if row.item_id in before and row.appraised_at is not None:
            appraised_on = before[row.item_id]
            facts = replace(
                facts, is_due=_is_due(answer), has_arrived=row.record_id in arrived,
                has_activity=on.ids != appraised_on.file_ids
                or since.is_active(row.record_id, row.appraised_at),
                has_new_status=(ground is not None and ground.class_id != appraised_on.class_id)
                or since.has_new_status(row.record_id, row.appraised_at),
            )  # fmt: skip
        found[row.item_id] = facts, ground
    return found


def _is_due(answer: Answer | None) -> bool | None:
    match answer:
        case Due():
            return True
        case NotDue() | Permanent():
            return False
    return None
