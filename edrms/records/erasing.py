"""The rows of a record's content: erased when it is destroyed. What stays names no one and tells nothing.

The record's row keeps its reference, type, dates and files; the ledger's rows are erased by the ledger
(scanning/batches/erasing.py).
"""

from abc import ABC, abstractmethod
from collections.abc import Collection

from sqlalchemy import Select, delete, or_, select, update
from sqlalchemy.orm import Session

from edrms.access.model import Actor
from edrms.clock import Clock
from edrms.db import Database
from edrms.errors import Damaged
from edrms.pace import Pace
from edrms.records.endings import Erased, groups_of
from edrms.records.tables import PageBarcode, PageContent, Record, RecordPage, Rendition
from edrms.uow import UnitOfWork, write

ERASE = "record:content:erase"


class ErasedRows(ABC):
    """A Holding whose content is in rows of ours. tables: which ones. looked_for: see Erased."""

    name: str
    tables: tuple[str, ...]
    looked_for: str

    def __init__(self, database: Database, clock: Clock, pace: Pace) -> None:
        self._database = database
        self._clock = clock
        self._pace = pace

    def erase(self, actor: Actor, record_ids: Collection[str]) -> dict[str, Erased]:
        """See Holding. A group to each transaction, with an event for each record; then each is looked at."""
        for some in groups_of(record_ids):
            with self._pace.turn(), write(self._database, actor, self._clock) as work:
                self.erase_rows(work, some)
                for record_id in some:
                    work.journal(ERASE, "record", record_id, place=self.name)
        self._database.clear_deleted(*self.tables)
        for some in groups_of(record_ids):
            with self._pace.turn(), self._database.read() as session:
                left = self.left_of(session, some)
            if left:
                raise Damaged(
                    "Rows still tell of destroyed records.", records=sorted(left), place=self.name
                )
        return {record_id: Erased(self.looked_for) for record_id in record_ids}

    @abstractmethod
    def erase_rows(self, work: UnitOfWork, record_ids: Collection[str]) -> None:
        """Erase what tells of these records."""

    @abstractmethod
    def left_of(self, session: Session, record_ids: Collection[str]) -> set[str]:
        """Those of these records of which something is still there."""


class RecordRows(ErasedRows):
    """Text, words, titles and names in the rows of records."""

    name = "rows"
    tables = (
        PageBarcode.__tablename__, PageContent.__tablename__, Rendition.__tablename__,
        Record.__tablename__,
    )  # fmt: skip
    looked_for = "text, words and barcodes of its pages, title, file name, reasons of its filing"

    def erase_rows(self, work: UnitOfWork, record_ids: Collection[str]) -> None:
        """See ErasedRows."""
        asked = Record.record_id.in_(record_ids)
        work.session.execute(  # always in this order, so that no two wait for each other
            select(Record.record_id).where(asked).order_by(Record.number).with_for_update()
        )
        told = {"title": "", "original_name": "", "evidence": {}}
        work.session.execute(update(Record).where(asked).values(**told))
        work.session.execute(delete(Rendition).where(Rendition.record_id.in_(record_ids)))
        work.session.execute(delete(PageContent).where(PageContent.page_id.in_(_pages(record_ids))))

    def left_of(self, session: Session, record_ids: Collection[str]) -> set[str]:
        """See ErasedRows."""
        texts = select(RecordPage.record_id).join(
            PageContent, PageContent.page_id == RecordPage.page_id
        )
        words = select(Record.record_id).where(or_(Record.title != "", Record.original_name != ""))
        left: set[str] = set()
        for asked in (
            texts.where(RecordPage.record_id.in_(record_ids)),
            select(Rendition.record_id).where(Rendition.record_id.in_(record_ids)),
            words.where(Record.record_id.in_(record_ids)),
        ):
            left |= set(session.scalars(asked))
        return left


def _pages(record_ids: Collection[str]) -> Select[str]:
    return select(RecordPage.page_id).where(RecordPage.record_id.in_(record_ids))
