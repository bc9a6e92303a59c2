"""The indexing queue as people work it: take, look, file, skip, reject. One person per document.

Pages may be seen here only while their document waits: once filed, the record's own access rules decide.
A document thought to be about somebody whom the indexer may not find is not there for that indexer
(desk_guard.py), and nothing is filed on such a person's file.
"""

from collections.abc import Collection, Sequence
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from edrms.access.model import Actor, BatchFacts
from edrms.access.policy import FIND, decide, require
from edrms.access.sql import visible_clients
from edrms.audit.state import SealGuard
from edrms.clock import Clock
from edrms.db import Database
from edrms.errors import Conflict, Invalid, no_such
from edrms.ids import RecordId
from edrms.incidents.following import name_right
from edrms.records.moving import RecordsKept
from edrms.records.tables import PageContent, Record
from edrms.uow import write
from scanning.arranging.parting import lock_waiting, part_records
from scanning.batches.model import DocumentState
from scanning.batches.tables import Document, Item, ItemPage
from scanning.indexing.ageing import Waiting, standing
from scanning.indexing.desk_guard import names_only_findable
from scanning.indexing.desk_rows import (
    ORDER,
    first_free,
    found_document,
    in_hand,
    is_waiting_for,
    not_anothers,
    put_back,
    take,
    waiting_document,
)
from scanning.indexing.filing import IndexDecision, file_document


class IndexingDesk:
    """The indexing queue."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        seals: SealGuard,
        kept: RecordsKept,
        due_days: int = 2,
    ) -> None:
        self._seals = seals
        self._kept = kept
        self._database = database
        self._clock = clock
        self.due_within = timedelta(days=due_days)

    def waiting(self, actor: Actor) -> Waiting:
        """How the queue stands, for its page and the start page."""
        require(actor, "document:queue:view")
        with self._database.read() as session:
            return standing(session, actor, self._clock.now(), self.due_within)

    def queue(self, actor: Actor, limit: int = 50, offset: int = 0) -> Sequence[Document]:
        """Documents waiting, in the order they will be given out, with their items."""
        require(actor, "document:queue:view")
        statement = (
            select(Document)
            .where(is_waiting_for(actor, self._clock.now()))
            .options(selectinload(Document.item).selectinload(Item.batch))
            .order_by(*ORDER)
            .limit(limit)
            .offset(offset)
        )
        with self._database.read() as session:
            return list(session.scalars(statement))

    def take_next(self, actor: Actor, *, but_not: str = "") -> str | None:
        """Give the actor a document to index: one already in hand, else the oldest free one. but_not: the
        one just put back."""
        require(actor, "document:index:file")
        with write(self._database, actor, self._clock) as work:
            document = in_hand(work, actor, but_not) or first_free(work, actor, but_not)
            if document is None:
                return None
            take(work, actor, document)
            return document.document_id

    def open_next(self, actor: Actor, *, but_not: str = "") -> Document | None:
        """What take_next gives, as `open` returns it: one commit for both."""
        with self._database.read() as session:
            self._seals.check(session)
        document_id = self.take_next(actor, but_not=but_not)
        return self._loaded(document_id) if document_id else None

    def open(self, actor: Actor, document_id: str) -> Document:
        """Take this document and return it with item, batch and pages. Conflict if another has it."""
        require(actor, "document:index:file")
        with write(self._database, actor, self._clock) as work:
            document = waiting_document(work.session, actor, document_id, work.now)
            self._seals.check(work.session)
            take(work, actor, document)
        return self._loaded(document_id)

    def _loaded(self, document_id: str) -> Document:
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

    def page(
        self, actor: Actor, document_id: str, number: int, *, with_picture: bool = False
    ) -> PageContent:
        """A waiting document's page (number within the item), journalled as viewed.

        with_picture: NotFound for a page that has none.
        """
        require(actor, "document:page:view")
        with write(self._database, actor, self._clock) as work:
            waiting_document(work.session, actor, document_id, work.now)
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
            document = waiting_document(session, actor, document_id, at, locked=False)
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
            waiting = lock_waiting(work, self._kept, document_id)
            document = waiting_document(work.session, actor, document_id, work.now)
            not_anothers(document, actor, work.now)
            findable = visible_clients(actor, FIND, work.now)
            held = part_records(work, waiting, document)
            record_id = file_document(work, document, decision, within=findable)
            if held:
                name_right(work, record_id, decision.client_ids)
                self._kept.follow(work, sorted(held), held)
            return record_id

    def skip(self, actor: Actor, document_id: str, reason: str) -> None:
        """Put the document back, behind the others, with the reason."""
        require(actor, "document:index:skip")
        with write(self._database, actor, self._clock) as work:
            document = waiting_document(work.session, actor, document_id, work.now)
            not_anothers(document, actor, work.now)
            document.reason = _reason(reason)
            document.skipped += 1
            put_back(document)
            work.journal("document:index:skip", "document", document_id, reason=document.reason)

    def reject(self, actor: Actor, document_id: str, reason: str) -> None:
        """The document is not for any client's file; it stays in its batch, with the reason."""
        require(actor, "document:index:reject")
        with write(self._database, actor, self._clock) as work:
            document = waiting_document(work.session, actor, document_id, work.now)
            not_anothers(document, actor, work.now)
            document.state, document.reason = DocumentState.REJECTED, _reason(reason)
            work.journal("document:index:reject", "document", document_id, reason=document.reason)

    def restore(self, actor: Actor, document_id: str) -> None:
        """Bring a rejected document back to the queue. Conflict when it is not rejected any more."""
        require(actor, "document:index:reject")
        with write(self._database, actor, self._clock) as work:
            document = found_document(work.session, actor, document_id, work.now)
            if not _batch_is_open_to(actor, document):
                raise no_such("document")
            if document.state != DocumentState.REJECTED:
                raise Conflict("This document is not rejected any more.", code="not_rejected")
            work.journal("document:index:restore", "document", document_id, reason=document.reason)
            document.state, document.reason = DocumentState.TO_INDEX, ""
            put_back(document)


def _batch_is_open_to(actor: Actor, document: Document) -> bool:
    facts = BatchFacts(document.item.batch.opened_by)
    return decide(actor, "batch:own:view", facts).allowed


def _reason(given: str) -> str:
    reason = " ".join(given.split())[:500]
    if not reason:
        raise Invalid("Say why.", fields={"reason": "Give a reason."})
    return reason
