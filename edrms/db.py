"""The database: engines for SQLite and PostgreSQL, transactions, and the types every table shares.

Tables live in their rooms (`<room>/tables.py`). A write transaction is a UnitOfWork (edrms/uow.py).
Journal mode and the SQLite version gate: docs/adr/0002. What the two engines do alike: docs/adr/0010.
"""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from psycopg.types.string import StrDumperUnknown
from sqlalchemy import (
    URL,
    BigInteger,
    Connection,
    DateTime,
    Dialect,
    Engine,
    Integer,
    MetaData,
    String,
    create_engine,
    event,
    make_url,
)
from sqlalchemy.exc import ArgumentError, DBAPIError, InterfaceError, OperationalError
from sqlalchemy.orm import DeclarativeBase, Session
from sqlalchemy.types import TypeDecorator

from edrms.errors import CannotStart, Invalid, NoSpace, Unavailable
from edrms.folding import fold_text
from edrms.folding_sql import SQLITE_NAME

BUSY_TIMEOUT_S = 30
_POSTGRESQL = {
    "application_name": "edrms",
    "connect_timeout": 10,
    "tcp_user_timeout": BUSY_TIMEOUT_S * 1000,  # a host that vanished is noticed, not waited for
    "options": f"-c timezone=UTC -c lock_timeout={BUSY_TIMEOUT_S}s"
    " -c idle_in_transaction_session_timeout=5min",
}
_SQLITE_FAILS = ("SQLITE_BUSY", "SQLITE_LOCKED", "SQLITE_IOERR", "SQLITE_FULL", "SQLITE_CANTOPEN")
_NO_ENTRY = ("authentication failed", "does not exist", "pg_hba.conf", "permission denied")
_FULL = {"SQLITE_FULL", "53100"}
_SNAPSHOT = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}


# A number that outgrows 32 bits. SQLite counts up only what it knows as INTEGER, of 64 bits there.
Big = BigInteger().with_variant(Integer, "sqlite")


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

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(column_0_label)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


@event.listens_for(Base, "attribute_instrument", propagate=True)
def _keep_text_alike(_class: type, _name: str, attribute: Any) -> None:
    """Give every text attribute the one rule of what text may be, whatever the engine would allow."""
    column = getattr(attribute.property, "columns", [None])[0]
    if column is not None and isinstance(column.type, String):
        event.listen(attribute, "set", partial(_storable, column.type.length), retval=True)


def _storable(most: int | None, _row: Base, text: Any, _old: object, attribute: Any) -> Any:
    """PostgreSQL keeps no NUL and enforces lengths; SQLite would keep anything."""
    if not isinstance(text, str):
        return text
    if most is not None and len(text) > most:
        raise Invalid(
            f"Too long: at most {most} characters.", fields={attribute.key: f"At most {most}."}
        )
    return text.replace("\0", "\ufffd")


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
    connection.create_function(SQLITE_NAME, 1, _folded_or_null, deterministic=True)
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


def _folded_or_null(text: str | None) -> str | None:
    return None if text is None else fold_text(text)


class _WithoutNul(StrDumperUnknown):
    """Text to look for: what PostgreSQL cannot hold it cannot find either (see _storable)."""

    def dump(self, text: str) -> Any:
        return super().dump(text.replace("\0", "\ufffd"))


def _prepare_postgresql(connection: Any, _record: object) -> None:
    connection.adapters.register_dumper(str, _WithoutNul)


def _begin_sqlite(connection: Any) -> None:
    reading = connection.get_execution_options().get("read_only", False)
    connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")


def make_engine(url: str, password: str = "", setting: str = "EDRMS_DATABASE_URL") -> Engine:
    """An engine for this URL, `sqlite:///file` or `postgresql://user@host/database`.

    password: for a URL that does not hold one. setting: where the URL is from, for the error.
    Raises CannotStart for a URL of another kind.
    """
    options: dict[str, Any] = {"json_serializer": lambda value: json.dumps(value, sort_keys=True)}
    address = _address(url, setting)
    if address.get_backend_name() == "sqlite":
        options["connect_args"] = {"timeout": BUSY_TIMEOUT_S, "check_same_thread": False}
        engine = create_engine(address, **options)
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine
    if password:
        address = address.set(password=password)
    engine = create_engine(
        address, pool_pre_ping=True, pool_recycle=1800, connect_args=_POSTGRESQL, **options
    )
    event.listen(engine, "connect", _prepare_postgresql)
    return engine


def _address(url: str, setting: str) -> URL:
    expected = "expected sqlite:///file or postgresql://user@host:port/database"
    try:
        address = make_url(url)
    except ArgumentError as error:
        raise CannotStart(f"{setting}: {expected}.") from error
    match address.get_backend_name():
        case "sqlite":
            return address
        case "postgresql":
            return address.set(drivername="postgresql+psycopg")
        case other:
            raise CannotStart(f"{setting}: {expected}, not {other}.")


class Database:
    """Where transactions come from. Cheap to keep, safe to share between threads of one process."""

    def __init__(self, url: str, password: str = "", setting: str = "EDRMS_DATABASE_URL") -> None:
        self.engine = make_engine(url, password, setting)
        snapshot = {} if self.is_sqlite else _SNAPSHOT
        self._reading = self.engine.execution_options(read_only=True, **snapshot)

    @property
    def is_sqlite(self) -> bool:
        """Whether every write transaction is alone, and times come from this one machine."""
        return self.engine.dialect.name == "sqlite"

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A consistent read; whatever was changed in it by mistake is rolled back or refused.

        Raises Unavailable when the database does not answer.
        """
        with database_errors_named(), Session(self._reading, expire_on_commit=False) as session:
            yield session

    @contextmanager
    def look(self) -> Iterator[Connection]:
        """The same as read without a session: for one quick question in Core's words."""
        with database_errors_named(), self._reading.connect() as connection:
            yield connection

    def session(self) -> Session:
        """A session for one write transaction. Use edrms.uow.write rather than this."""
        return Session(self.engine, expire_on_commit=False)

    def file(self) -> Path | None:
        """The file it is in, where it is in one."""
        name = self.engine.url.database if self.is_sqlite else None
        return Path(name) if name else None

    def clear_deleted(self, *tables: str) -> None:
        """Have the engine let go of rows that were deleted, as far as it can.

        SQLite overwrites what is deleted (secure_delete); here its log is emptied too. PostgreSQL makes
        the space free for other rows; its log and its backups keep the old bytes for their time.
        """
        if not self.is_sqlite:
            self._alone(*(f"VACUUM {table}" for table in tables))
            return
        with database_errors_named(), closing(self.engine.raw_connection()) as connection:
            connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def take_stock(self, *tables: str) -> None:
        """Have PostgreSQL look at what is in these tables now, after very much was put in at once.

        Until it has looked, it takes them for small and may seek a name a hundred times as long. It would
        look by itself within minutes. SQLite plans without looking.
        """
        if not self.is_sqlite:
            self._alone(*(f"ANALYZE {table}" for table in tables))

    def _alone(self, *statements: str) -> None:
        """On PostgreSQL: each in no transaction. Whatever fails, the connection goes back as it was."""
        alone = self.engine.execution_options(isolation_level="AUTOCOMMIT")
        with database_errors_named(), alone.connect() as connection:
            for statement in statements:
                connection.exec_driver_sql(statement)

    def close(self) -> None:
        """Give back every connection."""
        self.engine.dispose()


@contextmanager
def database_errors_named() -> Iterator[None]:
    """A failure of the database itself, before any commit, as Unavailable: nothing was changed.

    A lost connection, a deadlock, a lock waited for too long. Errors of ours (a constraint) pass.
    """
    try:
        yield
    except DBAPIError as error:
        if not is_failure(error):
            raise
        if _code(error) in _FULL:
            raise NoSpace(
                "The database's disk is full. Nothing was changed: free some space, then try again."
            ) from error
        raise Unavailable(
            "The database did not answer, or was too busy. Nothing was changed: try again shortly.",
            code="database_unavailable",
            cause=type(error.orig).__name__,
        ) from error


def why_refused(error: Unavailable) -> str:
    """The server's own words if it will not let us in at all (a wrong password, no such database).

    "" for any other failure. The server never repeats a password.
    """
    words = str(error.__cause__.orig) if isinstance(error.__cause__, DBAPIError) else ""
    lines = [line.partition("FATAL:")[2].strip() for line in words.splitlines() if "FATAL:" in line]
    return next((line for line in lines if any(sign in line for sign in _NO_ENTRY)), "")


def is_failure(error: DBAPIError) -> bool:
    """Whether the database failed, rather than refused what it was asked."""
    if isinstance(error.orig, sqlite3.Error):
        return _code(error).startswith(_SQLITE_FAILS)
    return error.connection_invalidated or isinstance(error, OperationalError | InterfaceError)


def _code(error: DBAPIError) -> str:
    """The engine's own code: SQLSTATE of PostgreSQL, name of the error of SQLite; may be empty."""
    orig = error.orig
    return str(getattr(orig, "sqlite_errorname", None) or getattr(orig, "sqlstate", None) or "")
