"""The audit's tables, kept append-only by the database itself."""

import sqlalchemy as sa
from alembic import op

from api.migrations import kinds

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make the tables of this room."""
    _audit_details()
    _audit_events()
    _keep_events_as_they_are()


def _audit_details() -> None:
    op.create_table(
        "audit_details",
        sa.Column("event_id", kinds.text(32), primary_key=True),
        sa.Column("text", kinds.text(), nullable=False),
    )


def _audit_events() -> None:
    op.create_table(
        "audit_events",
        sa.Column("number", kinds.big(), primary_key=True, autoincrement=True),
        sa.Column("event_id", kinds.text(32), nullable=False),
        sa.Column("at", kinds.moment(), nullable=False),
        sa.Column("actor_id", kinds.text(64), nullable=False),
        sa.Column("action", kinds.text(64), nullable=False),
        sa.Column("subject_kind", kinds.text(32), nullable=False),
        sa.Column("subject_id", kinds.text(64), nullable=False),
        sa.Column("outcome", kinds.text(16), nullable=False),
        sa.Column("reason", kinds.text(), nullable=False),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.UniqueConstraint("event_id", name="uq_audit_events_event_id"),
    )
    op.create_index("ix_audit_events_action", "audit_events", ["action"])
    op.create_index("ix_audit_events_actor_id", "audit_events", ["actor_id"])
    op.create_index("ix_audit_events_at", "audit_events", ["at"])
    op.create_index("ix_audit_events_subject_id", "audit_events", ["subject_id"])


_NEVER = "audit events are never changed"
_TAKEN = "EXISTS (SELECT 1 FROM audit_events WHERE number = NEW.number OR event_id = NEW.event_id)"
_ON_SQLITE = {
    "update": "BEFORE UPDATE ON audit_events",
    "delete": "BEFORE DELETE ON audit_events",
    # INSERT OR REPLACE deletes without firing the trigger above.
    "replace": f"BEFORE INSERT ON audit_events WHEN {_TAKEN}",
}


def _keep_events_as_they_are() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for name, when in _ON_SQLITE.items():
            op.execute(
                f"CREATE TRIGGER audit_events_no_{name} {when} "
                f"BEGIN SELECT RAISE(ABORT, '{_NEVER}'); END"
            )
        return
    op.execute(
        "CREATE FUNCTION refuse_audit_change() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{_NEVER}' "
        "USING ERRCODE = 'integrity_constraint_violation'; END $$"
    )
    op.execute(
        "CREATE TRIGGER audit_events_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_events "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_audit_change()"
    )
