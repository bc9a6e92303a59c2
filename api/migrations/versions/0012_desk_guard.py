"""Whom a waiting document's suggestion names, as rows: so that the queue can be narrowed in the
database to what each indexer may find, and its counts agree with its lists."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from api.migrations import kinds

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    """Make the table, and fill it from the suggestions there are."""
    op.create_table(
        "suggested_clients",
        sa.Column(
            "document_id", kinds.text(32), sa.ForeignKey("documents.document_id"), primary_key=True
        ),
        sa.Column(
            "client_id", kinds.text(32), sa.ForeignKey("clients.client_id"), primary_key=True
        ),
    )
    op.create_index("ix_suggested_clients_client_id", "suggested_clients", ["client_id"])
    _fill()


def _fill() -> None:
    documents = sa.table("documents", sa.column("document_id"), sa.column("suggestion", sa.JSON))
    clients = sa.table("clients", sa.column("client_id"))
    named = sa.table("suggested_clients", sa.column("document_id"), sa.column("client_id"))
    database = op.get_bind()
    known = set(database.scalars(sa.select(clients.c.client_id)))
    for document_id, suggestion in database.execute(sa.select(documents)).all():
        rows = [
            {"document_id": document_id, "client_id": client_id}
            for client_id in _named_in(suggestion)
            if client_id in known
        ]
        if rows:
            database.execute(sa.insert(named), rows)


def _named_in(suggestion: Any) -> list[str]:
    matches = (suggestion or {}).get("clients", [])
    return list(dict.fromkeys(match["client_id"] for match in matches))
