"""What the role of web and workers may do on PostgreSQL, given by the role that owns the tables.

The owner is used by `edrms init` and `edrms migrate` alone. The other role reads and writes rows, but
may only add to the audit log: it cannot change or empty it, nor switch off the triggers that guard it.
"""

from sqlalchemy import DDL, func, inspect, select
from sqlalchemy.orm import Session

from edrms.clock import Clock
from edrms.db import Database
from edrms.staff.accounts import SYSTEM
from edrms.uow import write

_ROWS = "SELECT, INSERT, UPDATE, DELETE"
# The audit log is only ever added to. Personal detail may lawfully be erased, never rewritten.
_LESS = {
    "audit_events": "SELECT, INSERT",
    "audit_details": "SELECT, INSERT, DELETE",
    "audit_seals": "SELECT, INSERT",
    "audit_nodes": "SELECT, INSERT",
    "audit_checkpoints": "SELECT, INSERT",
    "audit_waiting": "SELECT, INSERT, DELETE",
    "alembic_version": "SELECT",
}
_TOO_MUCH = ("UPDATE", "DELETE", "TRUNCATE", "TRIGGER")


def grant(owner: Database, role: str, clock: Clock) -> None:
    """Give this role what it needs on every table there is, and nothing more; journalled."""
    with write(owner, SYSTEM, clock) as work:
        for statement in _statements(work.session, role):
            work.session.connection().execute(_ddl(statement))
        work.journal("instance:role:grant", "instance", "database")


def _ddl(statement: str) -> DDL:
    return DDL(statement.replace("%", "%%"))  # type: ignore[no-untyped-call]


def _statements(session: Session, role: str) -> list[str]:
    quote = session.connection().dialect.identifier_preparer.quote_identifier
    who, database = quote(role), quote(str(session.scalar(select(func.current_database()))))
    tables = inspect(session.connection()).get_table_names()
    return [
        f"GRANT CONNECT ON DATABASE {database} TO {who}",
        "REVOKE CREATE ON SCHEMA public FROM PUBLIC",
        f"GRANT USAGE ON SCHEMA public TO {who}",
        f"REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {who}",
        *(
            f"GRANT {_LESS.get(table, _ROWS)} ON {quote(table)} TO {who}"
            for table in sorted(tables)
        ),
        f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {who}",
    ]


def log_is_out_of_reach(database: Database) -> bool:
    """Whether the role we work as could not rewrite the audit log even without its triggers."""
    if database.is_sqlite:
        return False
    asked = [func.has_table_privilege("audit_events", right) for right in _TOO_MUCH]
    with database.read() as session:
        return not any(session.execute(select(*asked)).one())
