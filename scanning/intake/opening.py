"""Opening a batch, once for each key of its sender."""

from collections.abc import Mapping

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from edrms.clock import civil_date
from edrms.errors import Conflict
from edrms.ids import BatchId, new_id
from edrms.uow import UnitOfWork
from scanning.batches.tables import Batch
from scanning.intake.delivery import Delivery

_NOT_SAID: tuple[object, ...] = (None, "", {})


def open_batch(
    work: UnitOfWork, channel: str, delivery: Delivery, sender_key: str | None
) -> BatchId:
    """A new batch, or the one that this sender opened under this key before.

    Raises Invalid naming what is wrong, Conflict when the key was used for another delivery.
    """
    known = delivery.checked(civil_date(work.now))
    work.alone("batch numbers")
    opened_by = work.actor.staff_id
    earlier = _under_key(work.session, opened_by, sender_key)
    if earlier is not None:
        return _same(earlier, known, is_dated=delivery.received_on is not None)
    batch_id = BatchId(new_id())
    number = (work.session.scalar(select(func.max(Batch.number))) or 0) + 1
    work.session.add(
        Batch(
            batch_id=batch_id, number=number, channel=channel, opened_by=opened_by,
            opened_at=work.now, sender_key=sender_key, **known,
        )
    )  # fmt: skip
    work.journal("batch:list:open", "batch", batch_id, channel=channel)
    return batch_id


def _under_key(session: Session, opened_by: str, sender_key: str | None) -> Batch | None:
    if sender_key is None:
        return None
    mine = Batch.opened_by == opened_by
    return session.scalar(select(Batch).where(mine, Batch.sender_key == sender_key))


def _same(earlier: Batch, known: Mapping[str, object], *, is_dated: bool) -> BatchId:
    """What was not said then may have been told since; the day of a repeat may be the next."""
    said = {name for name, value in known.items() if value not in _NOT_SAID}
    if any(getattr(earlier, name) != known[name] for name in said - {"received_on"}) or (
        is_dated and earlier.received_on != known["received_on"]
    ):
        raise Conflict(
            "Another batch was opened under this key before. Open this one under a key of its own.",
            code="sender_key_used",
        )
    return BatchId(earlier.batch_id)
