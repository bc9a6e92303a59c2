"""Every event has its place in a tree, and checkpoints of the tree are signed."""

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

from api.migrations import kinds

revision = "0009"
down_revision = "0008"

_NEVER = "the audit log is never changed"
_KEPT = {
    "audit_seals": "seq = NEW.seq OR number = NEW.number",
    "audit_nodes": "height = NEW.height AND place = NEW.place",
    "audit_checkpoints": "size = NEW.size",
}


def upgrade() -> None:
    """Make the tables of sealing; every event there is waits to be sealed."""
    _waiting()
    _seals()
    _checkpoints()
    if op.get_bind().dialect.name == "sqlite":
        _keep_on_sqlite()
    else:
        _keep_on_postgresql()


def _waiting() -> None:
    op.create_table(
        "audit_waiting",
        sa.Column("number", kinds.big(), primary_key=True, autoincrement=False),
        sa.Column("since", kinds.moment(), nullable=False),
    )
    op.create_table(
        "audit_sealing",
        sa.Column("part", kinds.text(16), primary_key=True),
        sa.Column("problem", kinds.text(), nullable=False),
        sa.Column("at", kinds.moment(), nullable=False),
    )
    events = sa.table("audit_events", sa.column("number"))
    waiting = sa.table("audit_waiting", sa.column("number"), sa.column("since", kinds.moment()))
    now = sa.literal(datetime.now(UTC), kinds.moment())
    op.execute(waiting.insert().from_select(["number", "since"], sa.select(events.c.number, now)))


def _seals() -> None:
    op.create_table(
        "audit_seals",
        sa.Column("seq", kinds.big(), primary_key=True, autoincrement=False),
        sa.Column("number", kinds.big(), nullable=False),
        sa.Column("leaf_hash", sa.LargeBinary(32), nullable=False),
        sa.UniqueConstraint("number", name="uq_audit_seals_number"),
    )
    op.create_table(
        "audit_nodes",
        sa.Column("height", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("place", kinds.big(), primary_key=True, autoincrement=False),
        sa.Column("hash", sa.LargeBinary(32), nullable=False),
    )


def _checkpoints() -> None:
    op.create_table(
        "audit_checkpoints",
        sa.Column("size", kinds.big(), primary_key=True, autoincrement=False),
        sa.Column("at", kinds.moment(), nullable=False),
        sa.Column("note", kinds.text(), nullable=False),
    )


def _keep_on_sqlite() -> None:
    refuse = f"BEGIN SELECT RAISE(ABORT, '{_NEVER}'); END"
    for table, taken in _KEPT.items():
        for name, when in {
            "update": f"BEFORE UPDATE ON {table}",
            "delete": f"BEFORE DELETE ON {table}",
            # INSERT OR REPLACE deletes without firing the trigger above.
            "replace": f"BEFORE INSERT ON {table} WHEN EXISTS (SELECT 1 FROM {table} WHERE {taken})",  # noqa: S608
        }.items():
            op.execute(f"CREATE TRIGGER {table}_no_{name} {when} {refuse}")
    op.execute(f"CREATE TRIGGER audit_details_no_update BEFORE UPDATE ON audit_details {refuse}")
    op.execute(
        "CREATE TRIGGER audit_events_wait AFTER INSERT ON audit_events BEGIN "
        "INSERT INTO audit_waiting (number, since) VALUES (NEW.number, NEW.at); END"
    )


def _keep_on_postgresql() -> None:
    refuse = "FOR EACH STATEMENT EXECUTE FUNCTION refuse_audit_change()"
    for table in _KEPT:
        op.execute(
            f"CREATE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} {refuse}"
        )
        op.execute(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {table}_no_change")
    # A detail may be erased, by its row; never changed.
    op.execute(
        "CREATE TRIGGER audit_details_no_update BEFORE UPDATE OR TRUNCATE ON audit_details "
        + refuse
    )
    op.execute("ALTER TABLE audit_details ENABLE ALWAYS TRIGGER audit_details_no_update")
    op.execute("ALTER TABLE audit_events ENABLE ALWAYS TRIGGER audit_events_no_change")
    op.execute(
        "CREATE FUNCTION audit_event_waits() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN INSERT INTO audit_waiting (number, since) "
        "VALUES (NEW.number, clock_timestamp()); RETURN NULL; END $$"
    )
    op.execute(
        "CREATE TRIGGER audit_events_wait AFTER INSERT ON audit_events "
        "FOR EACH ROW EXECUTE FUNCTION audit_event_waits()"
    )
    op.execute("ALTER TABLE audit_events ENABLE ALWAYS TRIGGER audit_events_wait")
