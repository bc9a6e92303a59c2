"""The indexing queue as people work it: take, look, file, skip, reject. One person per document.

Whoever takes a document keeps it for a quarter of an hour; then it is offered to others again. Pages
may be seen here only while their document waits: once filed, the record's own access rules decide.
A document thought to be about somebody whom the indexer may not find is not there for that indexer
(desk_guard.py), and nothing is filed on such a person's file.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session, selectinload

from edrms.access.model import Actor, BatchFacts
from edrms.access.policy import FIND, decide, require
from edrms.access.sql import visible_clients
from edrms.audit.state import SealGuard
from edrms.clock import Clock
from edrms.db import Database
from edrms.errors import Conflict, Invalid, no_such
from edrms.ids import RecordId
from edrms.records.moving import RecordsKept
from edrms.records.tables import PageContent, Record
from edrms.uow import UnitOfWork, write
from scanning.batches.model import DocumentState, ItemState
from scanning.batches.tables import Document, Item, ItemPage
from scanning.indexing.desk_guard import names_only_findable
from scanning.indexing.filing import IndexDecision, file_document

KEPT_FOR = timedelta(minutes=15)
OVERDUE_AFTER = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class Waiting:
    """How the queue stands: documents waiting, when the oldest began to, and how many are overdue."""

    documents: int
    oldest_since: datetime | None
    overdue: int = 0


class IndexingDesk:
    """The indexing queue."""

    def __init__(
        self, database: Database, clock: Clock, seals: SealGuard, kept: RecordsKept
    ) -> None:
        self._seals = seals
        self._kept = kept
        self._database = database
        self._clock = clock

    def waiting(self, actor: Actor) -> Waiting:
        """Counts for the queue page and the start page."""
        require(actor, "document:queue:view")
        with self._database.read() as session:
            since, now = Document.waiting_since, self._clock.now()
            late = func.count().filter(since < now - OVERDUE_AFTER)
            count, oldest, overdue = session.execute(
                select(func.count(), func.min(since), late).where(_is_waiting_for(actor, now))
            ).one()
        return Waiting(count, oldest, overdue)

    def queue(self, actor: Actor, limit: int = 50, offset: int = 0) -> Sequence[Document]:
        """Documents waiting, in the order they will be given out, with their items."""
        require(actor, "document:queue:view")
        statement = (
            select(Document)
            .where(_is_waiting_for(actor, self._clock.now()))
            .options(selectinload(Document.item).selectinload(Item.batch))
            .order_by(*_ORDER)
            .limit(limit)
            .offset(offset)
        )
        with self._database.read() as session:
            return list(session.scalars(statement))

    def take_next(self, actor: Actor) -> str | None:
        """Give the actor a document to index: the one already in hand, else the oldest free one."""
        require(actor, "document:index:file")
        with write(self._database, actor, self._clock) as work:
            document = self._in_hand(work, actor) or self._free(work, actor)
            if document is None:
                return None
            self._take(work, actor, document)
            return document.document_id

    def _in_hand(self, work: UnitOfWork, actor: Actor) -> Document | None:
        """Put in order here, not by the database: it would walk the whole queue to save sorting a few."""
        mine = select(Document).where(
            Document.taken_by == actor.staff_id, _is_waiting_for(actor, work.now)
        )
        return min(
            work.session.scalars(mine),
            key=lambda one: (one.skipped, one.waiting_since, one.document_id),
            default=None,
        )

    def _free(self, work: UnitOfWork, actor: Actor) -> Document | None:
        is_free = or_(Document.taken_by == "", Document.taken_at < work.now - KEPT_FOR)
        return work.session.scalar(
            select(Document)
            .where(_is_waiting_for(actor, work.now), is_free)
            .order_by(*_ORDER)
            .limit(1)
            .with_for_update(skip_locked=True)
        )

    def open(self, actor: Actor, document_id: str) -> Document:
        """Take this document and return it with item, batch and pages. Conflict if another has it."""
        require(actor, "document:index:file")
        with write(self._database, actor, self._clock) as work:
            document = _waiting_document(work.session, actor, document_id, work.now)
            self._seals.check(work.session)
            self._take(work, actor, document)
        with self._database.read() as session:
            loaded = session.scalar(
                select(Document)
                .where(Document.document_id == document_id)
                .options(
                    selectinload(Document.item).selectinload(Item.batch),
                    selectinload(Document.pages),
                )
            )
        if loaded is None:
            raise no_such("document")
        return loaded

    def _take(self, work: UnitOfWork, actor: Actor, document: Document) -> None:
        _not_anothers(document, actor, work.now)
        is_new = document.taken_by != actor.staff_id
        document.taken_by, document.taken_at = actor.staff_id, work.now
        if is_new:
            work.journal("document:index:take", "document", document.document_id)
        else:
            work.journal("item:page:view", "document", document.document_id)

    def page(
        self, actor: Actor, document_id: str, number: int, *, with_picture: bool = False
    ) -> PageContent:
        """A waiting document's page (number within the item), journalled as viewed.

        with_picture: NotFound for a page that has none.
        """
        require(actor, "document:page:view")
        with write(self._database, actor, self._clock) as work:
            _waiting_document(work.session, actor, document_id, work.now)
            self._seals.check(work.session)
            content = work.session.scalar(
                select(PageContent)
                .join(ItemPage, ItemPage.page_id == PageContent.page_id)
                .where(ItemPage.document_id == document_id, ItemPage.number == number)
            )
            if content is None or (with_picture and not content.view_key):
                raise no_such("page")  # before anything says that it was looked at
            work.journal("item:page:view", "page", content.page_id)
        return content

    def contents(self, actor: Actor, document_id: str) -> list[tuple[int, PageContent | None]]:
        """A waiting document's pages in order: number in the item, and what was read.

        Only for whoever has taken it, which is in the journal and says that its pages were seen.
        """
        require(actor, "document:page:view")
        statement = (
            select(ItemPage.number, PageContent)
            .outerjoin(PageContent, PageContent.page_id == ItemPage.page_id)
            .where(ItemPage.document_id == document_id)
            .order_by(ItemPage.position)
        )
        with self._database.read() as session:
            at = self._clock.now()
            document = _waiting_document(session, actor, document_id, at, locked=False)
            if document.taken_by != actor.staff_id:
                raise no_such("document")
            return [(number, content) for number, content in session.execute(statement)]

    def open_to(self, actor: Actor, document_ids: Collection[str]) -> frozenset[str]:
        """Those of these documents that are there for the actor, for links that lead somewhere."""
        wanted = select(Document.document_id).where(
            Document.document_id.in_(document_ids),
            names_only_findable(actor, self._clock.now()),
        )
        with self._database.read() as session:
            return frozenset(session.scalars(wanted))

    def reference(self, record_id: RecordId) -> str:
        """The reference of a record just filed, to show to whoever filed it."""
        with self._database.read() as session:
            record = session.get(Record, record_id)
            return record.reference if record else ""

    def file(self, actor: Actor, document_id: str, decision: IndexDecision) -> RecordId:
        """File the document as decided. Raises Invalid per field, Conflict if it is gone or another's."""
        require(actor, "document:index:file")
        with write(self._database, actor, self._clock) as work:
            before = _filed_before(work.session, document_id)
            held = self._kept.guard(work, before) if before else {}
            document = _waiting_document(work.session, actor, document_id, work.now)
            _not_anothers(document, actor, work.now)
            findable = visible_clients(actor, FIND, work.now)
            record_id = file_document(work, document, decision, within=findable)
            if before:
                self._kept.follow(work, before, held)
            return record_id

    def skip(self, actor: Actor, document_id: str, reason: str) -> None:
        """Put the document back, behind the others, with the reason."""
        require(actor, "document:index:skip")
        with write(self._database, actor, self._clock) as work:
            document = _waiting_document(work.session, actor, document_id, work.now)
            _not_anothers(document, actor, work.now)
            document.reason = _reason(reason)
            document.skipped += 1
            document.taken_by, document.taken_at = "", None
            work.journal("document:index:skip", "document", document_id, reason=document.reason)

    def reject(self, actor: Actor, document_id: str, reason: str) -> None:
        """The document is not for any client's file; it stays in its batch, with the reason."""
        require(actor, "document:index:reject")
        with write(self._database, actor, self._clock) as work:
            document = _waiting_document(work.session, actor, document_id, work.now)
            _not_anothers(document, actor, work.now)
            document.state, document.reason = DocumentState.REJECTED, _reason(reason)
            work.journal("document:index:reject", "document", document_id, reason=document.reason)

    def restore(self, actor: Actor, document_id: str) -> None:
        """Bring a rejected document back to the queue. Conflict when it is not rejected any more."""
        require(actor, "document:index:reject")
        with write(self._database, actor, self._clock) as work:
            document = _document(work.session, actor, document_id, work.now)
            if not _batch_is_open_to(actor, document):
                raise no_such("document")
            if document.state != DocumentState.REJECTED:
                raise Conflict("This document is not rejected any more.", code="not_rejected")
            work.journal("document:index:restore", "document", document_id, reason=document.reason)
            document.state, document.reason = DocumentState.TO_INDEX, ""
            document.taken_by, document.taken_at = "", None


def _filed_before(session: Session, document_id: str) -> list[str]:
    """The record of a document that was on a file and was taken off it; none of any other."""
    wanted = select(Document.record_id).where(
        Document.document_id == document_id, Document.record_id.is_not(None)
    )
    return [one for one in session.scalars(wanted) if one]


_ORDER = (Document.skipped, Document.waiting_since, Document.document_id)


def _batch_is_open_to(actor: Actor, document: Document) -> bool:
    facts = BatchFacts(document.item.batch.opened_by)
    return decide(actor, "batch:own:view", facts).allowed


def is_taken(document: Document, now: datetime) -> bool:
    """Whether somebody has the document in hand (a quarter of an hour after that nobody has)."""
    taken_at = document.taken_at
    return bool(document.taken_by) and taken_at is not None and taken_at >= now - KEPT_FOR


def _is_waiting_for(actor: Actor, at: datetime) -> ColumnElement[bool]:
    is_made = Document.revision == Document.made_revision
    return and_(Document.state == DocumentState.TO_INDEX, is_made, names_only_findable(actor, at))


def _document(
    session: Session, actor: Actor, document_id: str, at: datetime, *, locked: bool = True
) -> Document:
    document = session.get(Document, document_id, with_for_update=locked or None)
    if document is None:
        raise no_such("document")
    if not _is_open_to(session, actor, document_id, at):
        raise no_such("document", reason="names a client the indexer may not find")
    return document


def _is_open_to(session: Session, actor: Actor, document_id: str, at: datetime) -> bool:
    wanted = select(Document.document_id).where(
        Document.document_id == document_id, names_only_findable(actor, at)
    )
    return session.scalar(wanted) is not None


def _waiting_document(
    session: Session, actor: Actor, document_id: str, at: datetime, *, locked: bool = True
) -> Document:
    document = _document(session, actor, document_id, at, locked=locked)
    if document.state != DocumentState.TO_INDEX or document.item.state != ItemState.READ:
        raise Conflict("This document has already been dealt with.", code="already_indexed")
    if document.revision != document.made_revision:
        raise Conflict(
            "The pages of this document were put in order and are being made anew. Try again in a "
            "moment.",
            code="being_arranged",
        )
    return document


def _not_anothers(document: Document, actor: Actor, now: datetime) -> None:
    if document.taken_by != actor.staff_id and is_taken(document, now):
        raise Conflict("A colleague is indexing this document.", code="taken")


def _reason(given: str) -> str:
    reason = " ".join(given.split())[:500]
    if not reason:
        raise Invalid("Say why.", fields={"reason": "Give a reason."})
    return reason
