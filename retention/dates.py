"""Sums of days and periods: leap days, short months, financial years. Pure; source docs/adr/0016."""

from datetime import MAXYEAR, date

from retention.model import Period

_LAST_ORDINAL = date.max.toordinal()


def add(day: date, period: Period) -> date | None:
    """The day a period later; None if no calendar has it (past the year 9999).

    Years and months first: a day the month has not becomes the first of the next, the later date
    (29 February and a year: 1 March; 31 January and a month: 1 March). Then the days.
    """
    months = day.month - 1 + period.months
    year, month = day.year + period.years + months // 12, months % 12 + 1
    if year > MAXYEAR:
        return None
    try:
        on = date(year, month, day.day)
    except ValueError:  # never in December, which has them all
        on = date(year, month + 1, 1)
    if not period.days:
        return on
    ordinal = on.toordinal() + period.days
    return date.fromordinal(ordinal) if ordinal <= _LAST_ORDINAL else None


def financial_year_end(day: date) -> date | None:
    """The 31 March on or after the day; None if no calendar has it."""
    year = day.year if (day.month, day.day) <= (3, 31) else day.year + 1
    return date(year, 3, 31) if year <= MAXYEAR else None
