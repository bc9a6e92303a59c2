"""What falls due when, summed from counts by class, state and month. Values and sums only."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from retention.answers import State

MONTHS, YEARS = 24, 20


@dataclass(frozen=True, slots=True)
class Count:
    """So many records of one class and state. month: year * 100 + month of a dated one.

    state: "" while no answer was worked out. is_due: their day has come.
    """

    class_id: str
    state: str
    month: int | None
    is_due: bool
    records: int


@dataclass(frozen=True, slots=True)
class Stretch:
    """How many records fall due from one day to another, both included. to_day: None without an end."""

    from_day: date
    to_day: date | None
    records: int


@dataclass(slots=True)
class ClassTotals:
    """How the records of one class stand. year: due within 12 months; later: after that."""

    class_id: str
    overdue: int = 0
    year: int = 0
    later: int = 0
    unknown: int = 0
    permanent: int = 0


@dataclass(slots=True)
class Totals:
    """How all records wanted stand on a day, and when those ahead fall due.

    months: the next 24, this one from tomorrow on. years: the next 20, this one from tomorrow on;
    beyond: whatever comes after them. year_ends: the last day that counts as within 12 months.
    """

    today: date
    months: tuple[Stretch, ...]
    years: tuple[Stretch, ...]
    beyond: Stretch
    year_ends: date
    overdue: int = 0
    unknown: int = 0
    permanent: int = 0
    waiting: int = 0
    dated: int = 0
    classes: Mapping[str, ClassTotals] = field(default_factory=dict)


def kept_classes(state: str, class_id: str, lacking: Iterable[str]) -> str:
    """The classes a record counts in, as its standing keeps them: of the rule that decides, or, where it
    is unknown, each class that lacks a fact."""
    if state == State.UNKNOWN:
        return "".join(f",{one}" for one in sorted(set(lacking)))
    return f",{class_id}" if state else ""


def classes_kept(text: str) -> tuple[str, ...]:
    """The same again; "" is no class in particular."""
    return tuple(text.split(",")[1:])


def totals(today: date, counts: Iterable[Count], unknown: Mapping[str, int]) -> Totals:
    """The sums. unknown: by class, how many records lack a fact for its rule; a record that lacks facts
    for two classes counts in both of them, and once in the whole."""
    every = list(counts)
    ahead: dict[int, int] = {}
    for one in every:
        if one.state == State.DATED and not one.is_due and one.month is not None:
            ahead[one.month] = ahead.get(one.month, 0) + one.records
    months = _months(today, ahead)
    last_month = _month_of(months[11].from_day)
    return Totals(
        today=today, months=months, years=_years(today, ahead), beyond=_beyond(today, ahead),
        year_ends=months[11].to_day or today,
        overdue=_sum(one for one in every if one.is_due),
        unknown=_sum(one for one in every if one.state == State.UNKNOWN),
        permanent=_sum(one for one in every if one.state == State.PERMANENT),
        waiting=_sum(one for one in every if not one.state),
        dated=_sum(one for one in every if one.state == State.DATED),
        classes=_classes(every, unknown, last_month),
    )  # fmt: skip


def _sum(counts: Iterable[Count]) -> int:
    return sum(one.records for one in counts)


def _month_of(day: date) -> int:
    return day.year * 100 + day.month


def _months(today: date, ahead: Mapping[int, int]) -> tuple[Stretch, ...]:
    found, first = [], today.replace(day=1)
    for _ in range(MONTHS):
        following = (first + timedelta(days=32)).replace(day=1)
        count = ahead.get(_month_of(first), 0)
        found.append(Stretch(_after(first, today), following - timedelta(days=1), count))
        first = following
    return tuple(found)


def _years(today: date, ahead: Mapping[int, int]) -> tuple[Stretch, ...]:
    found = []
    for year in range(today.year, today.year + YEARS):
        count = sum(records for month, records in ahead.items() if month // 100 == year)
        found.append(Stretch(_after(date(year, 1, 1), today), date(year, 12, 31), count))
    return tuple(found)


def _beyond(today: date, ahead: Mapping[int, int]) -> Stretch:
    first = date(today.year + YEARS, 1, 1)
    count = sum(records for month, records in ahead.items() if month // 100 >= first.year)
    return Stretch(first, None, count)


def _after(first: date, today: date) -> date:
    """What is due today is due already, so a stretch under way begins tomorrow."""
    return max(first, today + timedelta(days=1))


def _classes(
    counts: Iterable[Count], unknown: Mapping[str, int], last_month: int
) -> dict[str, ClassTotals]:
    found: dict[str, ClassTotals] = {}
    for one in counts:
        if one.state not in (State.DATED, State.PERMANENT):
            continue
        row = found.setdefault(one.class_id, ClassTotals(one.class_id))
        if one.state == State.PERMANENT:
            row.permanent += one.records
        elif one.is_due:
            row.overdue += one.records
        elif one.month is not None and one.month <= last_month:
            row.year += one.records
        else:
            row.later += one.records
    for class_id, records in unknown.items():
        found.setdefault(class_id, ClassTotals(class_id)).unknown = records
    return dict(sorted(found.items()))
