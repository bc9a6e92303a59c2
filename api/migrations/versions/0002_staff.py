"""Staff, their roles and their sessions."""

import sqlalchemy as sa
from alembic import op

from api.migrations import kinds

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Make the tables of this room."""
    _sign_in_attempts()
    _staff()
    _staff_roles()
    _staff_sessions()


def _sign_in_attempts() -> None:
    op.create_table(
        "sign_in_attempts",
        sa.Column("username_hash", kinds.text(64), primary_key=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("last_failed_at", kinds.moment(), nullable=False),
    )


def _staff() -> None:
    op.create_table(
        "staff",
        sa.Column("staff_id", kinds.text(32), primary_key=True),
        sa.Column("username", kinds.text(64), nullable=False),
        sa.Column("display_name", kinds.text(200), nullable=False),
        sa.Column("password_hash", kinds.text(200), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("added_at", kinds.moment(), nullable=False),
        sa.UniqueConstraint("username", name="uq_staff_username"),
    )


def _staff_roles() -> None:
    op.create_table(
        "staff_roles",
        sa.Column(
            "staff_id",
            kinds.text(32),
            sa.ForeignKey("staff.staff_id", name="fk_staff_roles_staff_id"),
            primary_key=True,
        ),
        sa.Column("role", kinds.text(64), primary_key=True),
    )


def _staff_sessions() -> None:
    op.create_table(
        "staff_sessions",
        sa.Column("token_hash", kinds.text(64), primary_key=True),
        sa.Column(
            "staff_id",
            kinds.text(32),
            sa.ForeignKey("staff.staff_id", name="fk_staff_sessions_staff_id"),
            nullable=False,
        ),
        sa.Column("csrf_token", kinds.text(64), nullable=False),
        sa.Column("started_at", kinds.moment(), nullable=False),
        sa.Column("last_used_at", kinds.moment(), nullable=False),
        sa.Column("ended_at", kinds.moment()),
    )
    op.create_index("ix_staff_sessions_staff_id", "staff_sessions", ["staff_id"])
