"""What stays of a destroyed record."""

import sqlalchemy as sa
from alembic import op

from api.migrations import kinds

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "record_stubs",
        sa.Column(
            "record_id", kinds.text(32), sa.ForeignKey("records.record_id"), primary_key=True
        ),
        sa.Column("ended_at", kinds.moment()),
        sa.Column("page_count", sa.Integer(), nullable=False),
        sa.Column("renditions", sa.JSON(), nullable=False),
        sa.Column("proofs", sa.JSON(), nullable=False),
        sa.Column("remains_in", sa.JSON(), nullable=False),
    )
