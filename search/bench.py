"""Measuring the index engine: time to build, to commit, to search; and runs for relevance scorers.

Texts are made up from a fixed seed with a word distribution like that of letters. Not imported by
the product; `make bench` calls measure(), and

    python -m search.bench run DOCS.jsonl QUERIES.jsonl OUT.tsv

writes a run of a test collection (lines with "id" and "text") for a scorer.
"""

import json
import random
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import accumulate
from pathlib import Path

from search.model import AccessFilter, IndexedRecord, SearchRequest
from search.whoosh_index import WhooshIndex

WORDS_A_RECORD = 300
_ROUNDS = 60
_SERVICES = tuple(f"service-{number}" for number in range(10))
_ACCESS = AccessFilter(frozenset(_SERVICES[3:5]), frozenset({"normal", "sensitive"}))
_ALL = AccessFilter(frozenset({"all"}), frozenset({"normal"}))


def vocabulary(size: int = 20_000) -> list[str]:
    """Made-up words, the commonest first."""
    source = random.Random(7)
    syllables = [first + second for first in "bcdfgklmnprstw" for second in "aeiou"]
    return ["".join(source.choices(syllables, k=source.randint(1, 4))) for _ in range(size)]


def made_records(first: int, count: int) -> Iterator[IndexedRecord]:
    """Records of about WORDS_A_RECORD words on two pages, always the same for a number."""
    words = vocabulary()
    weights = list(accumulate(1 / (rank + 2) for rank in range(len(words))))
    for number in range(first, first + count):
        source = random.Random(number)
        chosen = source.choices(words, cum_weights=weights, k=WORDS_A_RECORD)
        yield IndexedRecord(
            record_id=f"r{number:07d}",
            version=1,
            title=" ".join(chosen[:4]),
            document_type=f"type {number % 12}",
            document_date=date(2010, 1, 1) + timedelta(days=number % 5000),
            filed_at=datetime(2024, 1, 1, tzinfo=UTC),
            services=frozenset({_SERVICES[number % len(_SERVICES)]}),
            sensitivity="normal" if number % 4 else "sensitive",
            client_ids=frozenset({f"c{number % 997}"}),
            client_names=(f"{words[number % 97 + 500]} {words[number % 89 + 700]}",),
            identifiers=(f"CF/{number:06d}/{number % 90:02d}",),
            pages=(" ".join(chosen[:150]), " ".join(chosen[150:])),
        )


def measure(sizes: Sequence[int], directory: Path) -> dict[str, dict[str, float]]:
    """Figures for each size of index: seconds, milliseconds and bytes, as the names say.

    directory: scratch space; one index per size is left in it.
    """
    return {str(size): _measure_one(size, directory / f"index-{size}") for size in sizes}


def _measure_one(size: int, directory: Path) -> dict[str, float]:
    index = WhooshIndex(directory)
    started = time.perf_counter()
    index.rebuild(made_records(0, size))
    figures = {"build_s": round(time.perf_counter() - started, 2)}
    started = time.perf_counter()
    index.count()
    figures["first_open_s"] = round(time.perf_counter() - started, 2)
    figures |= _search_figures(index, "")
    figures |= _commit_figures(index, size)
    figures |= _search_figures(index, "_after_commits")
    health = index.check()
    figures |= {"size_bytes": health.size_bytes, "segments": health.segments}
    index.close()
    return figures


def _commit_figures(index: WhooshIndex, size: int) -> dict[str, float]:
    """A record put in, and found by another reader that was open before."""
    reader = WhooshIndex(index.directory)
    reader.count()
    commits, findable = [], []
    for record in made_records(size, _ROUNDS):
        started = time.perf_counter()
        index.upsert([record])
        commits.append(time.perf_counter() - started)
        reader.search(SearchRequest(f"ref:{record.identifiers[0]}", _ACCESS))
        findable.append(time.perf_counter() - started)
    reader.close()
    return _quantiles("commit", commits) | _quantiles("findable", findable)


def _search_figures(index: WhooshIndex, suffix: str) -> dict[str, float]:
    words = vocabulary()
    kinds: dict[str, Callable[[random.Random], str]] = {
        "one_word": lambda source: words[source.randint(5, 3000)],
        "two_words": lambda source: " ".join(words[source.randint(5, 1000)] for _ in range(2)),
        "three_words": lambda source: " ".join(words[source.randint(5, 500)] for _ in range(3)),
        "sentence": lambda source: " ".join(words[source.randint(5, 1000)] for _ in range(8)),
        "phrase": lambda source: f'"{words[source.randint(0, 40)]} {words[source.randint(0, 40)]}"',
        "prefix": lambda source: words[source.randint(5, 3000)][:3] + "*",
        "misspelt": lambda source: words[source.randint(300, 3000)] + "xx",
        "everything": lambda source: "",
    }
    figures: dict[str, float] = {}
    for name, made in kinds.items():
        taken = []
        for number in range(_ROUNDS):
            request = SearchRequest(made(random.Random(number)), _ACCESS)
            started = time.perf_counter()
            index.search(request)
            taken.append(time.perf_counter() - started)
        figures |= _quantiles(f"{name}{suffix}", taken)
    return figures


def _quantiles(name: str, seconds: list[float]) -> dict[str, float]:
    ordered = sorted(seconds)
    return {
        f"{name}_p50_ms": round(ordered[len(ordered) // 2] * 1000, 1),
        f"{name}_p95_ms": round(ordered[int(len(ordered) * 0.95)] * 1000, 1),
    }


def write_run(documents: Path, queries: Path, run: Path, wanted: int = 100) -> None:
    """Index a test collection and write query id, document id and score by tab, best first."""
    with tempfile.TemporaryDirectory() as scratch:
        index = WhooshIndex(Path(scratch) / "index")
        index.rebuild(_collection(documents))
        lines = []
        for entry in _lines(queries):
            results = index.search(SearchRequest(entry["text"], _ALL, page_size=wanted))
            lines += [
                f"{entry['id']}\t{hit.record_id}\t{wanted - rank}"
                for rank, hit in enumerate(results.hits)
            ]
        index.close()
    run.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _collection(documents: Path) -> Iterator[IndexedRecord]:
    for entry in _lines(documents):
        yield IndexedRecord(
            record_id=str(entry["id"]),
            version=1,
            title=str(entry.get("title", "")),
            document_type="",
            document_date=None,
            filed_at=datetime(2024, 1, 1, tzinfo=UTC),
            services=_ALL.services,
            sensitivity="normal",
            pages=(str(entry["text"]),),
        )


def _lines(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8") as stream:
        yield from (json.loads(line) for line in stream if line.strip())


if __name__ == "__main__":
    if sys.argv[1:2] == ["run"]:
        write_run(Path(sys.argv[2]), Path(sys.argv[3]), Path(sys.argv[4]))
    else:
        with tempfile.TemporaryDirectory() as space:
            chosen = [int(size) for size in sys.argv[1:]] or [1_000, 3_000, 10_000]
            print(json.dumps(measure(chosen, Path(space)), indent=1))
