"""Checks of `edrms verify` that hold one table against another, and the rows against the audit log.

The log is append-only: what it says was received or filed must still have its row. Nothing here
reads stored bytes.
"""

from collections.abc import Iterator

from sqlalchemy import exists, func, not_, or_, select
from sqlalchemy.orm import Session

from edrms.audit.tables import AuditEvent
from edrms.records.content import ORIGINAL
from edrms.records.tables import FILED, WITHDRAWN, Record, RecordPage, Rendition
from scanning.batches.model import DocumentState, ItemState
from scanning.batches.tables import Document, Item, ItemPage
from scanning.reading.model import PageKind


def faults_between_tables(session: Session) -> Iterator[str]:
    """A sentence for each thing one table says and another does not."""
    yield from _filed_in_one_table(session)
    yield from _withdrawn_not_waiting(session)
    yield from _originals(session)
    yield from _records_with_other_pages(session)
    yield from _pages_in_no_document(session)
    yield from _events_without_row(session)


def _filed_in_one_table(session: Session) -> Iterator[str]:
    filed = session.scalars(
        select(Document.document_id).where(
            Document.state.in_((DocumentState.FILED, DocumentState.DISPOSED))
        )
    )
    records = session.scalars(select(Record.document_id).where(Record.state != WITHDRAWN))
    for document_id in sorted(set(filed) ^ set(records)):
        yield f"document {document_id}: filed in one table and not in the other"


def _withdrawn_not_waiting(session: Session) -> Iterator[str]:
    waiting = select(Document.record_id).where(
        Document.state.in_((DocumentState.TO_INDEX, DocumentState.REJECTED)),
        Document.record_id.is_not(None),
    )
    withdrawn = session.scalars(select(Record.record_id).where(Record.state == WITHDRAWN))
    for record_id in sorted(set(withdrawn) ^ {one or "" for one in session.scalars(waiting)}):
        yield f"record {record_id}: taken off its files in one table and not in the other"


def _originals(session: Session) -> Iterator[str]:
    """The file as it came is a form of the record that is all of it, and of no other (docs/adr/0030)."""
    has = exists().where(Rendition.record_id == Record.record_id, Rendition.kind == ORIGINAL)
    shares = exists().where(
        ItemPage.item_id == Record.item_id,
        ItemPage.document_id.is_distinct_from(Record.document_id),
        or_(ItemPage.kind == PageKind.CONTENT, ItemPage.document_id.is_not(None)),
    )
    filed = (
        select(Record.record_id)
        .join(Item, Item.item_id == Record.item_id)
        .where(Record.state == FILED, Item.object_key != "")
    )
    for record_id in session.scalars(filed.where(not_(has), not_(shares))):
        yield f"record {record_id}: has no original"
    for record_id in session.scalars(filed.where(has, shares)):
        yield f"record {record_id}: has a file as it came with pages of others"


def _records_with_other_pages(session: Session) -> Iterator[str]:
    of_document = (
        select(func.count())
        .where(ItemPage.document_id == Document.document_id)
        .correlate(Document)
        .scalar_subquery()
    )
    of_record = (
        select(func.count())
        .select_from(RecordPage)
        .join(ItemPage, ItemPage.page_id == RecordPage.page_id)
        .where(
            RecordPage.record_id == Document.record_id,
            ItemPage.document_id == Document.document_id,
        )
        .correlate(Document)
        .scalar_subquery()
    )
    for record_id in session.scalars(
        select(Document.record_id).where(
            Document.state == DocumentState.FILED, of_document != of_record
        )
    ):
        yield f"record {record_id}: has other pages than its document"


def _pages_in_no_document(session: Session) -> Iterator[str]:
    for page_id in session.scalars(
        select(ItemPage.page_id)
        .join(Item, Item.item_id == ItemPage.item_id)
        .where(
            Item.state == ItemState.READ,
            ItemPage.kind == "content",
            ItemPage.document_id.is_(None),
        )
    ):
        yield f"page {page_id}: its item is read, but it is in no document"


def _events_without_row(session: Session) -> Iterator[str]:
    told = (
        ("batch:item:receive", "item", select(Item.item_id), "was received"),
        ("record:content:file", "record", select(Record.record_id), "was filed"),
    )
    for action, kind, rows, said in told:
        for subject_id in session.scalars(
            select(AuditEvent.subject_id).where(
                AuditEvent.action == action,
                AuditEvent.subject_kind == kind,
                AuditEvent.outcome == "done",
                AuditEvent.subject_id.not_in(rows),
            )
        ):
            yield f"{kind} {subject_id}: {said}, but its row is gone"
