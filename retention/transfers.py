"""Handing records to an archive or another authority: a bag with everything, and the receiver's receipt.

What is handed over is a copy. The original goes only by disposal, and only after the receipt was compared
with what was packed, file by file (`has_arrived`).
"""

import hashlib
from collections.abc import Collection, Sequence
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from edrms.access.model import Actor
from edrms.access.policy import require
from edrms.audit.state import SealGuard
from edrms.clock import Clock, civil_date
from edrms.db import Database
from edrms.errors import Conflict, Invalid, Refused, no_such
from edrms.ids import new_id, new_reference
from edrms.records.reading import visible_record
from edrms.records.tables import Record
from edrms.storage.ports import ObjectStore
from edrms.uow import UnitOfWork, write
from retention.bag import BagWriter, read_receipt
from retention.package import README, index_csv, put
from retention.transfer_tables import BEGUN, MADE, RECEIVED, Transfer, TransferItem

HAND_OVER = "record:content:transfer"
CONFIRM = "record:transfer:confirm"
SHORTEST, LONGEST = 10, 2000
LONGEST_NAME = 200
MOST_SAID = 20


class Transfers:
    """Packs records, and compares what came back."""

    def __init__(
        self, database: Database, store: ObjectStore, clock: Clock, seals: SealGuard, council: str
    ) -> None:
        self._database = database
        self._store = store
        self._clock = clock
        self._seals = seals
        self._council = council

    def make(
        self, actor: Actor, record_ids: Collection[str], recipient: str, authority: str,
        directory: Path,
    ) -> Transfer:  # fmt: skip
        """Write a bag with these records into a new directory; each has its event before a byte leaves.

        Raises Invalid per field, NotFound for a record the actor may not hand over, Refused where the
        directory is there already, Damaged where stored bytes are not those recorded.
        """
        require(actor, HAND_OVER)
        recipient, authority = _said(recipient, authority)
        if not record_ids:
            raise Invalid("Name at least one record.", fields={"records": "Name a record."})
        if directory.exists():
            raise Refused(f"{directory} is there already. Name a new directory.")
        with write(self._database, actor, self._clock) as work:
            self._seals.check(work.session)
            transfer = self._begin(work, sorted(set(record_ids)), recipient, authority)
        return self._write(actor, BagWriter(directory), transfer, sorted(set(record_ids)))

    def _begin(
        self, work: UnitOfWork, record_ids: Sequence[str], recipient: str, authority: str
    ) -> Transfer:
        transfer = Transfer(
            transfer_id=new_id(), reference=new_reference("T"), state=BEGUN, recipient=recipient,
            authority=authority, made_by=work.actor.staff_id, begun_at=work.now, files=0,
            size_bytes=0,
        )  # fmt: skip
        work.session.add(transfer)
        for record_id in record_ids:
            _, decision = visible_record(work.session, work.actor, HAND_OVER, record_id, work.now)
            work.session.add(
                TransferItem(transfer_id=transfer.transfer_id, record_id=record_id, payload={})
            )
            work.journal(HAND_OVER, "record", record_id, reason=decision.reason, personal=authority,
                         transfer=transfer.reference, recipient=recipient)  # fmt: skip
        return transfer

    def _write(
        self, actor: Actor, bag: BagWriter, transfer: Transfer, record_ids: Sequence[str]
    ) -> Transfer:
        now = self._clock.now()
        payloads, listed = {}, []
        with self._database.read() as session:
            for record_id in record_ids:
                record = session.get_one(Record, record_id)
                payloads[record_id], found = put(bag, session, self._store, actor, record, now)
                listed.append(found)
        words = README.format(council=self._council, recipient=transfer.recipient)
        bag.add("README.txt", [words.encode()])
        bag.add("index.csv", [index_csv(listed).encode()])
        made = bag.finish(
            {
                "Source-Organization": self._council,
                "External-Identifier": transfer.reference,
                "External-Description": f"{len(record_ids)} records for {transfer.recipient}",
            },
            civil_date(now),
        )
        with write(self._database, actor, self._clock) as work:
            row = work.session.get_one(Transfer, transfer.transfer_id)
            row.state, row.made_at = MADE, work.now
            row.files, row.size_bytes = len(made.payload), made.octets
            for record_id, payload in payloads.items():
                work.session.get_one(TransferItem, (row.transfer_id, record_id)).payload = payload
            work.journal("record:transfer:make", "transfer", row.transfer_id, files=row.files)
        return row

    def confirm(self, actor: Actor, reference: str, receipt: str) -> Transfer:
        """Compare the receiver's own list of hashes with what was packed; from then on it has arrived.

        receipt: lines of SHA-256 and path, as the receiver's own tool wrote them. Every file of every
        record must be there with the same hash: raises Invalid naming what is not, and nothing changes.
        NotFound for an unknown reference, Conflict where it was confirmed or never finished.
        """
        require(actor, CONFIRM)
        said = read_receipt(receipt)
        with write(self._database, actor, self._clock) as work:
            row = work.session.scalar(
                select(Transfer).where(Transfer.reference == reference.strip().upper())
                .with_for_update()
            )  # fmt: skip
            if row is None:
                raise no_such("transfer")
            if row.state != MADE:
                words = "was confirmed already" if row.state == RECEIVED else "was never finished"
                raise Conflict(f"This transfer {words}.", code="transfer_state")
            _compare(_packed(work.session, row.transfer_id), said)
            row.state, row.received_at, row.received_by = RECEIVED, work.now, actor.staff_id
            row.receipt_sha256 = hashlib.sha256(receipt.encode()).hexdigest()
            work.journal(CONFIRM, "transfer", row.transfer_id, receipt=row.receipt_sha256)
        return row

    def listed(self, actor: Actor) -> list[Transfer]:
        """Every transfer, newest first."""
        require(actor, HAND_OVER)
        with self._database.read() as session:
            return list(session.scalars(select(Transfer).order_by(Transfer.begun_at.desc())))


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


def _packed(session: Session, transfer_id: str) -> dict[str, str]:
    items = select(TransferItem.payload).where(TransferItem.transfer_id == transfer_id)
    return {path: digest for payload in session.scalars(items) for path, digest in payload.items()}


def _compare(packed: dict[str, str], said: dict[str, str]) -> None:
    faults = [
        f"{path}: {'has another hash' if path in said else 'is not in the receipt'}"
        for path, digest in sorted(packed.items())
        if said.get(path) != digest
    ]
    if faults:
        more = f", and {len(faults) - MOST_SAID} more" if len(faults) > MOST_SAID else ""
        raise Invalid(
            f"The receipt does not agree: {'; '.join(faults[:MOST_SAID])}{more}. Nothing was changed.",
            code="receipt_differs",
            fields={"receipt": f"{len(faults)} of {len(packed)} files do not agree."},
        )


def _said(recipient: str, authority: str) -> tuple[str, str]:
    recipient, authority = " ".join(recipient.split()), " ".join(authority.split())
    fields = {}
    if not 0 < len(recipient) <= LONGEST_NAME:
        fields["recipient"] = f"Say who receives it, in at most {LONGEST_NAME} characters."
    if not SHORTEST <= len(authority) <= LONGEST:
        fields["authority"] = f"Say on what ground, in {SHORTEST} to {LONGEST} characters."
    if fields:
        raise Invalid("The transfer cannot be made so.", fields=fields)
    return recipient, authority
