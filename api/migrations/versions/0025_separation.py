"""The post room's own sheets, barcodes of pages, and pages put in order by hand."""

import sqlalchemy as sa
from alembic import op

from api.migrations import kinds

revision = "0025"
down_revision = "0022"  # the newest there was


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
    op.add_column("documents", sa.Column("envelope_page_id", kinds.text(32)))
    op.create_index("ix_documents_envelope_page_id", "documents", ["envelope_page_id"])
