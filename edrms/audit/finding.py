"""What was typed into the filter of the log, read as conditions on events.

A name is read only as far as the asker may: who may not find clients by name finds them by their id or
case number alone. A client or record with which the asker has a conflict of interest is absent here too,
with every event about it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from sqlalchemy import ColumnElement, Select, and_, literal, or_, select, union_all
from sqlalchemy.orm import Session

from edrms.access.model import Actor
from edrms.access.policy import FIND, holds
from edrms.access.sql import blocked_subjects, marked_subjects, visible_clients
from edrms.audit.model import Asked
from edrms.audit.tables import AuditEvent
from edrms.clients.folding import fold_name, fold_reference
from edrms.clients.register import search_clients
from edrms.clients.tables import ClientIdentifier, ClientRow
from edrms.clock import COUNCIL_ZONE
from edrms.fileplan import Sensitivity
from edrms.records.tables import CaseFile, Record, RecordAttachment
from edrms.staff.tables import StaffMember

MOST_STAFF = 50
REFUSED_REQUEST = "access:request:refuse"
# Kinds of subjects whose events only holders of this permission may know of.
SECRET_KINDS = {"secret_hold": "hold:secret:view"}
Condition = ColumnElement[bool]


@dataclass(frozen=True, slots=True)
class Found:
    """What is asked for, found. faults: see edrms.audit.model.Page."""

    conditions: tuple[Condition, ...] = ()
    staff: dict[str, str] = field(default_factory=dict)
    client_id: str = ""
    record_id: str = ""
    faults: dict[str, str] = field(default_factory=dict)


def find(session: Session, actor: Actor, asked: Asked, at: datetime) -> Found:
    """The conditions that what is asked for puts on events."""
    faults: dict[str, str] = {}
    staff = staff_called(session, asked.staff) if asked.staff else {}
    if asked.staff and not 0 < len(staff) <= MOST_STAFF:
        faults["staff"] = "many" if staff else "unknown"
    client_id, fault = _client(session, actor, asked.client, at)
    if fault:
        faults["client"] = fault
    record_id = _record(session, asked.record)
    hidden = blocked_for(session, actor, at)
    if client_id in hidden:
        client_id, faults["client"] = "", "unknown"
    if asked.record and (not record_id or record_id in hidden):
        record_id, faults["record"] = "", "unknown"
    if faults:
        return Found(staff=staff if len(staff) <= MOST_STAFF else {}, faults=faults)
    conditions = [*not_secret(actor), *_plain(asked), *_days(asked.from_day, asked.to_day)]
    if staff:
        conditions.append(AuditEvent.actor_id.in_(staff))
    if client_id:
        conditions.append(about_client(client_id))
    if record_id:
        conditions.append(about_record(record_id))
    if hidden:
        conditions.append(AuditEvent.subject_id.not_in(hidden))
    return Found(tuple(conditions), staff, client_id, record_id)


def not_secret(actor: Actor) -> list[Condition]:
    """Conditions that keep events about secret things from those who may not know of them."""
    hidden = [kind for kind, needed in SECRET_KINDS.items() if not holds(actor, needed)]
    return [AuditEvent.subject_kind.not_in(hidden)] if hidden else []


def is_secret(actor: Actor, event: AuditEvent) -> bool:
    """The same for an event in hand."""
    needed = SECRET_KINDS.get(event.subject_kind)
    return needed is not None and not holds(actor, needed)


def _plain(asked: Asked) -> list[Condition]:
    found: list[Condition] = []
    if asked.actions:
        found.append(AuditEvent.action.in_(sorted(asked.actions)))
    if asked.outcome:
        found.append(AuditEvent.outcome == asked.outcome)
    if asked.source:
        found.append(AuditEvent.source == asked.source)
    if asked.request_id:
        found.append(AuditEvent.request_id == asked.request_id)
    return found


def _days(from_day: date | None, to_day: date | None) -> list[Condition]:
    found: list[Condition] = []
    if from_day:
        found.append(AuditEvent.at >= beginning_of(from_day))
    if to_day:
        found.append(AuditEvent.at < beginning_of(to_day + timedelta(days=1)))
    return found


def beginning_of(day: date) -> datetime:
    """The first instant of a civil day."""
    return datetime.combine(day, time(), COUNCIL_ZONE)


def staff_called(session: Session, typed: str) -> dict[str, str]:
    """Staff by id, user name, or the beginnings of their names' parts; id to display name.

    What acts without being a member of staff (a worker) is found by its id.
    """
    rows = session.execute(
        select(StaffMember.staff_id, StaffMember.username, StaffMember.display_name)
    ).all()
    exact = {staff_id: name for staff_id, username, name in rows if typed in (staff_id, username)}
    if exact:
        return exact
    acted = session.scalar(select(AuditEvent.actor_id).where(AuditEvent.actor_id == typed).limit(1))
    if acted:
        return {acted: ""}
    wanted = fold_name(typed).split()
    return {staff_id: name for staff_id, _, name in rows if wanted and _fits(name, wanted)}


def _fits(name: str, wanted: Sequence[str]) -> bool:
    parts = fold_name(name).split()
    return all(any(part.startswith(word) for part in parts) for word in wanted)


def _client(session: Session, actor: Actor, typed: str, at: datetime) -> tuple[str, str]:
    """Id of the client meant, and what is wrong ("unknown", "many") where none is."""
    if not typed:
        return "", ""
    if session.get(ClientRow, typed) is not None:
        return typed, ""
    sealed = marked_subjects([Sensitivity.SEALED], at)
    by_number = select(ClientIdentifier.client_id).where(
        ClientIdentifier.value_folded == fold_reference(typed),
        ClientIdentifier.client_id.not_in(sealed),
    )
    ids = set(session.scalars(by_number)) if fold_reference(typed) else set()
    if not ids and holds(actor, FIND):
        within = visible_clients(actor, FIND, at)
        ids = {one.client_id for one in search_clients(session, typed, 2, within=within)[0]}
    if len(ids) != 1:
        return "", "many" if ids else "unknown"
    return ids.pop(), ""


def _record(session: Session, typed: str) -> str:
    wanted = or_(Record.reference == typed.upper(), Record.record_id == typed)
    return session.scalar(select(Record.record_id).where(wanted)) or "" if typed else ""


def blocked_for(session: Session, actor: Actor, at: datetime) -> frozenset[str]:
    """Ids of the clients and records nobody with the actor's conflicts of interest may look into, and
    of the documents these records were filed from."""
    blocked = frozenset(session.scalars(blocked_subjects(actor, at)))
    if not blocked:
        return blocked
    rows = session.execute(
        select(Record.record_id, Record.document_id).where(
            or_(Record.record_id.in_(blocked), Record.record_id.in_(on_files_of(blocked)))
        )
    )
    return blocked.union(*map(tuple, rows))


def on_files_of(client_ids: frozenset[str]) -> Select[str]:
    """Ids of the records on any of these clients' files."""
    return (
        select(RecordAttachment.record_id)
        .join(CaseFile, CaseFile.case_file_id == RecordAttachment.case_file_id)
        .where(CaseFile.client_id.in_(client_ids))
    )


def about_client(client_id: str) -> Condition:
    """Events about the client, a record on the client's files or the document it was filed from, and
    refused attempts at any of these."""
    records = on_files_of(frozenset({client_id}))
    documents = select(Record.document_id).where(Record.record_id.in_(records))
    subjects = union_all(select(literal(client_id)), records, documents)
    return or_(
        AuditEvent.subject_id.in_(subjects.subquery().select()),
        _attempt("client_id", select(literal(client_id))),
        _attempt("record_id", records),
    )


def about_record(record_id: str) -> Condition:
    """Events about the record or the document it was filed from, and refused attempts at it."""
    own = select(literal(record_id))
    document = select(Record.document_id).where(Record.record_id == record_id)
    subjects = union_all(own, document)
    return or_(AuditEvent.subject_id.in_(subjects.subquery().select()), _attempt("record_id", own))


def _attempt(name: str, ids: Select[str]) -> Condition:
    asked = AuditEvent.detail["asked"][name].as_string()
    return and_(AuditEvent.action == REFUSED_REQUEST, asked.in_(ids))
