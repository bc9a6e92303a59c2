"""Where the paper of documents, records and batches is. Reads rows; decides nothing and journals nothing:
whoever asks has decided and journals the look it is part of.
"""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, exists, or_, select
from sqlalchemy.orm import Session, aliased

from scanning.batches.tables import Batch, Document, Item
from scanning.paper.model import LIVE_PARTS, Pages, Span
from scanning.paper.rules import places_of
from scanning.paper.tables import PaperBox, PaperDestruction, PaperPart

_AT_ONCE = 400


@dataclass(frozen=True, slots=True)
class Place:
    """Pages of a document and where they lie. part, box: None for what is registered nowhere.

    file: number of the file within its batch. destruction: by which the paper ended, if by one.
    is_counted: somebody counted the sheets of the batch by hand, so that there was paper.
    """

    batch_id: str
    batch_reference: str
    item_id: str
    file: int
    first_page: int
    last_page: int
    part: PaperPart | None
    box: PaperBox | None
    destruction: PaperDestruction | None
    is_counted: bool = False

    @property
    def span(self) -> Span:
        """The pages, as a span."""
        return Span(self.batch_id, self.item_id, self.first_page, self.last_page)

    @property
    def is_live(self) -> bool:
        """Whether this paper is registered and still somewhere."""
        return self.part is not None and self.part.state in LIVE_PARTS


@dataclass(frozen=True, slots=True)
class _Found:
    document: Document
    item: Item
    batch: Batch


def places_of_records(
    session: Session, record_ids: Collection[str]
) -> dict[str, tuple[Place, ...]]:
    """Where each of these records' paper is, in the order of pages; a record that was not scanned here
    (or whose batch is not known) has none."""
    found: dict[str, tuple[Place, ...]] = {}
    every = sorted(set(record_ids))
    for start in range(0, len(every), _AT_ONCE):
        rows = session.execute(
            select(Document, Item, Batch)
            .join(Item, Item.item_id == Document.item_id)
            .join(Batch, Batch.batch_id == Item.batch_id)
            .where(Document.record_id.in_(every[start : start + _AT_ONCE]))
        )
        documents = [_Found(*row) for row in rows]
        places = _places(session, documents)
        for one in documents:
            found[one.document.record_id or ""] = places[one.document.document_id]
    return found


def documents_of_batch(
    session: Session, batch_id: str
) -> list[tuple[Document, tuple[Place, ...]]]:  # fmt: skip
    """Every document of a batch with where its paper is, in the order they came."""
    rows = session.execute(
        select(Document, Item, Batch)
        .join(Item, Item.item_id == Document.item_id)
        .join(Batch, Batch.batch_id == Item.batch_id)
        .where(Item.batch_id == batch_id)
        .order_by(Item.ordinal, Document.ordinal)
    )
    documents = [_Found(*row) for row in rows]
    places = _places(session, documents)
    return [(one.document, places[one.document.document_id]) for one in documents]


def span_of(document: Document, batch_id: str) -> Span:
    """The pages of a document, as a span."""
    return Span(batch_id, document.item_id, document.first_page, document.last_page)


def _places(session: Session, documents: Sequence[_Found]) -> dict[str, tuple[Place, ...]]:
    batches = {one.batch.batch_id for one in documents}
    parts: dict[str, list[PaperPart]] = defaultdict(list)
    rows = session.scalars(select(PaperPart).where(PaperPart.batch_id.in_(batches))).all()
    for row in rows:
        parts[row.batch_id].append(row)
    boxes = {
        box.box_id: box
        for box in session.scalars(
            select(PaperBox).where(PaperBox.box_id.in_({row.box_id for row in rows}))
        )
    }
    ended = {row.destruction_id for row in rows if row.destruction_id}
    ends = {
        one.destruction_id: one
        for one in session.scalars(
            select(PaperDestruction).where(PaperDestruction.destruction_id.in_(ended))
        )
    }
    return {
        one.document.document_id: _of_document(one, parts[one.batch.batch_id], boxes, ends)
        for one in documents
    }


def _of_document(
    found: _Found,
    parts: list[PaperPart],
    boxes: dict[str, PaperBox],
    ends: dict[str, PaperDestruction],
) -> tuple[Place, ...]:
    by_id = {row.part_id: row for row in parts}
    span = span_of(found.document, found.batch.batch_id)
    return tuple(
        _place(found, pages, by_id, boxes, ends)
        for pages in places_of(span, [row.part for row in parts])
    )


def _place(
    found: _Found, pages: Pages, rows: dict[str, PaperPart], boxes: dict[str, PaperBox],
    ends: dict[str, PaperDestruction],
) -> Place:  # fmt: skip
    row = rows[pages.part.part_id] if pages.part else None
    return Place(
        batch_id=found.batch.batch_id, batch_reference=found.batch.reference,
        item_id=found.item.item_id, file=found.item.ordinal, first_page=pages.first_page,
        last_page=pages.last_page, part=row, box=boxes[row.box_id] if row else None,
        destruction=ends.get(row.destruction_id) if row else None,
        is_counted=found.batch.expected_sheets is not None,
    )  # fmt: skip


def lies_in_part() -> ColumnElement[bool]:
    """A condition on Document, Item and PaperPart: pages of the document lie in the live part, and are not
    all in a narrower one."""
    return and_(
        PaperPart.batch_id == Item.batch_id,
        PaperPart.state.in_(LIVE_PARTS),
        _has_pages(PaperPart),
        ~_is_narrower_elsewhere(),
    )


def _has_pages(part: type[PaperPart]) -> ColumnElement[bool]:
    of_pages = and_(Document.first_page <= part.last_page, Document.last_page >= part.first_page)
    within = and_(part.item_id == Document.item_id, or_(part.first_page == 0, of_pages))
    return or_(part.item_id == "", within)


def _is_narrower_elsewhere() -> ColumnElement[bool]:
    other = aliased(PaperPart)
    whole = and_(other.first_page <= Document.first_page, other.last_page >= Document.last_page)
    return exists().where(
        other.batch_id == PaperPart.batch_id, other.item_id == Document.item_id,
        other.narrowness > PaperPart.narrowness, or_(other.first_page == 0, whole),
    )  # fmt: skip
