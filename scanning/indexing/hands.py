"""What lies in hand: the next document readied while somebody is at one, and what is put back.

A person has at most the document on the screen and the one after it. The second is readied only while enough
others are free, so that near the end of the queue nobody waits for what a colleague has not begun. Both are
kept for a quarter of an hour and put back when the person leaves.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select

from edrms.access.model import Actor
from edrms.access.policy import require
from edrms.audit.state import SealGuard
from edrms.clock import Clock
from edrms.db import Database
from edrms.errors import no_such
from edrms.records.tables import PageContent
from edrms.uow import UnitOfWork, write
from scanning.batches.tables import Document, ItemPage
from scanning.indexing.desk_rows import (
    ORDER,
    first_free,
    found_document,
    in_hand,
    is_free,
    is_taken,
    is_waiting_for,
    put_back,
    take,
    waiting_document,
)

RELEASE = "document:index:release"
READYING = timedelta(seconds=30)  # an answer is not longer on its way
LEAST_FREE = 10  # others that must stay free when one is readied


@dataclass(frozen=True, slots=True)
class Ready:
    """A document in hand for later. first_page: its number in the file, None where it has no picture.
    taken_at: for putting it back."""

    document_id: str
    first_page: int | None
    taken_at: datetime


class Hands:
    """Documents that people have in hand."""

    def __init__(self, database: Database, clock: Clock, seals: SealGuard) -> None:
        self._database = database
        self._clock = clock
        self._seals = seals

    def ready_next(self, actor: Actor, document_id: str) -> Ready | None:
        """Put the document that comes after this one, which the actor has, into the actor's hand too. None
        where too few are free. Of its pages nothing counts as seen."""
        require(actor, "document:index:file")
        with write(self._database, actor, self._clock) as work:
            here = waiting_document(work.session, actor, document_id, work.now)
            if here.taken_by != actor.staff_id:
                return None
            ready = in_hand(work, actor, document_id)
            if ready is None and _are_enough_free(work, actor):
                ready = first_free(work, actor)
                if ready is not None:
                    take(work, actor, ready, ahead=True)
            if ready is None or ready.taken_at is None:
                return None
            return Ready(ready.document_id, _first_picture(work, ready), ready.taken_at)

    def page_ahead(self, actor: Actor, document_id: str, number: int) -> PageContent:
        """A page of a document in the actor's own hand, sent before anybody looks at it; journalled as that.
        NotFound for a page without a picture, and for a document in nobody's or another's hand."""
        require(actor, "document:page:view")
        with write(self._database, actor, self._clock) as work:
            document = waiting_document(work.session, actor, document_id, work.now)
            self._seals.check(work.session)
            content = work.session.scalar(
                select(PageContent)
                .join(ItemPage, ItemPage.page_id == PageContent.page_id)
                .where(ItemPage.document_id == document_id, ItemPage.number == number)
            )
            if document.taken_by != actor.staff_id or content is None or not content.view_key:
                raise no_such("page")
            work.journal("item:page:prepare", "page", content.page_id, document=document_id)
        return content

    def release(
        self, actor: Actor, document_id: str, taken_at: datetime | None = None,
        *, with_readied: bool = False,
    ) -> None:  # fmt: skip
        """Put back what the actor has in hand; nothing happens if the actor has it not (any more).

        taken_at: only what was taken then, so that a page that is closed late does not put back what its
        reader has opened again meanwhile. with_readied: and what was readied after it just now, for a page
        that is closed before it was told of that.
        """
        require(actor, "document:index:file")
        with write(self._database, actor, self._clock) as work:
            document = found_document(work.session, actor, document_id, work.now)
            is_own = document.taken_by == actor.staff_id
            if not is_own or taken_at not in (None, document.taken_at):
                return
            readied = in_hand(work, actor, document_id) if with_readied else None
            for one in (document, *_just_taken(readied, work.now)):
                put_back(one)
                work.journal(RELEASE, "document", one.document_id)

    def release_all(self, actor: Actor) -> None:
        """Put back everything the actor has in hand."""
        require(actor, "document:index:file")
        with write(self._database, actor, self._clock) as work:
            while document := in_hand(work, actor):
                put_back(document)
                work.session.flush()
                work.journal(RELEASE, "document", document.document_id)

    def take_back(self, actor: Actor, document_id: str) -> None:
        """Put back what a colleague has in hand. Whoever had it may go on until somebody else takes it."""
        require(actor, RELEASE)
        with write(self._database, actor, self._clock) as work:
            document = found_document(work.session, actor, document_id, work.now)
            if is_taken(document, work.now):
                work.journal(RELEASE, "document", document_id, had_by=document.taken_by)
                put_back(document)


def _just_taken(readied: Document | None, now: datetime) -> tuple[Document, ...]:
    if readied is None or readied.taken_at is None or now - readied.taken_at >= READYING:
        return ()
    return (readied,)


def _first_picture(work: UnitOfWork, document: Document) -> int | None:
    """The number in the file of the document's first page, if that has a picture."""
    first = (
        select(ItemPage.number, PageContent.view_key)
        .outerjoin(PageContent, PageContent.page_id == ItemPage.page_id)
        .where(ItemPage.document_id == document.document_id)
        .order_by(ItemPage.position)
        .limit(1)
    )
    number, view_key = work.session.execute(first).one()
    return number if view_key else None


def _are_enough_free(work: UnitOfWork, actor: Actor) -> bool:
    after = (
        select(Document.document_id)
        .where(is_waiting_for(actor, work.now), is_free(work.now))
        .order_by(*ORDER)
        .offset(LEAST_FREE)
        .limit(1)
    )
    return work.session.scalar(after) is not None
