"""Records handed to an archive or another authority."""

import sqlalchemy as sa
from alembic import op

from api.migrations import kinds

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "transfers",
        sa.Column("transfer_id", kinds.text(32), primary_key=True),
        sa.Column("reference", kinds.text(16), nullable=False),
        sa.Column("state", kinds.text(16), nullable=False),
        sa.Column("recipient", kinds.text(200), nullable=False),
        sa.Column("authority", kinds.text(), nullable=False),
        sa.Column("made_by", kinds.text(64), nullable=False),
        sa.Column("begun_at", kinds.moment(), nullable=False),
        sa.Column("made_at", kinds.moment()),
        sa.Column("files", sa.Integer(), nullable=False),
        sa.Column("size_bytes", kinds.big(), nullable=False),
        sa.Column("received_by", kinds.text(64), nullable=False),
        sa.Column("received_at", kinds.moment()),
        sa.Column("receipt_sha256", kinds.text(64), nullable=False),
        sa.UniqueConstraint("reference", name="uq_transfers_reference"),
    )
    op.create_table(
        "transfer_items",
        sa.Column(
            "transfer_id", kinds.text(32), sa.ForeignKey("transfers.transfer_id"), primary_key=True
        ),
        sa.Column(
            "record_id", kinds.text(32), sa.ForeignKey("records.record_id"), primary_key=True
        ),
        sa.Column("payload", sa.JSON(), nullable=False),
    )
    op.create_index("ix_transfer_items_record", "transfer_items", ["record_id"])
