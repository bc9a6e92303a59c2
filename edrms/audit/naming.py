"""What may be shown beside the ids of an event: names of staff, references of records, and clients'
names only to whoever may find those clients anyway."""

from collections.abc import Collection, Iterable, Iterator
from datetime import datetime
from itertools import islice

from sqlalchemy import select
from sqlalchemy.orm import Session

from edrms.access.model import Actor
from edrms.access.policy import FIND, holds
from edrms.access.seals import LINK
from edrms.access.sql import visible_clients
from edrms.access.tables import SealedLink
from edrms.audit.model import Entry, Named
from edrms.audit.tables import AuditEvent
from edrms.clients.tables import ClientRow
from edrms.records.tables import CaseFile, Record, RecordAttachment
from edrms.staff.tables import StaffMember

_AT_ONCE = 500


def entries_of(
    session: Session, actor: Actor, events: Collection[AuditEvent], at: datetime
) -> tuple[Entry, ...]:
    """Events as the actor may see them, in the same order."""
    subjects = {(event.subject_kind, event.subject_id) for event in events}
    of_kind = {
        kind: {one for its, one in subjects if its == kind}
        for kind in ("staff", "client", "record")
    }
    staff = staff_names(session, {event.actor_id for event in events} | of_kind["staff"])
    names = {
        "staff": staff,
        "client": client_names(session, actor, of_kind["client"], at),
        "record": references(session, of_kind["record"]),
    }
    return tuple(_entry(event, staff, names.get(event.subject_kind, {})) for event in events)


def _entry(event: AuditEvent, staff: dict[str, str], names: dict[str, str]) -> Entry:
    return Entry(
        number=event.number, event_id=event.event_id, at=event.at, actor_id=event.actor_id,
        actor_name=staff.get(event.actor_id, ""), action=event.action,
        subject_kind=event.subject_kind, subject_id=event.subject_id,
        subject_name=names.get(event.subject_id, ""), outcome=event.outcome, reason=event.reason,
        detail=event.detail, request_id=event.request_id, source=event.source,
        has_detail=bool(event.detail_digest),
    )  # fmt: skip


def named_of(
    session: Session,
    actor: Actor,
    staff_ids: Collection[str],
    client_ids: Collection[str],
    record_ids: Collection[str],
    at: datetime,
) -> Named:
    """All that a report of these may be told with."""
    clients_of = files_of(session, actor, record_ids)
    about = {client for clients in clients_of.values() for client in clients}
    return Named(
        staff=staff_names(session, staff_ids),
        clients=client_names(session, actor, about | set(client_ids), at),
        references=references(session, record_ids),
        clients_of=clients_of,
    )


def staff_names(session: Session, staff_ids: Collection[str]) -> dict[str, str]:
    """Display names by id, of those that are staff."""
    found: dict[str, str] = {}
    for part in _parts(staff_ids):
        wanted = select(StaffMember.staff_id, StaffMember.display_name).where(
            StaffMember.staff_id.in_(part)
        )
        for staff_id, name in session.execute(wanted):
            found[staff_id] = name
    return found


def references(session: Session, record_ids: Collection[str]) -> dict[str, str]:
    """References by record id."""
    found: dict[str, str] = {}
    for part in _parts(record_ids):
        wanted = select(Record.record_id, Record.reference).where(Record.record_id.in_(part))
        for record_id, reference in session.execute(wanted):
            found[record_id] = reference
    return found


def client_names(
    session: Session, actor: Actor, client_ids: Collection[str], at: datetime
) -> dict[str, str]:
    """Names by id, of those whom the actor may find; none for an auditor."""
    found: dict[str, str] = {}
    for part in _parts(client_ids) if holds(actor, FIND) else ():
        wanted = select(ClientRow.client_id, ClientRow.forename, ClientRow.surname).where(
            ClientRow.client_id.in_(part), visible_clients(actor, FIND, at)
        )
        for client_id, forename, surname in session.execute(wanted):
            found[client_id] = f"{forename} {surname}".strip()
    return found


def files_of(
    session: Session, actor: Actor, record_ids: Collection[str]
) -> dict[str, tuple[str, ...]]:
    """Ids of the clients on whose files each record is.

    A sealed identity is left out, so that nobody reads from a shared record who somebody was; but for
    whoever may know (client:identity:link).
    """
    return clients_by_record(session, record_ids, with_sealed=holds(actor, LINK))


def clients_by_record(
    session: Session, record_ids: Collection[str], *, with_sealed: bool
) -> dict[str, tuple[str, ...]]:
    """The same for the rules, which show nobody what they know."""
    found: dict[str, tuple[str, ...]] = {}
    for part in _parts(record_ids):
        wanted = (
            select(RecordAttachment.record_id, CaseFile.client_id)
            .join(CaseFile, CaseFile.case_file_id == RecordAttachment.case_file_id)
            .where(RecordAttachment.record_id.in_(part))
            .distinct()
            .order_by(RecordAttachment.record_id, CaseFile.client_id)
        )
        if not with_sealed:
            wanted = wanted.where(CaseFile.client_id.not_in(select(SealedLink.sealed_id)))
        for record_id, client_id in session.execute(wanted):
            found[record_id] = (*found.get(record_id, ()), client_id)
    return found


def _parts(ids: Iterable[str]) -> Iterator[list[str]]:
    rest = iter(sorted(ids))
    while part := list(islice(rest, _AT_ONCE)):
        yield part
