"""How long the rules take over a large council's records, and over one client's after a fact changed.

Facts are made up as rows of a table would give them; making them, the values the rules take and deciding
are all timed, in as many processes as the target names, each with its share. Nothing is read from a disk.
Decided twice: each record by itself, and the way that works out only once what a file asks for.
"""

import random
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from datetime import date, timedelta
from multiprocessing import get_context
from statistics import quantiles
from typing import Any, NamedTuple

from edrms.fileplan import load_record_classes
from retention.model import (
    Due,
    FileFacts,
    Happening,
    NotDue,
    RecordFacts,
    Schedule,
    Status,
    Trigger,
    Unknown,
)
from retention.profiles import BASE, load_profile
from retention.rules import evaluate, evaluate_all

PROCESSES = 2
TARGET_S = 60.0
CHANGE_TARGET_MS = 50.0
RECORDS_A_CLIENT = 25
LARGEST_FILE = 2000  # records on one client's files
AS_OF = date(2026, 11, 26)
_CHILDREN = ("C01", "C02", "C03", "C03", "C04", "C05", "C05", "C05", "C10", "C31")
_ADULTS = ("A01", "A02", "A02", "A02", "A03", "A04", "A11", "A12", "A16", "A17")


class FactRow(NamedTuple):
    """One fact as a table holds it: of a client or of one of their files (by class)."""

    class_id: str | None
    trigger: Trigger
    day: date


class Person(NamedTuple):
    """A client with everything known and the classes of their files."""

    client_id: str
    classes: tuple[str, ...]
    rows: tuple[FactRow, ...]
    statuses: tuple[Status, ...]


def measure_retention(records: int) -> dict[str, Any]:
    """Seconds for so many records, and milliseconds for one client's after a change."""
    with ProcessPoolExecutor(PROCESSES, mp_context=get_context("spawn")) as pool:
        list(pool.map(_ready, range(PROCESSES)))
        one_by_one = _decided(pool, records, shared=False)
        shared = _decided(pool, records, shared=True)
    if one_by_one["answers"] != shared["answers"]:
        raise RuntimeError(f"two ways, two answers: {one_by_one}, {shared}")
    changed_ms = _changes_ms()
    return {
        "records": records, "processes": PROCESSES, "target_s": TARGET_S,
        "one_by_one_s": one_by_one["took_s"], "one_by_one_us_a_record": one_by_one["us"],
        "shared_files_s": shared["took_s"], "shared_files_us_a_record": shared["us"],
        "answers": shared["answers"],
        "changed_fact_records": LARGEST_FILE, "changed_fact_p95_ms": round(changed_ms, 2),
        "changed_fact_target_ms": CHANGE_TARGET_MS,
        "meets_target": one_by_one["took_s"] < TARGET_S and changed_ms < CHANGE_TARGET_MS,
    }  # fmt: skip


def _decided(pool: ProcessPoolExecutor, records: int, *, shared: bool) -> dict[str, Any]:
    """took_s: by the wall, with the values made and with what it takes to make up the facts."""
    began = time.perf_counter()
    shares = [(number, records // PROCESSES, shared) for number in range(PROCESSES)]
    parts = list(pool.map(_share, shares))
    took_s = time.perf_counter() - began
    answers = {kind: sum(part[kind] for part in parts) for kind in ("due", "not_due", "unknown")}
    if sum(answers.values()) != records:
        raise RuntimeError(f"{answers} of {records} records")
    us = 1e6 * sum(part["deciding_s"] for part in parts) / records
    return {"took_s": round(took_s, 1), "us": round(us, 1), "answers": answers}


def _schedule() -> Schedule:
    classes = [one.id for one in load_record_classes()]
    return load_profile(BASE, version=1, known_classes=classes)


def _ready(number: int) -> int:
    return number + len(_schedule().rules)


def _share(share: tuple[int, int, bool]) -> dict[str, Any]:
    number, records, shared = share
    dice, schedule = random.Random(number), _schedule()
    figures: dict[str, Any] = {"due": 0, "not_due": 0, "unknown": 0, "deciding_s": 0.0}
    done = 0
    while done < records:
        people = [_person(dice, f"{number}-{n}") for n in range(200)]
        some = [one for each in _with_partners(people) for one in _records(*each, RECORDS_A_CLIENT)]
        some = some[: records - done]
        _count(some, schedule, figures, shared=shared)
        done += len(some)
    return figures


def _with_partners(people: list[Person]) -> Iterator[tuple[Person, Person]]:
    """Each with a brother or sister, on whose file some of the records are too."""
    yield from zip(people, people[1:] + people[:1], strict=True)


def _count(
    records: list[RecordFacts], schedule: Schedule, figures: dict[str, Any], *, shared: bool
) -> None:
    began = time.perf_counter()
    if shared:
        answers = list(evaluate_all(records, schedule, AS_OF))
    else:
        answers = [evaluate(facts, schedule, AS_OF) for facts in records]
    figures["deciding_s"] += time.perf_counter() - began
    for answer in answers:
        match answer:
            case Due():
                figures["due"] += 1
            case NotDue():
                figures["not_due"] += 1
            case Unknown():
                figures["unknown"] += 1


def _person(dice: random.Random, client_id: str) -> Person:
    is_child = dice.random() < 0.5
    born = AS_OF - timedelta(days=dice.randrange(0, 365 * (30 if is_child else 95)))
    classes = tuple(dice.sample(_CHILDREN if is_child else _ADULTS, dice.choice((1, 1, 2, 3))))
    rows = [FactRow(None, Trigger.DOB, born)] if dice.random() < 0.97 else []
    if dice.random() < (0.01 if is_child else 0.3):
        rows.append(FactRow(None, Trigger.DOD, _between(dice, born, AS_OF)))
    for class_id in classes:
        for trigger in (Trigger.CASE_CLOSED, Trigger.LAST_CONTACT, Trigger.SERVICE_END, Trigger.FY_END,
                        Trigger.EXPIRY, Trigger.ORDER_DATE):  # fmt: skip
            if dice.random() < 0.7:
                rows.append(FactRow(class_id, trigger, _between(dice, born, AS_OF)))
    known = (Status.CHILD_PROTECTION, Status.LOOKED_AFTER, Status.ADOPTED) if is_child else ()
    return Person(client_id, classes, tuple(rows), tuple(s for s in known if dice.random() < 0.2))


def _between(dice: random.Random, first: date, last: date) -> date:
    return first + timedelta(days=dice.randrange((last - first).days + 1))


def _records(person: Person, partner: Person, count: int) -> Iterator[RecordFacts]:
    """So many records: on one file of the person each, every fourth on one of the partner's too."""
    mine, theirs = _files(person), _files(partner)
    for number in range(count):
        files = (mine[number % len(mine)],)
        if number % 4 == 0:
            files = (*files, theirs[number % len(theirs)])
        yield RecordFacts(f"{person.client_id}/{number}", files)


def _files(person: Person) -> list[FileFacts]:
    statuses = dict.fromkeys(person.statuses, AS_OF)
    files = []
    for class_id in person.classes:
        days: dict[Trigger, set[date]] = {}
        for row in person.rows:
            if row.class_id in (None, class_id):
                days.setdefault(row.trigger, set()).add(row.day)
        happenings = {trigger: Happening(frozenset(some)) for trigger, some in days.items()}
        files.append(FileFacts(person.client_id, class_id, happenings, statuses))
    return files


def _changes_ms(rounds: int = 60) -> float:
    """The 95th percentile of deciding all records of the largest file anew after one fact changed."""
    dice, schedule, took = random.Random(7), _schedule(), []
    for number in range(rounds):
        person, partner = _person(dice, "one"), _person(dice, "two")
        died = FactRow(None, Trigger.DOD, AS_OF - timedelta(days=number))
        began = time.perf_counter()
        changed = person._replace(rows=(*person.rows, died))
        records = _records(changed, partner, LARGEST_FILE)
        answers = list(evaluate_all(records, schedule, AS_OF))
        took.append(1000 * (time.perf_counter() - began))
        if len(answers) != LARGEST_FILE:
            raise RuntimeError("not every record was decided")
    return quantiles(took, n=20)[-1]
