"""Text of a schedule's cells to values and back. Pure; every refusal is a ValueError in plain words."""

import re
from datetime import date
from enum import StrEnum
from typing import TypeVar

from retention.model import Alternative, AlternativeKind, Period, Trigger

MOST_YEARS = 999
OLDEST_AGE = 150  # years
_DAYS_A_MONTH = 30.436875  # of the Gregorian calendar's 400 years
_PERIOD = re.compile(r"P(?=[0-9])(?:([0-9]{1,7})Y)?(?:([0-9]{1,7})M)?(?:([0-9]{1,7})D)?")
_WEEKS = re.compile(r"P([0-9]{1,7})W")
_DIED_UNDER = re.compile(r"DOD<([0-9]{1,3}):(.+)")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_Word = TypeVar("_Word", bound=StrEnum)


def word(kind: type[_Word], text: str, *, called: str) -> _Word:
    """The member of an enumeration with this value. called: what it is, for the refusal."""
    try:
        return kind(text)
    except ValueError:
        raise ValueError(f'"{text}" is no {called}; known are {", ".join(kind)}') from None


def period(text: str) -> Period:
    """An ISO 8601 duration in whole years, months, days or weeks: P75Y, P1Y6M, P90D, P2W, P0D."""
    weeks, parts = _WEEKS.fullmatch(text), _PERIOD.fullmatch(text)
    if weeks:
        found = Period(days=7 * int(weeks[1]))
    elif parts:
        years, months, days = (int(part or 0) for part in parts.groups())
        found = Period(years, months, days)
    else:
        raise ValueError(_not_a_period(text))
    if rough_days(found) > MOST_YEARS * 12 * _DAYS_A_MONTH:
        raise ValueError(f'"{text}" is more than {MOST_YEARS} years; to keep for good use RETAIN')
    return found


def _not_a_period(text: str) -> str:
    if not text:
        return "a period is needed, such as P75Y"
    if "-" in text:
        return f'"{text}" is negative; a period is at least a day'
    if "T" in text.upper():
        return f'"{text}" has a time of day; a period is in years, months, days or weeks'
    if re.fullmatch(r"P[0-9]+[YMDW](?:[0-9]+[YMDW])*", text) and re.search("[0-9]{8}", text):
        return f'"{text}" is more than {MOST_YEARS} years; to keep for good use RETAIN'
    return f'"{text}" is no period; write P75Y, P6M, P90D, P2W or P1Y6M'


def longer_than_none(text: str) -> Period:
    """A period that is not zero."""
    found = period(text)
    if found == Period():
        raise ValueError(f'"{text}" is no time at all; only RETAIN may have a period of zero')
    return found


def period_text(value: Period) -> str:
    """ISO 8601, as `period` reads it."""
    parts = ((value.years, "Y"), (value.months, "M"), (value.days, "D"))
    return "P" + ("".join(f"{number}{unit}" for number, unit in parts if number) or "0D")


def rough_days(value: Period) -> float:
    """About how many days, to compare periods in different units."""
    return (12 * value.years + value.months) * _DAYS_A_MONTH + value.days


def alternatives(text: str, trigger: Trigger | None) -> tuple[Alternative, ...]:
    """Those of a cell, split on ";". Raises ValueError for one that goes in a circle or contradicts.

    trigger: of the rule, None where that is itself wrong. An empty cell or "none": there are none.
    """
    if text in ("", "none"):
        return ()
    found = tuple(_alternative(part.strip()) for part in text.split(";"))
    seen: dict[tuple[AlternativeKind, Trigger, int], Alternative] = {}
    for one in found:
        if one.event is trigger:
            raise ValueError(
                f'"{alternative_text(one)}" goes in a circle: {one.event} is the rule\'s own trigger'
            )
        key = (one.kind, one.event, one.age_years)
        if key in seen:
            both = f'"{alternative_text(seen[key])}" and "{alternative_text(one)}"'
            raise ValueError(f"{both} contradict each other; keep one of them")
        seen[key] = one
    return found


def _alternative(text: str) -> Alternative:
    under = _DIED_UNDER.fullmatch(text)
    if under:
        age_years = int(under[1])
        if not 1 <= age_years <= OLDEST_AGE:
            raise ValueError(f'"{text}": an age is from 1 to {OLDEST_AGE} years')
        kind, event, length = AlternativeKind.DIED_UNDER, Trigger.DOD, under[2]
        return Alternative(kind, event, longer_than_none(length), age_years)
    parts = text.split(":")
    kinds = {one.value: one for one in AlternativeKind if one is not AlternativeKind.DIED_UNDER}
    if len(parts) != 3 or parts[0] not in kinds:
        raise ValueError(
            f'"{text}" is no alternative; write DOD<18:P15Y, replace:DOD:P10Y, max:DOD:P8Y'
            " or later:SERVICE_END:P8Y"
        )
    event = word(Trigger, parts[1], called="trigger")
    return Alternative(kinds[parts[0]], event, longer_than_none(parts[2]))


def alternative_text(one: Alternative) -> str:
    """As `alternatives` reads it."""
    if one.kind is AlternativeKind.DIED_UNDER:
        return f"DOD<{one.age_years}:{period_text(one.period)}"
    return f"{one.kind}:{one.event}:{period_text(one.period)}"


def civil_date(text: str) -> date:
    """A day written 2027-03-31."""
    try:
        if _DATE.fullmatch(text):
            return date.fromisoformat(text)
    except ValueError:
        pass
    raise ValueError(f'"{text}" is no date; write year-month-day, such as 2027-03-31')
