"""Checks of every page, findings, samples of documents and what people said of them."""

import sqlalchemy as sa
from alembic import op

from api.migrations import kinds

revision = "0026"
down_revision = "0027"  # which was there first


def upgrade() -> None:
    """Make the tables. For batches read before upkeep draws the sample (scanning/quality/sampling.py)."""
    _checks()
    _findings()
    _samples()
    _judgements()


def _of_batch() -> sa.Column[str]:
    return sa.Column("batch_id", kinds.text(32), sa.ForeignKey("batches.batch_id"), nullable=False)


def _of_item() -> sa.Column[str]:
    return sa.Column("item_id", kinds.text(32), sa.ForeignKey("items.item_id"), nullable=False)


def _indexed(table: str, *columns: str) -> None:
    for column in columns:
        op.create_index(f"ix_{table}_{column}", table, [column])


def _checks() -> None:
    op.create_table(
        "page_checks",
        sa.Column("page_id", kinds.text(32), primary_key=True),
        _of_batch(),
        _of_item(),
        sa.Column("checked_on", sa.Date(), nullable=False),
        sa.Column("rules_version", sa.Integer(), nullable=False),
        sa.Column("measures", sa.JSON(), nullable=False),
    )
    _indexed("page_checks", "batch_id", "item_id", "checked_on")


def _findings() -> None:
    op.create_table(
        "quality_findings",
        sa.Column("finding_id", kinds.text(32), primary_key=True),
        _of_batch(),
        _of_item(),
        sa.Column("page_id", kinds.text(32)),
        sa.Column("document_id", kinds.text(32), sa.ForeignKey("documents.document_id")),
        sa.Column("fault", kinds.text(24), nullable=False),
        sa.Column("value", sa.Float()),
        sa.Column("limit_value", sa.Float()),
        sa.Column("pages", sa.JSON(), nullable=False),
        sa.Column("found_on", sa.Date(), nullable=False),
        sa.Column("rules_version", sa.Integer(), nullable=False),
    )
    _indexed("quality_findings", "batch_id", "item_id", "page_id", "document_id", "found_on")


def _samples() -> None:
    op.create_table(
        "quality_samples",
        sa.Column(
            "document_id", kinds.text(32), sa.ForeignKey("documents.document_id"), primary_key=True
        ),
        _of_batch(),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("rate", sa.Float(), nullable=False),
        sa.Column("is_sampled", sa.Boolean(), nullable=False),
        sa.Column("why", kinds.text(16), nullable=False),
        sa.Column("drawn_at", kinds.moment(), nullable=False),
        sa.Column("outcome", kinds.text(8), nullable=False),
        sa.Column("judged_at", kinds.moment()),
        sa.Column("taken_by", kinds.text(32), nullable=False),
        sa.Column("taken_at", kinds.moment()),
    )
    _indexed("quality_samples", "batch_id", "outcome")


def _judgements() -> None:
    op.create_table(
        "quality_judgements",
        sa.Column("judgement_id", kinds.text(32), primary_key=True),
        sa.Column(
            "document_id", kinds.text(32), sa.ForeignKey("documents.document_id"), nullable=False
        ),
        _of_batch(),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("outcome", kinds.text(8), nullable=False),
        sa.Column("fault", kinds.text(24), nullable=False),
        sa.Column("reason", kinds.text(), nullable=False),
        sa.Column("by", kinds.text(64), nullable=False),
        sa.Column("at", kinds.moment(), nullable=False),
        sa.Column("judged_on", sa.Date(), nullable=False),
        sa.UniqueConstraint(
            "document_id", "number", name="uq_quality_judgements_document_id_number"
        ),
    )
    _indexed("quality_judgements", "document_id", "batch_id", "judged_on")
