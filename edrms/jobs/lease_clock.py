"""Whose clock leases go by. Hosts compare their times here, so a host whose clock is wrong must not matter.

On PostgreSQL it is the database server's clock; on SQLite, one machine, the clock that was passed in.
"""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, DateTime, Interval, bindparam, func, literal

from edrms.clock import Clock
from edrms.db import Database, UtcDateTime

_NO_TIME = timedelta(0)


class LeaseClock:
    """Gives moments for use inside a statement: the database works them out when it runs it."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def now(self, later_by: timedelta = _NO_TIME) -> ColumnElement[datetime]:
        """The present, or a moment this much later (earlier if negative).

        It is the present of the statement's run, however long ago the statement was put together.
        """
        if self._database.is_sqlite:
            return bindparam(
                None, callable_=lambda: self._clock.now() + later_by, type_=UtcDateTime()
            )
        present = func.clock_timestamp(type_=DateTime(timezone=True))
        return present + literal(later_by, Interval())
