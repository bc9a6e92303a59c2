"""A feed of life events sent in by somebody, or by a program: authorised, then taken in."""

from collections.abc import Mapping, Sequence

from edrms.access.model import Actor
from edrms.access.policy import require
from edrms.clock import Clock
from edrms.db import Database
from edrms.uow import write
from retention.event_feed import FedRow, FeedResult, take_in
from retention.life_events import RECORD_EVENT
from retention.subjects import reached_clients


class EventFeed:
    """Takes feeds in: people out of the sender's reach are answered as people who do not exist."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def take(
        self, actor: Actor, rows: Sequence[FedRow], faults: Mapping[int, str] | None = None, *,
        accept_good_rows: bool = False,
    ) -> FeedResult:  # fmt: skip
        """Take every row in, or none; or the good ones if asked for. See event_feed.take_in."""
        require(actor, RECORD_EVENT)
        with write(self._database, actor, self._clock) as work:
            return take_in(
                work, rows, faults, within=reached_clients(actor, RECORD_EVENT, work.now),
                accept_good_rows=accept_good_rows,
            )  # fmt: skip
