"""What clients and records are called, to those who may know: for lists that are about many of them."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from edrms.access.model import Actor
from edrms.access.policy import FIND, VIEW, decide, require
from edrms.access.reports import REPORT, is_reportable
from edrms.access.sql import visible_clients
from edrms.access.subjects import Subject, SubjectKind, facts_of
from edrms.clients.folding import fold_reference
from edrms.clients.register import get_clients
from edrms.clients.tables import ClientIdentifier, ClientRow
from edrms.clock import Clock
from edrms.db import Database
from edrms.errors import Invalid
from edrms.records.reading import visible_among
from edrms.records.tables import Record


class Names:
    """Names of subjects; one whose name the actor may not know is left out."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def of(self, actor: Actor, subjects: Iterable[Subject]) -> dict[Subject, str]:
        """A client's name, a record's reference and title."""
        clients, records = set[str](), set[str]()
        for one in subjects:
            (clients if one.kind is SubjectKind.CLIENT else records).add(one.subject_id)
        now = self._clock.now()
        with self._database.read() as session:
            may_find = visible_clients(actor, FIND, now)
            wanted = select(ClientRow.client_id).where(ClientRow.client_id.in_(clients), may_find)
            people = get_clients(session, session.scalars(wanted).all()) if clients else {}
            seen = visible_among(session, actor, VIEW, records, now) if records else {}
        named = {Subject(SubjectKind.CLIENT, key): one.full_name for key, one in people.items()}
        return named | {
            Subject(SubjectKind.RECORD, key): f"{one.reference} {one.title}"
            for key, one in seen.items()
        }

    def typed(self, actor: Actor, reference: str, *, field: str = "subject") -> Subject:
        """The one record of this reference, or client of this case or NHS number, that the actor may
        find. Raises Invalid alike for none and for one out of reach."""
        now = self._clock.now()
        with self._database.read() as session:
            found = [
                one
                for one in _numbered(session, reference)
                if _is_findable(session, actor, one, now)
            ]
        return _the_one(found, field)

    def typed_for_report(self, actor: Actor, reference: str, *, field: str = "subject") -> Subject:
        """The same for a report on access, which an auditor may ask for without seeing the file."""
        require(actor, REPORT)
        now = self._clock.now()
        with self._database.read() as session:
            found = [
                one
                for one in _numbered(session, reference)
                if is_reportable(actor, facts_of(session, one, now))
            ]
        return _the_one(found, field)


def _numbered(session: Session, typed: str) -> list[Subject]:
    """Whatever has this number, whoever may see it."""
    words, folded = " ".join(typed.split()), fold_reference(typed)
    if not folded:
        return []
    records = select(Record.record_id).where(Record.reference == words.upper())
    of_case = select(ClientIdentifier.client_id).where(ClientIdentifier.value_folded == folded)
    clients = select(ClientRow.client_id).where(
        or_(ClientRow.client_id.in_(of_case), ClientRow.nhs_number == folded)
    )
    found = [Subject(SubjectKind.RECORD, one) for one in session.scalars(records)]
    return found + [Subject(SubjectKind.CLIENT, one) for one in session.scalars(clients)]


def _is_findable(session: Session, actor: Actor, one: Subject, at: datetime) -> bool:
    if one.kind is SubjectKind.RECORD:  # one that was destroyed has no name any more
        return bool(visible_among(session, actor, VIEW, [one.subject_id], at))
    return decide(actor, FIND, facts_of(session, one, at)).allowed


def _the_one(found: list[Subject], field: str) -> Subject:
    if len(found) == 1:
        return found[0]
    message = "Enter a record's reference, or a person's case number or NHS number."
    raise Invalid(message, fields={field: message})
