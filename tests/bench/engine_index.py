"""Documents a second and time of a question, Whoosh and OpenSearch through our adapters and bare.

The same documents and the same questions (tests.bench.searching); asked by turns, of an index that each
built itself. What the bare ones leave undone is said in tests/bench/engine_bare.py.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

from opensearchpy import OpenSearch

from search.bench import made_records
from search.model import AccessFilter, IndexedRecord, SearchRequest
from search.opensearch_config import OpenSearchConfig, opensearch_config
from search.opensearch_index import OpenSearchIndex
from search.ports import SearchIndex
from search.whoosh_index import WhooshIndex
from tests.bench.engine_bare import BareEngine, BareOpenSearch, BareWhoosh
from tests.bench.engine_figures import Figure, quickness, rate
from tests.bench.filled import quantiles
from tests.bench.searching import questions
from tests.engines.programs import say
from tests.engines.wanted import Engine, url_of

ACCESS = AccessFilter(frozenset({"service-3", "service-4"}), frozenset({"normal", "sensitive"}))
ROUNDS = 30  # questions of a kind
WARM_UP_QUESTIONS = 5  # of these, which do not count
WARM_UP_DOCUMENTS = 300

Taken = dict[str, list[float]]


def measure_index(directory: Path, sizes: Sequence[int]) -> list[Figure]:
    """For each engine and number of documents; questions by kind for the largest number only."""
    figures: list[Figure] = []
    for name, opened in (("whoosh", _whoosh), ("opensearch", _opensearch)):
        with opened(directory) as (ours, bare):
            _build_both(ours, bare, list(made_records(0, WARM_UP_DOCUMENTS)))
            for size in sizes:
                figures += _at_one_size(
                    f"{name}, {size:,}", ours, bare, size, by_kind=size == max(sizes)
                )
    return figures


def _at_one_size(
    name: str, ours: SearchIndex, bare: BareEngine, size: int, *, by_kind: bool
) -> Iterator[Figure]:
    say(f"measuring {name} documents")
    ours_s, bare_s = _build_both(ours, bare, list(made_records(0, size)))
    yield rate(f"{name}: built", "documents a second", size / ours_s, size / bare_s)
    ours_taken, bare_taken = _ask_both(ours, bare)
    for part in ("p50", "p95"):
        yield _asked(f"{name}: questions {part}", part, _all(ours_taken), _all(bare_taken))
    if by_kind:
        for kind in ours_taken:
            what = f"{name}: p95 of {kind.replace('_', ' ')}"
            yield _asked(what, "p95", ours_taken[kind], bare_taken[kind])


def _asked(what: str, part: str, ours: Sequence[float], bare: Sequence[float]) -> Figure:
    ours_ms, bare_ms = (quantiles("of", taken)[f"of_{part}_ms"] for taken in (ours, bare))
    return quickness(what, "ms", ours_ms, bare_ms)


def _all(taken: Taken) -> list[float]:
    return [one for kind in taken.values() for one in kind]


def _build_both(
    ours: SearchIndex, bare: BareEngine, records: Sequence[IndexedRecord]
) -> tuple[float, float]:
    return (
        _seconds(lambda: ours.rebuild(records)),
        _seconds(lambda: bare.build(records)),
    )


def _ask_both(ours: SearchIndex, bare: BareEngine) -> tuple[Taken, Taken]:
    """Seconds of each question, by kind; who is asked first changes."""
    ours_taken: Taken = {}
    bare_taken: Taken = {}
    for kind, texts in questions(ROUNDS + WARM_UP_QUESTIONS):
        pairs = [_ask_one(ours, bare, kind, text, number) for number, text in enumerate(texts)]
        ours_taken[kind], bare_taken[kind] = map(list, zip(*pairs[WARM_UP_QUESTIONS:], strict=True))
    return ours_taken, bare_taken


def _ask_one(
    ours: SearchIndex, bare: BareEngine, kind: str, text: str, number: int
) -> tuple[float, float]:
    def ask_ours() -> None:
        ours.search(SearchRequest(text, ACCESS))

    def ask_bare() -> None:
        bare.ask(kind, text)

    if number % 2:
        bare_s = _seconds(ask_bare)
        return _seconds(ask_ours), bare_s
    return _seconds(ask_ours), _seconds(ask_bare)


def _seconds(do: Callable[[], object]) -> float:
    started = time.perf_counter()
    do()
    return time.perf_counter() - started


@contextmanager
def _whoosh(directory: Path) -> Iterator[tuple[SearchIndex, BareEngine]]:
    ours, bare = WhooshIndex(directory / "ours"), BareWhoosh(directory / "bare", ACCESS)
    yield ours, bare
    ours.close()
    bare.close()


@contextmanager
def _opensearch(_directory: Path) -> Iterator[tuple[SearchIndex, BareEngine]]:
    url = url_of(Engine.OPENSEARCH).rstrip("/")
    config = opensearch_config(f"{url}/edrms-bench-{uuid4().hex[:12]}")
    ours, bare = OpenSearchIndex(config), BareOpenSearch(url, ACCESS)
    try:
        yield ours, bare
    finally:
        ours.close()
        bare.close()
        _remove(config)


def _remove(config: OpenSearchConfig) -> None:
    with OpenSearch(hosts=[{"host": config.host, "port": config.port}]) as client:
        client.indices.delete(index=f"{config.name}.*", ignore_unavailable=True)
