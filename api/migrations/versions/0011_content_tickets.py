"""Tickets for files from the host without cookies, and what each person has uploaded in a day."""

import sqlalchemy as sa
from alembic import op

from api.migrations import kinds

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    """Make the tables of this room."""
    op.create_table(
        "content_tickets",
        sa.Column("ticket_hash", kinds.text(64), primary_key=True),
        sa.Column("session_hash", kinds.text(64), nullable=False),
        sa.Column("subject_kind", kinds.text(16), nullable=False),
        sa.Column("subject_id", kinds.text(32), nullable=False),
        sa.Column("rendition", kinds.text(24), nullable=False),
        sa.Column("issued_at", kinds.moment(), nullable=False),
    )
    op.create_index("ix_content_tickets_issued_at", "content_tickets", ["issued_at"])
    op.create_table(
        "upload_totals",
        sa.Column("staff_id", kinds.text(64), primary_key=True),
        sa.Column("day", sa.Date(), primary_key=True),
        sa.Column("size_bytes", kinds.big(), nullable=False),
    )
