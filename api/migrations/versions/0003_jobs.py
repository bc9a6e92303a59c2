"""Work waiting, and who does it."""

import sqlalchemy as sa
from alembic import op

from api.migrations import kinds

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Make the tables of this room."""
    _jobs()
    _duties()
    _workers()


def _jobs() -> None:
    op.create_table(
        "jobs",
        sa.Column("number", kinds.big(), primary_key=True, autoincrement=True),
        sa.Column("job_id", kinds.text(32), nullable=False),
        sa.Column("kind", kinds.text(32), nullable=False),
        sa.Column("subject_id", kinds.text(32), nullable=False),
        sa.Column("payload", sa.JSON(), nullable=False),
        sa.Column("line", kinds.text(16), nullable=False),
        sa.Column("share", kinds.text(32), nullable=False),
        sa.Column("turn", kinds.big(), nullable=False),
        sa.Column("state", kinds.text(16), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("fence", sa.Integer(), nullable=False),
        sa.Column("worker", kinds.text(64), nullable=False),
        sa.Column("lease_until", kinds.moment()),
        sa.Column("not_before", kinds.moment()),
        sa.Column("queued_at", kinds.moment(), nullable=False),
        sa.Column("last_error", kinds.text(), nullable=False),
        sa.UniqueConstraint("job_id", name="uq_jobs_job_id"),
    )
    op.create_index("ix_jobs_claim", "jobs", ["state", "line", "turn", "number"])
    op.create_index("ix_jobs_share", "jobs", ["line", "share", "turn", "number"])
    op.create_index("ix_jobs_subject_id", "jobs", ["subject_id"])


def _duties() -> None:
    op.create_table(
        "duties",
        sa.Column("duty", kinds.text(32), primary_key=True),
        sa.Column("holder", kinds.text(64), nullable=False),
        sa.Column("fence", sa.Integer(), nullable=False),
        sa.Column("lease_until", kinds.moment()),
        sa.Column("done_at", kinds.moment()),
    )


def _workers() -> None:
    op.create_table(
        "workers",
        sa.Column("name", kinds.text(64), primary_key=True),
        sa.Column("host", kinds.text(64), nullable=False),
        sa.Column("started_at", kinds.moment(), nullable=False),
        sa.Column("seen_at", kinds.moment(), nullable=False),
        sa.Column("doing", kinds.text(64), nullable=False),
    )
    op.create_index("ix_workers_seen_at", "workers", ["seen_at"])
