"""One leader for each periodic duty, however many hosts there are. A term of leading is a lease with a
fencing token, like a job's: a leader that was stopped past its lease is refused in the very
transaction that would commit its act. What a duty is lives with whoever performs it.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import CursorResult, or_, select, update
from sqlalchemy.exc import IntegrityError

from edrms.access.model import Actor
from edrms.clock import Clock
from edrms.db import Database
from edrms.errors import StaleLease
from edrms.jobs.lease_clock import LeaseClock
from edrms.jobs.tables import Duty
from edrms.uow import UnitOfWork, write


@dataclass(frozen=True, slots=True)
class Term:
    """The lead in one duty, until its lease runs out or the duty is done."""

    duty: str
    fence: int


class Leader:
    """Takes the lead, keeps it, and lays it down."""

    def __init__(self, database: Database, clock: Clock, lease_s: float) -> None:
        self._database = database
        self._clock = clock
        self._lease = timedelta(seconds=lease_s)
        self._leases = LeaseClock(database, clock)

    def hold(self, duty: str, holder: Actor, every: timedelta = timedelta(0)) -> Term | None:
        """Lead in this duty if nobody does and it was not done within `every`; None otherwise."""
        self._make_known(duty, holder)
        free = or_(Duty.lease_until.is_(None), Duty.lease_until < self._leases.now())
        due = or_(Duty.done_at.is_(None), Duty.done_at <= self._leases.now(-every))
        wanted = select(Duty).where(Duty.duty == duty, free, due)
        with self._database.read() as session:
            if session.scalar(wanted) is None:
                return None
        with write(self._database, holder, self._clock) as work:
            row = work.session.scalar(wanted.with_for_update(skip_locked=True))
            if row is None:
                return None
            term = Term(duty, row.fence + 1)
            work.session.execute(
                update(Duty)
                .where(Duty.duty == duty)
                .values(
                    holder=holder.staff_id,
                    fence=term.fence,
                    lease_until=self._leases.now(self._lease),
                )
            )
        return term

    def renew(self, term: Term, holder: Actor) -> None:
        """Keep the lead for another lease. Raises StaleLease if it was lost."""
        with write(self._database, holder, self._clock) as work:
            _settle(work, term, lease_until=self._leases.now(self._lease))

    def done(self, work: UnitOfWork, term: Term) -> None:
        """The duty is done, in the caller's transaction, and the lead laid down.

        Raises StaleLease if the lead was lost.
        """
        _settle(work, term, lease_until=None, done_at=self._leases.now())

    def lay_down(self, term: Term, holder: Actor) -> None:
        """Let another try: the duty was not done. Raises StaleLease if the lead was lost."""
        with write(self._database, holder, self._clock) as work:
            _settle(work, term, lease_until=None)

    def _make_known(self, duty: str, holder: Actor) -> None:
        with self._database.read() as session:
            if session.get(Duty, duty) is not None:
                return
        try:
            with write(self._database, holder, self._clock) as work:
                work.session.add(Duty(duty=duty))
        except IntegrityError:  # another host was quicker
            return


def still_leader(work: UnitOfWork, term: Term) -> None:
    """Nobody else can take the lead before this transaction ends. Raises StaleLease if one has."""
    mine = select(Duty.duty).where(Duty.duty == term.duty, Duty.fence == term.fence)
    if work.session.scalar(mine.where(Duty.lease_until.is_not(None)).with_for_update()) is None:
        raise _lost(term)


def _settle(work: UnitOfWork, term: Term, **values: Any) -> None:
    mine = update(Duty).where(
        Duty.duty == term.duty, Duty.fence == term.fence, Duty.lease_until.is_not(None)
    )
    unsynchronised = mine.values(**values).execution_options(synchronize_session=False)
    result = work.session.execute(unsynchronised)
    if isinstance(result, CursorResult) and result.rowcount != 1:
        raise _lost(term)


def _lost(term: Term) -> StaleLease:
    return StaleLease("The lead in this duty has passed to another.", duty=term.duty)
