"""Giving the log out: whole, for anybody to verify, or one event with its proof for a court bundle."""

import base64
import json
from collections.abc import Iterable, Iterator
from pathlib import Path

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from edrms.access.model import Actor
from edrms.access.policy import require
from edrms.audit.canonical import canonical
from edrms.audit.checking import PAGE, sealed_events
from edrms.audit.finding import not_secret
from edrms.audit.merkle import inclusion_proof
from edrms.audit.place import CheckpointPlace
from edrms.audit.sealing import COLUMNS, newest_checkpoint
from edrms.audit.stored_tree import StoredTree
from edrms.audit.tables import AuditCheckpoint, AuditDetail, AuditEvent, AuditSeal
from edrms.audit.verifier import (
    CHECKPOINTS,
    DETAILS,
    EVENTS,
    HASH_BYTES,
    LEAVES,
    PROOF_HEADER,
    Checkpoint,
    Key,
    Tampered,
    genuine,
    verify_proof,
)
from edrms.clock import Clock
from edrms.db import Database
from edrms.errors import Damaged, Refused, no_such
from edrms.uow import write

EXPORT = "audit:log:export"
KEYS = "keys.txt"


class AuditExport:
    """What leaves the product of its log. Each is journalled before anything is given out."""

    def __init__(self, database: Database, clock: Clock, log: Key, place: CheckpointPlace) -> None:
        self._database = database
        self._clock = clock
        self._log = log
        self._place = place

    def whole(self, actor: Actor, directory: Path, *, with_details: bool = False) -> int:
        """Write every sealed event with the checkpoints and the log's public key; returns how many.

        directory: a new one. with_details: the personal details that were not erased, too.
        Raises Refused if nothing is sealed yet or the directory is there.
        """
        require(actor, EXPORT)
        with self._database.read() as session:
            last = newest_checkpoint(session, self._log.name)
        if last is None:
            raise Refused("Nothing is sealed yet.")
        if directory.exists():
            raise Refused(f"{directory} is there already. Name a new directory.")
        with write(self._database, actor, self._clock) as work:
            work.journal(EXPORT, "audit", "", size=last.size, details=with_details)
        directory.mkdir(parents=True, mode=0o700)
        self._write_events(directory, last.size)
        _write_lines(directory / CHECKPOINTS, map(json.dumps, self._notes(last.size)))
        _write_lines(directory / KEYS, [str(self._log)])
        if with_details:
            _write_lines(directory / DETAILS, self._details(last.size))
        return last.size

    def _write_events(self, directory: Path, size: int) -> None:
        with (directory / EVENTS).open("xb") as lines, (directory / LEAVES).open("xb") as leaves:
            for leaf, event in sealed_events(self._database, size):
                lines.write((event or b"") + b"\n")
                leaves.write(leaf or bytes(HASH_BYTES))

    def _notes(self, size: int) -> Iterator[str]:
        ours = AuditCheckpoint.note.startswith(f"{self._log.name}\n", autoescape=True)
        statement = select(AuditCheckpoint.note).where(ours).order_by(AuditCheckpoint.size)
        with self._database.read() as session:
            yield from session.scalars(statement.where(AuditCheckpoint.size <= size))
        cosigned = self._cosigned(1)
        if cosigned and cosigned.size <= size:
            yield cosigned.note

    def _details(self, size: int) -> Iterator[str]:
        columns = (AuditDetail.event_id, AuditDetail.key, AuditDetail.text)
        for start in range(0, size, PAGE):
            statement = (
                select(*columns)
                .join(AuditEvent, AuditEvent.event_id == AuditDetail.event_id)
                .join(AuditSeal, AuditSeal.number == AuditEvent.number)
                .where(AuditSeal.seq >= start, AuditSeal.seq < min(start + PAGE, size))
                .order_by(AuditSeal.seq)
            )
            with self._database.read() as session:
                yield from (json.dumps(dict(row._mapping)) for row in session.execute(statement))

    def proof(self, actor: Actor, event_id: str) -> tuple[str, bytes]:
        """A .tlog-proof for one event, and the event's bytes. NotFound if there is none, Refused if it
        is not sealed yet. Under the newest checkpoint a witness has cosigned, if one covers it."""
        require(actor, EXPORT)
        with write(self._database, actor, self._clock) as work:
            if (
                work.session.scalar(select(AuditEvent.number).where(*_known(actor, event_id)))
                is None
            ):
                raise no_such("event")
            seq, event = _sealed(work.session, event_id)
            last = newest_checkpoint(work.session, self._log.name)
            if last is None or seq >= last.size:
                raise Refused("The event is not sealed yet: try again in a few seconds.")
            cosigned = self._cosigned(seq + 1)
            head = cosigned or Checkpoint.parse(last.note)
            path = inclusion_proof(StoredTree(work.session), seq, head.size)
            work.journal("audit:event:prove", "event", event_id, size=head.size)
        lines = [PROOF_HEADER, f"index {seq}", *(base64.b64encode(one).decode() for one in path)]
        proof = "\n".join(lines) + f"\n\n{head.note}"
        try:
            verify_proof(proof, event, self._log)
        except Tampered as error:
            raise Damaged(f"The stored log does not prove this event: {error}") from error
        return proof, event

    def _cosigned(self, size: int) -> Checkpoint | None:
        note = self._place.cosigned_from(size)
        try:
            return genuine(note, self._log) if note else None
        except Tampered:
            return None  # what others put beside our checkpoints is theirs to answer for


def _known(actor: Actor, event_id: str) -> list[ColumnElement[bool]]:
    return [AuditEvent.event_id == event_id, *not_secret(actor)]


def _sealed(session: Session, event_id: str) -> tuple[int, bytes]:
    statement = (
        select(AuditSeal.seq, *COLUMNS)
        .outerjoin(AuditSeal, AuditSeal.number == AuditEvent.number)
        .where(AuditEvent.event_id == event_id)
    )
    row = session.execute(statement).one_or_none()
    if row is None:
        raise no_such("event")
    if row.seq is None:
        raise Refused("The event is not sealed yet: try again in a few seconds.")
    return row.seq, canonical(row._mapping)


def _write_lines(path: Path, lines: Iterable[str]) -> None:
    with path.open("x", encoding="utf-8") as file:
        file.writelines(f"{line}\n" for line in lines)
