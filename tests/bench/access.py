"""`python -m tests.bench.access [--records N] [--out FILE]`: what deciding costs in a large council.

Times are of one question each, in its own read of the database, by the wall and by this process's own
processor time; the second says what a quiet machine would give.
"""

import argparse
import json
import random
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from api import migrations
from edrms.access.facts import record_facts
from edrms.access.model import Actor
from edrms.access.policy import VIEW, decide
from edrms.access.standing import actor_at, actors_at
from edrms.clock import FixedClock
from edrms.db import Database
from edrms.errors import NotFound
from edrms.records.reading import records_of_client, visible_among, visible_record
from edrms.records.tables import Record
from edrms.staff.tables import StaffMember
from search.access_filter import access_filters
from tests.bench.access_filled import MANAGER, NOW, Size, fill

TARGET_MS = 5.0
ROUNDS = 400
Question = Callable[[Session], object]


def measure_access(directory: Path, size: Size, rounds: int) -> dict[str, Any]:
    """The figures, in milliseconds; `meets_target` for all that stands between a request
    and a record."""
    with _council(directory, size) as (database, build_s):
        figures: dict[str, Any] = {
            "records": size.records, "staff": size.staff, "clients": size.clients,
            "live_markings": size.markings, "build_s": build_s,
        }  # fmt: skip
        for name, questions in _questions(database, size, rounds):
            figures |= _timed(database, name, questions)
    figures["target_p95_ms"] = TARGET_MS
    figures["meets_target"] = figures["authorise_p95_ms"] < TARGET_MS
    return figures


@contextmanager
def _council(directory: Path, size: Size) -> Iterator[tuple[Database, float]]:
    started = time.monotonic()
    directory.mkdir(parents=True, exist_ok=True)
    database = Database(f"sqlite:///{directory / 'access.sqlite3'}")
    migrations.upgrade(database, FixedClock(NOW))
    fill(database, size)
    yield database, round(time.monotonic() - started, 1)
    database.close()


def _questions(
    database: Database, size: Size, rounds: int
) -> Iterator[tuple[str, Sequence[Question]]]:
    dice = random.Random(1)
    with database.read() as session:
        numbers = [dice.randint(1, size.records) for _ in range(20 * rounds)]
        ids: list[str] = []
        for at in range(0, len(numbers), 500):
            part = Record.number.in_(numbers[at : at + 500])
            ids += session.scalars(select(Record.record_id).where(part))
        people = list(session.scalars(select(StaffMember.staff_id)))
        staff = [dice.choice(actors_at(session, dict.fromkeys(people, ""), NOW))
                 for _ in range(10)]  # fmt: skip
        manager = actor_at(session, MANAGER, "", NOW)
    dice.shuffle(ids)
    rounds = min(rounds, len(ids) // 20)
    clients = [f"c{dice.randrange(size.clients):031d}" for _ in range(rounds)]
    yield "standing", [_standing(dice.choice(people)) for _ in range(rounds)]
    yield "authorise", [_authorise(dice.choice(people), one) for one in ids[:rounds]]
    yield "facts_and_decision", [_facts(dice.choice(staff), one, database) for one in ids[:rounds]]
    yield "decide", [_decide(dice.choice(staff), one) for one in ids[:rounds]]
    yield "manager_decides", [_decide(manager, one) for one in ids[-rounds:]]
    yield (
        "twenty_hits",
        [_hits(dice.choice(staff), ids[20 * at : 20 * at + 20]) for at in range(rounds)],
    )
    yield "file_of_a_client", [_file(manager, one) for one in clients]
    yield "index_filter_of_a_manager", [_filter(manager)] * max(rounds // 4, 1)


def _standing(staff_id: str) -> Question:
    return lambda session: actor_at(session, staff_id, "", NOW)


def _decide(actor: Actor, record_id: str) -> Question:
    """The whole of what opening a record takes: the record found, its facts, the decision."""

    def opened(session: Session) -> object:
        try:
            return visible_record(session, actor, VIEW, record_id, NOW)
        except NotFound:
            return None

    return opened


def _authorise(staff_id: str, record_id: str) -> Question:
    """All that stands between a request and a record: who asks, and may they."""
    return lambda session: _decide(actor_at(session, staff_id, "", NOW), record_id)(session)


def _facts(actor: Actor, record_id: str, database: Database) -> Question:
    """The facts of a record in hand, and the decision."""
    with database.read() as session:
        record = session.get_one(Record, record_id)
    return lambda session: decide(actor, VIEW, record_facts(session, record, NOW))


def _hits(actor: Actor, record_ids: Sequence[str]) -> Question:
    return lambda session: visible_among(session, actor, VIEW, record_ids, NOW)


def _file(actor: Actor, client_id: str) -> Question:
    return lambda session: records_of_client(session, actor, VIEW, client_id, NOW)


def _filter(actor: Actor) -> Question:
    return lambda session: access_filters(session, actor, VIEW, NOW)


def _timed(database: Database, name: str, questions: Sequence[Question]) -> dict[str, float]:
    wall, own = [], []
    for question in questions:
        began, began_own = time.perf_counter(), time.process_time()
        with database.read() as session:
            question(session)
        wall.append(time.perf_counter() - began)
        own.append(time.process_time() - began_own)
    return _quantiles(name, wall) | _quantiles(f"{name}_own", own)


def _quantiles(name: str, seconds: Sequence[float]) -> dict[str, float]:
    ordered = sorted(seconds)
    at = {"p50": len(ordered) // 2, "p95": int(len(ordered) * 0.95), "max": -1}
    return {f"{name}_{word}_ms": round(ordered[place] * 1000, 2) for word, place in at.items()}


def main(arguments: list[str]) -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.access", description=__doc__)
    parser.add_argument("--records", type=int, default=Size.records)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--out", type=Path)
    asked = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="edrms-bench-") as scratch:
        figures = measure_access(Path(scratch), Size(records=asked.records), asked.rounds)
    text = json.dumps(figures, indent=1)
    if asked.out:
        asked.out.write_text(text + "\n", encoding="utf-8")
    print(text)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
