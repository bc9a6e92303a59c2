"""What a document needs before a person looks: its searchable PDF and what is suggested for it. Nothing is
written here but stored files; the caller's transaction keeps what was prepared.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload, undefer

from edrms.ids import ObjectKey
from edrms.records.tables import PageContent
from edrms.records.words import unpack_words
from edrms.storage.ports import StoredObject
from scanning.batches.model import PageState
from scanning.batches.tables import Item, ItemPage
from scanning.indexing.model import PageText, Suggestion
from scanning.indexing.suggesting import suggestion_for
from scanning.quality.document_rules import judge_document
from scanning.quality.model import Finding
from scanning.quality.recording import held_by_pages, limits_of
from scanning.quality.words import sentence
from scanning.reading.model import CannotRead, Word
from scanning.reading.ports import PdfPage
from scanning.reading.steps import Bench

IMAGED = ("application/pdf", "image/tiff", "image/jpeg", "image/png")


@dataclass(frozen=True, slots=True)
class KeptPdf:
    """The PDF that there is of just these pages; None where the original serves."""

    pdf: StoredObject | None


@dataclass(frozen=True, slots=True)
class Prepared:
    """A document ready to be written: its pages, its PDF (None where the original serves), and
    what is suggested. notes: what a person should know, such as a page that could not be read. found:
    what the checks found within it."""

    pages: tuple[ItemPage, ...]
    pdf: StoredObject | None
    suggestion: Suggestion
    notes: tuple[str, ...]
    found: tuple[Finding, ...]

    @property
    def why(self) -> list[str]:
        """What a person is told: the notes, then the reasons of what is suggested."""
        return [*self.notes, *self.suggestion.why]


def contents_of(session: Session, item_id: str) -> dict[str, PageContent]:
    """What was read of an item's pages, with words and barcodes, by page id."""
    statement = (
        select(PageContent)
        .join(ItemPage, ItemPage.page_id == PageContent.page_id)
        .where(ItemPage.item_id == item_id)
        .options(undefer(PageContent.words), selectinload(PageContent.barcodes))
    )
    return {content.page_id: content for content in session.scalars(statement)}


def prepare(
    bench: Bench, item: Item, contents: dict[str, PageContent], pages: Sequence[ItemPage],
    kept: KeptPdf | None = None,
) -> Prepared:  # fmt: skip
    """The PDF of these pages in this order, made unless it is kept, and what their text suggests."""
    notes = [
        f"Page {page.number} could not be read." for page in pages if page.state == PageState.FAILED
    ]
    if all(page.kind == "blank" for page in pages):
        notes.append("Every page seems blank: look before rejecting it.")
    pdf = kept.pdf if kept else None
    if not kept and _needs_pdf(item, pages, contents):
        try:
            pdf = _assemble(bench, item, pages, contents)
        except CannotRead as refusal:
            notes.append(f"No searchable PDF could be made ({refusal}); the original is kept.")
    found = _found_within(item, pages, contents)
    notes += _to_look_at(bench, item, pages, found)
    return Prepared(tuple(pages), pdf, _suggest(bench, item, pages, contents), tuple(notes), found)


def _found_within(
    item: Item, pages: Sequence[ItemPage], contents: dict[str, PageContent]
) -> tuple[Finding, ...]:
    texts = [
        contents[page.page_id].text if page.page_id in contents else ""
        for page in pages
        if page.kind == "content"
    ]
    return judge_document(texts, item.batch.received_on)


def _to_look_at(
    bench: Bench, item: Item, pages: Sequence[ItemPage], found: Sequence[Finding]
) -> list[str]:
    """Findings for which, by the thresholds, the document is not to file itself, in words."""
    limits = limits_of(bench.quality, item)
    with bench.database.read() as session:
        held = held_by_pages(session, item, [page.page_id for page in pages], limits)
    held += [one for one in found if one.fault in limits.hold]
    return [sentence(one) for one in dict.fromkeys(held)]


def _needs_pdf(item: Item, pages: Sequence[ItemPage], contents: dict[str, PageContent]) -> bool:
    """A PDF that holds one document, as it came and with its own good text, needs no second PDF."""
    if item.media_type not in IMAGED:
        return False
    added = any(contents[p.page_id].text_layer_key for p in pages if p.page_id in contents)
    turned = any(page.turned_degrees is not None for page in pages)
    is_whole = [page.number for page in pages] == [page.number for page in item.pages]
    return item.media_type != "application/pdf" or not is_whole or added or turned


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
    return suggestion_for(bench.database, texts, item.batch.received_on)


def _page_text(number: int, content: PageContent) -> PageText:
    words = tuple(
        Word(w.text, w.x0, w.y0, w.x1, w.y1, w.confidence) for w in unpack_words(content.words)
    )
    return PageText(number, content.text, words, content.confidence)
