"""What an instance made of a file: its state, its pages, its documents. Read back from the rows.

Judges nothing; the truth is not known here.
"""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from edrms.db import Database
from edrms.records.reading import client_ids_of
from edrms.records.tables import PageContent, Record
from scanning.batches.tables import Document, Item


@dataclass(frozen=True, slots=True)
class PageOutcome:
    """One page. kind: "" if it was not read; reason: why not."""

    number: int
    kind: str
    text: str
    text_source: str
    rotation_degrees: int
    confidence: float | None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class DocumentOutcome:
    """One document. filed_on: ids of the clients it filed itself on, empty while it waits."""

    first_page: int
    last_page: int
    suggestion: dict[str, Any]
    filed_on: tuple[str, ...]
    filed_type: str = ""

    @property
    def best_client(self) -> tuple[str | None, float]:
        """The likeliest client and its score; (None, 0.0) if nobody was suggested."""
        for match in self.suggestion["clients"]:
            return match["client_id"], match["score"]
        return None, 0.0

    @property
    def type_code(self) -> str | None:
        """The type suggested."""
        code: str | None = self.suggestion["document_type"]["code"]
        return code

    @property
    def type_score(self) -> float:
        """Its score, 0 to 1."""
        return float(self.suggestion["document_type"]["score"])


@dataclass(frozen=True, slots=True)
class FileOutcome:
    """One file as the instance has it; inside: what was attached to it."""

    name: str
    state: str
    held_reason: str
    media_type: str
    pages: tuple[PageOutcome, ...]
    documents: tuple[DocumentOutcome, ...]
    inside: tuple["FileOutcome", ...] = ()

    @property
    def text(self) -> str:
        """The text of all pages, one after the other."""
        return "\n".join(page.text for page in self.pages)


def outcome_of(database: Database, item_id: str) -> FileOutcome:
    """What became of one item and of whatever was inside it."""
    with database.read() as session:
        return _outcome(session, item_id)


def _outcome(session: Session, item_id: str) -> FileOutcome:
    item = session.scalars(
        select(Item)
        .where(Item.item_id == item_id)
        .options(selectinload(Item.pages), selectinload(Item.documents))
    ).one()
    ids = [page.page_id for page in item.pages]
    contents = {
        content.page_id: content
        for content in session.scalars(select(PageContent).where(PageContent.page_id.in_(ids)))
    }
    inner = select(Item.item_id).where(Item.parent_id == item_id).order_by(Item.ordinal)
    return FileOutcome(
        item.name, item.state, item.held_reason, item.media_type,
        tuple(_page(page.number, page.reason, contents.get(page.page_id)) for page in item.pages),
        tuple(_document(session, document) for document in item.documents),
        tuple(_outcome(session, one) for one in session.scalars(inner).all()),
    )  # fmt: skip


def _page(number: int, reason: str, content: PageContent | None) -> PageOutcome:
    if content is None:
        return PageOutcome(number, "", "", "", 0, None, reason)
    return PageOutcome(
        number, content.kind, content.text, content.text_source, content.rotation_degrees,
        content.confidence,
    )  # fmt: skip


def _document(session: Session, document: Document) -> DocumentOutcome:
    record = session.get(Record, document.record_id) if document.record_id else None
    return DocumentOutcome(
        document.first_page,
        document.last_page,
        document.suggestion,
        tuple(sorted(client_ids_of(record))) if record else (),
        record.document_type if record else "",
    )
