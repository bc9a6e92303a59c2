"""How a timeline is cut: into hours, days or months of the council's clock, never too many. Pure."""

from datetime import UTC, date, datetime, time, timedelta

from edrms.clock import COUNCIL_ZONE

HOURS_UP_TO_DAYS = 2
DAYS_UP_TO = 62
MONTHS_UP_TO = 120
LAST_DAYS = 14  # shown where no first day is asked for


def stretches(
    from_day: date | None, to_day: date | None, today: date
) -> tuple[str, list[datetime]]:
    """What each stretch is ("hour", "day", "month") and the edges between them, in order.

    Both days are included. Without a last day up to today; without a first one the last two weeks.
    Longer than ten years, the latest ten. An hour that a change of clocks repeats is one of its own.
    """
    last = to_day or max(today, from_day or today)
    first = from_day or last - timedelta(days=LAST_DAYS - 1)
    if first > last:
        return "day", []
    days = (last - first).days + 1
    if days <= HOURS_UP_TO_DAYS:
        return "hour", _hours(first, last)
    if days <= DAYS_UP_TO:
        return "day", [_begins(first + timedelta(days=number)) for number in range(days + 1)]
    return "month", _months(first, last)


def _begins(day: date) -> datetime:
    return datetime.combine(day, time(), COUNCIL_ZONE).astimezone(UTC)


def _hours(first: date, last: date) -> list[datetime]:
    at, end = _begins(first), _begins(last + timedelta(days=1))
    return [at + timedelta(hours=number) for number in range((end - at) // timedelta(hours=1) + 1)]


def _months(first: date, last: date) -> list[datetime]:
    """The first and last stretch are only as long as what was asked for."""
    edges = [last + timedelta(days=1)]
    month = last.replace(day=1)
    while month > first and len(edges) < MONTHS_UP_TO:
        edges.append(month)
        month = (month - timedelta(days=1)).replace(day=1)
    edges.append(max(first, month))
    return [_begins(day) for day in reversed(edges)]
