"""What guards and grants are about: a client or a record, found and decided upon in one place."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy.orm import Session

from edrms.access.facts import client_facts, record_facts
from edrms.access.model import Actor, ClientFacts, RecordFacts
from edrms.access.policy import decide
from edrms.clients.tables import ClientRow
from edrms.errors import no_such
from edrms.records.tables import Record


class SubjectKind(StrEnum):
    """What a guard can be about."""

    CLIENT = "client"
    RECORD = "record"


@dataclass(frozen=True, slots=True)
class Subject:
    """A client or a record. An id of the other kind is answered as absent."""

    kind: SubjectKind
    subject_id: str


def facts_of(session: Session, subject: Subject, at: datetime) -> RecordFacts | ClientFacts:
    """The facts about a subject at a moment. Raises NotFound if there is none."""
    if subject.kind is SubjectKind.CLIENT:
        client = session.get(ClientRow, subject.subject_id)
        if client is not None:
            return client_facts(session, client, at)
    else:
        record = session.get(Record, subject.subject_id)
        if record is not None:
            return record_facts(session, record, at)
    raise no_such(subject.kind)


def facts_within(
    session: Session, actor: Actor, permission: str, subject: Subject, at: datetime
) -> RecordFacts | ClientFacts:
    """The same, if the actor may do this to it; NotFound alike for absent and forbidden."""
    facts = facts_of(session, subject, at)
    decision = decide(actor, permission, facts)
    if not decision.allowed:
        raise no_such(subject.kind, reason=decision.reason)
    return facts


def clients_of(facts: RecordFacts | ClientFacts) -> list[str]:
    """Ids of the clients a subject is about."""
    files = (facts.file,) if isinstance(facts, ClientFacts) else facts.files
    return [file.client_id for file in files]
