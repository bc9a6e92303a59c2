"""When a hold is lifted: what it had kept from its end is appraised afresh, never ended by old approval."""

from sqlalchemy import ColumnElement, Select, select

from edrms.ids import new_id
from edrms.records.tables import FILED, Record
from edrms.uow import UnitOfWork
from retention.disposal_tables import DisposalItem
from retention.hold_guard import live_holds_on
from retention.workflow import ItemState, Skip


def appraise_afresh(work: UnitOfWork, was_held: ColumnElement[bool]) -> list[str]:
    """Put what was approved, or skipped for a hold, back to proposed where no other hold is on it.

    was_held: condition on records. The old item stays in its frozen list, skipped; a new one waits for
    a case. Returns the ids of the new items; the caller journals. Call after the lift is flushed.
    """
    rows = work.session.scalars(
        select(DisposalItem)
        .join(Record, Record.record_id == DisposalItem.record_id)
        .where(
            (DisposalItem.state == ItemState.APPROVED)
            | (
                (DisposalItem.state == ItemState.SKIPPED)
                & (DisposalItem.skipped_because == Skip.HELD)
            ),
            Record.state == FILED,
            was_held,
            DisposalItem.item_id.not_in(_followed()),
        )
        .order_by(DisposalItem.item_id)
    ).all()
    still = live_holds_on(work.session, {row.record_id for row in rows}, work.now)
    return [_fresh(work, row) for row in rows if row.record_id not in still]


def _followed() -> Select[str]:
    return select(DisposalItem.follows_item_id).where(DisposalItem.follows_item_id != "")


def _fresh(work: UnitOfWork, old: DisposalItem) -> str:
    if old.state == ItemState.APPROVED:
        old.state, old.skipped_because, old.ended_at = ItemState.SKIPPED, Skip.HELD, work.now
    new = DisposalItem(
        item_id=new_id(), case_id=None, record_id=old.record_id, state=ItemState.PROPOSED,
        proposed_at=work.now, due_on=old.due_on, follows_item_id=old.item_id,
    )  # fmt: skip
    work.session.add(new)
    return new.item_id
