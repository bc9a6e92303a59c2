"""Holds, cases of disposal, and whose account is whose: so that two people are two people."""

import sqlalchemy as sa
from alembic import op

from api.migrations import kinds

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    """Make the tables."""
    _holds()
    _cases()
    _items()
    _people()


def _holds() -> None:
    op.create_table(
        "holds",
        sa.Column("hold_id", kinds.text(32), primary_key=True),
        sa.Column("reference", kinds.text(16), nullable=False),
        sa.Column("title", kinds.text(200), nullable=False),
        sa.Column("reason", kinds.text(), nullable=False),
        sa.Column("authority", kinds.text(), nullable=False),
        sa.Column("owner_id", kinds.text(32), sa.ForeignKey("staff.staff_id"), nullable=False),
        sa.Column("review_on", sa.Date(), nullable=False),
        sa.Column("is_secret", sa.Boolean(), nullable=False),
        sa.Column("placed_by", kinds.text(64), nullable=False),
        sa.Column("placed_at", kinds.moment(), nullable=False),
        sa.Column("lifted_by", kinds.text(64), nullable=False),
        sa.Column("lifted_at", kinds.moment()),
        sa.Column("lifted_reason", kinds.text(), nullable=False),
        sa.Column("lifted_authority", kinds.text(), nullable=False),
        sa.UniqueConstraint("reference", name="uq_holds_reference"),
    )
    op.create_index("ix_holds_owner_id", "holds", ["owner_id"])
    op.create_table(
        "hold_scopes",
        sa.Column("scope_id", kinds.text(32), primary_key=True),
        sa.Column("hold_id", kinds.text(32), sa.ForeignKey("holds.hold_id"), nullable=False),
        sa.Column("kind", kinds.text(16), nullable=False),
        sa.Column("subject_id", kinds.text(32), nullable=False),
        sa.Column("criteria", sa.JSON()),
    )
    op.create_index("ix_hold_scopes_hold_id", "hold_scopes", ["hold_id"])
    op.create_index("ix_hold_scopes_subject", "hold_scopes", ["subject_id", "kind"])
    op.create_table(
        "hold_reviews",
        sa.Column("review_id", kinds.text(32), primary_key=True),
        sa.Column("hold_id", kinds.text(32), sa.ForeignKey("holds.hold_id"), nullable=False),
        sa.Column("at", kinds.moment(), nullable=False),
        sa.Column("by", kinds.text(64), nullable=False),
        sa.Column("note", kinds.text(), nullable=False),
        sa.Column("review_on", sa.Date(), nullable=False),
    )
    op.create_index("ix_hold_reviews_hold_id", "hold_reviews", ["hold_id"])


def _cases() -> None:
    op.create_table(
        "disposal_cases",
        sa.Column("case_id", kinds.text(32), primary_key=True),
        sa.Column("reference", kinds.text(16), nullable=False),
        sa.Column("title", kinds.text(200), nullable=False),
        sa.Column("state", kinds.text(16), nullable=False),
        sa.Column("schedule_version", sa.Integer(), nullable=False),
        sa.Column("proposed_by", kinds.text(64), nullable=False),
        sa.Column("proposed_at", kinds.moment(), nullable=False),
        sa.Column("approved_by", kinds.text(64), nullable=False),
        sa.Column("approved_at", kinds.moment()),
        sa.Column("approval_reason", kinds.text(), nullable=False),
        sa.Column("list_sha256", kinds.text(64), nullable=False),
        sa.Column("waiting_days", sa.Integer()),
        sa.Column("executed_by", kinds.text(64), nullable=False),
        sa.Column("executing_at", kinds.moment()),
        sa.Column("certified_at", kinds.moment()),
        sa.Column("declined_by", kinds.text(64), nullable=False),
        sa.Column("declined_at", kinds.moment()),
        sa.Column("declined_reason", kinds.text(), nullable=False),
        sa.UniqueConstraint("reference", name="uq_disposal_cases_reference"),
    )
    op.create_index("ix_disposal_cases_state", "disposal_cases", ["state", "proposed_at"])


def _items() -> None:
    op.create_table(
        "disposal_items",
        sa.Column("item_id", kinds.text(32), primary_key=True),
        sa.Column("case_id", kinds.text(32), sa.ForeignKey("disposal_cases.case_id")),
        sa.Column("record_id", kinds.text(32), sa.ForeignKey("records.record_id"), nullable=False),
        sa.Column("state", kinds.text(16), nullable=False),
        sa.Column("proposed_at", kinds.moment(), nullable=False),
        sa.Column("due_on", sa.Date()),
        sa.Column("decision", kinds.text(16), nullable=False),
        sa.Column("reason", kinds.text(), nullable=False),
        sa.Column("extend_until", sa.Date()),
        sa.Column("to_class", kinds.text(8), nullable=False),
        sa.Column("appraised_by", kinds.text(64), nullable=False),
        sa.Column("appraised_at", kinds.moment()),
        sa.Column("ended_at", kinds.moment()),
        sa.Column("skipped_because", kinds.text(24), nullable=False),
        sa.Column("follows_item_id", kinds.text(32), nullable=False),
    )
    op.create_index("ix_disposal_items_record", "disposal_items", ["record_id", "state"])
    op.create_index("ix_disposal_items_case", "disposal_items", ["case_id", "state"])


def _people() -> None:
    op.create_table(
        "staff_persons",
        sa.Column("staff_id", kinds.text(32), sa.ForeignKey("staff.staff_id"), primary_key=True),
        sa.Column("employee_number", kinds.text(32), nullable=False),
        sa.Column("email", kinds.text(254), nullable=False),
    )
    op.create_index("ix_staff_persons_employee_number", "staff_persons", ["employee_number"])
    op.create_index("ix_staff_persons_email", "staff_persons", ["email"])
