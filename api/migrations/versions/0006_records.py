"""Case files, records and what reading their pages gave."""

import sqlalchemy as sa
from alembic import op

from api.migrations import kinds

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Make the tables of this room."""
    _page_contents()
    _records()
    _case_files()
    _record_pages()
    _renditions()
    _record_attachments()


def _page_contents() -> None:
    op.create_table(
        "page_contents",
        sa.Column("page_id", kinds.text(32), primary_key=True),
        sa.Column("kind", kinds.text(16), nullable=False),
        sa.Column("text", kinds.text(), nullable=False),
        sa.Column("words", sa.LargeBinary(), nullable=False),
        sa.Column("text_source", kinds.text(16), nullable=False),
        sa.Column("width_px", sa.Integer(), nullable=False),
        sa.Column("height_px", sa.Integer(), nullable=False),
        sa.Column("resolution_dpi", sa.Integer(), nullable=False),
        sa.Column("rotation_degrees", sa.Integer(), nullable=False),
        sa.Column("confidence", sa.Float()),
        sa.Column("notes", sa.JSON(), nullable=False),
        sa.Column("view_key", kinds.text(32), nullable=False),
        sa.Column("view_media_type", kinds.text(32), nullable=False),
        sa.Column("text_layer_key", kinds.text(32), nullable=False),
    )


def _records() -> None:
    op.create_table(
        "records",
        sa.Column("record_id", kinds.text(32), primary_key=True),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("state", kinds.text(16), nullable=False),
        sa.Column("document_type", kinds.text(8), nullable=False),
        sa.Column("title", kinds.text(), nullable=False),
        sa.Column("document_date", sa.Date()),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("filed_at", kinds.moment(), nullable=False),
        sa.Column("filed_by", kinds.text(64), nullable=False),
        sa.Column("sensitivity", kinds.text(16), nullable=False),
        sa.Column("original_name", kinds.text(), nullable=False),
        sa.Column("batch_id", kinds.text(32), nullable=False),
        sa.Column("item_id", kinds.text(32), nullable=False),
        sa.Column("document_id", kinds.text(32), nullable=False),
        sa.Column("evidence", sa.JSON(), nullable=False),
        sa.UniqueConstraint("document_id", name="uq_records_document_id"),
        sa.UniqueConstraint("number", name="uq_records_number"),
    )
    op.create_index("ix_records_batch_id", "records", ["batch_id"])
    op.create_index("ix_records_document_type", "records", ["document_type"])
    op.create_index("ix_records_filed_at", "records", ["filed_at"])


def _case_files() -> None:
    op.create_table(
        "case_files",
        sa.Column("case_file_id", kinds.text(32), primary_key=True),
        sa.Column(
            "client_id",
            kinds.text(32),
            sa.ForeignKey("clients.client_id", name="fk_case_files_client_id"),
            nullable=False,
        ),
        sa.Column("record_class", kinds.text(8), nullable=False),
        sa.Column("service", kinds.text(16), nullable=False),
        sa.Column("opened_at", kinds.moment(), nullable=False),
        sa.UniqueConstraint(
            "client_id", "record_class", name="uq_case_files_client_id_record_class"
        ),
    )
    op.create_index("ix_case_files_client_id", "case_files", ["client_id"])


def _record_pages() -> None:
    op.create_table(
        "record_pages",
        sa.Column(
            "record_id",
            kinds.text(32),
            sa.ForeignKey("records.record_id", name="fk_record_pages_record_id"),
            primary_key=True,
        ),
        sa.Column("number", sa.Integer(), primary_key=True),
        sa.Column("page_id", kinds.text(32), nullable=False),
    )
    op.create_index("ix_record_pages_page_id", "record_pages", ["page_id"])


def _renditions() -> None:
    op.create_table(
        "renditions",
        sa.Column(
            "record_id",
            kinds.text(32),
            sa.ForeignKey("records.record_id", name="fk_renditions_record_id"),
            primary_key=True,
        ),
        sa.Column("kind", kinds.text(24), primary_key=True),
        sa.Column("object_key", kinds.text(32), nullable=False),
        sa.Column("media_type", kinds.text(100), nullable=False),
        sa.Column("size_bytes", kinds.big(), nullable=False),
        sa.Column("sha256", kinds.text(64), nullable=False),
    )
    op.create_index("ix_renditions_object_key", "renditions", ["object_key"])


def _record_attachments() -> None:
    op.create_table(
        "record_attachments",
        sa.Column(
            "record_id",
            kinds.text(32),
            sa.ForeignKey("records.record_id", name="fk_record_attachments_record_id"),
            primary_key=True,
        ),
        sa.Column(
            "case_file_id",
            kinds.text(32),
            sa.ForeignKey("case_files.case_file_id", name="fk_record_attachments_case_file_id"),
            primary_key=True,
        ),
    )
    op.create_index("ix_record_attachments_case_file_id", "record_attachments", ["case_file_id"])
