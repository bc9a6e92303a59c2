"""Which waiting documents are there for an indexer: none that names somebody he or she may not find.

A conflict of interest or a seal would otherwise show in the queue: in its lists, its counts, and in
what is given out next. Decided in the database, so that a count never differs from its list.
"""

from datetime import datetime

from sqlalchemy import ColumnElement, exists, not_

from edrms.access.model import Actor
from edrms.access.policy import FIND
from edrms.access.sql import visible_clients
from edrms.clients.tables import ClientRow
from scanning.batches.tables import Document, SuggestedClient


def names_only_findable(actor: Actor, at: datetime) -> ColumnElement[bool]:
    """A condition on documents: the actor may find every client whom the suggestion names."""
    named = exists().where(
        SuggestedClient.document_id == Document.document_id,
        SuggestedClient.client_id == ClientRow.client_id,
        not_(visible_clients(actor, FIND, at)),
    )
    return not_(named)
