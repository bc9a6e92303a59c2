"""Objects on which the store's own hold lies."""

import sqlalchemy as sa
from alembic import op

from api.migrations import kinds

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "locked_objects",
        sa.Column("object_key", kinds.text(32), primary_key=True),
        sa.Column("locked_at", kinds.moment(), nullable=False),
    )
