"""Claiming and finishing work. A claim is a lease with a fencing token: whoever comes back after the
lease has passed to another is refused with StaleLease inside the very transaction that would commit
its work, so every effect happens once. Each step must bear being run twice.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import CursorResult, and_, func, or_, select, update
from sqlalchemy.orm import Session

from edrms.access.model import Actor
from edrms.clock import Clock
from edrms.db import Database
from edrms.errors import StaleLease
from edrms.ids import JobId, new_id
from edrms.jobs.tables import Job
from edrms.uow import UnitOfWork, write

MOST_ATTEMPTS = 3


@dataclass(frozen=True, slots=True)
class Claim:
    """A job in hand. last_attempt: there is no further try if this one fails.

    exhausted: its last worker died with it; it must be given up, not tried again.
    """

    job_id: JobId
    kind: str
    subject_id: str
    payload: dict[str, Any]
    fence: int
    last_attempt: bool
    exhausted: bool


def enqueue(
    work: UnitOfWork, kind: str, subject_id: str, *, rank: int = 0, **payload: Any
) -> JobId:
    """Add work to the caller's transaction. Lower ranks go first, whatever document they are of."""
    job_id = JobId(new_id())
    work.session.add(
        Job(
            job_id=job_id, kind=kind, subject_id=subject_id, payload=payload, rank=rank,
            queued_at=work.now,
        )
    )  # fmt: skip
    return job_id


class Queue:
    """The queue as a worker sees it."""

    def __init__(self, database: Database, clock: Clock, lease_s: float) -> None:
        self._database = database
        self._clock = clock
        self._lease = timedelta(seconds=lease_s)

    def claim(self, kinds: Collection[str], worker: Actor, most: int = 1) -> list[Claim]:
        """Up to `most` jobs of these kinds, leased to this worker; none if there is nothing to do.

        A job whose lease has run out is claimed again. Order: rank, then age.
        """
        now = self._clock.now()
        due = or_(Job.not_before.is_(None), Job.not_before <= now)
        free = or_(
            and_(Job.state == "queued", due), and_(Job.state == "leased", Job.lease_until < now)
        )
        waiting = (
            select(Job).where(Job.kind.in_(kinds), free).order_by(Job.rank, Job.number).limit(most)
        )
        with self._database.read() as session:
            if session.scalar(waiting.limit(1)) is None:
                return []
        with write(self._database, worker, self._clock) as work:
            jobs = list(work.session.scalars(waiting.with_for_update(skip_locked=True)))
            for job in jobs:
                job.state, job.worker = "leased", worker.staff_id
                job.lease_until = now + self._lease
                job.attempts += 1
                job.fence += 1
            return [_claim(job) for job in jobs]

    def renew(self, claims: Collection[Claim], worker: Actor) -> None:
        """Hold on to these jobs for another lease. Raises StaleLease if one is lost."""
        with write(self._database, worker, self._clock) as work:
            for claim in claims:
                _settle(work.session, claim, lease_until=work.now + self._lease)

    def give_back(
        self, claim: Claim, worker: Actor, error: str, *, wait: timedelta, counts: bool = True
    ) -> None:
        """The attempt failed: queued again, not before `wait` has passed.

        counts: False when the fault is not the job's (the store is full), so it is tried for ever.
        """
        with write(self._database, worker, self._clock) as work:
            _settle(
                work.session, claim,
                state="queued", lease_until=None, last_error=error[:2000],
                not_before=work.now + wait, attempts=Job.attempts - (0 if counts else 1),
            )  # fmt: skip

    def waiting(self) -> int:
        """How many jobs are queued or leased."""
        unfinished = select(func.count()).where(Job.state.in_(["queued", "leased"]))
        with self._database.read() as session:
            return session.scalar(unfinished) or 0


def finish(work: UnitOfWork, claim: Claim) -> None:
    """Mark the job done in the transaction that commits its work. Raises StaleLease if it was lost."""
    _settle(work.session, claim, state="done", lease_until=None, last_error="")


def _claim(job: Job) -> Claim:
    return Claim(
        JobId(job.job_id), job.kind, job.subject_id, job.payload, job.fence,
        job.attempts >= MOST_ATTEMPTS, job.attempts > MOST_ATTEMPTS,
    )  # fmt: skip


def _settle(session: Session, claim: Claim, **values: Any) -> None:
    mine = update(Job).where(
        Job.job_id == claim.job_id, Job.fence == claim.fence, Job.state == "leased"
    )
    result = session.execute(mine.values(**values))
    if isinstance(result, CursorResult) and result.rowcount != 1:
        raise StaleLease("The lease on this job has passed to another worker.", job=claim.job_id)
