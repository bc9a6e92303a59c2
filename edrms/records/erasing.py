"""The rows of a record's content: erased when it is destroyed. What stays names no one and tells nothing.

The record's row keeps its reference, type, dates and files; the ledger's rows are erased by the ledger
(scanning/batches/erasing.py).
"""

from collections.abc import Collection

from sqlalchemy import Select, delete, func, or_, select
from sqlalchemy.orm import Session

from edrms.access.model import Actor
from edrms.clock import Clock
from edrms.db import Database
from edrms.errors import Damaged
from edrms.records.endings import Erased, groups_of
from edrms.records.tables import PageContent, Record, RecordPage, Rendition
from edrms.uow import UnitOfWork, write

ERASE = "record:content:erase"
_TABLES = (PageContent.__tablename__, Rendition.__tablename__, Record.__tablename__)


class RecordRows:
    """A Holding: text, words, titles and names in the rows of records."""

    name = "rows"

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def erase(self, actor: Actor, record_ids: Collection[str]) -> dict[str, Erased]:
        """See Holding."""
        for some in groups_of(record_ids):
            with write(self._database, actor, self._clock) as work:
                for record_id in some:
                    _erase(work, record_id)
                    work.journal(ERASE, "record", record_id, place=self.name)
        self._database.clear_deleted(*_TABLES)
        with self._database.read() as session:
            return {record_id: _looked_at(session, record_id) for record_id in record_ids}


def _erase(work: UnitOfWork, record_id: str) -> None:
    record = work.session.get_one(Record, record_id, with_for_update=True)
    record.title, record.original_name, record.evidence = "", "", {}
    work.session.execute(delete(Rendition).where(Rendition.record_id == record_id))
    work.session.execute(delete(PageContent).where(PageContent.page_id.in_(_pages(record_id))))


def _looked_at(session: Session, record_id: str) -> Erased:
    texts = session.scalar(
        select(func.count(PageContent.page_id)).where(PageContent.page_id.in_(_pages(record_id)))
    )
    forms = session.scalar(
        select(func.count()).select_from(Rendition).where(Rendition.record_id == record_id)
    )
    words = session.scalar(
        select(Record.record_id).where(
            Record.record_id == record_id, or_(Record.title != "", Record.original_name != "")
        )
    )
    if texts or forms or words:
        raise Damaged("Rows of a record's content are still there.", record=record_id)
    return Erased("text and words of its pages, title, file name, reasons of its filing")


def _pages(record_id: str) -> Select[str]:
    return select(RecordPage.page_id).where(RecordPage.record_id == record_id)
