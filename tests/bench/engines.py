"""`python -m tests.bench.engines [--part jobs|objects|index] [--jobs N] [--documents N ...] [--out FILE]`

The real servers through our adapters, as ratios to the bare engine in the same run: what the queue
costs, objects, the index. Needs the servers: start it with `python -m tests.engines`. Prints tables
to standard error and JSON to standard output, which also goes into a file.
"""

import argparse
import json
import os
import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rich.console import Console

from tests.bench.engine_figures import Figure, as_json, table
from tests.bench.engine_index import measure_index
from tests.bench.engine_objects import measure_objects
from tests.bench.job_queue import measure_job_queue
from tests.engines import instances

TITLES = {
    "jobs": "Queue",
    "objects": "Objects: 1 is as fast as bare, more is faster",
    "index": "Index: 1 is as fast as bare, more is faster",
}
console = Console(highlight=False, stderr=True, width=None if sys.stderr.isatty() else 120)


def main(arguments: list[str]) -> int:
    """Measure, print, write. A missed target is told, not an error: the machine may be busy."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.engines", description=__doc__)
    parser.add_argument("--part", action="append", choices=tuple(TITLES))
    parser.add_argument("--jobs", type=int, default=10_000)
    parser.add_argument("--documents", type=int, nargs="+", default=[10_000, 30_000])
    parser.add_argument("--out", type=Path, default=Path("var/bench-engines.json"))
    asked = parser.parse_args(arguments)
    told = measure(asked.part or list(TITLES), asked.jobs, asked.documents)
    asked.out.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps(told, indent=1)
    asked.out.write_text(text + "\n", encoding="utf-8")
    print(text)
    return 0


def measure(parts: Sequence[str], jobs: int, documents: Sequence[int]) -> dict[str, Any]:
    """The figures of these parts, one after another; each table is shown as soon as it is known."""
    told: dict[str, Any] = {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "processors": os.cpu_count(),
        "jobs": jobs,
        "documents": list(documents),
    }
    try:
        for part in parts:
            told[part] = _one_part(part, jobs, documents)
    finally:
        instances.remove_all()
    return told


def _one_part(part: str, jobs: int, documents: Sequence[int]) -> dict[str, Any]:
    started, load = time.monotonic(), os.getloadavg()[0]
    with tempfile.TemporaryDirectory(prefix="edrms-bench-") as scratch:
        figures = _figures(part, Path(scratch), jobs, documents)
    console.print(table(TITLES[part], figures))
    return {
        "took_s": round(time.monotonic() - started),
        "load_before": round(load, 2),
        "figures": as_json(figures),
    }


def _figures(part: str, scratch: Path, jobs: int, documents: Sequence[int]) -> list[Figure]:
    match part:
        case "jobs":
            return measure_job_queue(scratch, jobs)
        case "objects":
            return measure_objects(scratch)
        case "index":
            return measure_index(scratch, documents)
        case _:
            raise ValueError(part)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
