"""The log is leafed through newest first by person, by thing and by action, however long it is."""

from alembic import op

revision = "0013"
down_revision = "0012"

_BEFORE = ("action", "actor_id", "at", "subject_id")
_NOW = {
    "ix_audit_events_when": ["at", "number"],
    "ix_audit_events_who": ["actor_id", "at", "number"],
    "ix_audit_events_about": ["subject_id", "at", "number"],
    "ix_audit_events_what": ["action", "at", "number"],
    "ix_audit_events_request": ["request_id"],
}


def upgrade() -> None:
    """Each index of one column gives way to one in the order in which pages are read."""
    for column in _BEFORE:
        op.drop_index(f"ix_audit_events_{column}", "audit_events")
    for name, columns in _NOW.items():
        op.create_index(name, "audit_events", columns)
