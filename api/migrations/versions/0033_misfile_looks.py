"""Records that were taken off a file, and in which version they were looked at for misfiles last."""

import sqlalchemy as sa
from alembic import op

from api.migrations import kinds

revision = "0033"
down_revision = "0032"


def upgrade() -> None:
    """Make the table; upkeep looks at what was moved before now."""
    op.create_table(
        "misfile_looks",
        sa.Column(
            "record_id", kinds.text(32), sa.ForeignKey("records.record_id"), primary_key=True
        ),
        sa.Column("version", sa.Integer(), nullable=False),
    )
