"""The unit of work: one write transaction with its actor, its events and what follows the commit.

A transaction that changes state of record without journalling an event is refused here, so no caller
can forget. Work after the commit (waking a worker) runs only when the commit has succeeded.
"""

import hashlib
import hmac
import re
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import event, func, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from edrms.access.model import Actor
from edrms.audit.tables import AuditDetail, AuditEvent
from edrms.audit.vocabulary import ACTIONS
from edrms.clock import Clock
from edrms.db import Base, Database, database_errors_named
from edrms.errors import OutcomeUnknown
from edrms.ids import new_id

_WRITE = re.compile(
    r"\s*(?:INSERT(?:\s+OR\s+\w+)?\s+INTO|REPLACE\s+INTO|UPDATE(?:\s+OR\s+\w+)?|DELETE\s+FROM)"
    r'\s+"?(?P<table>\w+)',
    re.IGNORECASE,
)
_READ = re.compile(
    r"\s*(?:SELECT|SAVEPOINT|RELEASE|ROLLBACK|PRAGMA\s+main\.table_x?info)\b", re.IGNORECASE
)


def digest_of(key: bytes, personal: str) -> str:
    """HMAC-SHA256 (hex) by which an event commits to its personal detail."""
    return hmac.new(key, personal.encode(), hashlib.sha256).hexdigest()


class UnjournalledChange(RuntimeError):
    """A programming error: state of record changed and no event says so."""


class UnitOfWork:
    """One open write transaction. Not shared between threads."""

    def __init__(self, session: Session, actor: Actor, clock: Clock) -> None:
        self.session = session
        self.actor = actor
        self.clock = clock
        self.now = clock.now()
        self._events = self._refusals = 0
        self._changed: set[str] = set()
        self._after_commit: list[Callable[[], None]] = []

    def journal(
        self,
        action: str,
        subject_kind: str,
        subject_id: str,
        *,
        outcome: str = "done",
        reason: str = "",
        personal: str = "",
        **detail: Any,
    ) -> None:
        """Write the event that goes with this transaction. outcome: done, refused or failed.

        detail: ids and counts, JSON values. personal: words about people (a search), kept apart.
        """
        if action not in ACTIONS:
            raise UnjournalledChange(f"{action!r} is not in the audit vocabulary")
        event_id, key, visit = new_id(), secrets.token_bytes(32), self.actor.visit
        if personal:
            personal = personal.replace("\0", "\ufffd")
            self.session.add(AuditDetail(event_id=event_id, text=personal, key=key.hex()))
        self.session.add(
            AuditEvent(
                event_id=event_id,
                at=self.now,
                actor_id=self.actor.staff_id,
                action=action,
                subject_kind=subject_kind,
                subject_id=subject_id,
                outcome=outcome,
                reason=reason,
                detail=detail,
                request_id=visit.request_id if visit else "",
                source=visit.source if visit else "",
                detail_digest=digest_of(key, personal) if personal else "",
            )
        )
        self._events += 1
        self._refusals += outcome != "done"

    def alone(self, what: str) -> None:
        """Until this transaction ends no other comes past here for the same `what`.

        For deciding by what is there (the next number, is it taken). On SQLite every write
        transaction is alone already.
        """
        bind = self.session.get_bind()
        if bind.dialect.name == "postgresql":
            digest = hashlib.sha256(what.encode()).digest()
            key = int.from_bytes(digest[:8], "big", signed=True)
            self.session.execute(select(func.pg_advisory_xact_lock(key)))

    def need_not_last(self) -> None:
        """Do not wait until the disk has this transaction: should the database's server crash within
        the second, it may be as if it had never been, though we were told that it is committed.

        Only for what may be lost at any time, such as a lease. SQLite always waits.
        """
        if self.session.get_bind().dialect.name == "postgresql":
            self.session.execute(select(func.set_config("synchronous_commit", "off", True)))

    def after_commit(self, call: Callable[[], None]) -> None:
        """Run this once the transaction is safely committed, never otherwise."""
        self._after_commit.append(call)

    def note_statement(self, statement: str) -> None:
        """Remember the table a statement writes to, however it was made (ORM, Core or text)."""
        words = _WRITE.match(statement)
        if words is None:
            if not _READ.match(statement):
                self._changed.add(statement[:40])
            return
        table = Base.metadata.tables.get(words["table"])
        if table is None or table.info.get("journalled", True):
            self._changed.add(words["table"])

    def check_journalled(self) -> None:
        """Refuse to commit a change that no event tells of."""
        if self._changed and not self._events:
            raise UnjournalledChange(f"changed {sorted(self._changed)} without an audit event")

    def committed(self) -> None:
        """Tell the visit of its events, and run what was asked for after the commit."""
        if self.actor.visit:
            self.actor.visit.events += self._events
            self.actor.visit.refusals += self._refusals
        for call in self._after_commit:
            call()


@contextmanager
def write(database: Database, actor: Actor, clock: Clock) -> Iterator[UnitOfWork]:
    """One write transaction: commits when the block ends well, rolls back whole when it does not.

    Raises Unavailable when the database failed and nothing was changed, and OutcomeUnknown when the
    connection was lost during the commit itself.
    """
    with database.session() as session:
        work = UnitOfWork(session, actor, clock)
        with database_errors_named():
            event.listen(
                session.connection(),
                "before_cursor_execute",
                lambda _connection, _cursor, statement, *_: work.note_statement(statement),
            )
            yield work
            session.flush()
            work.check_journalled()
        _commit(session)
        work.committed()


def _commit(session: Session) -> None:
    try:
        session.commit()
    except DBAPIError as error:
        if not error.connection_invalidated:
            with database_errors_named():
                raise
        raise OutcomeUnknown(
            "The connection to the database was lost while saving. It may or may not have been "
            "saved: look before you try again."
        ) from error
