"""Nobody decides an incident they caused: whoever put the document on the wrong file, under any account.

What a program or the product filed by itself was put there by nobody, so anybody may decide it.
"""

from collections.abc import Collection
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from edrms.access.model import Actor
from edrms.errors import Refused
from edrms.incidents.readers import Placed, placed_on
from edrms.incidents.rules import State
from edrms.incidents.tables import WRONG, Incident
from edrms.records.tables import Record
from edrms.staff.accounts import PERSON
from edrms.staff.persons import is_somebody_else
from edrms.staff.tables import StaffMember


class Bar(StrEnum):
    """Why somebody may not decide an incident: they caused it, or it cannot be told that they did not."""

    NONE = ""
    OWN = "own_misfile"
    UNKNOWN = "unknown_person"


def bar_to(session: Session, actor: Actor, incident: Incident) -> Bar:
    """Whether the actor may not decide it, and why."""
    people = _people_among(session, _put_there_by(session, incident))
    if actor.staff_id in people:
        return Bar.OWN
    answer = is_somebody_else(session, actor.staff_id, people) if people else True
    if answer is None:
        return Bar.UNKNOWN
    return Bar.NONE if answer else Bar.OWN


def must_not_have_caused(session: Session, actor: Actor, incident: Incident) -> None:
    """Refused, where `bar_to` says so."""
    bar = bar_to(session, actor, incident)
    if bar is Bar.OWN:
        raise Refused(
            "You put this document on the wrong file yourself, under this account or another of yours. "
            "Somebody else decides the incident.", code=bar,
        )  # fmt: skip
    if bar is Bar.UNKNOWN:
        raise Refused(
            "It cannot be told whether you and whoever put this document on the wrong file are two people. "
            "Have the employee numbers of both recorded with the accounts.", code=bar,
        )  # fmt: skip


def _put_there_by(session: Session, incident: Incident) -> set[str]:
    """As was frozen when it was taken off; until then as the log says."""
    if incident.state not in (State.REPORTED, State.DISMISSED):
        return {incident.misfiled_by}
    record = session.get_one(Record, incident.record_id)
    wrong = [one.client_id for one in incident.people if one.part == WRONG]
    filed = Placed(record.filed_at, record.filed_by)
    return {one.by for one in placed_on(session, record.record_id, wrong, filed).values()}


def _people_among(session: Session, account_ids: Collection[str]) -> set[str]:
    """Without programs, and without the product's own workers, which have no account."""
    people = select(StaffMember.staff_id).where(
        StaffMember.staff_id.in_(account_ids), StaffMember.kind == PERSON
    )
    return set(session.scalars(people))
