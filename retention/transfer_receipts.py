"""What the receiver has: its receipt is compared file by file, and only what agrees whole has arrived."""

import hashlib
from collections.abc import Collection, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from edrms.access.model import Actor
from edrms.clock import Clock
from edrms.db import Database
from edrms.errors import Conflict, Invalid, no_such
from edrms.records.reading import visible_among
from edrms.uow import UnitOfWork, write
from retention.receipt import Compared, Heard, compared, read_receipt
from retention.transfer_tables import MADE, RECEIVED, Transfer, TransferItem

CONFIRM = "record:transfer:confirm"
HAND_OVER = "record:content:transfer"
MOST_SAID = 20
_WORDS = {Heard.DIFFERS: "has another hash", Heard.ABSENT: "is not in the receipt"}


def confirmed(
    database: Database, clock: Clock, actor: Actor, reference: str, receipt: str
) -> Transfer:
    """Compare a receipt, keep what it says, and if all of it agrees the transfer has arrived.

    Raises Invalid naming files that do not agree, of records that the actor may hand over.
    """
    with database.read() as session:  # a long text is read while nobody waits for us
        _awaited(session, reference)
    said = read_receipt(receipt, reference.strip().upper())
    with write(database, actor, clock) as work:
        row = _awaited(work.session, reference, to_change=True)
        items = _heard(work.session, row.transfer_id, said)
        found = compared({p: d for one in items for p, d in one.payload.items()}, said)
        shown = _nameable(work, items, found) if found.faults else []
        _write_down(work, row, receipt, found)
    if found.faults:
        raise _disagreement(found, shown)
    return row


def transfer_of(session: Session, reference: str, *, to_change: bool = False) -> Transfer:
    """The transfer of this reference, locked where it is to be changed. Raises NotFound for none."""
    wanted = select(Transfer).where(Transfer.reference == reference.strip().upper())
    row = session.scalar(wanted.with_for_update() if to_change else wanted)
    if row is None:
        raise no_such("transfer")
    return row


def _awaited(session: Session, reference: str, *, to_change: bool = False) -> Transfer:
    """A transfer whose receipt is awaited."""
    row = transfer_of(session, reference, to_change=to_change)
    if row.state != MADE:
        words = "was confirmed already" if row.state == RECEIVED else "was never finished"
        raise Conflict(f"This transfer {words}.", code="transfer_state")
    return row


def _heard(session: Session, transfer_id: str, said: dict[str, str]) -> Sequence[TransferItem]:
    """Each record of the transfer, with what the receipt says of its files."""
    mine = select(TransferItem).where(TransferItem.transfer_id == transfer_id)
    items = session.scalars(mine.order_by(TransferItem.record_id)).all()
    for item in items:
        item.said = {path: said[path] for path in item.payload if path in said}
    return items


def _write_down(work: UnitOfWork, row: Transfer, receipt: str, found: Compared) -> None:
    row.receipt_sha256 = hashlib.sha256(receipt.encode()).hexdigest()
    row.checked_at, row.checked_by = work.now, work.actor.staff_id
    if found.faults:
        work.journal("record:transfer:check", "transfer", row.transfer_id, outcome="refused",
                     receipt=row.receipt_sha256, files=len(found.files),
                     faults=len(found.faults))  # fmt: skip
        return
    row.state, row.received_at, row.received_by = RECEIVED, work.now, work.actor.staff_id
    work.journal(CONFIRM, "transfer", row.transfer_id, receipt=row.receipt_sha256)


def _nameable(work: UnitOfWork, items: Sequence[TransferItem], found: Compared) -> list[str]:
    """The files at fault whose record the actor may hand over: a path has the record's reference."""
    ids = [one.record_id for one in items]
    seen = visible_among(work.session, work.actor, HAND_OVER, ids, work.now)
    paths = {path for one in items if one.record_id in seen for path in one.payload}
    return [path for path in found.faults if path in paths]


def _disagreement(found: Compared, nameable: Sequence[str]) -> Invalid:
    faults = [f"{path}: {_WORDS[found.faults[path]]}" for path in nameable[:MOST_SAID]]
    left = len(found.faults) - len(faults)
    more = [f"and {left} more"] if left else []
    return Invalid(
        f"The receipt does not agree: {'; '.join([*faults, *more])}. No record counts as arrived.",
        code="receipt_differs",
        fields={"receipt": f"{len(found.faults)} of {len(found.files)} files do not agree."},
    )


def has_arrived(session: Session, record_ids: Collection[str]) -> set[str]:
    """Those of these records that a receiver is known to have, whole."""
    arrived = (
        select(TransferItem.record_id)
        .join(Transfer, Transfer.transfer_id == TransferItem.transfer_id)
        .where(TransferItem.record_id.in_(list(record_ids)), Transfer.state == RECEIVED)
    )
    return set(session.scalars(arrived))


def receivers(session: Session, record_ids: Collection[str]) -> dict[str, str]:
    """Who is known to have each of these records, and by which transfer: the latest, in words."""
    arrived = (
        select(TransferItem.record_id, Transfer.recipient, Transfer.reference)
        .join(Transfer, Transfer.transfer_id == TransferItem.transfer_id)
        .where(TransferItem.record_id.in_(list(record_ids)), Transfer.state == RECEIVED)
        .order_by(Transfer.received_at)
    )
    return {one: f"{recipient} ({by})" for one, recipient, by in session.execute(arrived)}
