"""Rows of the indexing queue for all who work on it: what waits, for whom, and in whose hand it is.

Whoever takes a document keeps it for a quarter of an hour; then it is offered to others again.
"""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from edrms.access.model import Actor
from edrms.errors import Conflict, no_such
from edrms.uow import UnitOfWork
from scanning.batches.model import DocumentState, ItemState
from scanning.batches.tables import Document
from scanning.indexing.desk_guard import names_only_findable

KEPT_FOR = timedelta(minutes=15)
ORDER = (Document.skipped, Document.waiting_since, Document.document_id)


def is_taken(document: Document, now: datetime) -> bool:
    """Whether somebody has the document in hand (a quarter of an hour after that nobody has)."""
    taken_at = document.taken_at
    return bool(document.taken_by) and taken_at is not None and taken_at >= now - KEPT_FOR


def is_waiting_for(actor: Actor, at: datetime) -> ColumnElement[bool]:
    """A condition on documents: it waits to be indexed, is made, and is there for the actor."""
    is_made = Document.revision == Document.made_revision
    return and_(Document.state == DocumentState.TO_INDEX, is_made, names_only_findable(actor, at))


def is_free(at: datetime) -> ColumnElement[bool]:
    """A condition on documents: nobody has it in hand."""
    return or_(Document.taken_by == "", Document.taken_at < at - KEPT_FOR)


def in_hand(work: UnitOfWork, actor: Actor, but_not: str = "") -> Document | None:
    """The first document the actor has, locked. Put in order here, not by the database: it would walk the
    whole queue to save sorting a few. After a quarter of an hour a colleague may just be taking it."""
    mine = select(Document).where(
        Document.taken_by == actor.staff_id, Document.document_id != but_not,
        is_waiting_for(actor, work.now),
    )  # fmt: skip
    found = min(
        work.session.scalars(mine),
        key=lambda one: (one.skipped, one.waiting_since, one.document_id),
        default=None,
    )
    if found is None:
        return None
    work.session.refresh(found, ["state", "taken_by", "taken_at"], with_for_update=True)
    return found if found.taken_by == actor.staff_id else None


def first_free(work: UnitOfWork, actor: Actor, but_not: str = "") -> Document | None:
    """The oldest document nobody has, locked."""
    return work.session.scalar(
        select(Document)
        .where(is_waiting_for(actor, work.now), is_free(work.now), Document.document_id != but_not)
        .order_by(*ORDER)
        .limit(1)
        .with_for_update(skip_locked=True)
    )


def take(work: UnitOfWork, actor: Actor, document: Document, *, ahead: bool = False) -> None:
    """Put it into the actor's hand, or keep it there: a take, or a look at its pages, in the journal.

    ahead: it is not looked at yet. Raises Conflict if another has it.
    """
    not_anothers(document, actor, work.now)
    is_new = document.taken_by != actor.staff_id
    document.taken_by, document.taken_at = actor.staff_id, work.now
    if is_new:
        work.journal("document:index:take", "document", document.document_id, ahead=ahead)
    else:
        work.journal("item:page:view", "document", document.document_id)


def put_back(document: Document) -> None:
    """Nobody has it any more."""
    document.taken_by, document.taken_at = "", None


def found_document(
    session: Session, actor: Actor, document_id: str, at: datetime, *, locked: bool = True
) -> Document:
    """The document, in whatever state. NotFound alike when absent and when not for the actor."""
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


def waiting_document(
    session: Session, actor: Actor, document_id: str, at: datetime, *, locked: bool = True
) -> Document:
    """The document, waiting to be indexed. Raises Conflict when it was dealt with or is being made."""
    document = found_document(session, actor, document_id, at, locked=locked)
    if document.state != DocumentState.TO_INDEX or document.item.state != ItemState.READ:
        raise Conflict("This document has already been dealt with.", code="already_indexed")
    if document.revision != document.made_revision:
        raise Conflict(
            "The pages of this document were put in order and are being made anew. Try again in a "
            "moment.",
            code="being_arranged",
        )
    return document


def not_anothers(document: Document, actor: Actor, now: datetime) -> None:
    """Raises Conflict while a colleague has the document."""
    if document.taken_by != actor.staff_id and is_taken(document, now):
        raise Conflict("A colleague is indexing this document.", code="taken")
