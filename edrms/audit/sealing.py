"""One round of sealing: waiting events get their places in the log, and its new head is signed.

Order comes from here, never from a time. Nothing signed is given out before it is committed, and nothing
more is sealed before what was signed last is in the second place (docs/adr/0012).
"""

import logging
from dataclasses import dataclass

from sqlalchemy import delete, exists, func, insert, select
from sqlalchemy.orm import Session

from edrms.audit.canonical import FIELDS, canonical
from edrms.audit.merkle import consistency_proof, edge_of
from edrms.audit.notes import Signer, published
from edrms.audit.place import CheckpointPlace
from edrms.audit.stored_tree import StoredTree, keeping
from edrms.audit.tables import AuditCheckpoint, AuditEvent, AuditNode, AuditSeal, AuditWaiting
from edrms.audit.verifier import (
    EMPTY_ROOT,
    Checkpoint,
    Frontier,
    Key,
    Tampered,
    consistency_holds,
    genuine,
    leaf_hash,
)
from edrms.db import Database
from edrms.errors import Damaged, Unavailable
from edrms.uow import UnitOfWork

MOST_AT_ONCE = 2000
COLUMNS = tuple(getattr(AuditEvent, name) for name in FIELDS)
log = logging.getLogger("edrms.audit")


@dataclass(frozen=True, slots=True)
class Sealed:
    """What a round did. behind_s: by how much the clock is behind the last checkpoints, 0 if it is not."""

    events: int
    behind_s: float


def seal_waiting(work: UnitOfWork, signer: Signer, most: int = MOST_AT_ONCE) -> Sealed:
    """In the caller's transaction, seal the events that wait and sign the new head of the log.

    The caller has published the last head: what was waiting for that is removed first. Rows are read
    from the database and hashed here. Raises Damaged if the stored tree is not the one signed last.
    """
    last = newest_checkpoint(work.session)
    size = last.size if last else 0
    frontier = signed_edge(work.session, signer.key, last)
    _forget_published(work.session, size)
    rows = _waiting(work.session, most)
    behind_s = _behind_s(work)
    if not rows:
        return Sealed(0, behind_s)
    nodes: list[AuditNode] = []
    grown, leaves = keeping(nodes, frontier), [leaf_hash(event) for _, event in rows]
    grown.extend(leaves)
    seals = [
        {"seq": size + place, "number": number, "leaf_hash": leaves[place]}
        for place, (number, _) in enumerate(rows)
    ]
    work.session.execute(insert(AuditSeal), seals)
    note = signer.checkpoint(grown.size, grown.root())
    work.session.add_all([*nodes, AuditCheckpoint(size=grown.size, at=work.now, note=note)])
    return Sealed(len(rows), behind_s)


def _behind_s(work: UnitOfWork) -> float:
    """By how much the clock is behind the latest time of the last checkpoints."""
    lately = select(AuditCheckpoint.at).order_by(AuditCheckpoint.size.desc()).limit(1000)
    latest = work.session.scalar(select(func.max(lately.subquery().c.at)))
    return max((latest - work.now).total_seconds(), 0.0) if latest else 0.0


def newest_checkpoint(session: Session, origin: str = "") -> AuditCheckpoint | None:
    """The largest head signed, of any log this database has been or of one."""
    return next(iter(_newest(session, origin, 1)), None)


def _newest(session: Session, origin: str, most: int) -> list[AuditCheckpoint]:
    statement = select(AuditCheckpoint).order_by(AuditCheckpoint.size.desc()).limit(most)
    if origin:
        beginning = AuditCheckpoint.note.startswith(f"{origin}\n", autoescape=True)
        statement = statement.where(beginning)
    return list(session.scalars(statement))


def signed_edge(session: Session, key: Key, last: AuditCheckpoint | None) -> Frontier:
    """The right edge as the stored hashes give it, compared with the head signed last. Raises Damaged."""
    if last is None:
        return Frontier()
    frontier = Frontier(edge_of(StoredTree(session), last.size), last.size)
    try:
        head = Checkpoint.parse(last.note)
        if head.origin == key.name:
            genuine(last.note, key)
    except Tampered as error:
        raise Damaged(f"The last checkpoint of the audit log is not ours: {error}") from error
    if (head.size, head.root) != (last.size, frontier.root()):
        raise Damaged(
            "The stored audit log is not the one that was signed last: `edrms audit verify`."
        )
    return frontier


def _forget_published(session: Session, size: int) -> None:
    before = select(AuditCheckpoint.size).where(AuditCheckpoint.size < size)
    previous = session.scalar(before.order_by(AuditCheckpoint.size.desc()).limit(1)) or 0
    sealed = select(AuditSeal.number).where(AuditSeal.seq >= previous, AuditSeal.seq < size)
    gone = delete(AuditWaiting).where(AuditWaiting.number.in_(sealed))
    session.execute(gone.execution_options(synchronize_session=False))


def _waiting(session: Session, most: int) -> list[tuple[int, bytes]]:
    statement = (
        select(*COLUMNS)
        .join(AuditWaiting, AuditWaiting.number == AuditEvent.number)
        .where(~exists().where(AuditSeal.number == AuditEvent.number))
        .order_by(AuditEvent.number)
        .limit(most)
    )
    return [(row.number, canonical(row._mapping)) for row in session.execute(statement)]


def publish_newest(database: Database, signer: Signer, place: CheckpointPlace) -> None:
    """Put the newest committed checkpoint into the second place, with the proof that it continues the
    one before; nothing if it is there.

    Raises Unavailable if the place is full, gone or emptied, and Damaged if it holds checkpoints that
    this database does not know: then one of the two was set back, or is another log's.
    """
    origin = signer.key.name
    with database.read() as session:
        heads = _newest(session, origin, 2)
        there = place.newest()
        if not heads or there > heads[0].size:
            if there:
                raise Damaged(
                    f"The place for checkpoints holds one of size {there}, this database's log of "
                    f"{origin} ends at {heads[0].size if heads else 0}: see docs/audit.md, section 9."
                )
            return
        newest, before = heads[0], heads[1] if len(heads) > 1 else None
        found = place.read(newest.size)
        if found is not None and found.partition("\n\n")[2] == newest.note:
            return
        old = before.size if before else 0
        if not _is_unpublished(session, old, newest.size):
            raise _lost(place)
        _expect_before(place, before, there)
        proof = _own_proof(session, before, newest)
    place.publish(newest.size, published(old, proof, newest.note))


def _is_unpublished(session: Session, start: int, end: int) -> bool:
    """Whether events of this part of the log still wait for their checkpoint to be published."""
    waiting = (
        select(AuditSeal.seq)
        .join(AuditWaiting, AuditWaiting.number == AuditSeal.number)
        .where(AuditSeal.seq >= start, AuditSeal.seq < end)
    )
    return session.scalar(waiting.limit(1)) is not None


def _own_proof(
    session: Session, before: AuditCheckpoint | None, newest: AuditCheckpoint
) -> list[bytes]:
    """That the newest continues the one before; checked, since what is published stays. Raises Damaged."""
    old = Checkpoint.parse(before.note) if before else None
    new = Checkpoint.parse(newest.note)
    size, root = (old.size, old.root) if old else (0, EMPTY_ROOT)
    proof = consistency_proof(StoredTree(session), size, new.size)
    if not consistency_holds(size, new.size, root, new.root, proof):
        raise Damaged(
            "The stored hashes of the audit log do not lead from checkpoint to checkpoint."
        )
    return proof


def _lost(place: CheckpointPlace) -> Unavailable:
    return Unavailable(
        f"The place for checkpoints, {place.root}, has lost those it had (is it mounted?).",
        code="checkpoints_gone",
    )


def _expect_before(place: CheckpointPlace, before: AuditCheckpoint | None, there: int) -> None:
    if before is None:
        if there:
            raise Damaged("The place for checkpoints holds those of another log.")
        return
    found = place.read(before.size)
    if found is None:
        raise _lost(place)
    if found.partition("\n\n")[2] != before.note:
        raise Damaged("The place for checkpoints holds another checkpoint than was put there.")
