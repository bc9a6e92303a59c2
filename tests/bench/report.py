"""The figures of the bench as tables for a terminal."""

from collections.abc import Iterator
from typing import Any

from rich.table import Table


def tables(figures: dict[str, Any]) -> Iterator[Table]:
    """One table for each part measured."""
    if "ingest" in figures:
        yield _side_by_side("From first byte to searchable", figures["ingest"])
    if "pages" in figures:
        yield _side_by_side("Reading one page", figures["pages"])
    if "ocrmypdf" in figures:
        yield _plain("Against OCRmyPDF, which writes PDF/A", figures["ocrmypdf"])
    if "search" in figures:
        yield _growth(figures["search"])
        yield _plain("From filing to findable", figures["search"]["filing_to_findable"])
    if "encryption" in figures:
        yield _plain("Encrypted over plain: 1 costs nothing", figures["encryption"])
    if "audit" in figures:
        yield _plain("The audit log, sealed and verified", figures["audit"])
    if "access" in figures:
        yield _plain("What deciding costs", figures["access"])
    if "destroying" in figures:
        yield _plain("While records are destroyed", figures["destroying"])
    if "retention" in figures:
        yield _plain("When records fall due", figures["retention"])
    if "workbench" in figures:
        yield _plain("The next document, from the application", figures["workbench"])
    if "screen" in figures:
        yield _plain("The next document, in the browser", figures["screen"])
    if "find_client" in figures:
        yield _plain("Finding a client as you type", figures["find_client"])
    if "memory" in figures:
        yield _memory(figures["memory"])


def _plain(title: str, figures: dict[str, Any]) -> Table:
    table = Table("What", "Figure", title=title)
    for name, value in figures.items():
        table.add_row(name.replace("_", " "), str(value))
    return table


def _side_by_side(title: str, figures: dict[str, Any]) -> Table:
    """A column for each part that has figures of its own; a figure that holds others on rows of its own."""
    parts = {name: _flat(part) for name, part in figures.items() if isinstance(part, dict)}
    table = Table("What", *(name.replace("_", " ") for name in parts), title=title)
    for row in dict.fromkeys(row for part in parts.values() for row in part):
        table.add_row(row, *(str(part.get(row, "")) for part in parts.values()))
    return table


def _flat(figures: dict[str, Any]) -> dict[str, Any]:
    rows: dict[str, Any] = {}
    for name, value in figures.items():
        within = value if isinstance(value, dict) else {}
        rows |= {f"  {step.replace('_', ' ')}": each for step, each in within.items()}
        if not within:
            rows[name.replace("_", " ")] = value
    return rows


def _growth(figures: dict[str, Any]) -> Table:
    sizes = figures["by_records"]
    table = Table("Milliseconds", *(f"{size} records" for size in sizes), title="Search")
    names = [f"{what}_{part}_ms" for what in ("service", "index") for part in ("p50", "p95", "max")]
    for name in ("visible_records", "build_s", *names):
        table.add_row(name.replace("_", " "), *(str(at[name]) for at in sizes.values()))
    for kind in next(iter(sizes.values()))["service_p95_ms_by_kind"]:
        row = (str(at["service_p95_ms_by_kind"][kind]) for at in sizes.values())
        table.add_row(f"  service p95, {kind.replace('_', ' ')}", *row)
    return table


def _memory(figures: dict[str, Any]) -> Table:
    table = Table("Peak", "RSS, MB", "PSS, MB", title="Memory of a process and all below it")
    for process in ("web", "page_worker"):
        for name, peak in figures[process].items():
            if isinstance(peak, dict):
                row = (str(peak["rss_mb"]), str(peak["pss_mb"]))
                table.add_row(f"{process} {name}".replace("_", " "), *row)
    return table
