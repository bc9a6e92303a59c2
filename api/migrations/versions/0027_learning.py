"""What the classifier has learned, and which names and references people filed under which client."""

import sqlalchemy as sa
from alembic import op

from api.migrations import kinds

revision = "0027"
down_revision = "0029"


def upgrade() -> None:
    """Make the tables; nothing has been learned yet."""
    op.create_table(
        "type_models",
        sa.Column("number", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("made_at", kinds.moment(), nullable=False),
        sa.Column("documents", sa.Integer(), nullable=False),
        sa.Column("figures", sa.JSON(), nullable=False),
        sa.Column("thresholds", sa.JSON(), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("reason", kinds.text(), nullable=False),
        sa.Column("sha256", kinds.text(64), nullable=False),
        sa.Column("weights", sa.LargeBinary()),
    )
    op.create_table(
        "client_confirmations",
        sa.Column(
            "document_id", kinds.text(32), sa.ForeignKey("documents.document_id"), primary_key=True
        ),
        sa.Column(
            "client_id", kinds.text(32), sa.ForeignKey("clients.client_id"), primary_key=True
        ),
        sa.Column("kind", kinds.text(16), primary_key=True),
        sa.Column("value", kinds.text(200), primary_key=True),
        sa.Column("staff_id", kinds.text(64), nullable=False),
    )
    op.create_index("ix_client_confirmations_kind_value", "client_confirmations", ["kind", "value"])
    op.create_index("ix_client_confirmations_client_id", "client_confirmations", ["client_id"])
