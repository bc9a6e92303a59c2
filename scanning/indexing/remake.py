"""The job after pages were arranged by hand: what changed is made anew, its PDF and what is suggested for it.

A page whose way up a person has said is read again so. Nothing files itself any more: a person is at it.
What a person has typed is in that person's form and is not touched.
"""

from sqlalchemy import delete, select
from sqlalchemy.orm import Session, selectinload

from edrms.errors import no_such
from edrms.ids import ObjectKey
from edrms.jobs.queue import Claim, finish
from edrms.records.content import is_parted
from edrms.records.tables import PageContent, RecordPage, Rendition
from edrms.storage.ports import StoredObject
from edrms.uow import UnitOfWork, write
from scanning.batches.tables import Document, Item, ItemPage, SuggestedClient
from scanning.custody.replaced import note_replaced
from scanning.indexing.divide import name_clients
from scanning.indexing.plain import suggestion_to_plain
from scanning.indexing.preparing import IMAGED, KeptPdf, Prepared, contents_of, prepare
from scanning.indexing.suggest import suggest
from scanning.indexing.taking_back import taken_off
from scanning.quality.recording import record_again
from scanning.reading.model import CannotRead
from scanning.reading.steps import Bench, content_of

NOT_MADE = "Making the pages anew failed: no searchable PDF; the original is kept."


def arrange_item(bench: Bench, claim: Claim) -> None:
    """Make anew every document of the item that was arranged since it was made."""
    with bench.database.read() as session:
        item = _loaded(session, claim.subject_id)
        contents = contents_of(session, item.item_id)
        stale = [one for one in item.documents if one.revision != one.made_revision]
        kept = {one.document_id: _kept_of(session, one) for one in stale}
    pages = [page for document in stale for page in document.pages]
    fresh, notes = _read_again(bench, item, contents, pages)
    contents |= fresh
    prepared = {
        one.document_id: prepare(bench, item, contents, one.pages, kept[one.document_id])
        for one in stale
    }
    with write(bench.database, bench.actor, bench.clock) as work:
        seen = {one.document_id: one.revision for one in stale}
        documents = _locked(work, seen)
        for content in fresh.values():
            _read_anew(work, item.item_id, content)
        for document in documents:
            if document.revision == seen[document.document_id]:
                is_as_filed = kept[document.document_id] is not None
                _remake(work, document, prepared[document.document_id], notes, is_as_filed)
                record_again(work, document, prepared[document.document_id].found, bench.quality)
        work.journal("item:content:arrange", "item", item.item_id, documents=sorted(seen))
        finish(work, claim)


def give_up_arranging(bench: Bench, claim: Claim) -> None:
    """Every worker that took the job died with it: the documents wait without a PDF and say why."""
    with write(bench.database, bench.actor, bench.clock) as work:
        asked = select(Document.document_id).where(
            Document.item_id == claim.subject_id, Document.revision != Document.made_revision
        )
        for document in _locked(work, work.session.scalars(asked).all()):
            document.made_revision = document.revision
            _set_pdf(work, document, None)
            nothing = suggestion_to_plain(suggest((), (), document.item.batch.received_on))
            document.suggestion = nothing | {"why": [NOT_MADE], "file_itself": False}
            if off := taken_off(work.session, document):
                document.suggestion = off.without_them(nothing, [NOT_MADE])
        work.journal(
            "item:content:arrange", "item", claim.subject_id, outcome="failed",
            reason="reader_crashed",
        )  # fmt: skip
        finish(work, claim)


def _loaded(session: Session, item_id: str) -> Item:
    item = session.scalar(
        select(Item)
        .where(Item.item_id == item_id)
        .options(
            selectinload(Item.pages), selectinload(Item.batch),
            selectinload(Item.documents).selectinload(Document.pages),
        )
    )  # fmt: skip
    if item is None:
        raise no_such("item")
    return item


def _locked(work: UnitOfWork, document_ids: object) -> list[Document]:
    """Those of them that are still there, with their item first, as whoever arranges locks them."""
    ids = list(document_ids)  # type: ignore[call-overload]
    items = select(Document.item_id).where(Document.document_id.in_(ids))
    for item_id in sorted(set(work.session.scalars(items))):
        work.session.get(Item, item_id, with_for_update=True)
    asked = select(Document).where(Document.document_id.in_(ids)).order_by(Document.document_id)
    return list(
        work.session.scalars(asked.with_for_update().execution_options(populate_existing=True))
    )


def _read_again(
    bench: Bench, item: Item, contents: dict[str, PageContent], pages: list[ItemPage]
) -> tuple[dict[str, PageContent], dict[str, str]]:
    """Readings of the pages that lie otherwise than a person says, and notes on those that cannot be read,
    both by page id."""
    fresh: dict[str, PageContent] = {}
    notes: dict[str, str] = {}
    for page in pages:
        known = contents.get(page.page_id)
        if item.media_type not in IMAGED or known is None or not _lies_otherwise(page, known):
            continue
        path = bench.originals.path(ObjectKey(item.object_key), item.sha256)
        with bench.work_directory() as directory:
            try:
                reading = bench.reader.read_page(
                    path, directory, media_type=item.media_type, page_number=page.number,
                    turned_degrees=page.turned_degrees,
                )  # fmt: skip
            except CannotRead as refusal:
                notes[page.page_id] = f"Page {page.number} could not be turned ({refusal})."
                continue
            fresh[page.page_id] = content_of(bench, page, reading)
    return fresh, notes


def _lies_otherwise(page: ItemPage, known: PageContent) -> bool:
    """turned_degrees of a content: what had been said when it was read, None where nothing had."""
    return page.turned_degrees != known.turned_degrees


def _read_anew(work: UnitOfWork, item_id: str, content: PageContent) -> None:
    """Keep a reading instead of the one before, whose pictures are to end."""
    before = work.session.get(PageContent, content.page_id)
    if before is not None:
        note_replaced(work, item_id, [before.view_key, before.text_layer_key])
    work.session.merge(content)


def _kept_of(session: Session, document: Document) -> KeptPdf | None:
    """The PDF of a document that was on a file and is again as it was there; None for any other."""
    if not document.record_id:
        return None
    of_it = RecordPage.record_id == document.record_id
    pages = session.scalars(select(RecordPage.page_id).where(of_it).order_by(RecordPage.number))
    if list(pages) != [page.page_id for page in document.pages]:
        return None
    made = session.get(Rendition, (document.record_id, "searchable_pdf"))
    if made is None:
        return None if is_parted(session, document.record_id) else KeptPdf(None)
    return KeptPdf(StoredObject(ObjectKey(made.object_key), made.sha256, made.size_bytes))


def _remake(
    work: UnitOfWork, document: Document, prepared: Prepared, notes: dict[str, str],
    is_as_filed: bool,
) -> None:  # fmt: skip
    _set_pdf(work, document, prepared.pdf)
    said = [notes[page.page_id] for page in prepared.pages if page.page_id in notes]
    plain = suggestion_to_plain(prepared.suggestion)
    off = taken_off(work.session, document)
    if off is None:
        document.suggestion = plain | {"why": [*said, *prepared.why], "file_itself": False}
    else:
        why = () if is_as_filed else (*said, *prepared.why)
        document.suggestion = off.without_them(plain, why)
    document.made_revision = document.revision
    of_it = SuggestedClient.document_id == document.document_id
    work.session.execute(delete(SuggestedClient).where(of_it))
    name_clients(work, document.document_id, prepared.suggestion)
    work.session.flush()
    for client_id in off.client_ids if off else ():  # whoever may not find them does not see it
        work.session.merge(SuggestedClient(document_id=document.document_id, client_id=client_id))


def _set_pdf(work: UnitOfWork, document: Document, pdf: StoredObject | None) -> None:
    if document.pdf_key and (pdf is None or pdf.key != document.pdf_key):
        note_replaced(work, document.item_id, [document.pdf_key])
    document.pdf_key = pdf.key if pdf else ""
    document.pdf_sha256 = pdf.sha256 if pdf else ""
    document.pdf_size_bytes = pdf.size_bytes if pdf else 0
