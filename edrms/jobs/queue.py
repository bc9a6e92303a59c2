"""Claiming and finishing work. A claim is a lease with a fencing token: whoever comes back after the
lease has passed to another is refused with StaleLease inside the very transaction that would commit
its work, so every effect happens once. Each step must bear being run twice.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import CursorResult, Row, Update, func, select
from sqlalchemy.orm import Session

from edrms.access.model import Actor
from edrms.clock import Clock
from edrms.db import Database
from edrms.errors import StaleLease
from edrms.ids import JobId, new_id
from edrms.jobs.lease_clock import LeaseClock
from edrms.jobs.statements import FINISH, QueueStatements
from edrms.jobs.tables import Job
from edrms.jobs.turns import let_in_next, turn_of_newcomer, turn_reached, turns_of_parts
from edrms.uow import UnitOfWork, write

MOST_ATTEMPTS = 3
LOOK_EVERY = 10
UNFINISHED = ("queued", "leased")
WORK = "work"  # the line that page workers claim from


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
    work: UnitOfWork,
    kind: str,
    subject_id: str,
    *,
    line: str = WORK,
    share: str = "",
    **payload: Any,
) -> JobId:
    """Add new work to the caller's transaction.

    share: whose turn it takes (a batch), fair among the shares of the line. Without one, jobs go
    first come, first served, before all shares.
    """
    turn = turn_of_newcomer(work, line, share) if share else 0
    return _add(work, kind, subject_id, line, share, turn, payload)


def enqueue_parts(work: UnitOfWork, kind: str, subject_ids: Sequence[str], *, share: str) -> None:
    """Add the parts that an opened item turned out to have, in order."""
    turns = turns_of_parts(work, WORK, share, len(subject_ids))
    for subject_id, turn in zip(subject_ids, turns, strict=True):
        _add(work, kind, subject_id, WORK, share, turn, {})


def enqueue_next(work: UnitOfWork, kind: str, subject_id: str, *, share: str) -> None:
    """Add the one job that ends what was begun: it goes next, since its turn was kept free."""
    _add(work, kind, subject_id, WORK, share, turn_reached(work.session, WORK), {})


def _add(
    work: UnitOfWork, kind: str, subject_id: str, line: str, share: str, turn: int,
    payload: dict[str, Any],
) -> JobId:  # fmt: skip
    job_id = JobId(new_id())
    work.session.add(
        Job(
            job_id=job_id, kind=kind, subject_id=subject_id, payload=payload, line=line,
            share=share, turn=turn, queued_at=work.now,
        )
    )  # fmt: skip
    return job_id


class Queue:
    """The queue as a worker sees it. Leases go by the lease clock, not by the worker's."""

    def __init__(self, database: Database, clock: Clock, lease_s: float) -> None:
        self._database = database
        self._clock = clock
        self._statements = QueueStatements(LeaseClock(database, clock), timedelta(seconds=lease_s))
        self._claims = 0
        self._was_empty = False

    def claim(self, line: str, worker: Actor, most: int = 1) -> list[Claim]:
        """Up to `most` jobs of this line, leased to this worker; none if there is nothing to do.

        By turn, but one in LOOK_EVERY claims begins with jobs whose lease has run out, and so does
        one that finds too few others. After Unavailable it may be called again: a claim nobody
        learnt of is a lease that runs out.
        """
        if self._was_empty and self._database.is_sqlite and not self._is_waiting(line):
            return []  # to look is free, to write would keep all others from writing
        with write(self._database, worker, self._clock) as work:
            rows = self._free(work.session, line, most)
            if rows:
                work.need_not_last()
                numbers = [row.number for row in rows]
                leased = {"by": worker.staff_id, "numbers": numbers}
                work.session.execute(self._statements.lease, leased)
            for row in rows:
                let_in_next(work, line, row.share, row.number, row.turn)
        self._was_empty = not rows
        return [_claim(row) for row in rows]

    def _free(self, session: Session, line: str, most: int) -> list[Row[Any]]:
        """Jobs to be had, locked; those another worker is just claiming are left out."""
        places = [self._statements.ready, self._statements.run_out]
        self._claims += 1
        if self._claims % LOOK_EVERY == 0:
            places.reverse()
        rows: list[Row[Any]] = []
        for place in places:
            if len(rows) < most:
                rows += session.execute(place, {"in_line": line, "most": most - len(rows)})
        return rows

    def _is_waiting(self, line: str) -> bool:
        places = (self._statements.ready, self._statements.run_out)
        with self._database.read() as session:
            return any(session.execute(one, {"in_line": line, "most": 1}).first() for one in places)

    def has_unfinished(self, line: str) -> bool:
        """Whether any job of this line is queued or in a worker's hands."""
        one = select(Job.number).where(Job.state.in_(UNFINISHED), Job.line == line).limit(1)
        with self._database.read() as session:
            return session.scalar(one) is not None

    def renew(self, claims: Collection[Claim], worker: Actor) -> None:
        """Hold on to these jobs for another lease. Raises StaleLease if one is lost.

        May be called again after any failure.
        """
        with write(self._database, worker, self._clock) as work:
            work.need_not_last()
            for claim in claims:
                _settle(work.session, claim, self._statements.renew)

    def give_back(
        self, claim: Claim, worker: Actor, error: str, *, wait: timedelta, counts: bool = True
    ) -> None:
        """The attempt failed: queued again, not before `wait` has passed.

        counts: False when the fault is not the job's (the store is full), so it is tried for ever.
        Raises StaleLease if the job is not in this worker's hands any more, or is done after all.
        """
        with write(self._database, worker, self._clock) as work:
            _settle(
                work.session, claim, self._statements.give_back(wait),
                error=error[:2000], uncounted=0 if counts else 1,
            )  # fmt: skip

    def waiting(self) -> int:
        """How many jobs are queued or leased."""
        unfinished = select(func.count()).where(Job.state.in_(UNFINISHED))
        with self._database.read() as session:
            return session.scalar(unfinished) or 0


def finish(work: UnitOfWork, claim: Claim) -> None:
    """Mark the job done in the transaction that commits its work. Raises StaleLease if it was lost.

    Should the outcome of that commit be unknown, the caller's work is not repeated here: the job is
    done with it, or its lease runs out and it is claimed again.
    """
    _settle(work.session, claim, FINISH)


def _claim(row: Row[Any]) -> Claim:
    """The claim on a job as it is once it is leased."""
    tries = row.attempts + 1
    return Claim(
        JobId(row.job_id), row.kind, row.subject_id, row.payload, row.fence + 1,
        tries >= MOST_ATTEMPTS, tries > MOST_ATTEMPTS,
    )  # fmt: skip


def _settle(session: Session, claim: Claim, statement: Update, **values: Any) -> None:
    mine = {"of_job": claim.job_id, "of_fence": claim.fence}
    result = session.execute(statement, mine | values)
    if isinstance(result, CursorResult) and result.rowcount != 1:
        raise StaleLease("The lease on this job has passed to another worker.", job=claim.job_id)
