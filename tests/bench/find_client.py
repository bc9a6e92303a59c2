"""Finding a client as somebody types, through the application, on a register of a council's size.

The people are the generated register of `make quality` (names as common as in life, households). A question
is what stands in the box after each pause of a person who types a name, a birth or a number.
"""

import random
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from api.app import create_app
from api.setting_up import make_instance
from edrms.clients.model import Client
from edrms.settings import Settings
from edrms.staff.accounts import SYSTEM
from edrms.uow import write
from tests import factories
from tests.bench.filled import quantiles
from tests.bench.own_instance import PASSWORD
from tests.quality.generated.database import put_on_register
from tests.quality.generated.register import make_register

GOAL_MS = 200.0
_SEED = 31


def measure_find_client(home: Path, clients: int, people: int) -> dict[str, Any]:
    """Milliseconds of each kind of question, asked for this many people drawn from the register; by the wall
    and of this process's own processor time."""
    instance = make_instance(
        Settings(home=home, audit_seal_limit_s=1e9, requests_per_minute=1_000_000)
    )
    register = make_register(_SEED, clients)
    put_on_register(instance.database, register.clients)
    with write(instance.database, SYSTEM, instance.clock) as work:
        factories.add_to_staff(work, "indexer", "indexer", password=PASSWORD)
    browser = create_app(instance).test_client()
    browser.post("/sign-in", data={"username": "indexer", "password": PASSWORD})
    sought = random.Random(_SEED).sample(list(register.clients), people)
    took: dict[str, list[float]] = {}
    used: list[float] = []
    for kind, typed in _typed(sought):
        began, started = time.perf_counter(), time.process_time()
        answer = browser.get("/clients/suggest", query_string={"q": typed})
        took.setdefault(kind, []).append(time.perf_counter() - began)
        used.append(time.process_time() - started)
        if answer.status_code != 200 or (kind != "two_letters" and not answer.json["clients"]):
            raise RuntimeError(f"nobody was found for {kind}")
    every = [one for times in took.values() for one in times]
    figures = {
        "clients": clients, "questions": len(every), **quantiles("find_client", every),
        **quantiles("processor", used),
    }  # fmt: skip
    for kind, times in took.items():
        figures |= quantiles(kind, times)
    return figures | {
        "goal_p95_ms": GOAL_MS, "meets_goal": figures["find_client_p95_ms"] < GOAL_MS
    }  # fmt: skip


def _typed(people: Sequence[Client]) -> Iterator[tuple[str, str]]:
    for one in people:
        yield "two_letters", one.surname[:2]
        yield "surname", one.surname
        yield "surname_and_letter", f"{one.surname} {one.forename[:1]}"
        yield "whole_name", f"{one.forename} {one.surname}"
        if one.date_of_birth:
            yield "birth", f"{one.date_of_birth:%d/%m/%Y}"
        for known in one.identifiers[:1]:
            yield "reference", known.value
