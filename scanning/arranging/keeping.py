"""What keeps pages where they are: what is on file or rejected, in a colleague's hand, or bound to a record.

A document that was on a file keeps its record, so it stays a document, with at least one page. A page of a
record stays as it was read: it goes to another document, never into none, and is not turned.
"""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from edrms.access.model import Actor
from edrms.errors import Conflict
from edrms.records.tables import DESTROYING, Record, RecordPage
from edrms.uow import UnitOfWork
from scanning.arranging.model import Arrangement
from scanning.batches.model import DocumentState
from scanning.batches.tables import Document, Item
from scanning.indexing.desk_rows import is_taken


def must_be_free(
    work: UnitOfWork, item: Item, before: Arrangement, now: Arrangement, affected: set[str]
) -> None:
    """Raises Conflict where this change is not to be. affected: ids of the documents it changes."""
    for document in item.documents:
        if document.document_id in affected:
            _is_free(document, work.actor, work.now)
    if affected:
        _file_is_kept(work, item)
    if _disturbed(before, now, pages_on_record(work.session, item.item_id)):
        raise Conflict(
            "This page is of a document that was on a file. It stays as it was read and is not turned or "
            "taken out: split it off, and file or reject it by itself.",
            code="page_on_record",
        )
    staying = {part.document_id for part in now.parts}
    if any(one.record_id and one.document_id not in staying for one in item.documents):
        raise Conflict(
            "This document was on a file before and keeps its reference, so it stays a document of its "
            "own. Join the other one to it, or leave it one page.",
            code="filed_before",
        )


def _is_free(document: Document, actor: Actor, now: datetime) -> None:
    if document.state != DocumentState.TO_INDEX:
        raise Conflict(
            "A document of these pages is on file or rejected already. Its pages stay as they are: "
            "bring a rejected one back first, and have a wrong filing put right.",
            code="already_indexed",
        )
    if document.taken_by != actor.staff_id and is_taken(document, now):
        raise Conflict("A colleague is indexing a document of these pages.", code="taken")


def _file_is_kept(work: UnitOfWork, item: Item) -> None:
    """Until this transaction ends no record of the file is given up: PDFs are made anew from the file as it
    came, which goes with the first record of it that is destroyed."""
    ids = [one.record_id for one in item.documents if one.record_id]
    of_item = select(Record.state).where(Record.record_id.in_(ids)).order_by(Record.number)
    states = set(work.session.scalars(of_item.with_for_update()))
    if DESTROYING in states or not item.object_key:
        raise Conflict(
            "Another document of this file was destroyed, and the file as it came with it. The pages stay "
            "as they are.",
            code="file_gone",
        )


def pages_on_record(session: Session, item_id: str) -> frozenset[str]:
    """Ids of pages of the file that are a record's."""
    asked = select(RecordPage.page_id).join(Document, Document.record_id == RecordPage.record_id)
    return frozenset(session.scalars(asked.where(Document.item_id == item_id)))


def _disturbed(before: Arrangement, now: Arrangement, page_ids: Iterable[str]) -> bool:
    """Whether one of these pages is turned, taken for another kind, or in no document any more."""
    was, is_now = ({page.page_id: page for page in one.pages} for one in (before, now))
    return any(
        (was[one].turned_degrees, was[one].kind) != (is_now[one].turned_degrees, is_now[one].kind)
        or (before.part_of(one) is not None and now.part_of(one) is None)
        for one in page_ids
        if one in was
    )
