"""A filed document back in the indexing queue, since it was on the wrong file: the port PostOfRecords.

It keeps the record it was filed as, and a person files it again. Its place in the queue is the one it had, so
that a letter that has lain on a wrong file comes first.
"""

from collections.abc import Collection
from typing import Any

from sqlalchemy import delete

from edrms.clock import civil_date
from edrms.uow import UnitOfWork
from scanning.batches.model import DocumentState
from scanning.batches.tables import ClientConfirmation, Document, SuggestedClient


class ReturnedPost:
    """A PostOfRecords: see edrms/records/moving.py."""

    def take(self, work: UnitOfWork, document_id: str) -> bool:
        """See PostOfRecords."""
        document = work.session.get(Document, document_id, with_for_update=True)
        return document is not None and document.state == DocumentState.FILED

    def forget(self, work: UnitOfWork, document_id: str, client_ids: Collection[str]) -> None:
        """See PostOfRecords."""
        work.session.execute(
            delete(ClientConfirmation).where(
                ClientConfirmation.document_id == document_id,
                ClientConfirmation.client_id.in_(client_ids),
            )
        )

    def wait_again(
        self, work: UnitOfWork, document_id: str, client_ids: Collection[str], why: str
    ) -> None:
        """See PostOfRecords. The clients stay named beside the suggestion, for desk_guard.py."""
        document = work.session.get_one(Document, document_id)
        day = f"{civil_date(work.now):%d/%m/%Y}"
        told = f"Taken off a file on {day}: {why}"
        document.state, document.reason = DocumentState.TO_INDEX, ""
        document.skipped, document.taken_by, document.taken_at = 0, "", None
        document.suggestion = _without(document.suggestion, client_ids, told)
        for client_id in client_ids:
            work.session.merge(SuggestedClient(document_id=document_id, client_id=client_id))


def _without(plain: dict[str, Any], client_ids: Collection[str], why: str) -> dict[str, Any]:
    kept = [one for one in plain.get("clients", ()) if one["client_id"] not in client_ids]
    return {**plain, "clients": kept, "file_itself": False, "why": [why]}
