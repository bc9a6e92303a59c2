"""What was counted of a batch, on which device it was scanned, and its closing."""

import sqlalchemy as sa
from alembic import op

from api.migrations import kinds

revision = "0023"
down_revision = "0019"


def upgrade() -> None:
    """Add the columns; batches that are there were counted by nobody and stay open."""
    words = {"origin": kinds.text(), "device": kinds.text(64), "sides": kinds.text(8)}
    closing = {"closed_by": kinds.text(32), "closing_reason": kinds.text()}
    for name, kind in (words | closing).items():
        op.add_column("batches", sa.Column(name, kind, nullable=False, server_default=""))
    op.add_column("batches", sa.Column("settings", sa.JSON(), nullable=False, server_default="{}"))
    op.add_column("batches", sa.Column("expected_documents", sa.Integer()))
    for name in ("scanned_from", "scanned_until", "closed_at"):
        op.add_column("batches", sa.Column(name, kinds.moment()))
    op.add_column("batches", sa.Column("sender_key", kinds.text(200)))
    op.create_index("ix_batches_device", "batches", ["device"])
    key = ["opened_by", "sender_key"]
    op.create_index("ix_batches_opened_by_sender_key", "batches", key, unique=True)
