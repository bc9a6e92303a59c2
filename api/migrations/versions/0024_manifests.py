"""What a manifest says of a file, and what does not agree with it."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"


def upgrade() -> None:
    """Add the columns; what is there came without a manifest."""
    op.add_column("batches", sa.Column("faults", sa.JSON(), nullable=False, server_default="[]"))
    op.add_column("items", sa.Column("expected_pages", sa.Integer()))
