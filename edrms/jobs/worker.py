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
from edrms.jobs.queue import Claim, Queue

Step = Callable[[Claim], None]
RETRY_WAIT = timedelta(seconds=2)
UNAVAILABLE_WAIT = timedelta(seconds=10)
log = logging.getLogger("edrms.worker")


class Worker:
    """Does jobs one at a time until told to stop."""

    def __init__(
        self, queue: Queue, steps: Mapping[str, Step], give_up: Step, actor: Actor, *,
        lease_s: float, poll_s: float,
    ) -> None:  # fmt: skip
        self._queue = queue
        self._steps = steps
        self._give_up = give_up
        self._actor = actor
        self._lease_s = lease_s
        self._poll_s = poll_s
        self._stop = threading.Event()

    def stop(self) -> None:
        """Finish the job in hand, then return from run."""
        self._stop.set()

    def run(self) -> None:
        """Work until stopped, waiting poll_s between looks when there is nothing to do."""
        while not self._stop.is_set():
            if not self.do_one():
                self._stop.wait(self._poll_s)

    def do_one(self) -> bool:
        """Do one job if there is one; returns whether there was."""
        claims = self._queue.claim(tuple(self._steps), self._actor)
        for claim in claims:
            self._do(claim)
        return bool(claims)

    def _do(self, claim: Claim) -> None:
        step = self._give_up if claim.exhausted else self._steps[claim.kind]
        try:
            with _Heartbeat(self._queue, claim, self._actor, self._lease_s / 3):
                step(claim)
        except StaleLease:
            log.warning("job_lease_lost", extra={"job": claim.job_id, "kind": claim.kind})
        except (Unavailable, OperationalError) as error:
            log.warning("job_postponed", extra={"job": claim.job_id, "kind": claim.kind})
            self._return(claim, error, counts=False)
        except Exception as error:  # the loop must outlive any one job
            log.exception("job_failed", extra={"job": claim.job_id, "kind": claim.kind})
            self._return(claim, error, counts=True)

    def _return(self, claim: Claim, error: Exception, *, counts: bool) -> None:
        try:
            if counts and claim.last_attempt and not claim.exhausted:
                self._give_up(claim)
            else:
                text = f"{type(error).__name__}: {error}"
                wait = RETRY_WAIT if counts else UNAVAILABLE_WAIT
                self._queue.give_back(claim, self._actor, text, wait=wait, counts=counts)
        except StaleLease:
            log.warning("job_lease_lost", extra={"job": claim.job_id, "kind": claim.kind})


class _Heartbeat:
    """Renews one lease from a thread while a step runs."""

    def __init__(self, queue: Queue, claim: Claim, actor: Actor, every_s: float) -> None:
        self._queue, self._claim, self._actor, self._every_s = queue, claim, actor, every_s
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._beat, daemon=True)

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._thread.join()

    def _beat(self) -> None:
        while not self._done.wait(self._every_s):
            try:
                self._queue.renew([self._claim], self._actor)
            except StaleLease:
                return
            except OperationalError:  # busy for a moment: the next beat may still be in time
                log.warning("lease_not_renewed", extra={"job": self._claim.job_id})
