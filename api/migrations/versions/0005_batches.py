"""The custody ledger: batches, items, pages, documents."""

import sqlalchemy as sa
from alembic import op

from api.migrations import kinds

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Make the tables of this room."""
    _batches()
    _items()
    _documents()
    _item_pages()


def _batches() -> None:
    op.create_table(
        "batches",
        sa.Column("batch_id", kinds.text(32), primary_key=True),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("channel", kinds.text(16), nullable=False),
        sa.Column("stream", kinds.text(32), nullable=False),
        sa.Column("note", kinds.text(), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("expected_sheets", sa.Integer()),
        sa.Column("announced_files", sa.Integer()),
        sa.Column("opened_by", kinds.text(32), nullable=False),
        sa.Column("opened_at", kinds.moment(), nullable=False),
        sa.UniqueConstraint("number", name="uq_batches_number"),
    )
    op.create_index("ix_batches_opened_by", "batches", ["opened_by"])


def _items() -> None:
    op.create_table(
        "items",
        sa.Column("item_id", kinds.text(32), primary_key=True),
        sa.Column(
            "batch_id",
            kinds.text(32),
            sa.ForeignKey("batches.batch_id", name="fk_items_batch_id"),
            nullable=False,
        ),
        sa.Column(
            "parent_id", kinds.text(32), sa.ForeignKey("items.item_id", name="fk_items_parent_id")
        ),
        sa.Column("depth", sa.Integer(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("sender_key", kinds.text(200)),
        sa.Column("name", kinds.text(), nullable=False),
        sa.Column("object_key", kinds.text(32), nullable=False),
        sa.Column("sha256", kinds.text(64), nullable=False),
        sa.Column("size_bytes", kinds.big(), nullable=False),
        sa.Column("identical_to", kinds.text(32)),
        sa.Column("state", kinds.text(16), nullable=False),
        sa.Column("held_reason", kinds.text(32), nullable=False),
        sa.Column("held_detail", kinds.text(), nullable=False),
        sa.Column("media_type", kinds.text(100), nullable=False),
        sa.Column("page_count", sa.Integer()),
        sa.Column("notes", sa.JSON(), nullable=False),
        sa.Column("received_at", kinds.moment(), nullable=False),
        sa.UniqueConstraint("batch_id", "ordinal", name="uq_items_batch_id_ordinal"),
        sa.UniqueConstraint("batch_id", "sender_key", name="uq_items_batch_id_sender_key"),
    )
    op.create_index("ix_items_batch_id", "items", ["batch_id"])
    op.create_index("ix_items_object_key", "items", ["object_key"])
    op.create_index("ix_items_parent_id", "items", ["parent_id"])
    op.create_index("ix_items_sha256", "items", ["sha256"])
    op.create_index("ix_items_state", "items", ["state"])


def _documents() -> None:
    op.create_table(
        "documents",
        sa.Column("document_id", kinds.text(32), primary_key=True),
        sa.Column(
            "item_id",
            kinds.text(32),
            sa.ForeignKey("items.item_id", name="fk_documents_item_id"),
            nullable=False,
        ),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("first_page", sa.Integer(), nullable=False),
        sa.Column("last_page", sa.Integer(), nullable=False),
        sa.Column("state", kinds.text(16), nullable=False),
        sa.Column("reason", kinds.text(), nullable=False),
        sa.Column("suggestion", sa.JSON(), nullable=False),
        sa.Column("pdf_key", kinds.text(32), nullable=False),
        sa.Column("pdf_sha256", kinds.text(64), nullable=False),
        sa.Column("pdf_size_bytes", kinds.big(), nullable=False),
        sa.Column("record_id", kinds.text(32)),
        sa.Column("waiting_since", kinds.moment(), nullable=False),
        sa.Column("taken_by", kinds.text(32), nullable=False),
        sa.Column("taken_at", kinds.moment()),
        sa.Column("skipped", sa.Integer(), nullable=False),
    )
    op.create_index("ix_documents_item_id", "documents", ["item_id"])
    op.create_index("ix_documents_record_id", "documents", ["record_id"])
    op.create_index("ix_documents_state", "documents", ["state"])
    op.create_index("ix_documents_waiting_since", "documents", ["waiting_since"])


def _item_pages() -> None:
    op.create_table(
        "item_pages",
        sa.Column("page_id", kinds.text(32), primary_key=True),
        sa.Column(
            "item_id",
            kinds.text(32),
            sa.ForeignKey("items.item_id", name="fk_item_pages_item_id"),
            nullable=False,
        ),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("state", kinds.text(16), nullable=False),
        sa.Column("kind", kinds.text(16), nullable=False),
        sa.Column("reason", kinds.text(), nullable=False),
        sa.Column(
            "document_id",
            kinds.text(32),
            sa.ForeignKey("documents.document_id", name="fk_item_pages_document_id"),
        ),
    )
    op.create_index("ix_item_pages_document_id", "item_pages", ["document_id"])
    op.create_index("ix_item_pages_item_id", "item_pages", ["item_id"])
