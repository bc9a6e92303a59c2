"""The bench and the quality run, at their smallest, so that they cannot rot. No figure is judged."""

import os
import time
from pathlib import Path

from rich.console import Console

from tests.bench.__main__ import measure_part
from tests.bench.memory import peak_of
from tests.bench.report import tables
from tests.bench.searching import measure_search
from tests.quality.post import measure_post
from tests.quality.report import post_table


def test_the_search_bench_measures_service_index_and_findability(tmp_path: Path) -> None:
    figures = measure_search(tmp_path, sizes=(10, 20), rounds=1, filings=1)
    # Half are children's, and half of the rest restricted: beyond a worker who is only of the team.
    assert figures["by_records"]["20"]["visible_records"] == 5
    assert figures["by_records"]["20"]["service_p95_ms"] > 0
    assert figures["filing_to_findable"]["findable_max_ms"] > 0
    assert [table.title for table in tables({"search": figures})] == [
        "Search",
        "From filing to findable",
    ]


def test_the_ingest_bench_reads_every_page_and_files_all_of_it(tmp_path: Path) -> None:
    figures = measure_part("ingest", tmp_path, quick=True)
    assert figures["all"]["content_pages"] == 1
    assert figures["all"]["ratio_all_pages"] > 0


def test_the_encryption_bench_does_the_same_work_on_both_sides(tmp_path: Path) -> None:
    figures = measure_part("encryption", tmp_path, quick=True)
    assert figures and all(value > 0 for value in figures.values())


def test_the_audit_bench_seals_and_verifies_what_it_wrote(tmp_path: Path) -> None:
    figures = measure_part("audit", tmp_path, quick=True)
    assert figures and all(value > 0 for value in figures.values())


def test_the_retention_bench_decides_every_record_both_ways(tmp_path: Path) -> None:
    figures = measure_part("retention", tmp_path, quick=True)
    assert sum(figures["answers"].values()) == figures["records"] == 4000
    assert all(figures["answers"].values())
    assert figures["one_by_one_us_a_record"] > 0 and figures["changed_fact_p95_ms"] > 0


def test_the_bench_of_destruction_destroys_all_while_others_look_on(tmp_path: Path) -> None:
    figures = measure_part("destroying", tmp_path, quick=True)
    assert figures["records_destroyed"] == 25 and figures["records_a_second"] > 0
    assert all(figures[f"{kind}_p95_ratio"] > 0 for kind in ("view", "list", "search", "take_in"))


def test_the_peak_of_a_process_counts_its_memory() -> None:
    with peak_of(os.getpid()) as peak:
        time.sleep(0.4)
    assert peak.rss_bytes >= peak.pss_bytes > 1 << 20


def test_a_file_of_the_sample_post_is_measured_against_its_truth(tmp_path: Path) -> None:
    figures = measure_post(tmp_path, workers=1, only=("scan_0014.tif",))
    assert (figures.pages, figures.kind_right, figures.documents) == (1, 1, 1)
    assert figures.filed_wrongly == 0
    Console(file=(tmp_path / "table.txt").open("w")).print(post_table(figures))
    assert "character error rate" in (tmp_path / "table.txt").read_text()
