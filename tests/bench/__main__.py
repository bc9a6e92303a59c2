"""`python -m tests.bench [--quick] [--part NAME] [--records N] [--out FILE]`, any of PARTS by its name.

Speed and memory of the product, each speed as a ratio to something bare in the same run. Writes the
figures to a file as JSON, prints a table and, last, the JSON. --quick is a smoke test: its figures
mean nothing.
"""

import argparse
import json
import os
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rich.console import Console

from tests.bench.access import measure_access
from tests.bench.access_filled import Size
from tests.bench.audit import measure_audit
from tests.bench.desk import measure_desk
from tests.bench.destroying import measure_destroying
from tests.bench.encryption import measure_encryption
from tests.bench.find_client import measure_find_client
from tests.bench.ingest import measure_ingest
from tests.bench.memory import measure_memory
from tests.bench.ocrmypdf import measure_ocrmypdf
from tests.bench.pages import measure_pages
from tests.bench.report import tables
from tests.bench.retention import measure_retention
from tests.bench.searching import measure_search
from tests.bench.workbench import measure_workbench
from tests.bench.workbench_screen import measure_screen

PARTS = ("ingest", "pages", "ocrmypdf", "search", "memory", "encryption", "audit", "access",
         "retention", "desk", "destroying", "workbench", "screen", "find_client")  # fmt: skip
DESTROYED, STAYING = 10_000, 1000
QUICK_FILES = ("scan_0014.tif",)
console = Console(highlight=False, stderr=True)


def main(arguments: list[str]) -> int:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--part", action="append", choices=PARTS)
    parser.add_argument("--records", type=int, help=f"to destroy, instead of {DESTROYED}")
    parser.add_argument("--out", type=Path, default=Path("var/bench.json"))
    asked = parser.parse_args(arguments)
    figures = measure(tuple(asked.part or PARTS), asked.records, quick=asked.quick)
    asked.out.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps(figures, indent=1)
    asked.out.write_text(text + "\n", encoding="utf-8")
    for table in tables(figures):
        console.print(table)
    print(text)
    return 0


def measure(parts: tuple[str, ...], records: int | None, *, quick: bool) -> dict[str, Any]:
    """The figures of these parts, one after another so that none weighs on another."""
    figures: dict[str, Any] = {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "processors": os.cpu_count(),
        "quick": quick,
        "load_before": round(os.getloadavg()[0], 2),
    }
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="edrms-bench-") as scratch:
        for part in parts:
            with console.status(f"Measuring {part}"):
                figures[part] = measure_part(part, Path(scratch), records, quick=quick)
    return figures | {
        "took_s": round(time.monotonic() - started),
        "load_after": round(os.getloadavg()[0], 2),
    }


def measure_part(
    part: str, scratch: Path, records: int | None = None, *, quick: bool
) -> dict[str, Any]:
    """The figures of one part, one of PARTS. records: to destroy."""
    match part:
        case "ingest":
            return measure_ingest(scratch, QUICK_FILES if quick else None)
        case "pages":
            return measure_pages(scratch / "pages", 1 if quick else 12)
        case "ocrmypdf":
            return measure_ocrmypdf(scratch / "ocrmypdf", QUICK_FILES if quick else None)
        case "search":
            sizes = (30, 60) if quick else (1000, 3000, 10_000)
            return measure_search(scratch, sizes, *((2, 2) if quick else (40, 40)))
        case "memory":
            return measure_memory(scratch, *((2 << 20, 2) if quick else (200_000_000, 100)))
        case "encryption":
            return measure_encryption(scratch, *((QUICK_FILES, 10) if quick else (None, 400)))
        case "audit":
            return measure_audit(scratch, *((2000, 2000) if quick else (20_000, 1_000_000)))
        case "access":
            size = Size(records=2000, clients=400) if quick else Size()
            return measure_access(scratch / "access", size, 20 if quick else 400)
        case "retention":
            return measure_retention(4000 if quick else 1_000_000)
        case "desk":
            size = Size(records=4000, clients=400) if quick else Size()
            return measure_desk(scratch / "desk", size, 3 if quick else 5)
        case "workbench":
            return measure_workbench(scratch / "workbench", *((50, 5) if quick else (10_000, 200)))
        case "screen":
            return measure_screen(scratch / "screen", *((50, 5) if quick else (10_000, 100)))
        case "find_client":
            return measure_find_client(scratch / "find", *((2000, 5) if quick else (100_000, 100)))
        case "destroying":
            sizes = (25, 25) if quick else (records or DESTROYED, STAYING)
            return measure_destroying(scratch / "destroying", *sizes, 2.0 if quick else 10.0)
        case _:
            raise ValueError(part)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
