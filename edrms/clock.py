"""The time, passed in. Rules never read a clock; services are given one."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

COUNCIL_ZONE = ZoneInfo("Europe/London")


class Clock(Protocol):
    """Gives the present as an aware UTC datetime."""

    def now(self) -> datetime:
        """The present instant, aware, in UTC."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)


class FixedClock:
    """A clock that moves only when told: for tests and for reproducible runs."""

    def __init__(self, start: datetime) -> None:
        if start.tzinfo is None:
            raise ValueError("start must be an aware datetime")
        self._now = start.astimezone(UTC)

    def now(self) -> datetime:
        return self._now

    def advance(self, by: timedelta) -> None:
        """Move the clock forward by this much."""
        self._now += by


def civil_date(instant: datetime) -> date:
    """The calendar date of an instant in the council's time zone."""
    return instant.astimezone(COUNCIL_ZONE).date()


def start_of(day: date) -> datetime:
    """The instant at which a calendar date begins in the council's time zone."""
    return datetime.combine(day, time(), COUNCIL_ZONE).astimezone(UTC)
