"""The job step after the last page is read: divide the item into documents, suggest, and file what
is beyond doubt. The rest waits in the indexing queue with its suggestion and the reasons.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from edrms.errors import no_such
from edrms.ids import new_id
from edrms.jobs.queue import Claim, finish
from edrms.records.tables import PageContent
from edrms.uow import UnitOfWork, write
from scanning.batches.model import DocumentState, ItemState
from scanning.batches.rules import Run, divide
from scanning.batches.tables import Document, Item, ItemPage, SuggestedClient
from scanning.indexing.filing import IndexDecision, file_document
from scanning.indexing.model import Suggestion
from scanning.indexing.plain import suggestion_to_plain
from scanning.indexing.preparing import Prepared, contents_of, prepare
from scanning.quality.model import QualityRules
from scanning.quality.recording import record_document
from scanning.quality.sampling import draw_if_read
from scanning.reading.model import PageKind
from scanning.reading.steps import Bench
from scanning.sheets.heading import take_header
from scanning.sheets.model import Sheet, SheetKind, sheet_of
from scanning.sheets.rules import envelopes


def divide_item(bench: Bench, claim: Claim) -> None:
    """Documents out of a fully read item: rendition, suggestion and filing, in one transaction."""
    with bench.database.read() as session:
        item = _loaded(session, claim.subject_id)
        contents = contents_of(session, item.item_id)
    runs = divide([page.kind for page in item.pages])
    sheets = [_sheet(contents.get(page.page_id)) for page in item.pages]
    prepared = [prepare(bench, item, contents, _pages(item, run)) for run in runs]
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
        added = _add_all(work, fresh, prepared, sheets)
        for document, ready in zip(added, prepared, strict=True):
            _file_itself(work, document, ready, bench.quality)
        draw_if_read(work, fresh.batch_id, bench.quality.sampling)
        finish(work, claim)


def _add_all(
    work: UnitOfWork, item: Item, prepared: Sequence[Prepared], sheets: Sequence[Sheet | None]
) -> list[Document]:
    """Every document of the item, before the first is filed: a file that holds several is none's own."""
    within, added = envelopes(sheets), []
    for ordinal, document in enumerate(prepared, start=1):
        at = within[document.pages[0].number - 1]
        envelope = item.pages[at - 1].page_id if at else None
        added.append(_add(work, item, ordinal, document, envelope))
    return added


def _pages(item: Item, run: Run) -> list[ItemPage]:
    return [page for page in item.pages if run.first_page <= page.number <= run.last_page]


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


def _sheet(content: PageContent | None) -> Sheet | None:
    """What sheet of the post room a page is."""
    if content is None or content.kind != PageKind.SEPARATOR:
        return None
    return next(filter(None, (sheet_of(barcode.value) for barcode in content.barcodes)), None)


def _add(
    work: UnitOfWork, item: Item, ordinal: int, prepared: Prepared, envelope: str | None
) -> Document:
    pdf = prepared.pdf
    numbers = [page.number for page in prepared.pages]
    document = Document(
        document_id=new_id(), item_id=item.item_id, ordinal=ordinal, first_page=numbers[0],
        last_page=numbers[-1], page_count=len(numbers), state=DocumentState.TO_INDEX,
        waiting_since=work.now,
        pdf_key=pdf.key if pdf else "", pdf_sha256=pdf.sha256 if pdf else "",
        pdf_size_bytes=pdf.size_bytes if pdf else 0, reason="",
        envelope_page_id=envelope,
        suggestion=suggestion_to_plain(prepared.suggestion) | {"why": prepared.why}, item=item,
    )  # fmt: skip
    work.session.add(document)
    document.pages = [page for page in item.pages if page.number in numbers]
    work.session.flush()
    name_clients(work, document.document_id, prepared.suggestion)
    work.journal("document:index:suggest", "document", document.document_id, item=item.item_id)
    return document


def _file_itself(
    work: UnitOfWork, document: Document, prepared: Prepared, rules: QualityRules
) -> None:
    """Keep what the checks found; file what is beyond doubt."""
    record_document(work, document, prepared.found, rules)
    if prepared.suggestion.file_itself and not prepared.notes:
        file_document(work, document, _own_decision(prepared.suggestion, document.suggestion))


def name_clients(work: UnitOfWork, document_id: str, suggestion: Suggestion) -> None:
    """Keep whom a suggestion names; see SuggestedClient."""
    for client_id in dict.fromkeys(match.client_id for match in suggestion.clients):
        work.session.add(SuggestedClient(document_id=document_id, client_id=client_id))


def _own_decision(suggestion: Suggestion, evidence: dict[str, Any]) -> IndexDecision:
    likely = tuple(match.client_id for match in suggestion.clients if match.score > 0.5)
    return IndexDecision(
        document_type=suggestion.document_type.code or "",
        client_ids=likely,
        document_date=suggestion.document_date.on if suggestion.document_date else None,
        title=suggestion.title,
        evidence={"by": "rule", "suggestion": evidence},
    )
