"""Incidents as those who answer for them see and decide them; each look and decision is an event.

An incident is there for whoever reaches one of the persons it concerns with this permission and may at least
find all of them: a conflict of interest or a seal hides it, and its count, as it hides the person.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from sqlalchemy import ColumnElement, and_, exists, func, not_, or_, select
from sqlalchemy.orm import Session

from edrms.access.guards import said
from edrms.access.model import Actor
from edrms.access.policy import FIND, require
from edrms.access.sql import blocked_subjects, visible_clients
from edrms.clients.model import Client
from edrms.clients.tables import ClientRow
from edrms.clock import Clock, civil_date
from edrms.db import Database
from edrms.errors import Conflict, Invalid, no_such
from edrms.incidents.causing import Bar, bar_to, must_not_have_caused
from edrms.incidents.following import other_parts
from edrms.incidents.rules import (
    OPEN,
    TELL_WITHIN,
    Act,
    Risk,
    State,
    Told,
    closing_wrong,
    is_overdue,
    next_state,
    telling_wrong,
)
from edrms.incidents.tables import Incident, IncidentPerson
from edrms.incidents.telling import may_see
from edrms.records.client_files import clients_shown
from edrms.records.tables import Record
from edrms.uow import UnitOfWork, write

VIEW_CASES = "incident:case:view"
DECIDE = "incident:case:decide"
EXPORT = "incident:list:export"
Which = Literal["open", "overdue", "closed", "all"]
PAGE_SIZE = 50


@dataclass(frozen=True, slots=True)
class Assessment:
    """How great the risk is, and who was told on which civil day; None where nobody was."""

    risk: str
    note: str
    regulator_on: date | None = None
    people_on: date | None = None


@dataclass(frozen=True, slots=True)
class Case:
    """An incident as shown. clients: those the reader may find, by id. sees_it: which of its readers may
    open the document where it is filed now. bar: why whoever asked may not decide it. other_parts:
    references of what was parted from it since."""

    incident: Incident
    record_reference: str
    record_state: str
    clients: dict[str, Client]
    is_overdue: bool
    sees_it: frozenset[str] = frozenset()
    bar: Bar = Bar.NONE
    other_parts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Waiting:
    """reported: documents still on the wrong file. open: every incident not closed. overdue: of these."""

    reported: int
    open: int
    overdue: int


class Incidents:
    """The incidents of an instance."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def waiting(self, actor: Actor) -> Waiting:
        """Counts for the start page."""
        require(actor, VIEW_CASES)
        with self._database.read() as session:
            now = self._clock.now()
            reported, are_open, overdue = session.execute(
                select(
                    func.count().filter(Incident.state == State.REPORTED),
                    func.count().filter(_which("open", now)),
                    func.count().filter(_which("overdue", now)),
                ).where(visible_incidents(actor, now))
            ).one()
        return Waiting(reported, are_open, overdue)

    def listed(
        self, actor: Actor, which: Which = "open", page: int = 1, *, size: int = PAGE_SIZE
    ) -> tuple[Sequence[Case], int]:
        """A page of them, earliest report first (of those closed the latest), and how many; journalled."""
        require(actor, VIEW_CASES)
        with write(self._database, actor, self._clock) as work:
            found, total = self._some(work, actor, which, page, size)
            work.journal(VIEW_CASES, "incident", "", shown=len(found))
        return found, total

    def export(self, actor: Actor, which: Which) -> Sequence[Case]:
        """All of them for a file; journalled as exported."""
        require(actor, VIEW_CASES)
        with write(self._database, actor, self._clock) as work:
            found, _ = self._some(work, actor, which, 1, 100_000)
            work.journal(EXPORT, "incident", "", shown=len(found), which=which)
        return found

    def _some(
        self, work: UnitOfWork, actor: Actor, which: Which, page: int, size: int
    ) -> tuple[Sequence[Case], int]:
        wanted = select(Incident).where(visible_incidents(actor, work.now), _which(which, work.now))
        total = work.session.scalar(select(func.count()).select_from(wanted.subquery())) or 0
        order = Incident.reported_at.desc() if which in ("closed", "all") else Incident.reported_at
        some = wanted.order_by(order, Incident.reference).limit(size).offset(size * (page - 1))
        return [_case(work, actor, one) for one in work.session.scalars(some)], total

    def open(self, actor: Actor, incident_id: str) -> Case:
        """One incident with its facts; journalled. NotFound alike for absent and forbidden."""
        require(actor, VIEW_CASES)
        with write(self._database, actor, self._clock) as work:
            incident = known(work.session, actor, incident_id, work.now)
            work.journal(VIEW_CASES, "incident", incident_id)
            return _case(work, actor, incident, with_readers=True)

    def assess(self, actor: Actor, incident_id: str, given: Assessment) -> None:
        """How great the risk is and who was told; may be done again until it is closed."""
        with self._deciding(actor, incident_id, Act.ASSESS) as (work, incident):
            told = Told(given.risk, given.regulator_on, given.people_on)
            if wrong := telling_wrong(told, civil_date(incident.reported_at), civil_date(work.now)):
                raise Invalid("The assessment was not kept.", fields=wrong)
            incident.risk, incident.assessment = given.risk, said(given.note)
            incident.regulator_told_on, incident.people_told_on = (
                given.regulator_on,
                given.people_on,
            )
            incident.assessed_by, incident.assessed_at = actor.staff_id, work.now
            work.journal(
                "incident:case:assess", "incident", incident_id, personal=incident.assessment,
                risk=given.risk, regulator_told_on=_plain(given.regulator_on),
                people_told_on=_plain(given.people_on),
            )  # fmt: skip

    def close(self, actor: Actor, incident_id: str, note: str) -> None:
        """All is done. Raises Invalid by field while somebody who must be told was not."""
        with self._deciding(actor, incident_id, Act.CLOSE) as (work, incident):
            if wrong := closing_wrong(told_of(incident)):
                raise Invalid("The incident was not closed.", fields=wrong)
            _end(work, incident, note)
            work.journal("incident:case:close", "incident", incident_id, personal=incident.closing)

    def dismiss(self, actor: Actor, incident_id: str, note: str) -> None:
        """The document is where it belongs: what was reported is no incident."""
        with self._deciding(actor, incident_id, Act.DISMISS) as (work, incident):
            _end(work, incident, note)
            work.journal(
                "incident:case:dismiss", "incident", incident_id, personal=incident.closing
            )

    @contextmanager
    def _deciding(
        self, actor: Actor, incident_id: str, act: Act
    ) -> Iterator[tuple[UnitOfWork, Incident]]:
        require(actor, DECIDE)
        with write(self._database, actor, self._clock) as work:
            incident = known(work.session, actor, incident_id, work.now, to_change=True)
            to = next_state(State(incident.state), act)
            if to is None:
                raise Conflict("This cannot be done with the incident now.", code="not_now")
            must_not_have_caused(work.session, actor, incident)
            yield work, incident
            incident.state = to


def _end(work: UnitOfWork, incident: Incident, note: str) -> None:
    incident.closing = said(note)
    incident.closed_by, incident.closed_at = work.actor.staff_id, work.now


def _plain(day: date | None) -> str:
    return day.isoformat() if day else ""


def told_of(incident: Incident) -> Told:
    """What was assessed of it and who was told."""
    return Told(incident.risk, incident.regulator_told_on, incident.people_told_on)


def visible_incidents(actor: Actor, at: datetime) -> ColumnElement[bool]:
    """A condition on incidents, true for those the actor may know of."""
    reached = select(ClientRow.client_id).where(visible_clients(actor, VIEW_CASES, at))
    found = select(ClientRow.client_id).where(visible_clients(actor, FIND, at))
    concerns = IncidentPerson.incident_id == Incident.incident_id
    whom = IncidentPerson.client_id
    return and_(
        exists().where(concerns, whom.in_(reached)),
        not_(exists().where(concerns, whom.not_in(reached), whom.not_in(found))),
        Incident.record_id.not_in(blocked_subjects(actor, at)),
    )


def known(
    session: Session, actor: Actor, incident_id: str, at: datetime, *, to_change: bool = False
) -> Incident:
    """The incident, if the actor may know of it; NotFound alike for absent and forbidden."""
    wanted = select(Incident).where(
        Incident.incident_id == incident_id, visible_incidents(actor, at)
    )
    found = session.scalar(wanted.with_for_update(of=Incident) if to_change else wanted)
    if found is None:
        raise no_such("incident")
    return found


def _which(which: Which, now: datetime) -> ColumnElement[bool]:
    is_open = Incident.state.in_(OPEN)
    match which:
        case "open":
            return is_open
        case "overdue":  # as rules.is_overdue
            return and_(
                is_open, Incident.regulator_told_on.is_(None), Incident.risk != Risk.UNLIKELY,
                Incident.reported_at < now - TELL_WITHIN,
            )  # fmt: skip
        case "closed":
            return not_(is_open)
    return or_(is_open, not_(is_open))


def _case(
    work: UnitOfWork, actor: Actor, incident: Incident, *, with_readers: bool = False
) -> Case:
    record = work.session.get_one(Record, incident.record_id)
    people = {one.client_id for one in incident.people}
    readers = {one["staff_id"] for one in incident.readers} if with_readers else ()
    return Case(
        incident=incident,
        record_reference=record.reference,
        record_state=record.state,
        clients=clients_shown(work.session, actor, people, work.now),
        is_overdue=is_overdue(
            incident.state, told_of(incident), incident.reported_at, work.now
        ),
        sees_it=frozenset(may_see(work, record, readers)) if with_readers else frozenset(),
        bar=bar_to(work.session, actor, incident) if with_readers else Bar.NONE,
        other_parts=tuple(other_parts(work.session, record.record_id)),
    )  # fmt: skip
