"""Where is this letter? Every document in the custody ledger that a scrap of knowledge leads to.

Only batches the actor may see. By words only what is not on a file yet is found: in the name of its file, in
its text, as the value of a barcode on it, or as a client whom its suggestion names and the actor may find.
What is on a file is found by search, which asks the records' own rules.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, exists, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from edrms.access.model import Actor
from edrms.access.policy import FIND, holds
from edrms.access.sql import visible_clients
from edrms.clients.register import search_clients
from edrms.clock import Clock
from edrms.db import Database
from edrms.records.tables import PageBarcode, PageContent, Record
from edrms.records.words import value_digest
from edrms.uow import UnitOfWork, write
from scanning.batches.ledger import visible_batches
from scanning.batches.model import DocumentState
from scanning.batches.tables import Batch, Document, Item, ItemPage, SuggestedClient
from scanning.indexing.desk_guard import names_only_findable
from scanning.indexing.scraps import Scrap, says, understood
from scanning.sheets.model import Sheet, SheetKind, sheet_of

MOST = 100
_MOST_CLIENTS = 50
_MOST_LOOKED_AT = 2000
_Found = Row[Batch, Item, Document | None]  # the document None before the file is divided
_UNFILED = (DocumentState.TO_INDEX, DocumentState.REJECTED)


@dataclass(frozen=True, slots=True)
class Trace:
    """A document, or a file not divided yet (document_id empty), and how far it has come.

    state: of the document, else of the file. first_page, last_page: within the file, 0 before it is divided.
    """

    batch_id: str
    batch_reference: str
    received_on: date
    file_name: str
    document_id: str
    first_page: int
    last_page: int
    state: str
    taken_by: str


class Tracing:
    """Looking for a letter among what the post room received."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def trace(self, actor: Actor, typed: str) -> list[Trace]:
        """The newest MOST, newest first; journalled, the words kept apart. Nothing typed finds nothing."""
        scrap = understood(typed)
        if scrap == Scrap():
            return []
        with write(self._database, actor, self._clock) as work:
            found = _found(work, actor, scrap)
            work.journal("batch:letter:trace", "batch", "", personal=typed[:500], shown=len(found))
        return found


def _found(work: UnitOfWork, actor: Actor, scrap: Scrap) -> list[Trace]:
    if scrap.words:
        return _by_words(work, actor, scrap.words)
    if scrap.batch_number is not None:
        wanted: ColumnElement[bool] = Batch.number == scrap.batch_number
    elif scrap.record_reference:
        record = select(Record.document_id).where(Record.reference == scrap.record_reference)
        wanted = Document.document_id.in_(record)
    else:
        wanted = Batch.received_on == scrap.received_on
    return [_trace(row) for row in _rows(work.session, actor, wanted, MOST)]


def _by_words(work: UnitOfWork, actor: Actor, words: tuple[str, ...]) -> list[Trace]:
    if sheet := sheet_of(typed := " ".join(words)):
        wanted = _with_sheet(typed, sheet)
        return [_trace(row) for row in _rows(work.session, actor, wanted, MOST)]
    named = and_(*(Item.name.icontains(word, autoescape=True) for word in words))
    guarded = and_(Document.state.in_(_UNFILED), names_only_findable(actor, work.now))
    never_filed = Document.record_id.is_(None)  # else whose file it was taken off would be found by
    about = (
        and_(guarded, never_filed, _names_client(work, actor, typed))
        if holds(actor, FIND)
        else None
    )
    bears = and_(guarded, Document.document_id.in_(_bearing(ItemPage.document_id, typed)))
    sure = or_(named, bears) if about is None else or_(named, bears, about)
    found = {_key(row): _trace(row) for row in _rows(work.session, actor, sure, MOST)}
    for row in _saying(work.session, actor, guarded, words):
        found.setdefault(_key(row), _trace(row))
    newest = sorted(found.items(), key=lambda one: one[0], reverse=True)
    return [trace for _, trace in newest[:MOST]]


def _with_sheet(value: str, sheet: Sheet) -> ColumnElement[bool]:
    """Where one of the post room's own sheets was scanned: what came in the envelope, else the whole file,
    and of a header the whole batch. Such values say nothing of anybody."""
    if sheet.kind is SheetKind.ENVELOPE and sheet.sheet_id:
        return Document.envelope_page_id.in_(_bearing(ItemPage.page_id, value))
    items = _bearing(ItemPage.item_id, value)
    if sheet.kind is SheetKind.BATCH:
        return Batch.batch_id.in_(select(Item.batch_id).where(Item.item_id.in_(items)))
    return Item.item_id.in_(items)


def _bearing(column: InstrumentedAttribute[Any], value: str) -> Select[Any]:
    """This column of the pages with a barcode of this value."""
    return (
        select(column)
        .join(PageBarcode, PageBarcode.page_id == ItemPage.page_id)
        .where(PageBarcode.digest == value_digest(value))
    )


def _names_client(work: UnitOfWork, actor: Actor, typed: str) -> ColumnElement[bool]:
    findable = visible_clients(actor, FIND, work.now)
    clients, _ = search_clients(work.session, typed, _MOST_CLIENTS, within=findable)
    ids = [client.client_id for client in clients]
    return exists().where(
        SuggestedClient.document_id == Document.document_id, SuggestedClient.client_id.in_(ids)
    )


def _saying(
    session: Session, actor: Actor, guarded: ColumnElement[bool], words: tuple[str, ...]
) -> Iterator[_Found]:
    """Documents one of whose pages has the words; the database finds them in any order, we in theirs."""
    on_page = [PageContent.text.icontains(word, autoescape=True) for word in words]
    of_document = ItemPage.document_id == Document.document_id
    texts = (
        select(ItemPage.document_id, PageContent.text)
        .join(PageContent, PageContent.page_id == ItemPage.page_id)
        .join(Document, of_document)
        .join(Item, Item.item_id == Document.item_id)
        .join(Batch, Batch.batch_id == Item.batch_id)
        .where(visible_batches(actor), guarded, *on_page)
        .order_by(Batch.number.desc())
        .limit(_MOST_LOOKED_AT)
    )
    ids = {document or "" for document, text in session.execute(texts) if says(text, words)}
    yield from _rows(session, actor, Document.document_id.in_(sorted(ids)[:MOST]), MOST)


def _rows(
    session: Session, actor: Actor, wanted: ColumnElement[bool], limit: int
) -> Iterator[_Found]:
    statement = (
        select(Batch, Item, Document)
        .join(Item, Item.batch_id == Batch.batch_id)
        .outerjoin(Document, Document.item_id == Item.item_id)
        .where(visible_batches(actor), wanted)
        .order_by(Batch.number.desc(), Item.ordinal.desc(), Document.ordinal.desc())
        .limit(limit)
    )
    yield from session.execute(statement)


def _key(row: _Found) -> tuple[int, int, int]:
    batch, item, document = row
    return batch.number, item.ordinal, document.ordinal if document else 0


def _trace(row: _Found) -> Trace:
    batch, item, document = row
    return Trace(
        batch_id=batch.batch_id, batch_reference=batch.reference, received_on=batch.received_on,
        file_name=item.name, document_id=document.document_id if document else "",
        first_page=document.first_page if document else 0,
        last_page=document.last_page if document else 0,
        state=document.state if document else item.state,
        taken_by=document.taken_by if document else "",
    )  # fmt: skip
