"""Signing in, proving oneself again, and signing out. Sessions live in the database: ending one takes
effect at the next request.

Unknown names and wrong passwords have the same answer after the same work. Who may try, and how often,
is in rules.py: nobody can keep another person from signing in. Lists of sessions are in session_lists.py.
"""

import secrets
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import delete, or_
from sqlalchemy.orm import Session

from edrms.access.model import Actor, Visit
from edrms.clock import Clock
from edrms.db import Database
from edrms.errors import NotSignedIn, Refused
from edrms.ids import StaffId, new_id
from edrms.settings import Settings
from edrms.staff.accounts import PERSON, SYSTEM, actor_for, find_by_username
from edrms.staff.devices import forget_old_devices, known_device, remember_device
from edrms.staff.passwords import password_is_right
from edrms.staff.second_factor import SecondFactors, has_factor
from edrms.staff.tables import SignInAttempts, StaffMember, StaffSession
from edrms.staff.throttle import (
    Tries,
    digest,
    succeeded,
    take,
    tries_of_code,
    tries_of_device,
    tries_of_stranger,
)
from edrms.uow import UnitOfWork, write

PENDING_FOR = timedelta(minutes=5)
TRIES_KEPT_FOR = timedelta(days=1)
CHANGE_PASSWORD, SET_UP_FACTOR = "change_password", "set_up_factor"


@dataclass(frozen=True, slots=True)
class Arrival:
    """Where an attempt comes from. source: network address. device: the cookie that names the browser.
    agent: what the browser calls itself. visit: the request it is made in."""

    source: str = ""
    device: str = ""
    agent: str = ""
    visit: Visit | None = None


@dataclass(frozen=True, slots=True)
class Begun:
    """A session just begun. needs_code: it opens nothing until the second factor is given. device: the
    browser's new name, "" where it is not to change."""

    token: str
    needs_code: bool = False
    device: str = ""


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A live session: who, the token that forms must carry back, and when its holder was last proved.

    must: what has to be done before anything else (CHANGE_PASSWORD, SET_UP_FACTOR), "" if nothing.
    """

    actor: Actor
    csrf_token: str
    session_id: str
    proved_at: datetime
    must: str = ""


NOWHERE = Arrival()


class Sessions:
    """Starts, finds, proves and ends sessions."""

    def __init__(self, database: Database, clock: Clock, settings: Settings) -> None:
        self._database = database
        self._clock = clock
        self._factors = SecondFactors(database, clock, settings)
        self._factor_required = settings.require_second_factor
        self._idle = timedelta(seconds=settings.session_idle_s)
        self._total = timedelta(seconds=settings.session_total_s)

    def start(
        self, username: str, password: str, code: str = "", arrival: Arrival = NOWHERE
    ) -> str:
        """The token of a new session, in one step. Raises Refused, alike for every kind of wrong."""
        begun = self.begin(username, password, arrival)
        return self.finish(begun.token, code, arrival).token if begun.needs_code else begun.token

    def begin(self, username: str, password: str, arrival: Arrival = NOWHERE) -> Begun:
        """The first step. Raises Refused, alike for unknown and wrong, and while one must wait."""
        member, tries, may_try = self._ask(username, arrival)
        person = member if member and member.kind == PERSON else None
        fits = password_is_right(person.password_hash if person else None, password)
        if person is None or not fits or not person.active or not may_try:
            with write(self._database, _nobody(arrival), self._clock) as work:
                _journal_refusal(work, member)
            raise _refused()
        with write(self._database, _acting(person, arrival), self._clock) as work:
            succeeded(work, tries)
            if has_factor(work.session, person.staff_id):
                return Begun(self._add_row(work, person, arrival, is_complete=False), True)
            return self._complete(work, person, arrival)

    def _ask(self, username: str, arrival: Arrival) -> tuple[StaffMember | None, Tries, bool]:
        """The account if there is one, the buckets this try is counted in, and whether it may be made."""
        with write(self._database, SYSTEM, self._clock) as work:
            member = find_by_username(work.session, username)
            tries = _tries(work, member, username, arrival)
            return member, tries, take(work, tries)

    def finish(self, token: str, code: str, arrival: Arrival = NOWHERE) -> Begun:
        """The second step, with a code of the authenticator or a recovery code: a new token.

        Raises Refused for a wrong or used code, NotSignedIn when there is nothing to finish.
        """
        row = self._pending(token)
        if row is None:
            raise NotSignedIn("The sign-in took too long or was finished already. Begin again.")
        member, may_try, tries = self._ask_for_code(row.staff_id, arrival)
        begun = None
        with write(self._database, _acting(member, arrival), self._clock) as work:
            good = may_try and member.active and self._factors.accept(work, member.staff_id, code)
            if good and _gone(work, token, is_complete=False):
                succeeded(work, tries)
                begun = self._complete(work, member, arrival)
            else:
                _journal_refusal(work, member, "second factor")
        if begun is None:
            raise _refused()
        return begun

    def is_waiting_for_code(self, token: str) -> bool:
        """Whether this token is of a sign-in whose second step is still to come."""
        return self._pending(token) is not None

    def _pending(self, token: str) -> StaffSession | None:
        with self._database.read() as session:
            row = session.get(StaffSession, digest(token)) if token else None
        if row is None or row.is_complete or row.ended_at:
            return None
        return row if self._clock.now() <= row.started_at + PENDING_FOR else None

    def _ask_for_code(self, staff_id: str, arrival: Arrival) -> tuple[StaffMember, bool, Tries]:
        with write(self._database, SYSTEM, self._clock) as work:
            member = work.session.get_one(StaffMember, staff_id)
            device = known_device(work.session, arrival.device, staff_id, work.now)
            tries = tries_of_code(staff_id, device)
            return member, take(work, tries), tries

    def _complete(self, work: UnitOfWork, member: StaffMember, arrival: Arrival) -> Begun:
        device = remember_device(work, arrival.device, member.staff_id)
        token = self._add_row(work, member, arrival, is_complete=True)
        work.journal("staff:session:start", "staff", member.staff_id)
        return Begun(token, device=device)

    def _add_row(
        self, work: UnitOfWork, member: StaffMember, arrival: Arrival, *, is_complete: bool
    ) -> str:
        return _add_row(
            work,
            staff_id=member.staff_id,
            session_id=new_id(),
            started_at=work.now,
            is_complete=is_complete,
            agent=arrival.agent[:200],
        )

    def prove(self, token: str, password: str, code: str, arrival: Arrival = NOWHERE) -> Begun:
        """Show again that the session's holder is its owner; the session goes on under a new token.

        Raises Refused for a wrong password or code, NotSignedIn when there is no session.
        """
        found = self.find(token)
        if found is None:
            raise NotSignedIn("Sign in first: there is no session, or it has ended.")
        found = replace(found, actor=replace(found.actor, visit=arrival.visit))
        member, tries, may_try = self._ask(self._username(found), arrival)
        fits = password_is_right(member.password_hash if member else None, password)
        if member is None or not fits or not may_try:
            self._note_unproved(found)
            raise _not_proved()
        _, code_may_be_tried, code_tries = self._ask_for_code(member.staff_id, arrival)
        begun = None
        with write(self._database, found.actor, self._clock) as work:
            needs_code = has_factor(work.session, member.staff_id)
            good = not needs_code or (
                code_may_be_tried and self._factors.accept(work, member.staff_id, code)
            )
            if good:
                begun = self._go_on(work, token)
                succeeded(work, tries)
                succeeded(work, code_tries)
            else:
                _journal_unproved(work, found)
        if begun is None:
            raise _not_proved()
        return begun

    def _username(self, found: SignedIn) -> str:
        with self._database.read() as session:
            return session.get_one(StaffMember, found.actor.staff_id).username

    def _go_on(self, work: UnitOfWork, token: str) -> Begun:
        row = work.session.get(StaffSession, digest(token))
        if row is None or not _gone(work, token, is_complete=True):
            raise NotSignedIn("The session has ended. Sign in again.")
        made = _add_row(
            work,
            staff_id=row.staff_id,
            session_id=row.session_id,
            started_at=row.started_at,
            is_complete=True,
            agent=row.agent,
        )
        work.journal("staff:session:prove", "staff", row.staff_id)
        return Begun(made)

    def _note_unproved(self, found: SignedIn) -> None:
        with write(self._database, found.actor, self._clock) as work:
            _journal_unproved(work, found)

    def find(self, token: str) -> SignedIn | None:
        """Who is signed in with this token, or None when it is unknown, idle too long or ended."""
        return self.find_by_digest(digest(token)) if token else None

    def find_by_digest(self, token_hash: str) -> SignedIn | None:
        """The same for whoever kept only the hash of the token."""
        now = self._clock.now()
        with self._database.read() as session:
            row = session.get(StaffSession, token_hash)
            if row is None or not row.is_complete or not self._is_live(row, now):
                return None
            member = session.get(StaffMember, row.staff_id)
            if member is None or not member.active:
                return None
            found = SignedIn(
                actor_for(session, member, now), row.csrf_token, row.session_id, row.proved_at,
                self._must(session, member),
            )  # fmt: skip
            stale = now > row.last_used_at + self._idle / 10
        if stale:
            self._touch(token_hash)
        return found

    def _is_live(self, row: StaffSession, now: datetime) -> bool:
        in_time = now <= row.last_used_at + self._idle and now <= row.started_at + self._total
        return row.ended_at is None and in_time

    def _must(self, session: Session, member: StaffMember) -> str:
        if member.must_change_password:
            return CHANGE_PASSWORD
        if self._factor_required and not has_factor(session, member.staff_id):
            return SET_UP_FACTOR
        return ""

    def _touch(self, token_hash: str) -> None:
        with write(self._database, SYSTEM, self._clock) as work:
            row = work.session.get(StaffSession, token_hash)
            if row:
                row.last_used_at = work.now

    def end(self, token: str, actor: Actor) -> None:
        """End the session; the token is worth nothing from now on."""
        with write(self._database, actor, self._clock) as work:
            row = work.session.get(StaffSession, digest(token))
            if row and row.ended_at is None:
                row.ended_at = work.now
                work.journal("staff:session:end", "staff", row.staff_id)

    def forget_ended(self, work: UnitOfWork) -> bool:
        """Remove sessions nobody can use any more, tries and devices long past; nothing is left to do."""
        over = or_(
            StaffSession.ended_at.is_not(None),
            StaffSession.last_used_at < work.now - self._idle,
            StaffSession.started_at < work.now - self._total,
        )
        work.session.execute(delete(StaffSession).where(over))
        past = SignInAttempts.last_failed_at < work.now - TRIES_KEPT_FOR
        work.session.execute(delete(SignInAttempts).where(past))
        forget_old_devices(work)
        return False


def _tries(work: UnitOfWork, member: StaffMember | None, username: str, arrival: Arrival) -> Tries:
    if member:
        device = known_device(work.session, arrival.device, member.staff_id, work.now)
        if device:
            return tries_of_device(device, member.staff_id)
    return tries_of_stranger(work, username, arrival.source)


def _add_row(work: UnitOfWork, **fields: object) -> str:
    token = secrets.token_urlsafe(32)
    work.session.add(
        StaffSession(
            token_hash=digest(token),
            csrf_token=secrets.token_urlsafe(32),
            last_used_at=work.now,
            proved_at=work.now,
            **fields,
        )
    )
    return token


def _gone(work: UnitOfWork, token: str, *, is_complete: bool) -> bool:
    """Take the session away, since another comes in its place; False if something was quicker."""
    found = work.session.execute(
        delete(StaffSession).where(
            StaffSession.token_hash == digest(token),
            StaffSession.is_complete.is_(is_complete),
            StaffSession.ended_at.is_(None),
        )
    )
    return bool(found.rowcount)  # type: ignore[attr-defined]


def _nobody(arrival: Arrival) -> Actor:
    return replace(SYSTEM, visit=arrival.visit)


def _acting(member: StaffMember, arrival: Arrival) -> Actor:
    name = StaffId(member.staff_id), member.display_name
    return Actor(*name, frozenset(), visit=arrival.visit)


def _journal_refusal(work: UnitOfWork, member: StaffMember | None, reason: str = "") -> None:
    subject = member.staff_id if member else "unknown"
    work.journal("staff:session:start", "staff", subject, outcome="refused", reason=reason)


def _journal_unproved(work: UnitOfWork, found: SignedIn) -> None:
    work.journal("staff:session:prove", "staff", found.actor.staff_id, outcome="refused")


def _refused() -> Refused:
    return Refused(
        "The user name, password or code is not right, or there were too many tries. "
        "Check them and try again in half a minute.",
        code="sign_in_refused",
    )


def _not_proved() -> Refused:
    return Refused(
        "The password or the code is not right, or there were too many tries. "
        "Check them and try again in half a minute.",
        code="proof_refused",
    )
