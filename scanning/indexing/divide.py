"""The job step after the last page is read: divide the item into documents, suggest, and file what
is beyond doubt. The rest waits in the indexing queue with its suggestion and the reasons.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload, undefer

from edrms.clients.register import find_by_keys
from edrms.errors import no_such
from edrms.ids import ObjectKey, new_id
from edrms.jobs.queue import Claim, finish
from edrms.records.tables import PageContent
from edrms.records.words import unpack_words
from edrms.storage.ports import StoredObject
from edrms.uow import UnitOfWork, write
from scanning.batches.model import DocumentState, ItemState, PageState
from scanning.batches.rules import Run, divide
from scanning.batches.tables import Document, Item, ItemPage, SuggestedClient
from scanning.indexing.filing import IndexDecision, file_document
from scanning.indexing.matching import wanted_keys
from scanning.indexing.model import PageText, Suggestion
from scanning.indexing.plain import suggestion_to_plain
from scanning.indexing.suggest import suggest
from scanning.reading.model import CannotRead, PageKind, Word
from scanning.reading.ports import PdfPage
from scanning.reading.steps import Bench
from scanning.sheets.heading import take_header
from scanning.sheets.model import Sheet, SheetKind, sheet_of
from scanning.sheets.rules import envelopes

IMAGED = ("application/pdf", "image/tiff", "image/jpeg", "image/png")


@dataclass(frozen=True, slots=True)
class _Prepared:
    """A document ready to be written: its pages, its PDF (None where the original serves), and
    what is suggested. notes: what a person should know, such as a page that could not be read."""

    run: Run
    pdf: StoredObject | None
    suggestion: Suggestion
    notes: tuple[str, ...]


def divide_item(bench: Bench, claim: Claim) -> None:
    """Documents out of a fully read item: rendition, suggestion and filing, in one transaction."""
    with bench.database.read() as session:
        item = _loaded(session, claim.subject_id)
        contents = _contents(session, item.item_id)
    runs = divide([page.kind for page in item.pages])
    sheets = [_sheet(contents.get(page.page_id)) for page in item.pages]
    prepared = [_prepare(bench, item, contents, run, len(runs)) for run in runs]
    with write(bench.database, bench.actor, bench.clock) as work:
        if any(sheets):
            work.alone(f"items of {item.batch_id}")
        fresh = work.session.get(Item, item.item_id, with_for_update=True)
        if fresh is None:
            raise no_such("item")
        fresh.state = ItemState.READ
        work.journal("item:content:divide", "item", item.item_id, documents=len(prepared))
        for number, sheet in enumerate(sheets, start=1):
            if sheet and sheet.kind is SheetKind.BATCH:
                take_header(work, fresh, sheet, number)
        within = envelopes(sheets)
        for ordinal, document in enumerate(prepared, start=1):
            at = within[document.run.first_page - 1]
            envelope = fresh.pages[at - 1].page_id if at else None
            _add(work, fresh, ordinal, document, envelope)
        finish(work, claim)


def _loaded(session: Session, item_id: str) -> Item:
    statement = (
        select(Item)
        .where(Item.item_id == item_id)
        .options(selectinload(Item.pages), selectinload(Item.batch))
    )
    item = session.scalar(statement)
    if item is None:
        raise no_such("item")
    return item


def _contents(session: Session, item_id: str) -> dict[str, PageContent]:
    statement = (
        select(PageContent)
        .join(ItemPage, ItemPage.page_id == PageContent.page_id)
        .where(ItemPage.item_id == item_id)
        .options(undefer(PageContent.words), selectinload(PageContent.barcodes))
    )
    return {content.page_id: content for content in session.scalars(statement)}


def _prepare(
    bench: Bench, item: Item, contents: dict[str, PageContent], run: Run, runs: int
) -> _Prepared:
    pages = [page for page in item.pages if run.first_page <= page.number <= run.last_page]
    notes = [
        f"Page {page.number} could not be read." for page in pages if page.state == PageState.FAILED
    ]
    if all(page.kind == "blank" for page in pages):
        notes.append("Every page seems blank: look before rejecting it.")
    pdf = None
    if _needs_pdf(item, pages, contents, runs):
        try:
            pdf = _assemble(bench, item, pages, contents)
        except CannotRead as refusal:
            notes.append(f"No searchable PDF could be made ({refusal}); the original is kept.")
    return _Prepared(run, pdf, _suggest(bench, item, pages, contents), tuple(notes))


def _needs_pdf(
    item: Item, pages: Sequence[ItemPage], contents: dict[str, PageContent], runs: int
) -> bool:
    """A PDF that holds one document and its own good text needs no second PDF."""
    if item.media_type not in IMAGED:
        return False
    added = any(contents[p.page_id].text_layer_key for p in pages if p.page_id in contents)
    return item.media_type != "application/pdf" or runs > 1 or added


def _assemble(
    bench: Bench, item: Item, pages: Sequence[ItemPage], contents: dict[str, PageContent]
) -> StoredObject:
    original = bench.originals.path(ObjectKey(item.object_key), item.sha256)
    with bench.work_directory() as directory:
        wanted = [_pdf_page(bench, directory, page, contents.get(page.page_id)) for page in pages]
        made = bench.reader.assemble_pdf(
            original, directory, media_type=item.media_type, pages=wanted
        )
        return bench.put_file(made, item.item_id)


def _pdf_page(
    bench: Bench, directory: Path, page: ItemPage, content: PageContent | None
) -> PdfPage:
    if content is None:
        return PdfPage(page.number, 0, None)
    if not content.text_layer_key:
        return PdfPage(page.number, content.rotation_degrees, None)
    layer = directory / f"layer-{page.number}.pdf"
    with bench.store.open(ObjectKey(content.text_layer_key)) as stored:
        layer.write_bytes(stored.read())
    return PdfPage(page.number, content.rotation_degrees, layer)


def _suggest(
    bench: Bench, item: Item, pages: Sequence[ItemPage], contents: dict[str, PageContent]
) -> Suggestion:
    texts = tuple(
        _page_text(number, contents[page.page_id])
        for number, page in enumerate(pages, start=1)
        if page.page_id in contents
    )
    keys = wanted_keys(texts)
    with bench.database.read() as session:
        candidates = find_by_keys(
            session,
            nhs_numbers=keys.nhs_numbers,
            references=keys.references,
            dates_of_birth=keys.dates_of_birth,
            postcodes=keys.postcodes,
            uprns=keys.uprns,
            name_parts=keys.name_parts,
        )
    return suggest(texts, tuple(candidates), item.batch.received_on)


def _page_text(number: int, content: PageContent) -> PageText:
    words = tuple(
        Word(w.text, w.x0, w.y0, w.x1, w.y1, w.confidence) for w in unpack_words(content.words)
    )
    return PageText(number, content.text, words, content.confidence)


def _sheet(content: PageContent | None) -> Sheet | None:
    """What sheet of the post room a page is."""
    if content is None or content.kind != PageKind.SEPARATOR:
        return None
    return next(filter(None, (sheet_of(barcode.value) for barcode in content.barcodes)), None)


def _add(
    work: UnitOfWork, item: Item, ordinal: int, prepared: _Prepared, envelope: str | None
) -> None:
    pdf, run = prepared.pdf, prepared.run
    why = [*prepared.notes, *prepared.suggestion.why]
    document = Document(
        document_id=new_id(), item_id=item.item_id, ordinal=ordinal, first_page=run.first_page,
        last_page=run.last_page, state=DocumentState.TO_INDEX, waiting_since=work.now,
        pdf_key=pdf.key if pdf else "", pdf_sha256=pdf.sha256 if pdf else "",
        pdf_size_bytes=pdf.size_bytes if pdf else 0, reason="",
        envelope_page_id=envelope,
        suggestion=suggestion_to_plain(prepared.suggestion) | {"why": why}, item=item,
    )  # fmt: skip
    work.session.add(document)
    document.pages = [p for p in item.pages if run.first_page <= p.number <= run.last_page]
    work.session.flush()
    for client_id in dict.fromkeys(match.client_id for match in prepared.suggestion.clients):
        named = SuggestedClient(document_id=document.document_id, client_id=client_id)
        work.session.add(named)
    work.journal("document:index:suggest", "document", document.document_id, item=item.item_id)
    if prepared.suggestion.file_itself and not prepared.notes:
        file_document(work, document, _own_decision(prepared.suggestion, document.suggestion))


def _own_decision(suggestion: Suggestion, evidence: dict[str, Any]) -> IndexDecision:
    likely = tuple(match.client_id for match in suggestion.clients if match.score > 0.5)
    return IndexDecision(
        document_type=suggestion.document_type.code or "",
        client_ids=likely,
        document_date=suggestion.document_date.on if suggestion.document_date else None,
        title=suggestion.title,
        evidence={"by": "rule", "suggestion": evidence},
    )
