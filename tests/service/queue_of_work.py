"""A queue of work on either database, with nothing else of an instance, and time that can be let pass."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Interval, literal, select, update

import api.wiring  # noqa: F401 - all tables are known
from edrms.access.model import Actor
from edrms.clock import Clock, FixedClock
from edrms.db import Database
from edrms.jobs.queue import WORK, Claim, Queue, enqueue, finish
from edrms.jobs.tables import Duty, Job, WorkerSeen
from edrms.staff.accounts import SYSTEM
from edrms.uow import write
from tests import factories
from tests.engines import instances

ANN, BOB = factories.actor(name="ann"), factories.actor(name="bob")
LEASE = timedelta(seconds=30)
MOMENT = timedelta(seconds=1)
_TIMES = (
    (Job, Job.lease_until), (Job, Job.not_before), (Duty, Duty.lease_until), (Duty, Duty.done_at),
    (WorkerSeen, WorkerSeen.seen_at),
)  # fmt: skip


@dataclass(frozen=True)
class QueueOfWork:
    """A queue, and the handling of it that tests share."""

    database: Database
    clock: FixedClock
    queue: Queue

    def queue_of(self, clock: Clock, lease: timedelta = LEASE) -> Queue:
        """The same queue as a host with another clock sees it."""
        return Queue(self.database, clock, lease.total_seconds())

    def add(self, *subjects: str, share: str = "") -> None:
        """Queue these, in one transaction."""
        with write(self.database, SYSTEM, self.clock) as work:
            for subject in subjects:
                enqueue(work, "test", subject, share=share)

    def claim(self, who: Actor = ANN) -> Claim:
        """The one job that must be there."""
        (claimed,) = self.queue.claim(WORK, who)
        return claimed

    def finish(self, claimed: Claim, who: Actor = ANN) -> None:
        """Commit a job that has no other effect."""
        with write(self.database, who, self.clock) as work:
            finish(work, claimed)

    def let_pass(self, time: timedelta) -> None:
        """On SQLite the clock moves on. PostgreSQL's own clock cannot, so all else moves back."""
        self.clock.advance(time)
        if self.database.is_sqlite:
            return
        back = literal(time, Interval())
        with write(self.database, SYSTEM, self.clock) as work:
            for table, moment in _TIMES:
                work.session.execute(update(table).values({moment: moment - back}))

    def job(self, subject: str) -> Job:
        """The row of this job."""
        with self.database.read() as session:
            return session.scalars(select(Job).where(Job.subject_id == subject)).one()


def database_of(engine: str, directory: Path) -> Database:
    """A fresh database with tables: "sqlite" or "postgresql"."""
    return instances.database_with_tables(engine, directory, factories.MONDAY)


@pytest.fixture(params=["sqlite", "postgresql"])
def jobs(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[QueueOfWork]:
    """An empty queue on each database in turn."""
    database, clock = database_of(request.param, tmp_path), factories.fixed_clock()
    yield QueueOfWork(database, clock, Queue(database, clock, LEASE.total_seconds()))
    database.close()
