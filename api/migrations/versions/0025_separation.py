"""The post room's own sheets, barcodes of pages, and pages put in order by hand."""

import sqlalchemy as sa
from alembic import op

from api.migrations import kinds

revision = "0025"
down_revision = "0026"


def upgrade() -> None:
    """Make the tables and columns; every page is where it was."""
    op.create_table(
        "post_sheets",
        sa.Column("sheet_id", kinds.text(8), primary_key=True),
        sa.Column("kind", kinds.text(8), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("used_for", kinds.text(32), sa.ForeignKey("batches.batch_id")),
        sa.Column("made_by", kinds.text(32), nullable=False),
        sa.Column("made_at", kinds.moment(), nullable=False),
    )
    op.create_index("ix_post_sheets_used_for", "post_sheets", ["used_for"])
    op.create_table(
        "page_barcodes",
        sa.Column(
            "page_id",
            kinds.text(32),
            sa.ForeignKey("page_contents.page_id", ondelete="CASCADE"),
            primary_key=True,
        ),
        sa.Column("ordinal", sa.Integer(), primary_key=True),
        sa.Column("kind", kinds.text(24), nullable=False),
        sa.Column("value", kinds.text(), nullable=False),
        sa.Column("digest", kinds.text(64), nullable=False),
        *(sa.Column(edge, sa.Integer(), nullable=False) for edge in ("x0", "y0", "x1", "y1")),
    )
    op.create_index("ix_page_barcodes_digest", "page_barcodes", ["digest"])
    op.add_column("page_contents", sa.Column("turned_degrees", sa.Integer()))
    op.add_column("documents", sa.Column("envelope_page_id", kinds.text(32)))
    op.create_index("ix_documents_envelope_page_id", "documents", ["envelope_page_id"])
    _arranging()


def _arranging() -> None:
    """Pages in an order of their own, and what was done to them."""
    op.add_column(
        "item_pages", sa.Column("position", sa.Integer(), nullable=False, server_default="0")
    )
    op.add_column("item_pages", sa.Column("turned_degrees", sa.Integer()))
    op.add_column(
        "item_pages", sa.Column("scan_fault", kinds.text(16), nullable=False, server_default="")
    )
    op.add_column("item_pages", sa.Column("rescan_of", kinds.text(32)))
    op.create_index("ix_item_pages_rescan_of", "item_pages", ["rescan_of"])
    pages = sa.table("item_pages", sa.column("position"), sa.column("number"))
    op.execute(sa.update(pages).values(position=pages.c.number))
    for name in ("page_count", "revision", "made_revision"):
        op.add_column(
            "documents", sa.Column(name, sa.Integer(), nullable=False, server_default="0")
        )
    documents = sa.table(
        "documents", sa.column("page_count"), sa.column("first_page"), sa.column("last_page")
    )
    whole = documents.c.last_page - documents.c.first_page + 1
    op.execute(sa.update(documents).values(page_count=whole))
    op.create_table(
        "page_changes",
        sa.Column("change_id", kinds.text(32), primary_key=True),
        sa.Column("item_id", kinds.text(32), sa.ForeignKey("items.item_id"), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("act", kinds.text(16), nullable=False),
        sa.Column("page_id", kinds.text(32), nullable=False),
        sa.Column("before", sa.JSON(), nullable=False),
        sa.Column("after", sa.JSON(), nullable=False),
        sa.Column("made_by", kinds.text(32), nullable=False),
        sa.Column("made_at", kinds.moment(), nullable=False),
        sa.Column("undone_by", kinds.text(32), nullable=False, server_default=""),
        sa.Column("undone_at", kinds.moment()),
        sa.UniqueConstraint("item_id", "ordinal", name="uq_page_changes_item_id_ordinal"),
    )
    op.create_index("ix_page_changes_item_id", "page_changes", ["item_id"])
