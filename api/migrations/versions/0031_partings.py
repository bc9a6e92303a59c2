"""Records parted from others, keys that must follow, and objects that were replaced."""

import sqlalchemy as sa
from alembic import op

from api.migrations import kinds

revision = "0031"
down_revision = "0028"


def upgrade() -> None:
    """Make the tables; nothing was parted before."""
    op.create_table(
        "record_partings",
        sa.Column("parting_id", kinds.text(32), primary_key=True),
        sa.Column("from_id", kinds.text(32), sa.ForeignKey("records.record_id"), nullable=False),
        sa.Column("to_id", kinds.text(32), sa.ForeignKey("records.record_id"), nullable=False),
        sa.Column("pages", sa.JSON(), nullable=False),
        sa.Column("parted_at", kinds.moment(), nullable=False),
        sa.Column("parted_by", kinds.text(64), nullable=False),
    )
    for column in ("from_id", "to_id"):
        op.create_index(f"ix_record_partings_{column}", "record_partings", [column])
    op.create_table(
        "keys_to_settle",
        sa.Column("item_id", kinds.text(32), primary_key=True),
        sa.Column("asked", kinds.text(32), nullable=False),
    )
    op.create_table(
        "replaced_objects",
        sa.Column("object_key", kinds.text(32), primary_key=True),
        sa.Column("item_id", kinds.text(32), nullable=False),
        sa.Column("replaced_at", kinds.moment(), nullable=False),
    )
    op.create_index("ix_replaced_objects_item_id", "replaced_objects", ["item_id"])
