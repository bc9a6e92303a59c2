"""What a decision of disposal rests on, and certificates."""

import sqlalchemy as sa
from alembic import op

from api.migrations import kinds

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "disposal_grounds",
        sa.Column(
            "item_id", kinds.text(32), sa.ForeignKey("disposal_items.item_id"), primary_key=True
        ),
        sa.Column("file_ids", sa.JSON(), nullable=False),
        sa.Column("class_id", kinds.text(8), nullable=False),
        sa.Column("authority", kinds.text(), nullable=False),
        sa.Column("action", kinds.text(16), nullable=False),
        sa.Column("due_on", sa.Date()),
        sa.Column("schedule_version", sa.Integer(), nullable=False),
    )
    op.create_table(
        "disposal_certificates",
        sa.Column(
            "case_id", kinds.text(32), sa.ForeignKey("disposal_cases.case_id"), primary_key=True
        ),
        sa.Column("issued_at", kinds.moment(), nullable=False),
        sa.Column("document", kinds.text(), nullable=False),
        sa.Column("sha256", kinds.text(64), nullable=False),
        sa.Column("pdf", sa.LargeBinary(), nullable=False),
        sa.Column("pdf_sha256", kinds.text(64), nullable=False),
    )
    op.create_index("ix_disposal_certificates_pdf_sha256", "disposal_certificates", ["pdf_sha256"])
