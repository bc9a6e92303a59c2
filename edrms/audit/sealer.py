"""The sealer: one of all hosts, by lead and fencing, that seals what waits for as long as it is told to.

What hinders it is said in the log and kept for the status page; it goes on trying.
"""

import logging
import threading
from contextlib import suppress
from datetime import timedelta

from sqlalchemy import select

from edrms.access.model import Actor
from edrms.audit.notes import Signer
from edrms.audit.place import CheckpointPlace
from edrms.audit.sealing import MOST_AT_ONCE, publish_newest, seal_waiting
from edrms.audit.tables import AuditSealing, AuditWaiting
from edrms.clock import Clock
from edrms.db import Database
from edrms.errors import Damaged, OutcomeUnknown, StaleLease, Unavailable
from edrms.ids import StaffId
from edrms.jobs.heartbeat import Heartbeat
from edrms.jobs.leader import Leader, Term, still_leader
from edrms.uow import write

DUTY = "audit sealing"
EVERY_S = 3.0  # a checkpoint at least every 5 s while there are new events
SAY_EVERY = timedelta(seconds=30)
SEALER, CLOCK, CHECK = "sealer", "clock", "check"
log = logging.getLogger("edrms.audit")


class Sealer:
    """Seals in rounds. Not shared between threads."""

    def __init__(
        self, database: Database, clock: Clock, signer: Signer, place: CheckpointPlace, *,
        name: str, lease_s: float,
    ) -> None:  # fmt: skip
        self._database = database
        self._clock = clock
        self._signer = signer
        self._place = place
        self._lease_s = lease_s
        self.actor = Actor(StaffId(name), "EDRMS sealing", frozenset())
        self._leader = Leader(database, clock, lease_s)
        self._stop = threading.Event()

    def stop(self) -> None:
        """Finish the round in hand, then return from run."""
        self._stop.set()

    def run(self, every_s: float = EVERY_S) -> None:
        """Seal until stopped, wherever this host leads; wait while the database is away."""
        while not self._stop.is_set():
            try:
                self._lead_for_a_while(every_s)
            except (StaleLease, Unavailable) as error:
                log.warning("sealing_postponed", extra={"cause": error.error_code})
            self._stop.wait(every_s)

    def _lead_for_a_while(self, every_s: float) -> None:
        term = self.take_lead()
        if term is None:
            return
        with Heartbeat(lambda: self._leader.renew(term, self.actor), self._lease_s / 3):
            while not self._stop.is_set():
                if self.round(term) < MOST_AT_ONCE:
                    self._stop.wait(every_s)
        self._leader.lay_down(term, self.actor)

    def take_lead(self) -> Term | None:
        """The lead in sealing, if nobody has it."""
        return self._leader.hold(DUTY, self.actor)

    def round(self, term: Term) -> int:
        """Publish what was signed, seal what waits, publish that; returns how many events were sealed.

        What stops it is said, and no error. Raises StaleLease if the lead was lost.
        """
        sealed, problem = 0, ""
        try:
            sealed = self._seal(term)
        except (Unavailable, Damaged) as error:
            problem = error.message
            if isinstance(error, OutcomeUnknown):
                problem = ""  # the next round sees whether it was committed
        with suppress(Unavailable):
            say(self._database, self._clock, self.actor, SEALER, problem)
        return sealed

    def _seal(self, term: Term) -> int:
        publish_newest(self._database, self._signer, self._place)
        with self._database.read() as session:
            if session.scalar(select(AuditWaiting.number).limit(1)) is None:
                return 0
        with write(self._database, self.actor, self._clock) as work:
            still_leader(work, term)
            sealed = seal_waiting(work, self._signer)
        if sealed.events:
            publish_newest(self._database, self._signer, self._place)
        behind = round(sealed.behind_s)
        words = f"The clock is {behind} s behind the last checkpoints." if behind else ""
        say(self._database, self._clock, self.actor, CLOCK, words)
        return sealed.events


def say(database: Database, clock: Clock, actor: Actor, part: str, problem: str) -> None:
    """Keep what this part has to say for the status page, and put what is new into the log."""
    with database.read() as session:
        row = session.get(AuditSealing, part)
        if row and row.problem == problem and abs(clock.now() - row.at) < SAY_EVERY:
            return
    if problem != (row.problem if row else ""):
        log.error(
            "audit_problem" if problem else "audit_well", extra={"part": part, "what": problem}
        )
    with write(database, actor, clock) as work:
        work.session.merge(AuditSealing(part=part, problem=problem, at=work.now))
