"""Random life histories and random schedules for the engine and its oracle; the same every time."""

import random
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from functools import cache

from edrms.fileplan import load_record_classes
from retention.model import Drawn, FileFacts, Happening, RecordFacts, Schedule, Status, Trigger
from retention.profiles import PROFILES, load_profile
from retention.schedule import COLUMNS, parse, render
from retention.sheet import read_table
from tests.rules.retention_oracle import DAYS, Day, Life, Verdict, judge

CLASSES = tuple(one.id for one in load_record_classes())
TRIGGERS = [one.value for one in Trigger]
STATUSES = [one.value for one in Status]
SHARP = [
    (2004, 2, 29), (2000, 2, 29), (2003, 2, 28), (2004, 3, 1), (2003, 3, 31), (2003, 4, 1), (2004, 1, 31),
    (2005, 1, 30), (2005, 8, 31), (2004, 12, 31), (1996, 2, 29), (2022, 2, 28), (2022, 3, 1), (2018, 2, 28),
    (2018, 3, 1), (2021, 8, 31), (2012, 2, 29), (2013, 3, 1),
]  # fmt: skip
PERIODS = [
    "P1Y",
    "P2Y",
    "P4Y",
    "P1M",
    "P1M1D",
    "P2M",
    "P13M",
    "P30D",
    "P2W",
    "P18Y",
    "P1Y1D",
    "P8Y",
]
ENDS = ["REVIEW", "DESTROY", "ARCHIVE_OFFER", "REVIEW", "DESTROY", "ARCHIVE_OFFER", "RETAIN"]


@dataclass(frozen=True)
class Council:
    """A schedule as the product has it and as words."""

    schedule: Schedule
    rows: dict[str, dict[str, str]]
    drawn: list[tuple[str, str, set[str]]]
    classes: tuple[str, ...]


@dataclass(frozen=True)
class History:
    """What happened to a record's people, asked about on a day, and what the oracle says."""

    council: Council
    lives: list[Life]
    kept: Day | None
    today: Day
    verdict: Verdict

    @property
    def facts(self) -> RecordFacts:
        """The same as the product takes it."""
        return facts_of(self.lives, self.kept)


def facts_of(lives: list[Life], kept: Day | None) -> RecordFacts:
    files = tuple(_file(life) for life in lives)
    return RecordFacts("r", files, date(*kept) if kept else None, "an appeal" if kept else "")


def _file(life: Life) -> FileFacts:
    happenings = {
        Trigger(event): Happening(
            frozenset(date(*day) for day in days),
            date(*life.again[event]) if event in life.again else None,
        )
        for event, days in life.events.items()
    }
    statuses = {Status(one): date(2010, 1, 1) for one in life.statuses}
    began = date(*life.began) if life.began else None
    return FileFacts(life.who, life.of_class, happenings, statuses, began)


def council(schedule: Schedule) -> Council:
    table, faults = read_table(render(schedule), COLUMNS, ())
    assert not faults
    rows = {row.cells["id"]: row.cells for row in table}
    drawn = [(one.status.value, one.class_id, set(one.from_classes)) for one in schedule.drawn]
    return Council(
        schedule, rows, drawn, (*schedule.rules, "Z99") if len(rows) < 75 else tuple(rows)
    )


@cache
def shipped() -> tuple[Council, ...]:
    return tuple(council(load_profile(name, version=1, known_classes=CLASSES)) for name in PROFILES)


def random_council(dice: random.Random) -> Council:
    """Six classes of any rules at all, a status or two that draws one onto others."""
    ids = [f"R{number}" for number in range(6)]
    lines = ["id|record_class|trigger|period|alt|action|basis|authority|src|notes"]
    for class_id in ids:
        trigger = dice.choice([*TRIGGERS, "DOB", "DOD", "CASE_CLOSED", "FY_END", "EXPIRY"])
        alts = ";".join(_alternatives(dice, trigger)) or "none"
        row = (class_id, "Words", trigger, dice.choice(PERIODS), alts, dice.choice(ENDS))
        row = (*row[:4], "none" if row[5] == "RETAIN" else alts, row[5])
        lines.append("|".join((*row, "L", "Local", "GK", "none")))
    drawn = tuple(
        Drawn(Status(status), ids[0], frozenset(ids[1:4])) for status in dice.sample(STATUSES, 2)
    )
    text = "\n".join(lines)
    return council(parse(text, version=2, profile="random", known_classes=ids, drawn=drawn))


def _alternatives(dice: random.Random, trigger: str) -> Iterator[str]:
    if trigger != "DOD" and dice.random() < 0.4:
        yield f"DOD<{dice.choice([18, 18, 1, 16])}:{dice.choice(PERIODS)}"
    for kind in ("replace", "max", "later"):
        event = dice.choice([*TRIGGERS, "DOD", "DOB", "EXPIRY"])
        if event != trigger and dice.random() < 0.3:
            yield f"{kind}:{event}:{dice.choice(PERIODS)}"


def random_life(dice: random.Random, council: Council) -> Life:
    """A file whose rules find most of what they ask for, some of it late, twice or out of order."""
    life = Life(dice.choice("abc"), dice.choice(council.classes))
    life.statuses = {one for one in STATUSES if dice.random() < 0.12}
    wanted = {"DOB"} | ({"DOD"} if dice.random() < 0.4 else set())
    for row in (council.rows.get(life.of_class), *council.rows.values()):
        if row and (row["id"] == life.of_class or dice.random() < 0.15):
            wanted.add(row["trigger"])
            wanted |= {part.split(":")[1] for part in row["alt"].split(";") if part.count(":") == 2}
    for event in sorted(wanted - ({"DOD"} if dice.random() < 0.5 else set())):
        if dice.random() < 0.93:
            often = 1 + (dice.random() < (0.05 if event in ("DOB", "DOD") else 0.15))
            life.events[event] = {_some_day(dice, early=event == "DOB") for _ in range(often)}
            if dice.random() < 0.02:
                life.events[event] = set()  # every date given for it was withdrawn
            elif dice.random() < 0.06:
                life.again[event] = dice.choice([max(life.events[event]), _some_day(dice)])
    if dice.random() < 0.15:
        all_days = [max(days) for days in life.events.values() if days]
        life.began = dice.choice([*all_days, _some_day(dice, early=True)])
    return life


def _some_day(dice: random.Random, *, early: bool = False) -> Day:
    day = dice.choice(SHARP) if dice.random() < 0.6 else DAYS[dice.randrange(36000, 52500)]
    if early and dice.random() < 0.8:
        day = dice.choice([(1996, 2, 29), (2000, 2, 29), (2004, 2, 29), (2000, 3, 31), (1999, 8, 31),
                           DAYS[dice.randrange(20000, 44000)]])  # fmt: skip
    return day


def history(dice: random.Random, council: Council) -> History:
    """A record on one file or several, asked about on a random day or hard by the day it falls due."""
    lives = [random_life(dice, council) for _ in range(dice.choice([1, 1, 1, 1, 2, 3]))]
    if dice.random() < 0.01:
        lives = []
    kept = _some_day(dice) if dice.random() < 0.12 else None
    today = DAYS[dice.randrange(44000, 60000)]
    if lives and dice.random() < 0.1:  # hard by the day that something happens
        days = [one for life in lives for said in life.events.values() for one in said]
        today = dice.choice(days or [today])
    verdict = judge(lives, kept, council.rows, council.drawn, today)
    if verdict.kind == "dated" and dice.random() < 0.7:
        at = bisect_left(DAYS, verdict.on or DAYS[0])
        today = DAYS[at + dice.choice([-1, 0, 0, 1])]
        verdict = judge(lives, kept, council.rows, council.drawn, today)
    return History(council, lives, kept, today, verdict)


@cache
def histories() -> tuple[History, ...]:
    """Twelve thousand: half by the shipped profiles, half by random schedules, mixed."""
    dice = random.Random(20261126)
    councils = [random_council(dice) for _ in range(120)]
    found = [history(dice, dice.choice(shipped())) for _ in range(6000)]
    found += [history(dice, one) for one in councils for _ in range(50)]
    dice.shuffle(found)
    return tuple(found)


def without(life: Life, event: str) -> Life:
    """The same life with nothing known of one event."""
    return replace(life, events={one: days for one, days in life.events.items() if one != event})
