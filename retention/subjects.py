"""Whom and what a life event is about, and whether an actor may say or see it.

Absent and forbidden are answered alike. A program that sees no files (a case management system) may
say something of everybody whom it finds, as with allocations.
"""

from datetime import datetime

from sqlalchemy import ColumnElement, Select, or_, select
from sqlalchemy.orm import Session

from edrms.access.facts import client_facts
from edrms.access.model import Actor
from edrms.access.policy import FIND, decide, granting
from edrms.access.sql import visible_clients
from edrms.access.subjects import Subject, facts_within
from edrms.access.subjects import SubjectKind as AccessKind
from edrms.clients.tables import ClientRow
from edrms.errors import no_such
from edrms.records.tables import CaseFile, RecordAttachment
from retention.life import SubjectKind

_THINGS = {
    SubjectKind.CLIENT: "client",
    SubjectKind.CASE_FILE: "case file",
    SubjectKind.RECORD: "record",
}


def clients_of(session: Session, kind: str, subject_id: str) -> list[str]:
    """The clients a subject is about; none for one that does not exist."""
    if kind == SubjectKind.CLIENT:
        statement: Select[str] = select(ClientRow.client_id).where(
            ClientRow.client_id == subject_id
        )
    elif kind == SubjectKind.CASE_FILE:
        statement = select(CaseFile.client_id).where(CaseFile.case_file_id == subject_id)
    else:
        statement = (
            select(CaseFile.client_id)
            .join(RecordAttachment, RecordAttachment.case_file_id == CaseFile.case_file_id)
            .where(RecordAttachment.record_id == subject_id)
            .distinct()
        )
    return list(session.scalars(statement))


def must_reach(
    session: Session, actor: Actor, permission: str, kind: SubjectKind, subject_id: str,
    at: datetime,
) -> list[str]:  # fmt: skip
    """The clients of a subject the actor may do this to. Raises NotFound alike for absent and forbidden."""
    clients = clients_of(session, kind, subject_id)
    if not clients:
        raise no_such(_THINGS[kind])
    if kind is SubjectKind.RECORD:
        facts_within(session, actor, permission, Subject(AccessKind.RECORD, subject_id), at)
        return clients
    row = session.get_one(ClientRow, clients[0])
    facts = client_facts(session, row, at)
    decision = decide(actor, permission, facts)
    by_finding = _is_of_a_program(actor, permission) and decide(actor, FIND, facts).allowed
    if not decision.allowed and not by_finding:
        raise no_such(_THINGS[kind], reason=decision.reason)
    return clients


def reached_clients(actor: Actor, permission: str, at: datetime) -> ColumnElement[bool]:
    """A condition on clients, true for those the actor may do this to: must_reach for many at once."""
    reached = visible_clients(actor, permission, at)
    if _is_of_a_program(actor, permission):
        return or_(reached, visible_clients(actor, FIND, at))
    return reached


def _is_of_a_program(actor: Actor, permission: str) -> bool:
    return any(not role.reaches for role in granting(actor, permission))
