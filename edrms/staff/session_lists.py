"""Lists of sessions: one's own, and for an administrator anybody's; ending any of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select

from edrms.access.model import Actor
from edrms.access.policy import require
from edrms.clock import Clock
from edrms.db import Database
from edrms.errors import no_such
from edrms.settings import Settings
from edrms.staff.tables import StaffMember, StaffSession
from edrms.uow import UnitOfWork, write


@dataclass(frozen=True, slots=True)
class LiveSession:
    """A session that could be used now. agent: what its browser calls itself."""

    session_id: str
    agent: str
    started_at: datetime
    last_used_at: datetime


class SessionLists:
    """Shows and ends sessions."""

    def __init__(self, database: Database, clock: Clock, settings: Settings) -> None:
        self._database = database
        self._clock = clock
        self._idle = timedelta(seconds=settings.session_idle_s)
        self._total = timedelta(seconds=settings.session_total_s)

    def own(self, actor: Actor) -> Sequence[LiveSession]:
        """The sessions this person has now, the last used first."""
        return self._live(actor.staff_id)

    def of(self, actor: Actor, staff_id: str) -> Sequence[LiveSession]:
        """The sessions somebody else has now. Raises Denied without staff:session:end."""
        require(actor, "staff:session:end")
        return self._live(staff_id)

    def _live(self, staff_id: str) -> Sequence[LiveSession]:
        now = self._clock.now()
        statement = (
            select(StaffSession)
            .where(
                StaffSession.staff_id == staff_id,
                StaffSession.is_complete,
                StaffSession.ended_at.is_(None),
                StaffSession.last_used_at >= now - self._idle,
                StaffSession.started_at >= now - self._total,
            )
            .order_by(StaffSession.last_used_at.desc(), StaffSession.session_id)
        )
        with self._database.read() as session:
            return tuple(
                LiveSession(row.session_id, row.agent, row.started_at, row.last_used_at)
                for row in session.scalars(statement)
            )

    def end_own(self, actor: Actor, session_id: str) -> None:
        """End one of one's own sessions. Raises NotFound for any other."""
        self._end(actor, actor.staff_id, session_id)

    def end_anothers(self, actor: Actor, staff_id: str, session_id: str = "") -> None:
        """End one session of this person, or all of them. Raises Denied without staff:session:end."""
        require(actor, "staff:session:end")
        self._end(actor, staff_id, session_id)

    def _end(self, actor: Actor, staff_id: str, session_id: str) -> None:
        with write(self._database, actor, self._clock) as work:
            if work.session.get(StaffMember, staff_id) is None:
                raise no_such("staff member")
            ended = end_sessions(work, staff_id, only=session_id)
            if session_id and not ended:
                raise no_such("session")
            work.journal("staff:session:end", "staff", staff_id, sessions=ended)


def end_sessions(work: UnitOfWork, staff_id: str, *, only: str = "", but: str = "") -> int:
    """End a person's sessions (one, all, or all but one) in the caller's transaction; how many."""
    statement = select(StaffSession).where(
        StaffSession.staff_id == staff_id, StaffSession.ended_at.is_(None)
    )
    if only:
        statement = statement.where(StaffSession.session_id == only)
    rows = [row for row in work.session.scalars(statement) if row.session_id != but]
    for row in rows:
        row.ended_at = work.now
    return len(rows)
