"""A document on the wrong person's file: whoever reads it reports it, whoever may puts it right in one act.

One transaction takes the record off the wrong files, puts it on the right ones or back into the indexing
queue, ends what let people in to this record alone, tells who opened it, and opens the incident with the
facts. Whatever shows a record asks its rows, so from the commit on nothing shows it to a former reader.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from edrms.access.guards import said
from edrms.access.model import Actor
from edrms.access.policy import FIND, VIEW, holds, require
from edrms.access.sql import visible_clients
from edrms.clients.model import Client
from edrms.clock import Clock
from edrms.db import Database
from edrms.errors import Conflict, Invalid, Refused, no_such
from edrms.ids import new_id, new_reference
from edrms.incidents.placing import end_grants, journal_persons, move
from edrms.incidents.readers import REPAIR, Placed, placed_on, readers_of
from edrms.incidents.rules import State
from edrms.incidents.tables import RIGHT, WRONG, Incident, IncidentPerson
from edrms.incidents.telling import put_away_notices, tell_readers
from edrms.records.client_files import clients_shown
from edrms.records.filing import clients_within
from edrms.records.moving import PostOfRecords, RecordsKept
from edrms.records.parting import parted_from
from edrms.records.reading import client_ids_of, visible_among, visible_record
from edrms.records.tables import WITHDRAWN, Record
from edrms.uow import UnitOfWork, write

REPORT = "record:misfile:report"


@dataclass(frozen=True, slots=True)
class Repair:
    """What is said to put it right. version: of the record as the actor saw it.

    right: on whose files it belongs instead. None of them where that is not known: it stays on the other
    files it is on, and waits in the indexing queue where there are none.
    """

    version: int
    wrong: tuple[str, ...]
    right: tuple[str, ...]
    reason: str


@dataclass(frozen=True, slots=True)
class Repaired:
    """became: see Incident."""

    incident_id: str
    reference: str
    became: str


@dataclass(frozen=True, slots=True)
class Misfiled:
    """A record as whoever reports or repairs it is asked about it. clients: those of it the actor may know.
    reported: the incident that is open about it already, None where there is none."""

    record: Record
    clients: tuple[Client, ...]
    reported: Incident | None


@dataclass(frozen=True, slots=True)
class Beside:
    """put_right_at: when the record was last taken off a wrong file. may: REPAIR, else REPORT, else ""."""

    put_right_at: datetime | None
    may: str


class Misfiles:
    """Reporting and repairing."""

    def __init__(
        self, database: Database, clock: Clock, kept: RecordsKept, post: PostOfRecords
    ) -> None:
        self._database = database
        self._clock = clock
        self._kept = kept
        self._post = post

    def about(self, actor: Actor, record_id: str, permission: str) -> Misfiled:
        """For the form of REPORT or REPAIR. NotFound alike for absent and forbidden; who may repair need not
        be a reader."""
        require(actor, permission)
        with self._database.read() as session:
            now = self._clock.now()
            asked = VIEW if permission == REPORT else permission
            record, _ = visible_record(session, actor, asked, record_id, now)
            shown = clients_shown(session, actor, client_ids_of(record), now)
            return Misfiled(record, tuple(shown.values()), reported(session, record_id))

    def beside(self, actor: Actor, record_id: str) -> Beside:
        """For a page that shows the record anyway."""
        with self._database.read() as session:
            of_it = Incident.record_id.in_(parted_from(session, [record_id]))
            last = select(func.max(Incident.contained_at)).where(of_it)
            may = REPORT if holds(actor, REPORT) else ""
            if holds(actor, REPAIR):
                now = self._clock.now()
                may = REPAIR if visible_among(session, actor, REPAIR, [record_id], now) else may
            return Beside(session.scalar(last), may)

    def report(self, actor: Actor, record_id: str, wrong: Sequence[str], reason: str) -> Repaired:
        """It is not about these of its clients. It stays where it is until somebody who may repairs it; the
        72 hours count from now. Raises Invalid by field, Conflict (reported) for the second report."""
        require(actor, REPORT)
        with write(self._database, actor, self._clock) as work:
            work.alone(f"incidents of {record_id}")
            record, _ = visible_record(work.session, actor, VIEW, record_id, work.now)
            clients = self._wrong(work, record, wrong)
            if reported(work.session, record_id):
                raise Conflict(
                    "This document is reported already, and is being looked into.", code="reported"
                )
            incident = _open(work, record_id, said(reason))
            _name(work, incident, clients, ())
            work.journal(
                REPORT, "record", record_id, personal=incident.reason, clients=clients,
                incident=incident.incident_id,
            )  # fmt: skip
        return Repaired(incident.incident_id, incident.reference, "")

    def repair(self, actor: Actor, record_id: str, asked: Repair) -> Repaired:
        """Take it off the wrong files now, wherever it goes instead.

        Raises Invalid by field, alike for a right client who does not exist and one whom the actor may not
        find; Conflict (changed_meanwhile); Refused (no_document) where it would have to wait in a queue it
        did not come by.
        """
        require(actor, REPAIR)
        reason = said(asked.reason)
        with write(self._database, actor, self._clock) as work:
            held = self._kept.guard(work, [record_id])
            can_wait = self._post.take(work, _document_of(work.session, record_id))
            work.alone("filing")
            work.alone(f"incidents of {record_id}")
            work.alone(f"guards of {record_id}")  # nobody is let in to it meanwhile
            record = self._locked(work, record_id, asked.version)
            wrong, right = self._judged(work, record, asked, can_wait=can_wait)
            incident = reported(work.session, record_id) or _open(work, record_id, reason)
            incident.repair_reason = reason
            _freeze(work, incident, record, wrong)
            incident.became = move(work, record, wrong, right)
            _name(work, incident, wrong, right)
            self._tell_others(work, record, incident, wrong, right)
            self._kept.follow(work, [record_id], held)
        return Repaired(incident.incident_id, incident.reference, incident.became)

    def _locked(self, work: UnitOfWork, record_id: str, version: int) -> Record:
        work.session.get(Record, record_id, with_for_update=True, populate_existing=True)
        record, _ = visible_record(work.session, work.actor, REPAIR, record_id, work.now)
        if record.version != version:
            raise Conflict(
                "Somebody changed this document meanwhile. Look at it as it is now.",
                code="changed_meanwhile",
            )
        return record

    def _judged(
        self, work: UnitOfWork, record: Record, asked: Repair, *, can_wait: bool
    ) -> tuple[list[str], list[str]]:
        wrong, right = self._wrong(work, record, asked.wrong), [*dict.fromkeys(asked.right)]
        if set(wrong) & set(right):
            raise Invalid(
                "Choose somebody else.", fields={"right": "It cannot go back on the same file."}
            )
        if right:
            clients_within(work.session, right, visible_clients(work.actor, FIND, work.now))
        elif not can_wait and set(client_ids_of(record)) <= set(wrong):
            raise Refused(
                "This document did not come through the post room, so it cannot go back to the indexing "
                "queue. Find out whom it is about, and put it on that file.", code="no_document",
            )  # fmt: skip
        return wrong, right

    def _wrong(self, work: UnitOfWork, record: Record, said_wrong: Sequence[str]) -> list[str]:
        shown = clients_shown(work.session, work.actor, client_ids_of(record), work.now)
        wrong = [*dict.fromkeys(said_wrong)]
        if not wrong:
            raise Invalid(
                "Say whom it is not about.", fields={"wrong": "Choose whose file is wrong."}
            )
        if not set(wrong) <= shown.keys():
            raise Invalid(
                "It is not on that file.", fields={"wrong": "It is not on this person's file."}
            )
        return wrong

    def _tell_others(
        self, work: UnitOfWork, record: Record, incident: Incident, wrong: list[str],
        right: list[str],
    ) -> None:  # fmt: skip
        """The scanning room, whoever opened it, and whoever was let in to it alone."""
        reason = incident.repair_reason
        self._post.forget(work, record.document_id, wrong)
        if record.state == WITHDRAWN:
            self._post.wait_again(work, record.document_id, wrong, reason)
        ended = end_grants(work, record.record_id)
        put_away_notices(work, record)
        tell_readers(work, incident, wrong)
        work.journal(
            REPAIR, "record", record.record_id, personal=reason, incident=incident.incident_id,
            version=record.version, became=incident.became, from_clients=wrong, right_clients=right,
            to_clients=client_ids_of(record), grants_ended=ended,
        )  # fmt: skip
        journal_persons(work, incident, wrong, right)


def reported(session: Session, record_id: str) -> Incident | None:
    """The report about the record that nobody has acted on."""
    return session.scalar(
        select(Incident).where(Incident.record_id == record_id, Incident.state == State.REPORTED)
    )


def _document_of(session: Session, record_id: str) -> str:
    document_id = session.scalar(select(Record.document_id).where(Record.record_id == record_id))
    if document_id is None:
        raise no_such("record")
    return document_id


def _open(work: UnitOfWork, record_id: str, reason: str) -> Incident:
    incident = Incident(
        incident_id=new_id(), reference=_free_reference(work.session), record_id=record_id,
        state=State.REPORTED, reported_by=work.actor.staff_id, reported_at=work.now, reason=reason,
    )  # fmt: skip
    work.session.add(incident)
    work.session.flush()
    return incident


def _free_reference(session: Session) -> str:
    while True:
        reference = new_reference("M")
        taken = select(Incident.incident_id).where(Incident.reference == reference)
        if session.scalar(taken) is None:
            return reference


def _name(work: UnitOfWork, incident: Incident, wrong: Sequence[str], right: Sequence[str]) -> None:
    """Whom it concerns, whatever was reported."""
    wanted = {(one, WRONG) for one in wrong} | {(one, RIGHT) for one in right}
    kept = [one for one in incident.people if (one.client_id, one.part) in wanted]
    fresh = wanted - {(one.client_id, one.part) for one in kept}
    added = [IncidentPerson(client_id=client_id, part=part) for client_id, part in sorted(fresh)]
    incident.people = [*kept, *added]
    work.session.flush()


def _freeze(work: UnitOfWork, incident: Incident, record: Record, wrong: list[str]) -> None:
    """The facts as they are while the record is still on the wrong files."""
    filed = Placed(record.filed_at, record.filed_by)
    placed = placed_on(work.session, record.record_id, wrong, filed)
    first = min(placed.values(), key=lambda one: one.at)
    incident.since, incident.misfiled_by = first.at, first.by
    incident.readers = readers_of(work.session, record.record_id, wrong, first.at)
    incident.state, incident.contained_at = State.CONTAINED, work.now
    incident.contained_by = work.actor.staff_id
