"""What becomes of an incident's document afterwards: parted into several, and filed where it belongs."""

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session

from edrms.incidents.rules import OPEN
from edrms.incidents.tables import QUEUED, RIGHT, Incident, IncidentPerson
from edrms.records.parting import parted_from, parted_to
from edrms.records.tables import Record
from edrms.uow import UnitOfWork


def name_right(work: UnitOfWork, record_id: str, client_ids: Collection[str]) -> None:
    """A record that went back to the indexing queue is on the files of these now. Its open incident names
    them, and so does that of the record it was parted from: what was on the wrong file was about them."""
    asked = select(Incident).where(
        Incident.record_id.in_(parted_from(work.session, [record_id])),
        Incident.state.in_(OPEN), Incident.became == QUEUED,
    )  # fmt: skip
    for incident in work.session.scalars(asked.order_by(Incident.incident_id)).all():
        known = {(one.client_id, one.part) for one in incident.people}
        incident.people += [
            IncidentPerson(client_id=one, part=RIGHT)
            for one in sorted(set(client_ids))
            if (one, RIGHT) not in known
        ]
    work.session.flush()


def other_parts(session: Session, record_id: str) -> list[str]:
    """References of the records that were parted from this one, in the order of their making."""
    asked = select(Record.reference).where(Record.record_id.in_(parted_to(session, record_id)))
    return list(session.scalars(asked.order_by(Record.number)))
