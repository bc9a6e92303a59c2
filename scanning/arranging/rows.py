"""An arrangement read from the rows of a file, and written back to them."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import selectinload

from edrms.jobs.queue import enqueue
from edrms.records.content import offer_original
from edrms.uow import UnitOfWork
from scanning.arranging.model import Arrangement, Part, PlacedPage, ScanFault
from scanning.batches.model import ARRANGE_ITEM, DocumentState
from scanning.batches.tables import Document, Item, ItemPage, SuggestedClient
from scanning.custody.replaced import note_replaced
from scanning.indexing.filing import original_of
from scanning.quality.recording import forget_documents


def arrangement_of(item: Item) -> Arrangement:
    """How the pages of a file lie now."""
    pages = tuple(
        PlacedPage(
            page.page_id, page.kind, page.turned_degrees, ScanFault(page.scan_fault), page.rescan_of
        )
        for page in item.pages
    )
    parts = tuple(
        Part(one.document_id, tuple(page.page_id for page in one.pages), one.envelope_page_id)
        for one in item.documents
    )
    return Arrangement(pages, parts)


def write_arrangement(work: UnitOfWork, item: Item, now: Arrangement, changed: set[str]) -> None:
    """Make the rows say this. changed: ids of the documents that are other than before.

    Those are made anew by a job, and until then name every client that any of them named.
    """
    known = {one.document_id: one for one in item.documents}
    pages = {page.page_id: page for page in item.pages}
    named = _named(work, changed)
    since = min((known[one].waiting_since for one in known if one in changed), default=work.now)
    for ordinal, part in enumerate(now.parts, start=1):
        document = known.get(part.document_id)
        if document is None:
            document = known[part.document_id] = _new(work, item, part, since)
        document.ordinal = ordinal
    work.session.flush()
    _write_pages(now, pages)
    work.session.flush()
    for part in now.parts:
        if part.document_id in changed:
            _forget_pdf(work, known[part.document_id])
            _describe(known[part.document_id], [pages[one] for one in part.page_ids])
            _name(work, part.document_id, named)
    gone = changed - {part.document_id for part in now.parts}
    for document_id in sorted(gone):
        _forget_pdf(work, known[document_id])
    work.session.flush()
    _remove(work, gone)
    _own_originals(work, item)
    if changed - gone:
        enqueue(work, ARRANGE_ITEM, item.item_id, share=item.batch_id)


def _own_originals(work: UnitOfWork, item: Item) -> None:
    """What is on file has the file as it came only while nothing else is in that: a page brought back into
    a document of its own may be somebody else's."""
    for document in item.documents:
        if document.state == DocumentState.FILED and document.record_id:
            offer_original(work.session, document.record_id, original_of(document))


def _write_pages(now: Arrangement, pages: dict[str, ItemPage]) -> None:
    for placed in now.pages:
        page = pages[placed.page_id]
        page.kind, page.turned_degrees = placed.kind, placed.turned_degrees
        page.scan_fault, page.rescan_of = placed.fault.value, placed.rescan_of
        page.document_id, page.position = None, page.number
    for part in now.parts:
        for position, page_id in enumerate(part.page_ids, start=1):
            pages[page_id].document_id, pages[page_id].position = part.document_id, position


def _new(work: UnitOfWork, item: Item, part: Part, since: datetime) -> Document:
    """A document as it waits until it is made; it has waited as long as what it comes from."""
    document = Document(
        document_id=part.document_id, item_id=item.item_id, ordinal=0, first_page=0, last_page=0,
        page_count=0, state=DocumentState.TO_INDEX, reason="", suggestion={},
        waiting_since=since, envelope_page_id=part.envelope_page_id,
    )  # fmt: skip
    work.session.add(document)
    return document


def _describe(document: Document, pages: list[ItemPage]) -> None:
    numbers = [page.number for page in pages]
    document.first_page, document.last_page = min(numbers), max(numbers)
    document.page_count = len(numbers)
    document.revision += 1


def _forget_pdf(work: UnitOfWork, document: Document) -> None:
    """It is of pages that lie otherwise now: whoever counts on a whole copy of them must not find it."""
    note_replaced(work, document.item_id, [document.pdf_key])
    document.pdf_key, document.pdf_sha256, document.pdf_size_bytes = "", "", 0


def _named(work: UnitOfWork, document_ids: Iterable[str]) -> set[str]:
    asked = select(SuggestedClient.client_id).where(SuggestedClient.document_id.in_(document_ids))
    return set(work.session.scalars(asked))


def _name(work: UnitOfWork, document_id: str, client_ids: set[str]) -> None:
    known = _named(work, [document_id])
    for client_id in sorted(client_ids - known):
        work.session.add(SuggestedClient(document_id=document_id, client_id=client_id))


def _remove(work: UnitOfWork, document_ids: set[str]) -> None:
    forget_documents(work, document_ids)
    of_them = SuggestedClient.document_id.in_(document_ids)
    work.session.execute(delete(SuggestedClient).where(of_them))
    work.session.execute(delete(Document).where(Document.document_id.in_(document_ids)))


def loaded(work: UnitOfWork, item_id: str) -> Item | None:
    """The file with its pages and documents, locked until this transaction ends."""
    item = work.session.get(Item, item_id, with_for_update=True)
    if item is None:
        return None
    work.session.scalars(
        select(Document)
        .where(Document.item_id == item_id)
        .order_by(Document.document_id)
        .with_for_update()
    ).all()
    asked = (
        select(Item)
        .where(Item.item_id == item_id)
        .options(
            selectinload(Item.pages), selectinload(Item.documents).selectinload(Document.pages)
        )
        .execution_options(populate_existing=True)
    )
    return work.session.scalar(asked)
