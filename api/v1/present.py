"""From the rooms' values to the API's bodies."""

from api.v1 import schema
from edrms.clients.model import Client
from edrms.records.client_files import ListedRecord
from edrms.records.tables import Record
from edrms.records.viewing import OpenRecord
from scanning.batches import tables
from scanning.batches.counts import Sides
from scanning.batches.ledger import BatchAccount
from scanning.batches.model import Whereabouts
from search.service import Answer


def batch(account: BatchAccount) -> schema.Batch:
    """A batch with its account."""
    row, found = account.batch, account.reconciliation
    places = {place.value: found.at.get(place, 0) for place in Whereabouts}
    return schema.Batch(
        batch_id=row.batch_id, reference=row.reference, received_on=row.received_on,
        opened_at=row.opened_at, note=row.note, origin=row.origin, device=row.device,
        settings=row.settings, sides=Sides(row.sides), expected_sheets=row.expected_sheets,
        expected_documents=row.expected_documents, announced_files=row.announced_files,
        scanned_from=row.scanned_from, scanned_until=row.scanned_until, closed_at=row.closed_at,
        faults=row.faults,
        differences=[
            schema.CountDifference(what=one.what, expected=one.expected, came=one.came)
            for one in account.differences
        ],
        item_ids=[item.item_id for item in account.items],
        pages=schema.PageAccount(
            received=found.pages, agrees=found.balances, files_not_counted=found.uncounted_items,
            **places,
        ),
    )  # fmt: skip


def item(row: tables.Item, account: BatchAccount) -> schema.Item:
    """An item with its documents."""
    loaded = next(one for one in account.items if one.item_id == row.item_id)
    return schema.Item(
        id=row.item_id, batch_id=row.batch_id, name=row.name, state=row.state,
        held_reason=row.held_reason, held_detail=row.held_detail, media_type=row.media_type,
        page_count=row.page_count, identical_to=row.identical_to, parent_id=row.parent_id,
        notes=[str(note) for note in row.notes],
        documents=[
            schema.Document(
                document_id=one.document_id, first_page=one.first_page, last_page=one.last_page,
                state=one.state, record_id=one.record_id,
                envelope=account.envelopes.get(one.envelope_page_id or ""),
            )
            for one in loaded.documents
        ],
    )  # fmt: skip


def waiting(row: tables.Document) -> schema.WaitingDocument:
    """A document in the indexing queue."""
    return schema.WaitingDocument(
        document_id=row.document_id, batch_id=row.item.batch_id, first_page=row.first_page,
        last_page=row.last_page, waiting_since=row.waiting_since, taken=bool(row.taken_by),
        suggestion=row.suggestion,
    )  # fmt: skip


def client(found: Client) -> schema.Client:
    """A client's identifying details."""
    return schema.Client(
        client_id=found.client_id, forename=found.forename, surname=found.surname,
        date_of_birth=found.date_of_birth, nhs_number=found.nhs_number, service=found.service,
        address=list(found.address_lines), postcode=found.postcode,
        identifiers=[
            schema.Identifier(system=known.system, value=known.value) for known in found.identifiers
        ],
    )  # fmt: skip


def summary(row: Record) -> schema.RecordSummary:
    """A record without its content."""
    return schema.RecordSummary(
        record_id=row.record_id, reference=row.reference, version=row.version, title=row.title,
        document_type=row.document_type, document_date=row.document_date,
        received_on=row.received_on, filed_at=row.filed_at, sensitivity=row.sensitivity,
    )  # fmt: skip


def arrival(found: ListedRecord) -> schema.Arrival:
    """A record that came lately."""
    return schema.Arrival(
        record=summary(found.record),
        client_ids=[one.client_id for one in found.clients],
        at=found.at,
    )


def record(opened: OpenRecord) -> schema.Record:
    """A record with its pages' text."""
    return schema.Record(
        record=summary(opened.record),
        client_ids=[one.client_id for one in opened.clients],
        renditions=[
            schema.Rendition(
                kind=made.kind, media_type=made.media_type, size_bytes=made.size_bytes,
                sha256=made.sha256,
            )
            for made in opened.record.renditions
        ],
        pages=[
            schema.Page(
                number=number, kind=page.kind, text=page.text, text_source=page.text_source,
                confidence=page.confidence, width_px=page.width_px, height_px=page.height_px,
            )
            for number, page in enumerate(opened.pages, start=1)
            if page is not None
        ],
    )  # fmt: skip


def results(answer: Answer) -> schema.SearchResults:
    """What a search gave."""
    found = answer.results
    return schema.SearchResults(
        total=found.total, notice=found.notice, suggestion=found.suggestion,
        hits=[
            schema.Hit(
                record=summary(one.record), client_ids=[who.client_id for who in one.clients],
                page_numbers=list(one.hit.page_numbers),
                snippet=[schema.Span(text=s.text, is_hit=s.is_hit) for s in one.hit.snippet],
            )
            for one in answer.found
        ],
        by_type={facet.value: facet.count for facet in found.by_type},
        by_year={facet.value: facet.count for facet in found.by_year},
    )  # fmt: skip
