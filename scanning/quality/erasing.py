"""Quality as a place that holds something of a record: what people wrote of it, and what was measured.

That something was found, of what kind and on which day stays: it says nothing of what the record held.
"""

from collections.abc import Collection

from sqlalchemy import Select, select, update
from sqlalchemy.orm import Session

from edrms.records.erasing import ErasedRows
from edrms.uow import UnitOfWork
from scanning.batches.tables import Document, ItemPage
from scanning.quality.tables import PageCheck, QualityFinding, QualityJudgement


class QualityRows(ErasedRows):
    """A Holding: see the module."""

    name = "quality"
    tables = (
        PageCheck.__tablename__, QualityFinding.__tablename__, QualityJudgement.__tablename__,
    )  # fmt: skip
    looked_for = "reasons of quality checks, page numbers found in it, measures of its pages"

    def erase_rows(self, work: UnitOfWork, record_ids: Collection[str]) -> None:
        """See ErasedRows."""
        documents, pages = _documents(record_ids), _pages(record_ids)
        for change in (
            update(QualityJudgement)
            .where(QualityJudgement.document_id.in_(documents))
            .values(reason=""),
            update(QualityFinding)
            .where(QualityFinding.document_id.in_(documents))
            .values(pages=[], value=None, limit_value=None),
            update(QualityFinding)
            .where(QualityFinding.page_id.in_(pages))
            .values(value=None, limit_value=None),
            update(PageCheck).where(PageCheck.page_id.in_(pages)).values(measures={}),
        ):
            work.session.execute(change, execution_options={"synchronize_session": False})

    def left_of(self, session: Session, record_ids: Collection[str]) -> set[str]:
        """See ErasedRows."""
        said = (
            select(Document.record_id)
            .join(QualityJudgement, QualityJudgement.document_id == Document.document_id)
            .where(Document.record_id.in_(record_ids), QualityJudgement.reason != "")
        )
        left = {one for one in session.scalars(said) if one}
        found = session.execute(
            select(Document.record_id, QualityFinding.pages)
            .join(QualityFinding, QualityFinding.document_id == Document.document_id)
            .where(Document.record_id.in_(record_ids))
        )
        left |= {record_id for record_id, pages in found if record_id and pages}
        measured = session.execute(
            select(Document.record_id, PageCheck.measures)
            .join(ItemPage, ItemPage.document_id == Document.document_id)
            .join(PageCheck, PageCheck.page_id == ItemPage.page_id)
            .where(Document.record_id.in_(record_ids))
        )
        return left | {record_id for record_id, measures in measured if record_id and measures}


def _documents(record_ids: Collection[str]) -> Select[str]:
    return select(Document.document_id).where(Document.record_id.in_(record_ids))


def _pages(record_ids: Collection[str]) -> Select[str]:
    return (
        select(ItemPage.page_id)
        .join(Document, Document.document_id == ItemPage.document_id)
        .where(Document.record_id.in_(record_ids))
    )
