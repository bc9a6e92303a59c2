"""How the work stands, for the status page: what waits, what runs, how old the oldest is."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import case, func, select

from edrms.db import Database
from edrms.jobs.tables import Job


@dataclass(frozen=True, slots=True)
class WorkOfKind:
    """One kind of job. retried: queued again after a failure. oldest: when the oldest was queued."""

    kind: str
    waiting: int
    running: int
    retried: int
    oldest: datetime | None


@dataclass(frozen=True, slots=True)
class RunningJob:
    """A job in some worker's hands until its lease runs out."""

    worker: str
    kind: str
    lease_until: datetime


@dataclass(frozen=True, slots=True)
class Overview:
    """All unfinished work."""

    kinds: Sequence[WorkOfKind]
    running: Sequence[RunningJob]


def overview(database: Database) -> Overview:
    """The unfinished work as the table has it now."""
    unfinished = Job.state.in_(["queued", "leased"])
    with database.read() as session:
        rows = session.execute(
            select(
                Job.kind,
                func.sum(case((Job.state == "queued", 1), else_=0)),
                func.sum(case((Job.state == "leased", 1), else_=0)),
                func.sum(case(((Job.state == "queued") & (Job.attempts > 0), 1), else_=0)),
                func.min(Job.queued_at),
            )
            .where(unfinished)
            .group_by(Job.kind)
            .order_by(Job.kind)
        ).all()
        held = session.scalars(select(Job).where(Job.state == "leased").order_by(Job.worker))
        running = [
            RunningJob(job.worker, job.kind, job.lease_until) for job in held if job.lease_until
        ]
    kinds = [
        WorkOfKind(kind, int(waiting), int(leased), int(retried), oldest)
        for kind, waiting, leased, retried, oldest in rows
    ]
    return Overview(kinds, running)
