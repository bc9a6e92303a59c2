"""What a receiver's receipt said, file by file."""

import sqlalchemy as sa
from alembic import op

from api.migrations import kinds

revision = "0020"
down_revision = "0024"  # which was there first


def upgrade() -> None:
    """Add the columns; of what was packed before nothing was said."""
    op.add_column("transfers", sa.Column("checked_at", kinds.moment()))
    op.add_column(
        "transfers", sa.Column("checked_by", kinds.text(64), nullable=False, server_default="")
    )
    op.add_column(
        "transfer_items", sa.Column("said", sa.JSON(), nullable=False, server_default="{}")
    )
