"""What a proposed schedule would change, as it was found."""

import sqlalchemy as sa
from alembic import op

from api.migrations import kinds

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "retention_previews",
        sa.Column("preview_id", kinds.text(32), primary_key=True),
        sa.Column(
            "version", sa.Integer(), sa.ForeignKey("retention_schedules.version"), nullable=False
        ),
        sa.Column("against", sa.Integer()),
        sa.Column("state", kinds.text(16), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("asked_by", kinds.text(64), nullable=False),
        sa.Column("asked_at", kinds.moment(), nullable=False),
        sa.Column("begun_at", kinds.moment()),
        sa.Column("finished_at", kinds.moment()),
        sa.Column("last_number", sa.Integer(), nullable=False),
        sa.Column("looked_at", sa.Integer(), nullable=False),
        sa.Column("to_look_at", sa.Integer(), nullable=False),
    )
    op.create_index("ix_retention_previews_version", "retention_previews", ["version", "asked_at"])
    op.create_table(
        "retention_previewed_changes",
        sa.Column(
            "preview_id",
            kinds.text(32),
            sa.ForeignKey("retention_previews.preview_id"),
            primary_key=True,
        ),
        sa.Column("number", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("record_id", kinds.text(32), sa.ForeignKey("records.record_id"), nullable=False),
        sa.Column("class_id", kinds.text(8), nullable=False),
        sa.Column("effect", kinds.text(24), nullable=False),
        sa.Column("becomes_due", sa.Boolean(), nullable=False),
        sa.Column("answer_before", sa.JSON()),
        sa.Column("answer_after", sa.JSON(), nullable=False),
    )
