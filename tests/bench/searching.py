"""Search as staff meet it, over growing numbers of filed records; and from filing to findable.

Through RecordSearch: policy, engine, live rows, journal. Then the same questions to the index alone
with the same access filter.
"""

import random
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from api.setting_up import staff_actor
from api.wiring import Instance, indexer
from edrms.access.model import Actor
from edrms.access.policy import VIEW
from edrms.ids import BatchId, DocumentId, ItemId, PageId, new_id
from edrms.records.filing import Filing, RenditionToFile, file_record
from edrms.staff.accounts import SYSTEM
from edrms.uow import write
from search.access_filter import access_filters
from search.bench import vocabulary
from search.model import AccessFilter, SearchRequest
from tests.bench.filled import (
    NOW,
    add_page,
    add_records,
    made_clients,
    open_case_files,
    quantiles,
)
from tests.bench.own_instance import OwnInstance, own_instance

SEARCHER = "social_worker_adults"
FILED_ON = "c00001"  # an adult
TIMEOUT_S = 30
LOOK_EVERY_S = 0.01


def measure_search(
    directory: Path, sizes: Sequence[int], rounds: int, filings: int
) -> dict[str, Any]:
    """Figures by number of records, ascending; then filing to findable at the largest."""
    figures: dict[str, Any] = {"searcher": SEARCHER, "by_records": {}}
    with own_instance(directory / "search", 0, made_clients()) as running:
        instance, filed = running.instance, 0
        open_case_files(instance.database)
        for size in sizes:
            add_records(instance.database, filed, size - filed)
            filed = size
            figures["by_records"][str(size)] = _at_one_size(instance, rounds)
        figures["filing_to_findable"] = _filing_to_findable(running, filings)
    return figures


def filters_of(instance: Instance, actor: Actor) -> tuple[AccessFilter, ...]:
    """What the actor may find, as the service asks the index."""
    with instance.database.read() as session:
        return access_filters(session, actor, VIEW, instance.clock.now())


def _at_one_size(instance: Instance, rounds: int) -> dict[str, Any]:
    started = time.monotonic()
    indexer(instance).rebuild(SYSTEM)
    built_s = time.monotonic() - started
    actor = staff_actor(instance, SEARCHER)
    access = filters_of(instance, actor)

    def through_service(text: str) -> None:
        instance.search.search(actor, text)

    def index_alone(text: str) -> None:
        instance.index.search(SearchRequest(text, access))

    visible = instance.search.search(actor, "").results.total
    service = {kind: _timed(through_service, texts) for kind, texts in questions(rounds)}
    index = {kind: _timed(index_alone, texts) for kind, texts in questions(rounds)}
    return {
        "build_s": round(built_s, 1),
        "visible_records": visible,
        **quantiles("service", [taken for kind in service.values() for taken in kind]),
        **quantiles("index", [taken for kind in index.values() for taken in kind]),
        "service_p95_ms_by_kind": {
            kind: quantiles(kind, taken)[f"{kind}_p95_ms"] for kind, taken in service.items()
        },
    }


def _timed(ask: Callable[[str], None], texts: Sequence[str]) -> list[float]:
    taken = []
    for text in texts:
        started = time.perf_counter()
        ask(text)
        taken.append(time.perf_counter() - started)
    return taken


def questions(rounds: int) -> Iterator[tuple[str, list[str]]]:
    """The same questions every time, by kind: common and rare words, phrases, slips, nothing."""
    words, source = vocabulary(), random.Random(5)
    kinds: dict[str, Callable[[], str]] = {
        "one_word": lambda: source.choice(words[5:3000]),
        "two_words": lambda: " ".join(source.choices(words[5:1000], k=2)),
        "three_words": lambda: " ".join(source.choices(words[5:500], k=3)),
        "phrase": lambda: f'"{" ".join(source.choices(words[:40], k=2))}"',
        "prefix": lambda: source.choice(words[5:3000])[:3] + "*",
        "misspelt": lambda: source.choice(words[300:3000]) + "xx",
        "everything": lambda: "",
    }
    for kind, made in kinds.items():
        yield kind, [made() for _ in range(rounds)]


def _filing_to_findable(running: OwnInstance, filings: int) -> dict[str, Any]:
    """From the commit that files a record to the first search that finds it, by the real writer."""
    instance = running.instance
    actor = staff_actor(instance, SEARCHER)
    running.supervisor.add_workers(0)  # the index writer alone
    _file_and_find(instance, actor, "warmup")
    taken = [_file_and_find(instance, actor, f"wordofnumber{n}") for n in range(filings)]
    return {"filings": filings, **quantiles("findable", taken)}


def _file_and_find(instance: Instance, actor: Actor, word: str) -> float:
    page_id = add_page(instance.database, f"a letter with the word {word} in it")
    with write(instance.database, SYSTEM, instance.clock) as work:
        file_record(work, filing_of(page_id))
    started = time.perf_counter()
    request = SearchRequest(word, filters_of(instance, actor))
    while instance.index.search(request).total != 1:
        if time.perf_counter() - started > TIMEOUT_S:
            raise TimeoutError(f"a filed record was not found within {TIMEOUT_S} s")
        time.sleep(LOOK_EVERY_S)
    return time.perf_counter() - started


def filing_of(page_id: str) -> Filing:
    """A letter of one page for FILED_ON; its original is named but not there."""
    original = RenditionToFile("original", new_id(), "application/pdf", 1, "")
    return Filing(
        document_id=DocumentId(new_id()), item_id=ItemId(new_id()), batch_id=BatchId("bench"),
        document_type="D55", title="A letter", document_date=None, received_on=NOW.date(),
        client_ids=(FILED_ON,), original_name="scan.pdf", pages=(PageId(page_id),),
        renditions=(original,), evidence={},
    )  # fmt: skip
