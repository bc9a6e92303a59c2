"""What others notice while many records are destroyed: the time of a page viewed, before and meanwhile.

An instance on SQLite with so many filed records to be destroyed and some that stay. A process of its own
looks at pages of those that stay, one after the other with a pause as people make, the whole time. Records
are filed straight, without scanning; they are destroyed as the product does it, with all it looks for.
"""

import json
import subprocess
import sys
import threading
import time
from pathlib import Path
from statistics import quantiles
from typing import Any

from api.setting_up import make_instance
from api.wiring import build, indexer
from edrms.records.tables import DISPOSED, Record
from edrms.settings import Settings
from edrms.staff.accounts import SYSTEM
from edrms.uow import write
from retention.hold_guard import condemn
from tests import factories

VIEWER = factories.actor("social_worker_adults", name="viewer")
STAYING = 50
PAUSE_S = 0.05
GOAL = 1.2
GROUP = 500


def measure_destroying(directory: Path, records: int, before_s: float) -> dict[str, Any]:
    """p95 of a page viewed before and while so many records are destroyed, and records destroyed a second."""
    settings = Settings(home=directory / "home", audit_seal_limit_s=1e9)  # no sealer is at work
    instance = make_instance(settings)
    person = factories.client()
    factories.on_the_register(instance, person)
    made = [
        factories.filed_record(instance, [person], texts=[f"plan {n} " * 40])
        for n in range(records + STAYING)
    ]
    while indexer(instance).do_some():
        pass
    going, staying = made[:records], made[records:]
    viewer = subprocess.Popen(
        [sys.executable, "-m", "tests.bench.destroying", str(settings.home), *staying],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert viewer.stdout is not None
    if viewer.stdout.readline() != "at work\n":
        raise RuntimeError("the viewer did not start")
    time.sleep(before_s)
    for start in range(0, records, GROUP):
        with write(instance.database, SYSTEM, instance.clock) as work:
            condemn(work, going[start : start + GROUP])
            work.journal("record:content:erase", "record", going[start], place="bench")
    began = time.time()
    instance.erasing.end(SYSTEM, going)
    ended = time.time()
    seen: list[tuple[float, float]] = json.loads(viewer.communicate("stop\n", timeout=60)[0])
    with instance.database.read() as session:
        if any(session.get_one(Record, one).state != DISPOSED for one in going):
            raise RuntimeError("not every record was destroyed")
    return _figures(seen, began, ended, records)


def look_on(home: Path, staying: list[str]) -> None:
    """View pages until told to stop; then say when each look was and how long it took."""
    instance, seen = build(Settings(home=home, audit_seal_limit_s=1e9)), []
    stop = threading.Event()
    threading.Thread(target=lambda: (sys.stdin.readline(), stop.set()), daemon=True).start()
    print("at work", flush=True)
    while not stop.is_set():
        for record_id in staying:
            at, started = time.time(), time.perf_counter()
            with instance.viewing.page_image(VIEWER, record_id, 1).stream as stream:
                stream.read()
            seen.append((at, time.perf_counter() - started))
            time.sleep(PAUSE_S)
    print(json.dumps(seen))


def _figures(
    seen: list[tuple[float, float]], began: float, ended: float, records: int
) -> dict[str, Any]:
    before = [took for at, took in seen if at < began]
    during = [took for at, took in seen if began <= at <= ended]
    first, then = (quantiles(some, n=20)[-1] for some in (before[5:], during))
    return {
        "records_destroyed": records,
        "records_a_second": round(records / (ended - began), 1),
        "looks_before": len(before),
        "looks_meanwhile": len(during),
        "view_p95_before_ms": round(first * 1000, 1),
        "view_p95_meanwhile_ms": round(then * 1000, 1),
        "view_p95_ratio": round(then / first, 2),
        "goal": GOAL,
    }


if __name__ == "__main__":
    look_on(Path(sys.argv[1]), sys.argv[2:])
