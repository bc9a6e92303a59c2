"""Recording, withdrawing and looking at what happened to people: from this their records' dates follow.

A life event is never changed. Late and contradictory ones are kept and shown; by hand, what is
impossible in itself is refused at once, while somebody is there to look again.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, or_, select, true
from sqlalchemy.orm import Session

from edrms.access.guards import said
from edrms.access.model import Actor
from edrms.access.policy import require
from edrms.access.sql import visible_records
from edrms.clients.tables import ClientRow
from edrms.clock import Clock, civil_date
from edrms.db import Database
from edrms.errors import Conflict, Invalid, Refused, no_such
from edrms.ids import new_id
from edrms.records.reading import on_file_of
from edrms.records.tables import CaseFile, Record, RecordAttachment
from edrms.uow import UnitOfWork, write
from retention.evaluation import facts_changed
from retention.life import (
    Clash,
    Contradiction,
    NewEvent,
    Stated,
    SubjectKind,
    contradictions,
    faults_of,
)
from retention.model import Trigger
from retention.subjects import must_reach
from retention.tables import LifeEvent

RECORD_EVENT = "retention:event:record"
WITHDRAW_EVENT = "retention:event:withdraw"
VIEW_EVENTS = "retention:event:view"
_MOST_AUTHORITY = 2000


@dataclass(frozen=True, slots=True)
class ClientLife:
    """What is known of one person: the register's dates, life events (withdrawn ones too, in the order
    in which they happened), and what of it cannot be true together.

    files: the person's case files that the actor sees something on, each with its class.
    """

    client_id: str
    register: Sequence[tuple[str, date]]
    files: Sequence[tuple[str, str]]
    events: Sequence[LifeEvent]
    contradictions: Sequence[Contradiction]


class LifeEvents:
    """Life events of clients, their case files and their records."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def record(self, actor: Actor, event: NewEvent, about: str = "") -> str:
        """Say that something has happened. Returns the event's id.

        about: the client it must be about; NotFound for any other.
        Raises Invalid by field, NotFound for a subject out of reach, Refused where it cannot be true
        beside what is known, and Conflict where the very same is known already.
        """
        require(actor, RECORD_EVENT)
        if wrong := faults_of(event, civil_date(self._clock.now())):
            raise Invalid("The life event was not recorded.", fields=wrong)
        with write(self._database, actor, self._clock) as work:
            clients = must_reach(
                work.session, actor, RECORD_EVENT, event.subject_kind, event.subject_id, work.now
            )
            if about and about not in clients:
                raise no_such(event.subject_kind.value)
            for client_id in sorted(clients):
                work.alone(f"life of {client_id}")
            _refuse_known(work.session, event)
            row = add_event(work, event)
            if (
                event.subject_kind is not SubjectKind.RECORD
            ):  # whose other people need not be theirs
                shown = _shown_to(actor, clients[0], work.now)
                _refuse_impossible(work.session, clients[0], row.event_id, shown)
            facts_changed(work, clients)
        return row.event_id

    def withdraw(self, actor: Actor, event_id: str, because: str, about: str = "") -> None:
        """What it says was wrong: it stays, but nothing follows from it any more.

        about: the client it must be about; NotFound for any other.
        """
        require(actor, WITHDRAW_EVENT)
        with write(self._database, actor, self._clock) as work:
            row = work.session.get(LifeEvent, event_id, with_for_update=True)
            if row is None:
                raise no_such("life event")
            kind = SubjectKind(row.subject_kind)
            clients = must_reach(
                work.session, actor, WITHDRAW_EVENT, kind, row.subject_id, work.now
            )
            if about and about not in clients:
                raise no_such("life event")
            if row.withdrawn_at is not None:
                raise Conflict("This was withdrawn already.", code="withdrawn")
            withdraw_event(work, row, said(because))
            facts_changed(work, clients)

    def of_client(self, actor: Actor, client_id: str) -> ClientLife:
        """What is known of a person, with what contradicts what."""
        require(actor, VIEW_EVENTS)
        with self._database.read() as session:
            now = self._clock.now()
            must_reach(session, actor, VIEW_EVENTS, SubjectKind.CLIENT, client_id, now)
            shown = _shown_to(actor, client_id, now)
            events = session.scalars(_about_client(client_id).where(shown)).all()
            found = contradictions(stated_of(session, client_id, shown))
            register = [(one.kind, one.on) for one in _register(session, client_id)]
            files = _files(session, actor, client_id, now)
            return ClientLife(client_id, register, files, events, found)

    def files_of(self, actor: Actor, client_id: str) -> Sequence[tuple[str, str]]:
        """Id and class of the person's case files that the actor sees something on."""
        require(actor, RECORD_EVENT)
        with self._database.read() as session:
            now = self._clock.now()
            must_reach(session, actor, RECORD_EVENT, SubjectKind.CLIENT, client_id, now)
            return _files(session, actor, client_id, now)


def add_event(work: UnitOfWork, event: NewEvent) -> LifeEvent:
    """A life event in the caller's transaction, who has asked the policy and the rules."""
    event_id = new_id()
    row = LifeEvent(
        event_id=event_id, subject_kind=event.subject_kind.value, subject_id=event.subject_id,
        kind=event.kind, on=event.on, until=event.until, source=event.source,
        source_id=event.source_id or event_id, authority=event.authority.strip()[:_MOST_AUTHORITY],
        recorded_at=work.now, recorded_by=work.actor.staff_id,
    )  # fmt: skip
    work.session.add(row)
    work.journal(
        RECORD_EVENT, event.subject_kind.value, event.subject_id, personal=row.authority,
        **_named(row),
    )  # fmt: skip
    return row


def withdraw_event(work: UnitOfWork, row: LifeEvent, because: str) -> None:
    """The same for taking one back."""
    row.withdrawn_at, row.withdrawn_by = work.now, work.actor.staff_id
    row.withdrawn_because = because
    work.session.flush()
    work.journal(
        WITHDRAW_EVENT, row.subject_kind, row.subject_id, personal=because, **_named(row)
    )  # fmt: skip


def _named(row: LifeEvent) -> dict[str, Any]:
    return {"life_event": row.event_id, "kind": row.kind, "from": row.source}


def stated_of(
    session: Session, client_id: str, shown: ColumnElement[bool] | None = None
) -> list[Stated]:
    """Everything said of a person that holds, the register's dates among it.

    shown: a condition on the life events that are to be looked at; all of them without it.
    """
    holds = and_(LifeEvent.withdrawn_at.is_(None), true() if shown is None else shown)
    rows = session.scalars(_about_client(client_id).where(holds))
    stated = [
        Stated(row.event_id, SubjectKind(row.subject_kind), row.subject_id, row.kind, row.on)
        for row in rows
    ]
    return [*stated, *_register(session, client_id)]


def _register(session: Session, client_id: str) -> list[Stated]:
    person = session.get_one(ClientRow, client_id)
    given = (Trigger.DOB, person.date_of_birth), (Trigger.DOD, person.date_of_death)
    return [
        Stated("", SubjectKind.CLIENT, client_id, str(kind), on) for kind, on in given if on
    ]  # fmt: skip


def _shown_to(actor: Actor, client_id: str, at: datetime) -> ColumnElement[bool]:
    """Events of the person, and of those of the person's records and files that the actor sees: else
    an event would tell of a file that nobody may know of."""
    return or_(
        LifeEvent.subject_kind == SubjectKind.CLIENT.value,
        LifeEvent.subject_id.in_(_seen(actor, at)),
        LifeEvent.subject_id.in_(_seen_files(actor, client_id, at)),
    )


def _seen(actor: Actor, at: datetime) -> Select[str]:
    return select(Record.record_id).where(visible_records(actor, VIEW_EVENTS, at))


def _seen_files(actor: Actor, client_id: str, at: datetime) -> Select[str]:
    return (
        select(RecordAttachment.case_file_id)
        .join(CaseFile, CaseFile.case_file_id == RecordAttachment.case_file_id)
        .where(CaseFile.client_id == client_id, RecordAttachment.record_id.in_(_seen(actor, at)))
    )


def _files(
    session: Session, actor: Actor, client_id: str, at: datetime
) -> list[tuple[str, str]]:  # fmt: skip
    mine = CaseFile.case_file_id.in_(_seen_files(actor, client_id, at))
    rows = session.execute(
        select(CaseFile.case_file_id, CaseFile.record_class)
        .where(CaseFile.client_id == client_id, mine)
        .order_by(CaseFile.record_class)
    )
    return [(file_id, kind) for file_id, kind in rows]


def _about_client(client_id: str) -> Select[LifeEvent]:
    files = select(CaseFile.case_file_id).where(CaseFile.client_id == client_id)
    subjects = select(ClientRow.client_id).where(ClientRow.client_id == client_id)
    about = subjects.union_all(files, on_file_of(client_id))
    mine = select(LifeEvent).where(LifeEvent.subject_id.in_(about))
    return mine.order_by(LifeEvent.on, LifeEvent.recorded_at, LifeEvent.event_id)


def _refuse_known(session: Session, event: NewEvent) -> None:
    same = select(LifeEvent.event_id).where(
        LifeEvent.subject_id == event.subject_id,
        LifeEvent.kind == event.kind,
        LifeEvent.on == event.on,
        LifeEvent.until == event.until,
        LifeEvent.withdrawn_at.is_(None),
    )
    if session.scalar(same) is not None:
        raise Conflict(f"This is known already: {event.kind} on {event.on}.", code="already")


def _refuse_impossible(
    session: Session, client_id: str, event_id: str, shown: ColumnElement[bool]
) -> None:
    """Only what the new event has brought: what was impossible before does not bar what is right.
    Nor what the actor may not see, which the refusal would tell; it is shown to who may."""
    for found in contradictions(stated_of(session, client_id, shown)):
        is_new = any(one.event_id == event_id for one in found.between)
        if is_new and found.clash is not Clash.TWO_DATES:
            raise Refused(
                f"{found.words} Check the date; if the other one is wrong, withdraw it first.",
                code=found.clash.value,
            )
