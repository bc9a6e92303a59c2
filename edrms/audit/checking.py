"""Checking the log where it lies: the same verifier as an outsider's, over rows read page by page."""

from collections.abc import Iterator, Sequence

from sqlalchemy import select

from edrms.audit.canonical import canonical
from edrms.audit.notes import read_published
from edrms.audit.place import CheckpointPlace
from edrms.audit.sealing import COLUMNS, newest_checkpoint
from edrms.audit.tables import AuditCheckpoint, AuditEvent, AuditSeal, AuditWaiting
from edrms.audit.verifier import HASH_BYTES, Key, Report, Tampered, leaf_hash, verify_log
from edrms.db import Database

PAGE = 5000


def verify_database(
    database: Database, log: Key | str, place: CheckpointPlace | None = None,
    held: Sequence[str] = (), witness: Key | None = None,
) -> Report:  # fmt: skip
    """Recompute everything from the rows. Raises Tampered naming the first bad event.

    log: the log's key; only its origin where no key is at hand, and then no signature is checked.
    place: also compare with every checkpoint there. held: checkpoints kept elsewhere.
    """
    origin = log if isinstance(log, str) else log.name
    kept = [*held, *(_kept_in(place) if place else ())]  # first: what is sealed meanwhile is more
    with database.read() as session:
        last = newest_checkpoint(session, origin)
        size = last.size if last else 0
        notes = select(AuditCheckpoint.note).order_by(AuditCheckpoint.size)
        ours = notes.where(AuditCheckpoint.note.startswith(f"{origin}\n", autoescape=True))
        own = list(session.scalars(ours))
    false_leaves: list[int] = []
    events = _noting_false_leaves(sealed_events(database, size), false_leaves)
    report = verify_log(events, _StoredLeaves(database), own, kept, log, witness)
    if false_leaves:
        raise Tampered("leaf", "its recorded hash is not its own", false_leaves[0])
    _expect_every_event_known(database)
    return report


def _noting_false_leaves(
    sealed: Iterator[tuple[bytes, bytes | None]], false: list[int]
) -> Iterator[bytes | None]:
    for seq, (leaf, event) in enumerate(sealed):
        if not false and event is not None and leaf_hash(event) != leaf:
            false.append(seq)
        yield event


def sealed_events(database: Database, size: int) -> Iterator[tuple[bytes, bytes | None]]:
    """Leaf hash and canonical bytes of the first so many events, in the log's order; None for the bytes
    where the event is missing, and a missing seal likewise."""
    for start in range(0, size, PAGE):
        end = min(start + PAGE, size)
        statement = (
            select(AuditSeal.seq, AuditSeal.leaf_hash, *COLUMNS)
            .outerjoin(AuditEvent, AuditEvent.number == AuditSeal.number)
            .where(AuditSeal.seq >= start, AuditSeal.seq < end)
        )
        with database.read() as session:
            rows = {row.seq: row for row in session.execute(statement)}
        for seq in range(start, end):
            row = rows.get(seq)
            event = canonical(row._mapping) if row and row.event_id is not None else None
            yield (bytes(row.leaf_hash) if row else b""), event


def _kept_in(place: CheckpointPlace) -> Iterator[str]:
    if cosigned := place.cosigned_from(1):
        yield cosigned
    for size in place.after(0):
        yield read_published(place.read(size) or "")[2]


def _expect_every_event_known(database: Database) -> None:
    """An event that is neither sealed nor waits was put in behind the log's back, or its seal is gone."""
    statement = (
        select(AuditEvent.number)
        .outerjoin(AuditSeal, AuditSeal.number == AuditEvent.number)
        .outerjoin(AuditWaiting, AuditWaiting.number == AuditEvent.number)
        .where(AuditSeal.seq.is_(None), AuditWaiting.number.is_(None))
        .order_by(AuditEvent.number)
        .limit(1)
    )
    with database.read() as session:
        number = session.scalar(statement)
    if number is not None:
        raise Tampered(
            "unsealed", f"the event with number {number} has no place and waits for none"
        )


class _StoredLeaves:
    """The leaf hashes of the database one after another, read only where they are wanted."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def __getitem__(self, part: slice) -> bytes:
        start, end = part.start // HASH_BYTES, part.stop // HASH_BYTES
        statement = select(AuditSeal.leaf_hash).where(AuditSeal.seq >= start, AuditSeal.seq < end)
        with self._database.read() as session:
            return b"".join(map(bytes, session.scalars(statement.order_by(AuditSeal.seq))))

    def find(self, leaf: bytes, _start: int) -> int:
        """Where this leaf hash stands, in bytes from the beginning; -1 if nowhere."""
        with self._database.read() as session:
            seq = session.scalar(select(AuditSeal.seq).where(AuditSeal.leaf_hash == leaf).limit(1))
        return -1 if seq is None else seq * HASH_BYTES
