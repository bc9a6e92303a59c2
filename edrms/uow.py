"""The unit of work: one write transaction with its actor, its events and what follows the commit.

A transaction that changes state of record without journalling an event is refused here, so no caller
can forget. Work after the commit (waking a worker) runs only when the commit has succeeded.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, cast

from sqlalchemy import Table, event
from sqlalchemy.orm import ORMExecuteState, Session

from edrms.access.model import Actor
from edrms.audit.tables import AuditDetail, AuditEvent
from edrms.audit.vocabulary import ACTIONS
from edrms.clock import Clock
from edrms.db import Database
from edrms.ids import new_id


class UnjournalledChange(RuntimeError):
    """A programming error: state of record changed and no event says so."""


class UnitOfWork:
    """One open write transaction. Not shared between threads."""

    def __init__(self, session: Session, actor: Actor, clock: Clock) -> None:
        self.session = session
        self.actor = actor
        self.clock = clock
        self.now = clock.now()
        self._events = 0
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
        """Write the event that goes with this transaction.

        detail: ids and counts, JSON values. personal: words about people (a search), kept apart.
        """
        if action not in ACTIONS:
            raise UnjournalledChange(f"{action!r} is not in the audit vocabulary")
        event_id = new_id()
        if personal:
            self.session.add(AuditDetail(event_id=event_id, text=personal))
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
            )
        )
        self._events += 1

    def after_commit(self, call: Callable[[], None]) -> None:
        """Run this once the transaction is safely committed, never otherwise."""
        self._after_commit.append(call)

    def note_changes(self) -> None:
        """Remember which tables of record this flush touches."""
        session = self.session
        for row in (*session.new, *session.dirty, *session.deleted):
            if row.__table__.info.get("journalled", True) and not isinstance(row, AuditEvent):
                self._changed.add(row.__tablename__)

    def note_statement(self, statement: ORMExecuteState) -> None:
        """Remember the table a bulk insert, update or delete touches."""
        mapper = statement.bind_mapper
        writes = statement.is_insert or statement.is_update or statement.is_delete
        if writes and mapper is not None:
            table = cast(Table, mapper.local_table)
            if table.info.get("journalled", True):
                self._changed.add(str(table))

    def check_journalled(self) -> None:
        """Refuse to commit a change that no event tells of."""
        if self._changed and not self._events:
            raise UnjournalledChange(f"changed {sorted(self._changed)} without an audit event")

    def committed(self) -> None:
        """Run what was asked for after the commit."""
        for call in self._after_commit:
            call()


@contextmanager
def write(database: Database, actor: Actor, clock: Clock) -> Iterator[UnitOfWork]:
    """One write transaction: commits when the block ends well, rolls back whole when it does not."""
    with database.session() as session:
        work = UnitOfWork(session, actor, clock)
        event.listen(session, "before_flush", lambda *_: work.note_changes())
        event.listen(session, "do_orm_execute", work.note_statement)
        with session.begin():
            yield work
            session.flush()
            work.check_journalled()
        work.committed()
