"""Clearing away work that is done, so that the table of jobs does not grow for ever."""

from datetime import timedelta

from sqlalchemy import delete, select

from edrms.jobs.tables import Job
from edrms.uow import UnitOfWork

KEPT_FOR = timedelta(days=30)  # long enough to look into what went wrong with a batch
MOST_AT_ONCE = 2000
LOOKED_AT = 20_000  # from the oldest on, so that looking costs the same whatever the table holds


def remove_done_jobs(work: UnitOfWork, kept_for: timedelta = KEPT_FOR) -> bool:
    """Remove some of the jobs done that were queued longer ago than this; returns whether more are
    left. The audit events of what they did stay."""
    oldest = select(Job.number, Job.state, Job.queued_at).order_by(Job.number).limit(LOOKED_AT)
    first = oldest.subquery()
    old = (
        select(first.c.number)
        .where(first.c.state == "done", first.c.queued_at < work.now - kept_for)
        .limit(MOST_AT_ONCE)
    )
    numbers = list(work.session.scalars(old))
    work.session.execute(delete(Job).where(Job.number.in_(numbers)))
    return len(numbers) == MOST_AT_ONCE
