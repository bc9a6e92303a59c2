"""The database: engine, safe journal mode, short transactions, and the types every table shares.

Tables live in their rooms (`<room>/tables.py`). A write transaction is a UnitOfWork (edrms/uow.py).
Journal mode and the SQLite version gate: docs/adr/0002.
"""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import DateTime, Dialect, Engine, create_engine, event
from sqlalchemy.orm import DeclarativeBase, Session
from sqlalchemy.types import TypeDecorator

BUSY_TIMEOUT_S = 30


class UtcDateTime(TypeDecorator[datetime]):
    """An aware UTC datetime in every engine; a naive one is refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a naive datetime cannot be stored")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    """Parent of every table. `info["journalled"] = False` marks tables that carry no state of record
    (leases, sessions): they may change without an audit event."""


def wal_is_safe(version: tuple[int, int, int]) -> bool:
    """Whether this SQLite may run WAL with several connections.

    Versions 3.7.0 to 3.51.2 can lose committed writes (the WAL-reset bug); fixed in 3.51.3 and in
    the branches 3.50.7 and 3.44.6. Source: docs/adr/0002.
    """
    if version >= (3, 51, 3):
        return True
    return any(version[:2] == fixed[:2] and version >= fixed for fixed in [(3, 50, 7), (3, 44, 6)])


def journal_mode(version: tuple[int, int, int]) -> str:
    """WAL where it is safe, else TRUNCATE (a rollback journal, synced on every commit)."""
    return "WAL" if wal_is_safe(version) else "TRUNCATE"


def _prepare_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # SQLAlchemy's begin event below speaks for itself
    mode = journal_mode(sqlite3.sqlite_version_info)
    cursor = connection.cursor()
    for pragma in (
        f"busy_timeout = {BUSY_TIMEOUT_S * 1000}",
        f"journal_mode = {mode}",
        "synchronous = FULL",
        "foreign_keys = ON",
        "secure_delete = ON",
        "temp_store = MEMORY",
        "cache_size = -8000",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Any) -> None:
    reading = connection.get_execution_options().get("read_only", False)
    connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")


def make_engine(url: str) -> Engine:
    """An engine for this URL; on SQLite every connection gets the safe journal mode and full sync."""
    options: dict[str, Any] = {"json_serializer": lambda value: json.dumps(value, sort_keys=True)}
    if url.startswith("sqlite"):
        options["connect_args"] = {"timeout": BUSY_TIMEOUT_S, "check_same_thread": False}
    engine = create_engine(url, **options)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    return engine


class Database:
    """Where transactions come from. Cheap to keep, safe to share between threads of one process."""

    def __init__(self, url: str) -> None:
        self.engine = make_engine(url)
        self._reading = self.engine.execution_options(read_only=True)

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A consistent read; whatever was changed in it by mistake is rolled back."""
        with Session(self._reading, expire_on_commit=False) as session:
            yield session

    def session(self) -> Session:
        """A session for one write transaction. Use edrms.uow.write rather than this."""
        return Session(self.engine, expire_on_commit=False)

    def close(self) -> None:
        """Give back every connection."""
        self.engine.dispose()
