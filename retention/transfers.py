"""Handing records to an archive or another authority: a bag with everything, and the receiver's receipt.

What is handed over is a copy. The original goes only by disposal, and only after the receipt was compared
with what was packed, file by file (transfer_receipts.py). No bag lies here: it is written where it is
asked for, or made while it is sent. Looking at transfers is transfer_looks.py.
"""

from collections.abc import Collection, Generator, Iterator, Sequence
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from edrms.access.model import Actor
from edrms.access.policy import require
from edrms.audit.state import SealGuard
from edrms.clock import Clock, civil_date
from edrms.db import Database
from edrms.errors import Conflict, Invalid, NotFound, Refused
from edrms.ids import new_id, new_reference
from edrms.records.reading import visible_record
from edrms.records.tables import Record
from edrms.storage.ports import ObjectStore
from edrms.uow import write
from retention.bag import Bag, BagWriter
from retention.bag_places import Directory, Zipped
from retention.package import README, gathered, index_csv, put
from retention.transfer_receipts import CONFIRM, HAND_OVER, confirmed, transfer_of
from retention.transfer_tables import BEGUN, MADE, RECEIVED, Transfer, TransferItem

MOST_RECORDS = 2000
SHORTEST, LONGEST = 10, 2000
LONGEST_NAME = 200
_Packing = Generator[None, None, None]


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

    def prepare(
        self, actor: Actor, record_ids: Collection[str], recipient: str, authority: str
    ) -> Transfer:
        """Say what is to be handed to whom and on what ground; nothing leaves yet.

        Raises Invalid per field, NotFound for a record the actor may not hand over.
        """
        require(actor, HAND_OVER)
        recipient, authority = _said(recipient, authority)
        ids = sorted(set(record_ids))
        if not 0 < len(ids) <= MOST_RECORDS:
            words = f"Name at least one record, and at most {MOST_RECORDS}."
            raise Invalid(words, fields={"records": words})
        with write(self._database, actor, self._clock) as work:
            for record_id in ids:
                record, _ = visible_record(work.session, actor, HAND_OVER, record_id, work.now)
                _must_have_a_form(record)
            transfer = Transfer(
                transfer_id=new_id(), reference=new_reference("T"), state=BEGUN,
                recipient=recipient, authority=authority, made_by=actor.staff_id,
                begun_at=work.now, files=0, size_bytes=0,
            )  # fmt: skip
            work.session.add(transfer)
            for record_id in ids:
                work.session.add(
                    TransferItem(transfer_id=transfer.transfer_id, record_id=record_id, payload={})
                )
            work.journal("record:transfer:prepare", "transfer", transfer.transfer_id,
                         records=len(ids), recipient=recipient)  # fmt: skip
        return transfer

    def make(
        self, actor: Actor, record_ids: Collection[str], recipient: str, authority: str,
        directory: Path,
    ) -> Transfer:  # fmt: skip
        """Write a bag with these records into a new directory; each has its event before a byte leaves.

        Raises as `prepare` does, Refused where the directory is there already, Damaged where stored
        bytes are not those recorded.
        """
        if directory.exists():
            raise Refused(f"{directory} is there already. Name a new directory.")
        transfer = self.prepare(actor, record_ids, recipient, authority)
        ids = self._leave(actor, transfer.reference)[1]
        for _ in self._pack(actor, transfer, ids, BagWriter(Directory(directory))):
            pass
        with self._database.read() as session:
            return session.get_one(Transfer, transfer.transfer_id)

    def take(self, actor: Actor, reference: str) -> tuple[str, Iterator[bytes]]:
        """Name and bytes of a bag as one ZIP file, made while it is taken; each record has its event
        before a byte leaves. Only a bag that was taken whole can be confirmed, and only the last one.

        Raises NotFound for an unknown transfer, Conflict where it has arrived, Refused where the actor
        may not hand over all of its records. While it is taken: Damaged, and the file is cut off.
        """
        transfer, ids = self._leave(actor, reference)
        return f"{transfer.reference}.zip", self._zipped(actor, transfer, ids)

    def _zipped(self, actor: Actor, transfer: Transfer, ids: Sequence[str]) -> Iterator[bytes]:
        place = Zipped(transfer.reference, self._clock.now())
        for _ in self._pack(actor, transfer, ids, BagWriter(place)):
            if made := place.taken():
                yield made

    def _leave(self, actor: Actor, reference: str) -> tuple[Transfer, list[str]]:
        """Decide for each record anew, and write its event. Nothing leaves unless all may."""
        require(actor, HAND_OVER)
        with write(self._database, actor, self._clock) as work:
            self._seals.check(work.session)
            transfer = transfer_of(work.session, reference)
            if transfer.state == RECEIVED:
                raise Conflict("This transfer was confirmed already.", code="transfer_state")
            ids = _record_ids(work.session, transfer.transfer_id)
            for record_id in ids:
                try:
                    record, decision = visible_record(
                        work.session, actor, HAND_OVER, record_id, work.now
                    )
                except NotFound as error:
                    words = "It holds a record that is gone, or that you may not hand over."
                    raise Refused(
                        f"{words} Prepare another transfer.", code="transfer_closed"
                    ) from error
                _must_have_a_form(record)
                work.journal(HAND_OVER, "record", record_id, reason=decision.reason,
                             personal=transfer.authority, transfer=transfer.reference,
                             recipient=transfer.recipient)  # fmt: skip
        return transfer, ids

    def _pack(
        self, actor: Actor, transfer: Transfer, record_ids: Sequence[str], bag: BagWriter
    ) -> _Packing:
        payloads, listed = {}, []
        for record_id in record_ids:
            now = self._clock.now()
            with self._database.read() as session:
                record, _ = visible_record(session, actor, HAND_OVER, record_id, now)
                folder = gathered(session, actor, record, now)
            payloads[record_id] = yield from put(bag, self._store, folder)
            listed.append(folder.described)
        words = README.format(council=self._council, recipient=transfer.recipient)
        yield from bag.add("README.txt", [words.encode()])
        yield from bag.add("index.csv", [index_csv(listed).encode()])
        made = bag.finish(
            {
                "Source-Organization": self._council,
                "External-Identifier": transfer.reference,
                "External-Description": f"{len(record_ids)} records for {transfer.recipient}",
            },
            civil_date(self._clock.now()),
        )
        yield  # the end is sent before it counts as made
        self._made(actor, transfer.transfer_id, made, payloads)

    def _made(
        self, actor: Actor, transfer_id: str, made: Bag, payloads: dict[str, dict[str, str]]
    ) -> None:
        with write(self._database, actor, self._clock) as work:
            row = work.session.get_one(Transfer, transfer_id, with_for_update=True)
            if row.state == RECEIVED:
                raise Conflict("This transfer was confirmed meanwhile.", code="transfer_state")
            row.state, row.made_at = MADE, work.now
            row.files, row.size_bytes = len(made.payload), made.octets
            row.receipt_sha256, row.checked_at, row.checked_by = "", None, ""
            for record_id, payload in payloads.items():
                item = work.session.get_one(TransferItem, (transfer_id, record_id))
                item.payload, item.said = payload, {}
            work.journal("record:transfer:make", "transfer", transfer_id, files=row.files)

    def confirm(self, actor: Actor, reference: str, receipt: str) -> Transfer:
        """Compare the receiver's own list of hashes with what was packed; from then on it has arrived.

        receipt: lines of SHA-256 and path, as the receiver's own tool wrote them. Every file of every
        record must be there with the same hash: raises Invalid naming what is not, and nothing has
        arrived; what the receipt said of each file is kept. NotFound for an unknown reference, Conflict
        where it was confirmed or no bag was taken whole.
        """
        require(actor, CONFIRM)
        return confirmed(self._database, self._clock, actor, reference, receipt)


def _must_have_a_form(record: Record) -> None:
    """A letter out of a stack of which no PDF could be made is only its pages here: to hand over their text
    and then destroy them would lose them."""
    if not record.renditions:
        raise Refused(
            f"{record.reference} has no file of its own to hand over: it came in a scan with others, and no "
            "PDF could be made of its pages. Leave it out.",
            code="no_form",
        )


def _record_ids(session: Session, transfer_id: str) -> list[str]:
    mine = select(TransferItem.record_id).where(TransferItem.transfer_id == transfer_id)
    return list(session.scalars(mine.order_by(TransferItem.record_id)))


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
