"""Which workers there are: each says now and then that it lives and what it does. For health checks
and the status page; nothing is decided by it, leases alone say who may do what.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update

from edrms.access.model import Actor
from edrms.clock import Clock
from edrms.db import Database
from edrms.errors import Unavailable
from edrms.jobs.heartbeat import Heartbeat
from edrms.jobs.lease_clock import LeaseClock
from edrms.jobs.tables import WorkerSeen
from edrms.uow import UnitOfWork, write

EVERY_S = 5.0


@dataclass(frozen=True, slots=True)
class Seen:
    """A worker. doing: the kind of its job; "" while it waits for one."""

    name: str
    host: str
    started_at: datetime
    seen_at: datetime
    doing: str


class Presence:
    """Who is here. Times go by the lease clock."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._leases = LeaseClock(database, clock)

    def say(self, worker: Actor, doing: str) -> None:
        """This worker lives, and does this."""
        mine = update(WorkerSeen).where(WorkerSeen.name == worker.staff_id)
        now = {"doing": doing, "seen_at": self._leases.now()}
        with write(self._database, worker, self._clock) as work:
            found = work.session.execute(
                mine.values(now).execution_options(synchronize_session=False)
            )
            if not found.rowcount:  # type: ignore[attr-defined]
                work.session.add(
                    WorkerSeen(
                        name=worker.staff_id, host=host(), started_at=self._leases.now(), **now
                    )
                )

    def leave(self, worker: Actor) -> None:
        """This worker ends as it should."""
        with write(self._database, worker, self._clock) as work:
            work.session.execute(delete(WorkerSeen).where(WorkerSeen.name == worker.staff_id))

    @contextmanager
    def shown(self, worker: Actor, doing: Callable[[], str]) -> Iterator[None]:
        """Say so every few seconds while the block lasts."""

        def say() -> None:
            self.say(worker, doing())

        with suppress(Unavailable):
            say()
        with Heartbeat(say, EVERY_S):
            yield
        with suppress(Unavailable):
            self.leave(worker)

    def alive(self, within: timedelta, on_host: str = "") -> list[Seen]:
        """Workers seen within this time, by name; only those of one host if it is named."""
        recent = select(WorkerSeen).where(WorkerSeen.seen_at > self._leases.now(-within))
        if on_host:
            recent = recent.where(WorkerSeen.host == on_host)
        with self._database.read() as session:
            rows = session.scalars(recent.order_by(WorkerSeen.name))
            return [Seen(r.name, r.host, r.started_at, r.seen_at, r.doing) for r in rows]

    def forget(self, work: UnitOfWork, unseen_for: timedelta) -> None:
        """Remove those that ended without a word."""
        long_ago = WorkerSeen.seen_at < self._leases.now(-unseen_for)
        work.session.execute(delete(WorkerSeen).where(long_ago))


def host() -> str:
    """The name of this machine, short enough for the table."""
    return os.uname().nodename[:64]
