"""Findings of misfiles as a place that holds something of a record: they go with it, whole."""

from collections.abc import Collection

from sqlalchemy import Select, delete, select
from sqlalchemy.orm import Session

from edrms.records.erasing import ErasedRows
from edrms.uow import UnitOfWork
from scanning.misfiles.tables import MisfileFiledOn, MisfileFinding, MisfileLook


class MisfileRows(ErasedRows):
    """A Holding: see the module."""

    name = "misfiles"
    tables = tuple(t.__tablename__ for t in (MisfileFiledOn, MisfileFinding, MisfileLook))
    looked_for = "whom its pages were found to name, and what people said of that"

    def erase_rows(self, work: UnitOfWork, record_ids: Collection[str]) -> None:
        """See ErasedRows."""
        for gone in (
            delete(MisfileFiledOn).where(MisfileFiledOn.finding_id.in_(_findings(record_ids))),
            delete(MisfileFinding).where(MisfileFinding.record_id.in_(record_ids)),
            delete(MisfileLook).where(MisfileLook.record_id.in_(record_ids)),
        ):
            work.session.execute(gone, execution_options={"synchronize_session": False})

    def left_of(self, session: Session, record_ids: Collection[str]) -> set[str]:
        """See ErasedRows."""
        return {
            left
            for table in (MisfileFinding, MisfileLook)
            for left in session.scalars(
                select(table.record_id).where(table.record_id.in_(record_ids))
            )
        }


def _findings(record_ids: Collection[str]) -> Select[str]:
    return select(MisfileFinding.finding_id).where(MisfileFinding.record_id.in_(record_ids))
