"""Signing in and out. Sessions live in the database: ending one takes effect at the next request.

Unknown names and wrong passwords have the same answer after the same work. Repeated failures on one
name slow that name down for a short while; they never lock an account for good, so nobody can be shut
out by another's guessing.
"""

import hashlib
import secrets
from dataclasses import dataclass, replace
from datetime import timedelta

from sqlalchemy import delete, or_
from sqlalchemy.orm import Session

from edrms.access.model import Actor, Visit
from edrms.clock import Clock
from edrms.db import Database
from edrms.errors import Refused
from edrms.ids import StaffId
from edrms.settings import Settings
from edrms.staff.accounts import SYSTEM, actor_for, find_by_username, password_is_right
from edrms.staff.tables import SignInAttempts, StaffMember, StaffSession
from edrms.uow import UnitOfWork, write

FREE_ATTEMPTS = 5
WAIT_AFTER_FAILURES = timedelta(seconds=30)
FAILURES_KEPT_FOR = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A live session: who, and the token that forms must carry back."""

    actor: Actor
    csrf_token: str


def _digest(value: str) -> str:
    return hashlib.sha256(value.encode()).hexdigest()


class Sessions:
    """Starts, finds and ends sessions."""

    def __init__(self, database: Database, clock: Clock, settings: Settings) -> None:
        self._database = database
        self._clock = clock
        self._idle = timedelta(seconds=settings.session_idle_s)
        self._total = timedelta(seconds=settings.session_total_s)

    def start(self, username: str, password: str, visit: Visit | None = None) -> str:
        """The token of a new session. Raises Refused, alike for unknown and wrong."""
        with self._database.read() as session:
            waiting = self._must_wait(session, username)
            member = find_by_username(session, username)
        fits = password_is_right(member, password)
        if member is None or not fits or not member.active or waiting:
            self._note_failure(username, member, visit, while_waiting=waiting)
            raise Refused(
                "The user name or password is not right, or there were too many tries. "
                "Check both and try again in half a minute.",
                code="sign_in_refused",
            )
        return self._open(member, visit)

    def _open(self, member: StaffMember, visit: Visit | None) -> str:
        token = secrets.token_urlsafe(32)
        actor = Actor(StaffId(member.staff_id), member.display_name, frozenset(), visit=visit)
        with write(self._database, actor, self._clock) as work:
            work.session.add(
                StaffSession(
                    token_hash=_digest(token),
                    staff_id=member.staff_id,
                    csrf_token=secrets.token_urlsafe(32),
                    started_at=work.now,
                    last_used_at=work.now,
                )
            )
            attempts = work.session.get(SignInAttempts, _digest(member.username))
            if attempts:
                work.session.delete(attempts)
            work.journal("staff:session:start", "staff", member.staff_id)
        return token

    def _must_wait(self, session: Session, username: str) -> bool:
        attempts = session.get(SignInAttempts, _digest(username))
        return (
            attempts is not None
            and attempts.failures >= FREE_ATTEMPTS
            and self._clock.now() < attempts.last_failed_at + WAIT_AFTER_FAILURES
        )

    def _note_failure(
        self,
        username: str,
        member: StaffMember | None,
        visit: Visit | None,
        *,
        while_waiting: bool,
    ) -> None:
        """Tries during the wait are journalled but do not prolong it, else anybody could do so."""
        with write(self._database, replace(SYSTEM, visit=visit), self._clock) as work:
            work.alone(f"sign-in attempts of {_digest(username)}")
            attempts = work.session.get(SignInAttempts, _digest(username))
            if attempts is None:
                attempts = SignInAttempts(username_hash=_digest(username), failures=0)
                work.session.add(attempts)
            if not while_waiting:
                attempts.failures += 1
                attempts.last_failed_at = work.now
            subject = member.staff_id if member else "unknown"
            work.journal("staff:session:start", "staff", subject, outcome="refused")

    def find(self, token: str) -> SignedIn | None:
        """Who is signed in with this token, or None when it is unknown, idle too long or ended."""
        return self.find_by_digest(_digest(token))

    def find_by_digest(self, token_hash: str) -> SignedIn | None:
        """The same for whoever kept only the hash of the token."""
        now = self._clock.now()
        with self._database.read() as session:
            row = session.get(StaffSession, token_hash)
            if row is None or row.ended_at is not None:
                return None
            if now > row.last_used_at + self._idle or now > row.started_at + self._total:
                return None
            member = session.get(StaffMember, row.staff_id)
            if member is None or not member.active:
                return None
            found = SignedIn(actor_for(session, member, now), row.csrf_token)
            stale = now > row.last_used_at + self._idle / 10
        if stale:
            self._touch(token_hash)
        return found

    def _touch(self, token_hash: str) -> None:
        with write(self._database, SYSTEM, self._clock) as work:
            row = work.session.get(StaffSession, token_hash)
            if row:
                row.last_used_at = work.now

    def end(self, token: str, actor: Actor) -> None:
        """End the session; the token is worth nothing from now on."""
        with write(self._database, actor, self._clock) as work:
            row = work.session.get(StaffSession, _digest(token))
            if row and row.ended_at is None:
                row.ended_at = work.now
                work.journal("staff:session:end", "staff", row.staff_id)

    def forget_ended(self, work: UnitOfWork) -> bool:
        """Remove sessions nobody can use any more, and failures long past; nothing is left to do."""
        over = or_(
            StaffSession.ended_at.is_not(None),
            StaffSession.last_used_at < work.now - self._idle,
            StaffSession.started_at < work.now - self._total,
        )
        work.session.execute(delete(StaffSession).where(over))
        past = SignInAttempts.last_failed_at < work.now - FAILURES_KEPT_FOR
        work.session.execute(delete(SignInAttempts).where(past))
        return False
