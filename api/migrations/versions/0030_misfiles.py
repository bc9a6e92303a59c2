"""Filed documents whose pages name another client better, and how far the walks over them have come."""

import sqlalchemy as sa
from alembic import op

from api.migrations import kinds

revision = "0030"
down_revision = "0025"


def upgrade() -> None:
    """Make the tables; upkeep looks at what is filed already, the newest first."""
    _findings()
    op.create_table(
        "misfile_filed_on",
        sa.Column(
            "finding_id",
            kinds.text(32),
            sa.ForeignKey("misfile_findings.finding_id"),
            primary_key=True,
        ),
        sa.Column(
            "client_id", kinds.text(32), sa.ForeignKey("clients.client_id"), primary_key=True
        ),
        sa.Column("words", kinds.text(), nullable=False),
    )
    op.create_index("ix_misfile_filed_on_client_id", "misfile_filed_on", ["client_id"])
    op.create_table(
        "misfile_walks",
        sa.Column("name", kinds.text(8), primary_key=True),
        sa.Column("last_number", sa.Integer(), nullable=False),
        sa.Column("matcher", kinds.text(48), nullable=False),
        sa.Column("seen", sa.Integer(), nullable=False),
        sa.Column("found", sa.Integer(), nullable=False),
        sa.Column("started_at", kinds.moment(), nullable=False),
        sa.Column("finished_at", kinds.moment()),
    )


def _findings() -> None:
    op.create_table(
        "misfile_findings",
        sa.Column("finding_id", kinds.text(32), primary_key=True),
        sa.Column("record_id", kinds.text(32), sa.ForeignKey("records.record_id"), nullable=False),
        sa.Column("client_id", kinds.text(32), sa.ForeignKey("clients.client_id"), nullable=False),
        sa.Column("score", sa.Float(), nullable=False),
        sa.Column("words", kinds.text(), nullable=False),
        sa.Column("kinds", sa.JSON(), nullable=False),
        sa.Column("page", sa.Integer(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("matcher", kinds.text(48), nullable=False),
        sa.Column("found_at", kinds.moment(), nullable=False),
        sa.Column("state", kinds.text(16), nullable=False),
        sa.Column("settled_at", kinds.moment()),
        sa.Column("settled_by", kinds.text(64), nullable=False),
        sa.Column("reason", kinds.text(), nullable=False),
    )
    for column in ("record_id", "client_id", "state"):
        op.create_index(f"ix_misfile_findings_{column}", "misfile_findings", [column])
