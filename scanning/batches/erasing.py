"""The ledger as a place that holds something of a record: suggestions, names of files, notes of reading.

Pages and documents stay counted, at the place "destroyed". What is said of a whole file as it came goes
when the last of its documents is destroyed.
"""

from collections.abc import Collection

from sqlalchemy import Select, delete, func, select
from sqlalchemy.orm import Session

from edrms.access.model import Actor
from edrms.clock import Clock
from edrms.db import Database
from edrms.errors import Damaged
from edrms.records.endings import Erased, groups_of
from edrms.records.erasing import ERASE
from edrms.records.tables import PageContent
from edrms.uow import UnitOfWork, write
from scanning.batches.model import DocumentState
from scanning.batches.tables import Document, Item, ItemPage, SuggestedClient

_TABLES = (Document.__tablename__, Item.__tablename__, SuggestedClient.__tablename__)


class LedgerRows:
    """A Holding: see the module."""

    name = "ledger"

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def erase(self, actor: Actor, record_ids: Collection[str]) -> dict[str, Erased]:
        """See Holding."""
        for some in groups_of(record_ids):
            with write(self._database, actor, self._clock) as work:
                for record_id in some:
                    for document in work.session.scalars(_of_record(record_id)):
                        _erase_document(work, document)
                    work.journal(ERASE, "record", record_id, place=self.name)
        self._database.clear_deleted(*_TABLES)
        with self._database.read() as session:
            return {record_id: _looked_at(session, record_id) for record_id in record_ids}


def _of_record(record_id: str) -> Select[Document]:
    return select(Document).where(Document.record_id == record_id)


def _erase_document(work: UnitOfWork, document: Document) -> None:
    document.state, document.suggestion, document.reason = DocumentState.DISPOSED, {}, ""
    document.pdf_key, document.pdf_sha256, document.pdf_size_bytes = "", "", 0
    named = SuggestedClient.document_id == document.document_id
    work.session.execute(delete(SuggestedClient).where(named))
    for page in document.pages:
        page.reason = ""
    work.session.flush()
    if not work.session.scalar(_left_of(document.item_id)):
        _erase_item(work, document.item)


def _left_of(item_id: str) -> Select[int]:
    """How many documents of an item are not destroyed."""
    return select(func.count(Document.document_id)).where(
        Document.item_id == item_id, Document.state != DocumentState.DISPOSED
    )


def _erase_item(work: UnitOfWork, item: Item) -> None:
    item.name, item.held_detail, item.notes, item.object_key = "", "", [], ""
    loose = select(ItemPage.page_id).where(
        ItemPage.item_id == item.item_id, ItemPage.document_id.is_(None)
    )
    work.session.execute(delete(PageContent).where(PageContent.page_id.in_(loose)))


def _looked_at(session: Session, record_id: str) -> Erased:
    for document in session.scalars(_of_record(record_id)):
        is_last = not session.scalar(_left_of(document.item_id))
        if document.suggestion or document.pdf_key or (is_last and document.item.name):
            raise Damaged("The ledger still tells of a destroyed record.", record=record_id)
    return Erased(
        "suggestions and their reasons, notes of reading, the name of the file as it came"
    )
