"""The post room's own sheets, barcodes of pages, and pages put in order by hand."""

import sqlalchemy as sa
from alembic import op

from api.migrations import kinds

revision = "0025"
down_revision = "0022"  # the newest there was


def upgrade() -> None:
    """Make the tables and columns; every page is where it was."""
    op.create_table(
        "post_sheets",
        sa.Column("sheet_id", kinds.text(8), primary_key=True),
        sa.Column("kind", kinds.text(8), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("made_by", kinds.text(32), nullable=False),
        sa.Column("made_at", kinds.moment(), nullable=False),
    )
