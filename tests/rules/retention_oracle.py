"""A second reading of the rules' text (docs/retention.md, docs/adr/0016), sharing nothing with the product.

Days are (year, month, day) and stand in one list made by stepping from day to day; a sum of years or
months looks for the first day in it that is not before the one meant. Rows are the schedule's words.
"""

import re
from bisect import bisect_left
from dataclasses import dataclass, field

Day = tuple[int, int, int]
NOBODY_SAYS = "nobody says"
WAYS_TO_END = ("DESTROY", "REVIEW", "ARCHIVE_OFFER")
TERMS = {"EXPIRY", "CONTRACT_END", "AUTH_END"}
ONLY_OF_THE_BORN = {
    "DOD", "ORDER_DATE", "APPROVAL_END", "PLACEMENT_END", "PROHIBITION", "REFUSED_WITHDRAWN",
    "LEAVE_DATE", "AUTH_END", "EXPIRY",
}  # fmt: skip
ENDS_WHAT_BEGAN = {
    "CASE_CLOSED", "SERVICE_END", "CLOSED", "AUTH_END", "APPROVAL_END", "PLACEMENT_END", "CONTRACT_END",
    "PROCEEDINGS_END", "LEAVE_DATE", "LAST_ENTRY",
}  # fmt: skip


@dataclass
class Life:
    """What is known of one person's file, in plain words."""

    who: str
    of_class: str
    events: dict[str, set[Day]] = field(default_factory=dict)
    again: dict[str, Day] = field(default_factory=dict)
    statuses: set[str] = field(default_factory=set)
    began: Day | None = None


@dataclass
class Verdict:
    """kind: for good, unknown, dated. A dated one is due from that day on.

    grounds: every (who, class, event) that asks for that very day and end.
    """

    kind: str
    on: Day | None = None
    end: str = ""
    lacking: frozenset[tuple[str, str, str, str]] = frozenset()
    grounds: frozenset[tuple[str, str, str]] = frozenset()


def _every_day(first: int, last: int) -> list[Day]:
    days, year, month, day = [], first, 1, 1
    while year <= last:
        days.append((year, month, day))
        leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
        in_month = 30 if month in (4, 6, 9, 11) else 31
        if month == 2:
            in_month = 29 if leap else 28
        day += 1
        if day > in_month:
            day, month = 1, month + 1
        if month > 12:
            month, year = 1, year + 1
    return days


DAYS = _every_day(1880, 2420)


def first_day_not_before(meant: Day) -> Day:
    """The day itself, or where the calendar has not got it the next there is."""
    return DAYS[bisect_left(DAYS, meant)]


def later_by(start: Day, period: str) -> Day:
    """A start and P1Y2M3D (or P2W)."""
    number = {unit: int(much) for much, unit in re.findall(r"(\d+)([YMWD])", period)}
    year, month, day = start
    for _ in range(number.get("Y", 0) * 12 + number.get("M", 0)):
        month += 1
        if month == 13:
            year, month = year + 1, 1
    reached = first_day_not_before((year, month, day))
    return DAYS[bisect_left(DAYS, reached) + number.get("D", 0) + 7 * number.get("W", 0)]


def year_end(start: Day) -> Day:
    """Walk on until it is 31 March."""
    at = bisect_left(DAYS, start)
    while DAYS[at][1:] != (3, 31):
        at += 1
    return DAYS[at]


def tell(event: str, life: Life, today: Day) -> Day | str:
    """The day to count from, or in a word why there is none."""
    said = sorted(life.events.get(event, ()))
    if not said:
        return NOBODY_SAYS
    if event in ("DOB", "DOD") and said[0] != said[-1]:
        return "contradicted"
    day = said[-1]
    if not day > life.again.get(event, (0, 0, 0)):
        return "begun_again"
    births, deaths = life.events.get("DOB", set()), life.events.get("DOD", set())
    doubts = [
        event == "DOB" and deaths and min(deaths) < day,
        event in ONLY_OF_THE_BORN and births and day < max(births),
        event in ENDS_WHAT_BEGAN and life.began and day < life.began,
    ]
    if any(doubts):
        return "impossible"
    if today < day and event not in TERMS:
        return "not_yet"
    return day


def classes_of(life: Life, drawn: list[tuple[str, str, set[str]]]) -> set[str]:
    """Its own class and all that statuses draw."""
    reached = life.statuses | ({"deceased"} if life.events.get("DOD") else set())
    return {life.of_class} | {
        to for status, to, froms in drawn if status in reached and life.of_class in froms
    }


def asked_by(
    row: dict[str, str], life: Life, today: Day
) -> tuple[set[tuple[str, str]], set[tuple[str, str]]]:
    """(event, period) pairs a row asks for, and (event, why) pairs that it lacks."""
    told = {
        event: tell(event, life, today) for event in {row["trigger"], "DOB", "DOD", *_events(row)}
    }
    instead, doubt, beside, lacking = set(), False, set(), set()
    for text in filter(None, row["alt"].replace("none", "").split(";")):
        if text.startswith("DOD<"):
            age, period = text.removeprefix("DOD<").split(":")
            died, born = told["DOD"], told["DOB"]
            if died == NOBODY_SAYS and "deceased" not in life.statuses:
                continue
            for event, at in (("DOD", died), ("DOB", born)):
                if isinstance(at, str):
                    lacking.add((event, at))
                    doubt = True
                    break
            else:
                if died < first_day_not_before((born[0] + int(age), *born[1:])):
                    instead.add(("DOD", period))
            continue
        kind, event, period = text.split(":")
        at = told[event]
        if at == NOBODY_SAYS:
            is_dead_somehow = event == "DOD" and "deceased" in life.statuses
            if is_dead_somehow or (kind == "max" and event != "DOD"):
                lacking.add((event, at))
                doubt = doubt or kind == "replace"
        elif isinstance(at, str):
            lacking.add((event, at))
            doubt = doubt or kind == "replace"
        elif kind == "replace" and at > today:
            lacking.add((event, "not_yet"))
            doubt = True
        else:
            (instead if kind == "replace" else beside).add((event, period))
    if not instead:
        if isinstance(told[row["trigger"]], str):
            lacking.add((row["trigger"], told[row["trigger"]]))
        elif not doubt:
            beside.add((row["trigger"], row["period"]))
    return instead | beside, lacking


def _events(row: dict[str, str]) -> set[str]:
    return {part.split(":")[1] for part in row["alt"].split(";") if part.count(":") == 2}


def judge(
    lives: list[Life], kept: Day | None, rows: dict[str, dict[str, str]],
    drawn: list[tuple[str, str, set[str]]], today: Day,
) -> Verdict:  # fmt: skip
    """The verdict on a record that is on all these files."""
    asked: set[tuple[Day, str, str, str, str]] = set()
    lacking: set[tuple[str, str, str, str]] = set()
    good = set()
    for life in lives:
        for of_class in classes_of(life, drawn):
            row = rows.get(of_class)
            if row is None:
                lacking.add((life.who, of_class, "", "no_rule"))
            elif row["action"] == "RETAIN":
                good.add((life.who, of_class, ""))
            else:
                pairs, lacks = asked_by(row, life, today)
                lacking |= {(life.who, of_class, event, _why(why)) for event, why in lacks}
                for event, period in pairs:
                    start = tell(event, life, today)
                    assert not isinstance(start, str)
                    start = year_end(start) if event == "FY_END" else start
                    asked.add((later_by(start, period), row["action"], life.who, of_class, event))
    if good:
        return Verdict("for good", grounds=frozenset(good))
    days = {one[0] for one in asked} | ({kept} if kept else set())
    if not lives:
        lacking.add(("", "", "", "no_file"))
    if lacking:
        return Verdict("unknown", max(days, default=None), lacking=frozenset(lacking))
    last_asked = max(one[0] for one in asked)
    ends = {one[1] for one in asked if one[0] == last_asked}
    end = max(ends, key=WAYS_TO_END.index)
    winners = {one[2:] for one in asked if one[:2] == (last_asked, end)}
    if kept and kept > last_asked:
        winners = {("", "", "")}
    return Verdict("dated", max(days), end, grounds=frozenset(winners))


def _why(why: str) -> str:
    return "unknown" if why == NOBODY_SAYS else why
