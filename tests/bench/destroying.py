"""What others notice while many records are destroyed: how long their requests take, by turns without and
with destruction in the same run.

The product as it runs: records in cases that were approved and waited for are carried out by what upkeep
calls, so many groups at a time, in a process of their own; the web server answers two people who look,
search and send files in the whole time (tests/bench/other_users.py). After each slice of destruction as
long a time follows in which nothing is destroyed. On SQLite, or with EDRMS_TEST_PROFILE=service on the
servers of tests.engines.
"""

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import quantiles
from typing import Any

from sqlalchemy import func, select

from api.duties import MOST_GROUPS
from api.supervisor import Supervisor
from edrms.records.tables import DISPOSED, Record
from edrms.settings import Settings
from edrms.staff.accounts import SYSTEM
from tests import factories
from tests.bench.destroying_filled import ToDestroy, filled
from tests.bench.memory import free_port, wait_for
from tests.bench.other_users import KINDS, Told, ask
from tests.engines import instances

GOAL = 1.2
MOST_QUIET_S = 45.0
SETTLES_S = 2.0  # after a slice the web server still opens the index anew
Look = tuple[str, float, float]  # what, when, how many seconds
Span = tuple[float, float]


def measure_destroying(
    directory: Path, records: int, staying: int, warm_s: float = 10.0
) -> dict[str, Any]:
    """Of each kind of request p50 and p95 without and with destruction, and records destroyed a second."""
    rest = Settings(home=directory).disposal_rest
    made = filled(directory / "home", records, staying, port=free_port(), disposal_rest=rest)
    with Supervisor(made.instance.settings) as supervisor:
        supervisor.add_web()
        with _others_at_work(made) as stop:
            time.sleep(warm_s)
            quiet, busy = _by_turns(made, warm_s)
            seen = stop()
    _expect_all_destroyed(made)
    instances.remove_all()
    return _figures(seen, quiet, busy, records) | {"rest": rest}


@contextmanager
def _others_at_work(made: ToDestroy) -> Iterator[Any]:
    port = made.instance.settings.port
    wait_for(port)
    told = Told(port, *(_token(port, made, role) for role in ("social_worker_adults", "post_room")),
                made.staying, made.clients)  # fmt: skip
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.bench.other_users"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stdin is not None and process.stdout is not None
    process.stdin.write(told.line())
    process.stdin.flush()
    if process.stdout.readline() != "at work\n":
        raise RuntimeError("the others did not start")

    def stop() -> list[Look]:
        looks: list[Look] = json.loads(process.communicate("stop\n", timeout=120)[0])
        return looks

    try:
        yield stop
    finally:
        process.kill()
        process.wait()


def _token(port: int, made: ToDestroy, role: str) -> str:
    factories.staff_member(made.instance, role, role)
    body = json.dumps({"username": role, "password": factories.PASSWORD})
    headers = {"Content-Type": "application/json"}
    token: str = json.loads(ask(port, "POST", "/api/v1/sessions", headers, body))["token"]
    return token


def _by_turns(made: ToDestroy, least_quiet_s: float) -> tuple[list[Span], list[Span]]:
    """Times without and with destruction, the first of each and then by turns."""
    quiet, busy = [], []
    for case_id in made.cases:
        is_certified = False
        while not is_certified:
            began = time.time()
            progress = made.instance.disposal.executing.run(SYSTEM, case_id, MOST_GROUPS)
            is_certified = progress.is_certified
            took_s = time.time() - began
            time.sleep(SETTLES_S)
            busy.append((began, time.time()))
            time.sleep(min(MOST_QUIET_S, max(took_s, least_quiet_s)))
            quiet.append((busy[-1][1], time.time()))
    return quiet, busy


def _expect_all_destroyed(made: ToDestroy) -> None:
    disposed = select(func.count()).where(Record.state == DISPOSED)
    with made.instance.database.read() as session:
        if session.scalar(disposed) != len(made.going):
            raise RuntimeError("not every record was destroyed, or another was")


def _figures(seen: list[Look], quiet: list[Span], busy: list[Span], records: int) -> dict[str, Any]:
    destroying_s = sum(end - start - SETTLES_S for start, end in busy)
    figures: dict[str, Any] = {
        "records_destroyed": records,
        "records_a_second": round(records / destroying_s, 1),
        "slices": len(busy),
        "goal": GOAL,
    }
    for kind in (*KINDS, "all"):
        mine = [look for look in seen if kind in (look[0], "all")]
        without, during = (_taken(mine, spans) for spans in (quiet, busy))
        figures |= _compared(kind, without, during)
    return figures


def _taken(looks: list[Look], spans: list[Span]) -> list[float]:
    return [took for _, at, took in looks if any(start <= at <= end for start, end in spans)]


def _compared(kind: str, without: list[float], during: list[float]) -> dict[str, Any]:
    figures: dict[str, Any] = {f"{kind}_requests": f"{len(without)} without, {len(during)} with"}
    for name, nth in (("p50", 9), ("p95", 18)):
        first, then = (quantiles(some, n=20)[nth] * 1000 for some in (without, during))
        figures[f"{kind}_{name}_ms"] = f"{first:.1f} without, {then:.1f} with"
        figures[f"{kind}_{name}_ratio"] = round(then / first, 2)
    figures[f"{kind}_max_ms"] = f"{max(without) * 1000:.0f} without, {max(during) * 1000:.0f} with"
    return figures
