"""Issuing tickets and taking them back. Whoever issues has decided and journalled; whoever takes one
decides again, for the session may have ended and the right been taken away since.
"""

import secrets
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import delete

from edrms.access.model import Actor
from edrms.clock import Clock
from edrms.db import Database
from edrms.errors import no_such
from edrms.staff.accounts import SYSTEM
from edrms.staff.throttle import digest
from edrms.tickets.tables import ContentTicket
from edrms.uow import UnitOfWork, write

GOOD_FOR = timedelta(seconds=60)
TICKET_BYTES = 32


@dataclass(frozen=True, slots=True)
class Subject:
    """What a ticket is for: a rendition of a record, or an item (rendition "")."""

    kind: str
    subject_id: str
    rendition: str = ""


@dataclass(frozen=True, slots=True)
class Taken:
    """A ticket just used up: for what, and the hash of the session's token it was issued to."""

    subject: Subject
    session_hash: str


class ContentTickets:
    """Tickets of this instance."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def issue(self, actor: Actor, session_token: str, subject: Subject) -> str:
        """A ticket of 256 random bits for what was just decided and journalled."""
        ticket = secrets.token_urlsafe(TICKET_BYTES)
        with write(self._database, actor, self._clock) as work:
            work.session.add(
                ContentTicket(
                    ticket_hash=digest(ticket), session_hash=digest(session_token),
                    subject_kind=subject.kind, subject_id=subject.subject_id,
                    rendition=subject.rendition, issued_at=work.now,
                )
            )  # fmt: skip
        return ticket

    def take(self, ticket: str) -> Taken:
        """Use a ticket up. NotFound alike for unknown, used and too old."""
        with write(self._database, SYSTEM, self._clock) as work:
            row = work.session.get(ContentTicket, digest(ticket))
            used = delete(ContentTicket).where(ContentTicket.ticket_hash == digest(ticket))
            is_first = bool(work.session.execute(used).rowcount)  # type: ignore[attr-defined]
        if row is None or not is_first or self._clock.now() > row.issued_at + GOOD_FOR:
            raise no_such("file")
        return Taken(Subject(row.subject_kind, row.subject_id, row.rendition), row.session_hash)

    def forget_old(self, work: UnitOfWork) -> bool:
        """Remove tickets nobody used in time; nothing is left to do."""
        work.session.execute(
            delete(ContentTicket).where(ContentTicket.issued_at < work.now - GOOD_FOR)
        )
        return False
