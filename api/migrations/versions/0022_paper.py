"""Paper originals: boxes, what lies in them, tasks, quality checks of batches, destruction."""

import sqlalchemy as sa
from alembic import op

from api.migrations import kinds

revision = "0022"
down_revision = "0021"


def upgrade() -> None:
    """Make the tables."""
    _boxes()
    _parts()
    _checks()
    _tasks()
    _destructions()
    _lines()


def _boxes() -> None:
    op.create_table(
        "paper_boxes",
        sa.Column("box_id", kinds.text(32), primary_key=True),
        sa.Column("barcode", kinds.text(32), nullable=False),
        sa.Column("location", kinds.text(200), nullable=False),
        sa.Column("custodian", kinds.text(120), nullable=False),
        sa.Column("state", kinds.text(16), nullable=False),
        sa.Column("due_back_on", sa.Date()),
        sa.Column("made_by", kinds.text(64), nullable=False),
        sa.Column("made_at", kinds.moment(), nullable=False),
        sa.UniqueConstraint("barcode", name="uq_paper_boxes_barcode"),
    )
    op.create_index("ix_paper_boxes_state", "paper_boxes", ["state", "due_back_on"])
    op.create_table(
        "paper_moves",
        sa.Column("number", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("box_id", kinds.text(32), sa.ForeignKey("paper_boxes.box_id"), nullable=False),
        sa.Column("part_id", kinds.text(32), nullable=False),
        sa.Column("at", kinds.moment(), nullable=False),
        sa.Column("by", kinds.text(64), nullable=False),
        sa.Column("act", kinds.text(24), nullable=False),
        sa.Column("location", kinds.text(200), nullable=False),
        sa.Column("custodian", kinds.text(120), nullable=False),
        sa.Column("due_back_on", sa.Date()),
        sa.Column("reason", kinds.text(), nullable=False),
    )
    op.create_index("ix_paper_moves_box_id", "paper_moves", ["box_id"])
    op.create_index("ix_paper_moves_part_id", "paper_moves", ["part_id"])


def _parts() -> None:
    op.create_table(
        "paper_parts",
        sa.Column("part_id", kinds.text(32), primary_key=True),
        sa.Column("batch_id", kinds.text(32), sa.ForeignKey("batches.batch_id"), nullable=False),
        sa.Column("item_id", kinds.text(32), nullable=False),
        sa.Column("first_page", sa.Integer(), nullable=False),
        sa.Column("last_page", sa.Integer(), nullable=False),
        sa.Column("narrowness", sa.Integer(), nullable=False),
        sa.Column("box_id", kinds.text(32), sa.ForeignKey("paper_boxes.box_id"), nullable=False),
        sa.Column("state", kinds.text(16), nullable=False),
        sa.Column("kept_because", kinds.text(), nullable=False),
        sa.Column("destruction_id", kinds.text(32), nullable=False),
        sa.Column("placed_at", kinds.moment(), nullable=False),
        sa.UniqueConstraint(
            "batch_id",
            "item_id",
            "first_page",
            "last_page",
            name="uq_paper_parts_batch_id_item_id_first_page_last_page",
        ),
    )
    op.create_index("ix_paper_parts_box_id", "paper_parts", ["box_id"])
    op.create_index("ix_paper_parts_destruction_id", "paper_parts", ["destruction_id"])


def _checks() -> None:
    op.create_table(
        "batch_quality_checks",
        sa.Column("check_id", kinds.text(32), primary_key=True),
        sa.Column("batch_id", kinds.text(32), sa.ForeignKey("batches.batch_id"), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("at", kinds.moment(), nullable=False),
        sa.Column("by", kinds.text(64), nullable=False),
        sa.Column("has_passed", sa.Boolean(), nullable=False),
        sa.Column("documents", sa.Integer(), nullable=False),
        sa.Column("note", kinds.text(), nullable=False),
    )
    op.create_index("ix_batch_quality_checks_batch_id", "batch_quality_checks", ["batch_id"])


def _tasks() -> None:
    op.create_table(
        "paper_tasks",
        sa.Column("task_id", kinds.text(32), primary_key=True),
        sa.Column("kind", kinds.text(16), nullable=False),
        sa.Column("state", kinds.text(16), nullable=False),
        sa.Column("record_id", kinds.text(32), nullable=False),
        sa.Column("hold_id", kinds.text(32), nullable=False),
        sa.Column("box_id", kinds.text(32), nullable=False),
        sa.Column("is_secret", sa.Boolean(), nullable=False),
        sa.Column("opened_at", kinds.moment(), nullable=False),
        sa.Column("isolated_by", kinds.text(64), nullable=False),
        sa.Column("isolated_at", kinds.moment()),
        sa.Column("closed_by", kinds.text(64), nullable=False),
        sa.Column("closed_at", kinds.moment()),
        sa.Column("answer", kinds.text(24), nullable=False),
        sa.Column("reason", kinds.text(), nullable=False),
    )
    op.create_index("ix_paper_tasks_state", "paper_tasks", ["state", "kind"])
    op.create_index("ix_paper_tasks_record_id", "paper_tasks", ["record_id"])
    op.create_index("ix_paper_tasks_hold_id", "paper_tasks", ["hold_id"])


def _destructions() -> None:
    op.create_table(
        "paper_destructions",
        sa.Column("destruction_id", kinds.text(32), primary_key=True),
        sa.Column("reference", kinds.text(16), nullable=False),
        sa.Column("state", kinds.text(16), nullable=False),
        sa.Column("reason", kinds.text(), nullable=False),
        sa.Column("list_sha256", kinds.text(64), nullable=False),
        sa.Column("proposed_by", kinds.text(64), nullable=False),
        sa.Column("proposed_at", kinds.moment(), nullable=False),
        sa.Column("confirmed_by", kinds.text(64), nullable=False),
        sa.Column("confirmed_at", kinds.moment()),
        sa.Column("destroyed_on", sa.Date()),
        sa.Column("method", kinds.text(16), nullable=False),
        sa.Column("witness", kinds.text(120), nullable=False),
        sa.Column("contractor", kinds.text(120), nullable=False),
        sa.Column("number", kinds.text(60), nullable=False),
        sa.Column("declined_by", kinds.text(64), nullable=False),
        sa.Column("declined_at", kinds.moment()),
        sa.Column("declined_reason", kinds.text(), nullable=False),
        sa.UniqueConstraint("reference", name="uq_paper_destructions_reference"),
    )
    op.create_index("ix_paper_destructions_state", "paper_destructions", ["state", "proposed_at"])
    op.create_table(
        "paper_certificates",
        sa.Column(
            "destruction_id", kinds.text(32), sa.ForeignKey("paper_destructions.destruction_id"),
            primary_key=True,
        ),
        sa.Column("issued_at", kinds.moment(), nullable=False),
        sa.Column("document", kinds.text(), nullable=False),
        sa.Column("sha256", kinds.text(64), nullable=False),
        sa.Column("pdf", sa.LargeBinary(), nullable=False),
        sa.Column("pdf_sha256", kinds.text(64), nullable=False),
    )  # fmt: skip
    op.create_index("ix_paper_certificates_pdf_sha256", "paper_certificates", ["pdf_sha256"])


def _lines() -> None:
    op.create_table(
        "paper_destruction_lines",
        sa.Column("line_id", kinds.text(32), primary_key=True),
        sa.Column(
            "destruction_id", kinds.text(32), sa.ForeignKey("paper_destructions.destruction_id"),
            nullable=False,
        ),
        sa.Column(
            "part_id", kinds.text(32), sa.ForeignKey("paper_parts.part_id"), nullable=False
        ),
        sa.Column("item_id", kinds.text(32), nullable=False),
        sa.Column("first_page", sa.Integer(), nullable=False),
        sa.Column("last_page", sa.Integer(), nullable=False),
        sa.Column("met", sa.JSON(), nullable=False),
    )  # fmt: skip
    op.create_index("ix_paper_destruction_lines_part_id", "paper_destruction_lines", ["part_id"])
    op.create_index(
        "ix_paper_destruction_lines_destruction_id", "paper_destruction_lines", ["destruction_id"]
    )
