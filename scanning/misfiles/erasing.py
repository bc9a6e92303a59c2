"""Findings of misfiles as a place that holds something of a record: they go with it, whole."""

from collections.abc import Collection

from sqlalchemy import Select, delete, select
from sqlalchemy.orm import Session

from edrms.records.erasing import ErasedRows
from edrms.uow import UnitOfWork
from scanning.misfiles.tables import MisfileFiledOn, MisfileFinding


class MisfileRows(ErasedRows):
    """A Holding: see the module."""

    name = "misfiles"
    tables = (MisfileFiledOn.__tablename__, MisfileFinding.__tablename__)
    looked_for = "whom its pages were found to name, and what people said of that"

    def erase_rows(self, work: UnitOfWork, record_ids: Collection[str]) -> None:
        """See ErasedRows."""
        for gone in (
            delete(MisfileFiledOn).where(MisfileFiledOn.finding_id.in_(_findings(record_ids))),
            delete(MisfileFinding).where(MisfileFinding.record_id.in_(record_ids)),
        ):
            work.session.execute(gone, execution_options={"synchronize_session": False})

    def left_of(self, session: Session, record_ids: Collection[str]) -> set[str]:
        """See ErasedRows."""
        left = select(MisfileFinding.record_id).where(MisfileFinding.record_id.in_(record_ids))
        return set(session.scalars(left))


def _findings(record_ids: Collection[str]) -> Select[str]:
    return select(MisfileFinding.finding_id).where(MisfileFinding.record_id.in_(record_ids))
