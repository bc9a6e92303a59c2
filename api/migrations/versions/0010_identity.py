"""Second factors, known devices, tokens of programs, and sessions that can be listed and ended.

Everybody signs in again: a session of before says nothing of when its holder was last proved.
"""

import sqlalchemy as sa
from alembic import op

from api.migrations import kinds

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Make the tables of this room."""
    _accounts()
    _sessions()
    _attempts()
    _factors()
    _tokens()


def _accounts() -> None:
    op.add_column(
        "staff", sa.Column("kind", kinds.text(8), nullable=False, server_default="person")
    )
    is_new: sa.Column[bool] = sa.Column(
        "must_change_password", sa.Boolean(), nullable=False, server_default=sa.false()
    )
    op.add_column("staff", is_new)


def _sessions() -> None:
    op.drop_index("ix_staff_sessions_staff_id", "staff_sessions")
    op.drop_table("staff_sessions")
    op.create_table(
        "staff_sessions",
        sa.Column("token_hash", kinds.text(64), primary_key=True),
        _of_staff("staff_sessions"),
        sa.Column("csrf_token", kinds.text(64), nullable=False),
        sa.Column("started_at", kinds.moment(), nullable=False),
        sa.Column("last_used_at", kinds.moment(), nullable=False),
        sa.Column("ended_at", kinds.moment()),
        sa.Column("session_id", kinds.text(32), nullable=False),
        sa.Column("is_complete", sa.Boolean(), nullable=False),
        sa.Column("proved_at", kinds.moment(), nullable=False),
        sa.Column("agent", kinds.text(200), nullable=False),
    )
    op.create_index("ix_staff_sessions_staff_id", "staff_sessions", ["staff_id"])
    op.create_index("ix_staff_sessions_session_id", "staff_sessions", ["session_id"])


def _attempts() -> None:
    op.drop_table("sign_in_attempts")
    op.create_table(
        "sign_in_attempts",
        sa.Column("place_hash", kinds.text(64), primary_key=True),
        sa.Column("level", sa.Float(), nullable=False),
        sa.Column("last_failed_at", kinds.moment(), nullable=False),
    )
    op.create_table(
        "known_devices",
        sa.Column("device_hash", kinds.text(64), primary_key=True),
        _of_staff("known_devices", primary_key=True),
        sa.Column("last_used_at", kinds.moment(), nullable=False),
    )


def _factors() -> None:
    op.create_table(
        "second_factors",
        _of_staff("second_factors", primary_key=True),
        sa.Column("sealed_secret", kinds.text(), nullable=False),
        sa.Column("last_step", kinds.big(), nullable=False),
        sa.Column("set_at", kinds.moment(), nullable=False),
    )
    op.create_table(
        "recovery_codes",
        sa.Column("code_hash", kinds.text(64), primary_key=True),
        _of_staff("recovery_codes"),
        sa.Column("used_at", kinds.moment()),
    )
    op.create_index("ix_recovery_codes_staff_id", "recovery_codes", ["staff_id"])


def _tokens() -> None:
    op.create_table(
        "api_tokens",
        sa.Column("token_id", kinds.text(32), primary_key=True),
        _of_staff("api_tokens"),
        sa.Column("token_hash", kinds.text(64), nullable=False),
        sa.Column("prefix", kinds.text(20), nullable=False),
        sa.Column("purpose", kinds.text(200), nullable=False),
        sa.Column("scopes", sa.JSON(), nullable=False),
        sa.Column("made_by", kinds.text(64), nullable=False),
        sa.Column("made_at", kinds.moment(), nullable=False),
        sa.Column("expires_at", kinds.moment(), nullable=False),
        sa.Column("revoked_at", kinds.moment()),
        sa.UniqueConstraint("token_hash", name="uq_api_tokens_token_hash"),
    )
    op.create_index("ix_api_tokens_staff_id", "api_tokens", ["staff_id"])
    op.create_table(
        "api_token_uses",
        sa.Column(
            "token_id",
            kinds.text(32),
            sa.ForeignKey("api_tokens.token_id", name="fk_api_token_uses_token_id"),
            primary_key=True,
        ),
        sa.Column("last_used_at", kinds.moment(), nullable=False),
    )


def _of_staff(table: str, *, primary_key: bool = False) -> sa.Column[str]:
    key = sa.ForeignKey("staff.staff_id", name=f"fk_{table}_staff_id")
    return sa.Column("staff_id", kinds.text(32), key, primary_key=primary_key, nullable=False)
