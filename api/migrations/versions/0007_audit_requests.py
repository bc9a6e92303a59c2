"""Events know the request they happened in, and commit to the personal detail kept apart."""

import sqlalchemy as sa
from alembic import op

from api.migrations import kinds

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Add what events and their details know from now on; older ones have it empty."""
    for table, name, length in (
        ("audit_events", "request_id", 16),
        ("audit_events", "source", 32),
        ("audit_events", "detail_digest", 64),
        ("audit_details", "key", 64),
    ):
        column = sa.Column(name, kinds.text(length), nullable=False, server_default="")
        op.add_column(table, column)
