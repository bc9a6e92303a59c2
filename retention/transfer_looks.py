"""Looking at transfers: the list, one with its records and files, and which records are yet to be handed
over. Of records one may not hand over nothing is told but how many there are."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from edrms.access.model import Actor
from edrms.access.policy import require
from edrms.access.sql import visible_records
from edrms.clock import Clock
from edrms.db import Database
from edrms.errors import Invalid, Refused, no_such
from edrms.records.tables import FILED, Record
from edrms.uow import write
from retention.disposal_tables import DisposalCase, DisposalItem
from retention.receipt import Heard, heard_of
from retention.transfer_receipts import HAND_OVER, has_arrived, transfer_of
from retention.transfer_tables import Transfer, TransferItem
from retention.transfers import MOST_RECORDS
from retention.workflow import Decision, ItemState

LOOK = "record:transfer:view"
_DECIDED = (ItemState.APPRAISED, ItemState.APPROVED)


@dataclass(frozen=True, slots=True)
class PackedRecord:
    """A record in a transfer. files: of the bag last taken; agreeing: as the receipt has them.
    is_here: its copy here was not ended."""

    record_id: str
    reference: str
    title: str
    is_here: bool
    files: int
    agreeing: int


@dataclass(frozen=True, slots=True)
class PackedFile:
    """A file of the bag last taken. heard: None while there was no receipt."""

    path: str
    sha256: str
    heard: Heard | None


@dataclass(frozen=True, slots=True)
class OpenTransfer:
    """A transfer, its records and files as far as the actor may know of them; those at fault first."""

    row: Transfer
    records: tuple[PackedRecord, ...]
    files: tuple[PackedFile, ...]
    hidden: int


class TransferLooks:
    """Transfers for those who may hand records over."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def listed(self, actor: Actor) -> list[tuple[Transfer, int]]:
        """Every transfer and how many records it has, newest first; journalled."""
        require(actor, HAND_OVER)
        with write(self._database, actor, self._clock) as work:
            counts = _counts(work.session)
            newest_first = select(Transfer).order_by(Transfer.begun_at.desc())
            rows = work.session.scalars(newest_first).all()
            work.journal(LOOK, "transfer", "")
        return [(row, counts.get(row.transfer_id, 0)) for row in rows]

    def open(self, actor: Actor, reference: str) -> OpenTransfer:
        """One transfer; journalled. Raises NotFound if there is none."""
        require(actor, HAND_OVER)
        with write(self._database, actor, self._clock) as work:
            row = transfer_of(work.session, reference)
            every = _counts(work.session)[row.transfer_id]
            seen = _seen(work.session, actor, row.transfer_id, work.now)
            work.journal(LOOK, "transfer", row.transfer_id)
        files = [one for item, _ in seen for one in _files(item, row.checked_at)]
        files.sort(key=lambda one: (one.heard is Heard.AGREES, one.path))
        return OpenTransfer(
            row, tuple(_record(item, record) for item, record in seen), tuple(files),
            every - len(seen),
        )  # fmt: skip

    def of_case(self, actor: Actor, case_id: str) -> list[str]:
        """Records of a case of disposal that are decided to be transferred, have not arrived anywhere,
        and may be handed over by the actor. Raises NotFound for a case there is none of."""
        require(actor, HAND_OVER)
        with self._database.read() as session:
            if session.get(DisposalCase, case_id) is None:
                raise no_such("disposal case")
            wanted = (
                select(DisposalItem.record_id)
                .join(Record, Record.record_id == DisposalItem.record_id)
                .where(
                    DisposalItem.case_id == case_id, DisposalItem.state.in_(_DECIDED),
                    DisposalItem.decision == Decision.TRANSFER, Record.state == FILED,
                    visible_records(actor, HAND_OVER, self._clock.now()),
                )
                .order_by(Record.number)
            )  # fmt: skip
            ids = list(session.scalars(wanted))
            arrived = has_arrived(session, ids)
        return [one for one in ids if one not in arrived]

    def referred(self, actor: Actor, references: Collection[str]) -> list[str]:
        """Ids of the records of these references. Raises Invalid naming the first that is none the actor
        may hand over, alike for absent and forbidden."""
        require(actor, HAND_OVER)
        wanted = {one.upper() for one in references}
        if len(wanted) > MOST_RECORDS:
            raise _wrong(f"Name at most {MOST_RECORDS} records.")
        with self._database.read() as session:
            found = _by_reference(session, actor, wanted, self._clock.now())
        for one in sorted(wanted):
            if one not in found:
                raise _wrong(f"{one[:40]} is no reference of a record that you may hand over.")
        return sorted(found.values())


def ready_of(
    looks: TransferLooks, actor: Actor, case_id: str, references: Sequence[str]
) -> list[str]:
    """The records asked for: of a case, or named. Raises Refused where nothing of a case is left."""
    if not case_id:
        return looks.referred(actor, references)
    if not (ids := looks.of_case(actor, case_id)):
        words = "No record of this case is decided to be transferred and yet to be handed over."
        raise Refused(words, code="nothing_to_hand_over")
    return ids


def _wrong(words: str) -> Invalid:
    return Invalid("The transfer was not prepared.", fields={"records": words})


def _counts(session: Session) -> dict[str, int]:
    """How many records each transfer has."""
    wanted = select(TransferItem.transfer_id, func.count()).group_by(TransferItem.transfer_id)
    return dict(session.execute(wanted).all())


def _seen(
    session: Session, actor: Actor, transfer_id: str, at: datetime
) -> Sequence[tuple[TransferItem, Record]]:
    """Those of its records that the actor may hand over, or might while they were here."""
    wanted = (
        select(TransferItem, Record)
        .join(Record, Record.record_id == TransferItem.record_id)
        .where(
            TransferItem.transfer_id == transfer_id,
            visible_records(actor, HAND_OVER, at, state=None),
        )
        .order_by(Record.number)
    )
    return [(item, record) for item, record in session.execute(wanted)]


def _by_reference(
    session: Session, actor: Actor, references: Collection[str], at: datetime
) -> dict[str, str]:
    wanted = select(Record.reference, Record.record_id).where(
        Record.reference.in_(references), Record.state == FILED,
        visible_records(actor, HAND_OVER, at),
    )  # fmt: skip
    return dict(session.execute(wanted).all())


def _record(item: TransferItem, record: Record) -> PackedRecord:
    agreeing = sum(item.said.get(path) == digest for path, digest in item.payload.items())
    is_here = record.state == FILED
    return PackedRecord(
        record.record_id, record.reference, record.title if is_here else "", is_here,
        len(item.payload), agreeing,
    )  # fmt: skip


def _files(item: TransferItem, checked_at: datetime | None) -> list[PackedFile]:
    return [
        PackedFile(path, digest, heard_of(digest, item.said.get(path)) if checked_at else None)
        for path, digest in item.payload.items()
    ]
