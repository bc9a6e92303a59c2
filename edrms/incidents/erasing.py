"""Incidents as a place that holds something of a record: people's words about it. That it happened, when, who
opened it and what was decided stays, as the law asks for every breach (UK GDPR article 33(5)).

Where a record was parted from that of an incident, the words may be about either: they go with the first.
"""

from collections.abc import Collection

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from edrms.incidents.tables import Incident
from edrms.records.erasing import ErasedRows
from edrms.records.parting import parted_from, parted_to
from edrms.uow import UnitOfWork

_WORDS = ("reason", "repair_reason", "assessment", "closing")


class IncidentRows(ErasedRows):
    """A Holding: see the module."""

    name = "incidents"
    tables = (Incident.__tablename__,)
    looked_for = "what people wrote about it in incidents"

    def erase_rows(self, work: UnitOfWork, record_ids: Collection[str]) -> None:
        """See ErasedRows."""
        of_records = Incident.record_id.in_(parted_from(work.session, record_ids))
        work.session.execute(update(Incident).where(of_records).values(dict.fromkeys(_WORDS, "")))

    def left_of(self, session: Session, record_ids: Collection[str]) -> set[str]:
        """See ErasedRows."""
        some = or_(*(getattr(Incident, name) != "" for name in _WORDS))
        firsts = parted_from(session, record_ids)
        left = set(
            session.scalars(select(Incident.record_id).where(Incident.record_id.in_(firsts), some))
        )
        parts = {one for first in left for one in parted_to(session, first)}
        return (left | parts) & set(record_ids)
