"""Who is told that a document was on the wrong file: everybody who opened it. Nobody is told its name.

Notices about the record itself are put away for those who may not see it any more.
"""

from collections.abc import Collection

from sqlalchemy import select

from edrms.access.facts import record_facts
from edrms.access.owners import tell
from edrms.access.policy import VIEW, decide
from edrms.access.standing import actors_at
from edrms.access.tables import Notice
from edrms.incidents.readers import reading_ids
from edrms.incidents.tables import Incident
from edrms.records.tables import FILED, Record
from edrms.staff.tables import StaffMember
from edrms.uow import UnitOfWork

MISFILE = "misfile"


def tell_readers(work: UnitOfWork, incident: Incident, wrong: Collection[str]) -> None:
    """A notice for each of them who still works here, about the person on whose file it was."""
    here = select(StaffMember.staff_id).where(
        StaffMember.staff_id.in_(set(reading_ids(incident.readers))),
        StaffMember.active.is_(True),
        StaffMember.kind == "person",
    )
    people = work.session.scalars(here).all()
    for client_id in wrong:
        tell(work, people, MISFILE, "client", client_id)


def put_away_notices(work: UnitOfWork, record: Record) -> None:
    """Those about this record whose reader may not see it as it is filed now."""
    rows = work.session.scalars(
        select(Notice).where(Notice.subject_id == record.record_id, Notice.seen_at.is_(None))
    ).all()
    seeing = may_see(work, record, {row.staff_id for row in rows})
    for row in rows:
        if row.staff_id not in seeing:
            row.seen_at = work.now


def may_see(work: UnitOfWork, record: Record, staff_ids: Collection[str]) -> set[str]:
    """Those of these who may open the record as it is filed now."""
    if record.state != FILED or not staff_ids:
        return set()
    facts = record_facts(work.session, record, work.now)
    names = dict.fromkeys(sorted(staff_ids), "")
    actors = actors_at(work.session, names, work.now)
    return {one.staff_id for one in actors if decide(one, VIEW, facts).allowed}
