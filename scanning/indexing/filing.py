"""From an indexed document to a record: what was decided, by whom or by which rule, goes with it."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement

from edrms.errors import Conflict
from edrms.ids import BatchId, DocumentId, ItemId, PageId, RecordId
from edrms.records.content import ORIGINAL, RenditionToFile
from edrms.records.filing import Filing, file_again, file_record
from edrms.uow import UnitOfWork
from scanning.batches.model import DocumentState
from scanning.batches.tables import Document
from scanning.indexing.confirmations import remember
from scanning.indexing.rules import LEAST_LIKELY_SCORE
from scanning.reading.model import PageKind


@dataclass(frozen=True, slots=True)
class IndexDecision:
    """Type, clients, date and title of a document, as decided. evidence: why (kept with the record)."""

    document_type: str
    client_ids: tuple[str, ...]
    document_date: date | None
    title: str
    evidence: dict[str, Any]


def file_document(
    work: UnitOfWork, document: Document, decision: IndexDecision,
    *, within: ColumnElement[bool] | None = None,
) -> RecordId:  # fmt: skip
    """File a document in the caller's transaction. Raises Conflict if it is not waiting any more.

    within: on whose files it may be filed; any other client is answered as one who does not exist.
    """
    if document.state != DocumentState.TO_INDEX:
        raise Conflict("This document has already been dealt with.", code="already_indexed")
    if document.revision != document.made_revision:
        raise Conflict("Its pages are being put in order.", code="being_arranged")
    item = document.item
    is_persons = decision.evidence.get("by") == "person"
    evidence = (
        decision.evidence | beside_suggestion(document.suggestion, decision)
        if is_persons
        else decision.evidence
    )
    filing = Filing(
        document_id=DocumentId(document.document_id),
        item_id=ItemId(item.item_id),
        batch_id=BatchId(item.batch_id),
        document_type=decision.document_type,
        title=decision.title,
        document_date=decision.document_date,
        received_on=item.batch.received_on,
        client_ids=decision.client_ids,
        original_name=item.name,
        pages=tuple(PageId(page.page_id) for page in document.pages),
        renditions=forms_of(document),
        evidence=evidence,
    )
    if (
        document.record_id
    ):  # it was filed before and taken off the file again, or parted from what was
        record_id = file_again(work, document.record_id, filing, within=within)
    else:
        record_id = file_record(work, filing, within=within)
    if is_persons:
        remember(work, document, decision.client_ids)
    document.state = DocumentState.FILED
    document.record_id = record_id
    document.taken_by, document.taken_at = "", None
    return record_id


def beside_suggestion(plain: dict[str, Any], decision: IndexDecision) -> dict[str, Any]:
    """What was suggested, by which models and how surely, and what the person decided otherwise."""
    if not plain:
        return {}
    told, day = plain["document_type"], plain["document_date"]
    likely = {c["client_id"] for c in plain["clients"] if c["score"] > LEAST_LIKELY_SCORE}
    decided_on = decision.document_date.isoformat() if decision.document_date else None
    differs = {
        "type": told["code"] != decision.document_type,
        "clients": likely != set(decision.client_ids),
        "date": (day["on"] if day else None) != decided_on,
    }
    suggested = {
        "type": {name: told.get(name) for name in ("code", "score", "model", "alternatives")},
        "clients": [
            {name: c.get(name) for name in ("client_id", "score", "explanation")}
            for c in plain["clients"]
        ],
        "matcher": plain.get("matcher", ""),
        "date": {name: day[name] for name in ("on", "score")} if day else None,
    }
    return {"suggested": suggested, "changed": [name for name, is_so in differs.items() if is_so]}


def original_of(document: Document) -> RenditionToFile | None:
    """The file as it came, if it is kept and has nothing beside this document but separator sheets and blank
    pages: any other would show its readers somebody else's letter (docs/adr/0030)."""
    item, own = document.item, {page.page_id for page in document.pages}
    others = (page for page in item.pages if page.page_id not in own)
    if not item.object_key or any(
        page.document_id is not None or page.kind == PageKind.CONTENT for page in others
    ):
        return None
    return RenditionToFile(
        ORIGINAL, item.object_key, item.media_type, item.size_bytes, item.sha256
    )  # fmt: skip


def forms_of(document: Document) -> tuple[RenditionToFile, ...]:
    """The file as it came, where this document is all of it; and the PDF of its own pages."""
    original = original_of(document)
    forms = [original] if original else []
    if document.pdf_key:
        forms.append(
            RenditionToFile(
                "searchable_pdf", document.pdf_key, "application/pdf",
                document.pdf_size_bytes, document.pdf_sha256,
            )
        )  # fmt: skip
    return tuple(forms)
