"""The worker loop: claim, hold on to the lease while working, hand the job to its step.

A step commits its own work together with `finish`. A step that raises gives the job back; one that
takes the process down leaves a lease that runs out, and another worker takes the job up again.
"""

import logging
import threading
from collections.abc import Callable, Mapping
from datetime import timedelta

from sqlalchemy.exc import OperationalError

from edrms.access.model import Actor
from edrms.errors import StaleLease, Unavailable
from edrms.jobs.heartbeat import Heartbeat
from edrms.jobs.queue import WORK, Claim, Queue

Step = Callable[[Claim], None]
RETRY_WAIT = timedelta(seconds=2)
UNAVAILABLE_WAIT = timedelta(seconds=10)
LONGEST_WAIT_S = 10.0
log = logging.getLogger("edrms.worker")


class StopNow(KeyboardInterrupt):
    """Raised in the middle of a step whose worker may not finish it. Libraries know its parent."""


class Worker:
    """Does jobs one at a time until told to stop."""

    def __init__(
        self, queue: Queue, steps: Mapping[str, Step], give_up: Step, actor: Actor, *,
        lease_s: float, poll_s: float, at_rest: Callable[[], None] = lambda: None,
    ) -> None:  # fmt: skip
        """at_rest: called whenever there was nothing to do."""
        self.actor = actor
        self._at_rest = at_rest
        self._queue = queue
        self._steps = steps
        self._give_up = give_up
        self._lease_s = lease_s
        self._poll_s = poll_s
        self._stop = threading.Event()
        self._stop_now = False
        self._doing: Claim | None = None

    @property
    def doing(self) -> str:
        """The kind of job in hand; "" for none."""
        return self._doing.kind if self._doing else ""

    def stop(self) -> None:
        """Finish the job in hand, then return from run."""
        self._stop.set()

    def stop_now(self) -> None:
        """Give back the job in hand, then return from run. For a signal handler of this thread."""
        self._stop.set()
        self._stop_now = True
        if self._doing:
            raise StopNow

    def run(self) -> None:
        """Work until stopped, waiting poll_s between looks when there is nothing to do.

        While the database is away it waits longer and longer, and says so once.
        """
        wait_s = self._poll_s
        while not self._stop.is_set():
            try:
                was_busy = self.do_one()
            except Unavailable as error:
                if wait_s == self._poll_s:
                    log.warning("database_lost", extra={"cause": error.error_code})
                self._stop.wait(wait_s := min(2 * wait_s, LONGEST_WAIT_S))
                continue
            if wait_s != self._poll_s:
                log.warning("database_back")
                wait_s = self._poll_s
            if not was_busy:
                self._stop.wait(self._poll_s)

    def do_one(self) -> bool:
        """Do one job if there is one; returns whether there was."""
        claims = self._queue.claim(WORK, self.actor)
        for claim in claims:
            self._do(claim)
        if not claims:
            self._at_rest()
        return bool(claims)

    def _do(self, claim: Claim) -> None:
        try:
            self._attempt(claim)
        except StaleLease:
            _say("job_lease_lost", claim)
        except StopNow:
            self._return(claim, "stopped before it was finished", wait=timedelta(0), counts=False)
        except (Unavailable, OperationalError) as error:
            _say("job_postponed", claim)
            self._return(claim, _words(error), wait=UNAVAILABLE_WAIT, counts=False)
        except Exception as error:  # the loop must outlive any one job
            log.exception("job_failed", extra={"job": claim.job_id, "kind": claim.kind})
            self._return(claim, _words(error), wait=RETRY_WAIT, counts=True)

    def _attempt(self, claim: Claim) -> None:
        step = self._give_up if claim.exhausted else self._steps[claim.kind]
        self._doing = claim
        try:
            if self._stop_now:
                raise StopNow
            with Heartbeat(lambda: self._queue.renew([claim], self.actor), self._lease_s / 3):
                step(claim)
        finally:
            self._doing = None

    def _return(self, claim: Claim, error: str, *, wait: timedelta, counts: bool) -> None:
        """Give up or give back. Where a commit's outcome is unknown, the job's own row settles it:
        it is done, and cannot be given back, or it is not, and will be done again."""
        try:
            if counts and claim.last_attempt and not claim.exhausted:
                self._give_up(claim)
            else:
                self._queue.give_back(claim, self.actor, error, wait=wait, counts=counts)
        except StaleLease:
            _say("job_not_ours", claim)
        except Unavailable:
            _say("job_not_returned", claim)


def _say(what: str, claim: Claim) -> None:
    log.warning(what, extra={"job": claim.job_id, "kind": claim.kind})


def _words(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"
