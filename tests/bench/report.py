"""The figures of the bench as tables for a terminal."""

from collections.abc import Iterator
from typing import Any

from rich.table import Table


def tables(figures: dict[str, Any]) -> Iterator[Table]:
    """One table for each part measured."""
    if "ingest" in figures:
        yield _plain("From first byte to searchable", figures["ingest"])
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
