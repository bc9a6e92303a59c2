"""A filed document back in the indexing queue, since it was on the wrong file: the port PostOfRecords.

It keeps the record it was filed as, and a person files it again. Its place in the queue is the one it had, so
that a letter that has lain on a wrong file comes first.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from edrms.clock import civil_date
from edrms.incidents.tables import QUEUED, Incident
from edrms.records.parting import parted_from
from edrms.records.tables import WITHDRAWN, Record, RecordPage
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
        told = _told(work.now, why)
        document.state, document.reason = DocumentState.TO_INDEX, ""
        document.skipped, document.taken_by, document.taken_at = 0, "", None
        document.suggestion = _without(document.suggestion, client_ids, told)
        for client_id in client_ids:
            work.session.merge(SuggestedClient(document_id=document_id, client_id=client_id))


@dataclass(frozen=True, slots=True)
class TakenOff:
    """client_ids: of the wrong persons, who are not suggested again. told: for whoever indexes it."""

    client_ids: tuple[str, ...]
    told: str

    def without_them(self, plain: dict[str, Any], why: Collection[str] = ()) -> dict[str, Any]:
        """A suggestion that names none of them and tells of it first."""
        return _without(plain, self.client_ids, self.told, *why)


def taken_off(session: Session, document: Document) -> TakenOff | None:
    """How pages of this document came to wait again: of its own record, or of one that they are or were of.
    None where it was never on a file."""
    pages = [page.page_id for page in document.pages]
    asked = (
        select(RecordPage.record_id)
        .join(Record, Record.record_id == RecordPage.record_id)
        .where(RecordPage.page_id.in_(pages), Record.state == WITHDRAWN)
    )
    own = [document.record_id] if document.record_id else []
    records = parted_from(session, [*session.scalars(asked), *own])
    latest = Incident.contained_at.desc(), Incident.reference
    queued = select(Incident).where(Incident.record_id.in_(records), Incident.became == QUEUED)
    incident = session.scalar(queued.order_by(*latest).limit(1))
    if incident is None or incident.contained_at is None:
        return None
    wrong = tuple(one.client_id for one in incident.people if one.part == "wrong")
    return TakenOff(wrong, _told(incident.contained_at, incident.repair_reason))


def _told(at: datetime, why: str) -> str:
    return f"Taken off a file on {civil_date(at):%d/%m/%Y}: {why}"


def _without(plain: dict[str, Any], client_ids: Collection[str], *why: str) -> dict[str, Any]:
    kept = [one for one in plain.get("clients", ()) if one["client_id"] not in client_ids]
    return {**plain, "clients": kept, "file_itself": False, "why": list(why)}
