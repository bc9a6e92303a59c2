"""The indexing queue finds its next document without looking at all that wait."""

from alembic import op

revision = "0029"
down_revision = "0022"


def upgrade() -> None:
    """Two indexes for two others that they replace."""
    op.drop_index("ix_documents_state", "documents")
    op.drop_index("ix_documents_waiting_since", "documents")
    order = ["state", "skipped", "waiting_since", "document_id"]
    op.create_index("ix_documents_queue", "documents", order)
    op.create_index("ix_documents_taken_by", "documents", ["taken_by", "state"])
