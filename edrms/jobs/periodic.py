"""Periodic work: every host offers to do each duty when it is due, and its one leader does it.

A duty is done in parts, each a short transaction that checks the lead; after the last it counts as done.
Something outside the database (the index) must bear being done by two at once. Which duties there are
is chosen in api/duties.py.
"""

import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from edrms.access.model import Actor
from edrms.clock import Clock
from edrms.db import Database
from edrms.errors import StaleLease, Unavailable
from edrms.jobs.heartbeat import Heartbeat
from edrms.jobs.leader import Leader, Term, still_leader
from edrms.uow import UnitOfWork, write

Part = Callable[[UnitOfWork], bool]
log = logging.getLogger("edrms.periodic")


@dataclass(frozen=True, slots=True)
class PeriodicDuty:
    """part: does some of it, in a transaction of its own; returns whether there is more to do.

    before: called first, outside any transaction; returns False to leave the duty for later.
    """

    name: str
    every: timedelta
    part: Part = lambda _: False
    before: Callable[[], bool] = lambda: True


class Periodic:
    """Does what is due until told to stop."""

    def __init__(
        self, database: Database, clock: Clock, duties: Sequence[PeriodicDuty], holder: Actor, *,
        lease_s: float,
    ) -> None:  # fmt: skip
        self._database = database
        self._clock = clock
        self._duties = duties
        self._holder = holder
        self._lease_s = lease_s
        self._leader = Leader(database, clock, lease_s)
        self._stop = threading.Event()

    def stop(self) -> None:
        """Finish the part in hand, then return from run."""
        self._stop.set()

    def run(self, poll_s: float) -> None:
        """Look for duties that are due every poll_s until stopped; wait while the database is away."""
        while not self._stop.is_set():
            for duty in self._duties:
                try:
                    self.offer(duty)
                except (StaleLease, Unavailable) as error:
                    cause = {"duty": duty.name, "cause": error.error_code}
                    log.warning("duty_postponed", extra=cause)
            self._stop.wait(poll_s)

    def offer(self, duty: PeriodicDuty) -> bool:
        """Do this duty if it is due and nobody else does it; returns whether it was done."""
        term = self._leader.hold(duty.name, self._holder, duty.every)
        if term is None:
            return False
        with Heartbeat(lambda: self._leader.renew(term, self._holder), self._lease_s / 3):
            if duty.before():
                return self._do(duty, term)
        self._leader.lay_down(term, self._holder)
        return False

    def _do(self, duty: PeriodicDuty, term: Term) -> bool:
        more = True
        while more and not self._stop.is_set():
            with write(self._database, self._holder, self._clock) as work:
                still_leader(work, term)
                more = duty.part(work)
                if not more:
                    self._leader.done(work, term)
        return not more
