"""Receiving: bytes are safe before anything reads them, and only then is the sender told so.

The store has synced and read back the object before the transaction that writes item, event and job
begins; the answer leaves after a fresh read has seen the committed row. A file cut off half-way or
too large leaves nothing behind but its event.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from edrms.access.model import Actor, BatchFacts
from edrms.access.policy import decide, require
from edrms.clock import Clock, civil_date
from edrms.db import Database
from edrms.errors import Conflict, Damaged, EdrmsError, Invalid, no_such
from edrms.ids import BatchId, ItemId, new_id
from edrms.jobs.queue import enqueue
from edrms.storage.holders import item_holder
from edrms.storage.ports import KeepingStore, StoredObject
from edrms.uow import UnitOfWork, write
from scanning.batches.model import OPEN_ITEM, ItemState
from scanning.batches.tables import Batch, Item
from scanning.intake.delivery import Delivery
from scanning.intake.opening import open_batch
from scanning.intake.quota import QuotaUsedUp, check_quota, count_upload
from scanning.intake.reconciling import Expected
from scanning.intake.rules import clean_file_name
from scanning.reading.model import HeldReason


@dataclass(frozen=True, slots=True)
class Received:
    """The receipt for one file. identical_to: an earlier item with the very same bytes, if any."""

    item_id: ItemId
    sha256: str
    size_bytes: int
    identical_to: str | None
    already_received: bool = False


class UploadCutOff(Invalid):
    """The connection ended before the whole file had arrived; nothing of it was kept."""

    code = "upload_cut_off"


class BatchClosed(Conflict):
    """The batch was closed; nothing of the file was kept."""

    code = "closed"


class Intake:
    """Opens batches and receives files into them."""

    def __init__(
        self,
        database: Database,
        store: KeepingStore,
        clock: Clock,
        max_upload_bytes: int,
        per_day_bytes: int,
    ) -> None:
        self._database = database
        self._store = store
        self._clock = clock
        self._max_upload_bytes = max_upload_bytes
        self._per_day_bytes = per_day_bytes

    def open_batch(
        self,
        actor: Actor,
        *,
        channel: str,
        delivery: Delivery | None = None,
        sender_key: str | None = None,
    ) -> BatchId:
        """A new, empty batch. channel: by which way it comes. sender_key: the sender's own name for it, so
        that a repeat after a lost answer gives the same batch; blank is none.

        Raises Invalid naming what is wrong, Conflict when the key was used for another delivery.
        """
        require(actor, "batch:list:open")
        key = (sender_key or "").strip() or None
        with write(self._database, actor, self._clock) as work:
            return open_batch(work, channel, delivery or Delivery(), key)

    def note_faults(self, actor: Actor, batch_id: str, faults: Sequence[str]) -> None:
        """Keep with the batch what does not agree between its manifest and what came; said once."""
        with write(self._database, actor, self._clock) as work:
            batch = _own_batch(work.session, actor, batch_id)
            new = [fault[:500] for fault in faults if fault[:500] not in batch.faults]
            if new:
                batch.faults = [*batch.faults, *new]
                work.journal("batch:manifest:fault", "batch", batch_id, faults=len(new))

    def receive_file(
        self,
        actor: Actor,
        batch_id: str,
        name: str,
        chunks: Iterable[bytes],
        *,
        sender_key: str | None = None,
        expected: Expected | None = None,
        once: bool = False,
    ) -> Received:
        """Take one file in. expected: what its manifest says of it; it is held where that does not agree.
        sender_key: the sender's own name for this sending, so that a repeat after a lost answer gives the
        first receipt again rather than a second item; blank is none. once: so does what the batch holds
        already under this name with these bytes.

        Raises UploadCutOff, TooLarge, QuotaUsedUp, NoSpace, NotFound (no such batch), BatchClosed,
        Conflict (the key was used for other bytes); nothing is kept then.
        """
        sender_key = (sender_key or "").strip() or None
        with self._database.read() as session:
            batch = _own_batch(session, actor, batch_id)
            earlier = _by_sender_key(session, batch_id, sender_key)
            if earlier is None:
                _must_be_open(batch)
        if earlier:
            return _same_bytes(earlier, _sha256_up_to(chunks, earlier.size_bytes))
        item_id = ItemId(new_id())
        try:
            with self._database.read() as session:
                today = civil_date(self._clock.now())
                check_quota(session, actor.staff_id, today, 1, self._per_day_bytes)
            own = self._store.of(item_holder(item_id))
            stored = own.put(chunks, max_bytes=self._max_upload_bytes)
        except EdrmsError as error:
            self._note_refusal(actor, batch_id, error)
            raise
        try:
            receipt = self._accept(
                actor, batch_id, item_id, name, stored, sender_key, expected, once=once
            )
        except (QuotaUsedUp, BatchClosed) as error:
            self._store.delete(stored.key)
            self._note_refusal(actor, batch_id, error)
            raise
        self._confirm(receipt)
        return receipt

    def _note_refusal(self, actor: Actor, batch_id: str, error: EdrmsError) -> None:
        with write(self._database, actor, self._clock) as work:
            work.journal(
                "batch:item:receive", "batch", batch_id, outcome="refused", reason=error.error_code
            )

    def _accept(
        self,
        actor: Actor,
        batch_id: str,
        item_id: ItemId,
        name: str,
        stored: StoredObject,
        sender_key: str | None,
        expected: Expected | None,
        *,
        once: bool,
    ) -> Received:
        with write(self._database, actor, self._clock) as work:
            work.alone(f"items of {batch_id}")
            earlier = _by_sender_key(work.session, batch_id, sender_key)
            if earlier is None and once:
                earlier = _same_file(work.session, batch_id, name, stored.sha256)
            if earlier is None:
                _must_be_open(_own_batch(work.session, actor, batch_id))
                count_upload(work, actor.staff_id, stored.size_bytes, self._per_day_bytes)
                item = add_item(
                    work, batch_id, item_id, name, stored, sender_key=sender_key, expected=expected
                )
                return Received(
                    ItemId(item.item_id), stored.sha256, stored.size_bytes, item.identical_to
                )
        self._store.delete(stored.key)
        return _same_bytes(earlier, stored.sha256)

    def _confirm(self, receipt: Received) -> None:
        with self._database.read() as session:
            row = session.get(Item, receipt.item_id)
            if row is None or row.sha256 != receipt.sha256:
                raise Damaged("A file was stored but its row was not.", item=receipt.item_id)


def add_item(
    work: UnitOfWork,
    batch_id: str,
    item_id: ItemId,
    name: str,
    stored: StoredObject,
    *,
    sender_key: str | None = None,
    parent: Item | None = None,
    expected: Expected | None = None,
) -> Item:
    """Write a stored object into the ledger, with its event and the job that will open it, unless it is
    to be held.

    item_id: the one it was stored for (item_holder).
    """
    session = work.session
    work.alone(f"items of {batch_id}")
    twin = session.scalar(
        select(Item.item_id).where(Item.sha256 == stored.sha256).order_by(Item.received_at).limit(1)
    )
    last = session.scalar(select(func.max(Item.ordinal)).where(Item.batch_id == batch_id)) or 0
    item = Item(
        item_id=item_id, batch_id=batch_id, ordinal=last + 1, sender_key=sender_key,
        name=clean_file_name(name), object_key=stored.key, sha256=stored.sha256,
        size_bytes=stored.size_bytes, identical_to=twin, received_at=work.now,
        parent_id=parent.item_id if parent else None, depth=parent.depth + 1 if parent else 0,
        notes=["identical"] if twin else [], expected_pages=expected.pages if expected else None,
    )  # fmt: skip
    session.add(item)
    work.journal(
        "batch:item:receive", "item", item.item_id,
        batch=batch_id, sha256=stored.sha256, size_bytes=stored.size_bytes, identical_to=twin,
    )  # fmt: skip
    held = _held_for(expected, stored)
    if held is None:
        enqueue(work, OPEN_ITEM, item.item_id, share=batch_id)
    else:
        item.state, item.held_reason = ItemState.HELD, held
        work.journal("item:content:hold", "item", item.item_id, reason=held.value)
    return item


def _held_for(expected: Expected | None, stored: StoredObject) -> HeldReason | None:
    if expected is None or expected.held is not None:
        return expected.held if expected else None
    differs = expected.sha256 and expected.sha256 != stored.sha256
    return HeldReason.OTHER_BYTES if differs else None


def _own_batch(session: Session, actor: Actor, batch_id: str) -> Batch:
    batch = session.get(Batch, batch_id)
    if batch is None:
        raise no_such("batch")
    if not decide(actor, "batch:item:receive", BatchFacts(batch.opened_by)).allowed:
        raise no_such("batch")
    return batch


def _must_be_open(batch: Batch) -> None:
    if batch.closed_at is not None:
        raise BatchClosed(f"Batch {batch.reference} is closed. Send the file in a new batch.")


def _sha256_up_to(chunks: Iterable[bytes], most_bytes: int) -> str:
    """The hash of a stream; of one longer than most_bytes, of no more than shows that it is."""
    digest, size_bytes = hashlib.sha256(), 0
    for chunk in chunks:
        digest.update(chunk)
        size_bytes += len(chunk)
        if size_bytes > most_bytes:
            break
    return digest.hexdigest()


def _same_bytes(earlier: Received, sha256: str) -> Received:
    """The first receipt, for a true repeat; Conflict for a second file under the first one's key."""
    if earlier.sha256 != sha256:
        raise Conflict(
            "Another file was sent under this key before. Send this one under a key of its own.",
            code="sender_key_used",
        )
    return earlier


def _by_sender_key(session: Session, batch_id: str, sender_key: str | None) -> Received | None:
    if sender_key is None:
        return None
    row = session.scalar(
        select(Item).where(Item.batch_id == batch_id, Item.sender_key == sender_key)
    )
    return _receipt_again(row)


def _same_file(session: Session, batch_id: str, name: str, sha256: str) -> Received | None:
    """The file that came into the batch under this name with these bytes, if one did."""
    alike = (Item.name == clean_file_name(name), Item.sha256 == sha256, Item.parent_id.is_(None))
    found = select(Item).where(Item.batch_id == batch_id, *alike).order_by(Item.ordinal).limit(1)
    return _receipt_again(session.scalar(found))


def _receipt_again(row: Item | None) -> Received | None:
    if row is None:
        return None
    return Received(ItemId(row.item_id), row.sha256, row.size_bytes, row.identical_to, True)
