"""The OpenSearch engine under the contract, and what only it has: aliases, other writers, a lying server."""

import os
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from typing import Any

import pytest

from search.model import IndexedRecord, SearchRequest
from search.opensearch_config import OpenSearchConfig, opensearch_config
from search.opensearch_index import OpenSearchIndex
from search.ports import FOR_EVER, IndexBusy, IndexUnavailable
from tests.contract.index_contract import ADULTS, IndexContract, ids, record
from tests.engines.server import free_port
from tests.engines.wanted import Engine, url_of


@pytest.fixture(scope="module")
def server() -> OpenSearchConfig:
    return opensearch_config(f"{url_of(Engine.OPENSEARCH).rstrip('/')}/edrms-test")


@pytest.fixture
def make_index(server: OpenSearchConfig) -> Iterator[Callable[[], OpenSearchIndex]]:
    made: list[OpenSearchIndex] = []

    def make() -> OpenSearchIndex:
        made.append(OpenSearchIndex(replace(server, name=f"edrms-test-{secrets.token_hex(6)}")))
        made[-1].prepare()
        return made[-1]

    yield make
    for index in made:
        index._server.ask("DELETE", f"/{index._family.name}.*")
        index.close()


class TestOpenSearchIndex(IndexContract):
    """The contract, inherited whole."""


def another(index: OpenSearchIndex) -> OpenSearchIndex:
    """The same index as another process has it."""
    return OpenSearchIndex(index._server.config)


def of_server(index: OpenSearchIndex, name: str = "") -> dict[str, Any]:
    """Every index of the family by its own name, with its aliases."""
    return dict(index._server.ask("GET", f"/{name or index._family.name}*/_alias"))


def test_an_index_never_built_is_unavailable(server: OpenSearchConfig) -> None:
    index = OpenSearchIndex(replace(server, name="edrms-test-none"))
    request = SearchRequest("plan", ADULTS)
    for attempt in (
        index.count,
        index.check,
        index.tidy,
        index.versions,
        lambda: index.search(request),
        lambda: index.upsert([record("r1")]),
        lambda: index.delete({"r1": 1}),
    ):
        with pytest.raises(IndexUnavailable, match="no index 'edrms-test-none'"):
            attempt()


def test_prepare_never_touches_what_is_there(make_index: Callable[[], OpenSearchIndex]) -> None:
    index = make_index()
    index.upsert([record("r1")])
    another(index).prepare()
    assert ids(index, "plan") == ["r1"] and len(of_server(index)) == 1


def test_another_process_finds_what_was_written_at_once(
    make_index: Callable[[], OpenSearchIndex],
) -> None:
    index = make_index()
    reader = another(index)
    for number in range(12):
        index.upsert([record(f"r{number}", f"word{number}")])
        assert ids(reader, f"word{number}") == [f"r{number}"]


def test_an_older_version_that_comes_late_changes_nothing(
    make_index: Callable[[], OpenSearchIndex],
) -> None:
    index = make_index()
    index.upsert([record("r1", "newest", version=3)])
    another(index).upsert([record("r1", "stale", version=2), record("r2", "other")])
    assert dict(index.versions()) == {"r1": 3, "r2": 1}
    assert ids(index, "stale") == [] and ids(index, "newest") == ["r1"]


def test_a_record_taken_out_may_come_back_with_the_version_it_had(
    make_index: Callable[[], OpenSearchIndex],
) -> None:
    index = make_index()
    index.upsert([record("r1", version=5)])
    index.delete({"r1": 5})
    index.upsert([record("r1", version=5)])
    assert dict(index.versions()) == {"r1": 5}


def test_while_one_rebuilds_others_write_and_nothing_of_it_is_lost(
    make_index: Callable[[], OpenSearchIndex],
) -> None:
    index = make_index()
    other = another(index)
    index.upsert([record("r1"), record("gone"), record("gone-too")])

    def rows() -> Iterator[IndexedRecord]:
        other.upsert([record("r1", "newer plan", version=2), record("new")])
        other.delete({"gone": 1, "gone-too": 1})
        assert sorted(ids(other, "plan")) == [
            "new",
            "r1",
        ]  # the old index answers, and is up to date
        yield record("r1", "old plan")
        yield record("gone")  # read before it was deleted
        yield record("r2")

    index.rebuild(rows())
    assert dict(other.versions()) == {"new": 1, "r1": 2, "r2": 1}
    assert sorted(ids(other, "plan")) == ["new", "r1", "r2"] and ids(other, "old") == []
    assert other.count() == 3 and len(of_server(index)) == 1


def test_of_two_rebuilds_the_later_one_goes_on_and_the_earlier_says_so(
    make_index: Callable[[], OpenSearchIndex],
) -> None:
    index = make_index()
    other = another(index)

    def rows() -> Iterator[IndexedRecord]:
        yield record("earlier")
        other.rebuild([record("later")])

    with pytest.raises(IndexBusy):
        index.rebuild(rows())
    assert ids(index, "plan") == ["later"] and len(of_server(index)) == 1


def test_a_rebuild_taken_over_half_way_does_not_spoil_the_other(
    make_index: Callable[[], OpenSearchIndex],
) -> None:
    index = make_index()
    other = another(index)
    index.upsert([record("r1")])

    def later() -> Iterator[IndexedRecord]:
        yield record("r1", version=2)
        with pytest.raises(IndexBusy):
            earlier.swap_in(begun)
        yield record("r2")

    earlier = index._family
    begun = earlier.begin()
    other.rebuild(later())
    assert dict(index.versions()) == {"r1": 2, "r2": 1} and len(of_server(index)) == 1


def test_what_a_killed_rebuild_left_hinders_nobody_and_goes_with_the_next(
    make_index: Callable[[], OpenSearchIndex],
) -> None:
    index = make_index()
    index._family.begin()
    index.upsert([record("r1")])
    index.delete({"never-was": 1})
    assert ids(index, "plan") == ["r1"] and len(of_server(index)) == 2
    index.rebuild([record("r1"), record("r2")])
    assert index.count() == 2 and len(of_server(index)) == 1


def test_a_failed_rebuild_leaves_nothing_behind(make_index: Callable[[], OpenSearchIndex]) -> None:
    index = make_index()
    with pytest.raises(ZeroDivisionError):
        index.rebuild(record(f"r{1 // at}") for at in (1, 0))
    assert len(of_server(index)) == 1 and index.count() == 0


def test_a_swap_whose_answer_was_lost_never_costs_the_index_that_answers(
    make_index: Callable[[], OpenSearchIndex], monkeypatch: pytest.MonkeyPatch
) -> None:
    index = make_index()
    index.upsert([record("r1")])
    swap_in = index._family.swap_in

    def swap_in_and_lose_the_answer(made: str) -> None:
        swap_in(made)
        raise IndexUnavailable("the search server did not answer in time")

    monkeypatch.setattr(index._family, "swap_in", swap_in_and_lose_the_answer)
    with pytest.raises(IndexUnavailable):
        index.rebuild([record("r1"), record("r2")])
    assert sorted(ids(another(index), "plan")) == ["r1", "r2"]


def test_a_record_taken_off_and_filed_again_while_one_rebuilds_is_found_afterwards(
    make_index: Callable[[], OpenSearchIndex],
) -> None:
    index = make_index()
    other = another(index)
    index.upsert([record("r1"), record("r2"), record("r3")])

    def rows() -> Iterator[IndexedRecord]:
        other.delete({"r1": 2, "r2": 2, "r3": FOR_EVER})
        other.upsert([record("r1", "plan again", version=3)])
        yield from [record("r1"), record("r2"), record("r3")]  # as they were read before

    index.rebuild(rows())
    assert dict(other.versions()) == {"r1": 3} and ids(other, "again") == ["r1"]
    other.upsert([record("r2", version=3)])
    assert dict(other.versions()) == {"r1": 3, "r2": 3}


def test_what_a_rebuild_read_gives_way_to_what_was_written_since_of_the_same_version(
    make_index: Callable[[], OpenSearchIndex],
) -> None:
    index = make_index()
    other = another(index)

    def rows() -> Iterator[IndexedRecord]:
        other.upsert([record("r1", "plan of Married Name")])
        yield record("r1", "plan of Maiden Name")

    index.rebuild(rows())
    assert (ids(other, "married"), ids(other, "maiden")) == (["r1"], [])


def test_a_deletion_that_comes_late_leaves_what_was_filed_again(
    make_index: Callable[[], OpenSearchIndex],
) -> None:
    index = make_index()
    index.upsert([record("r1", version=3), record("r2", version=2)])
    index.delete({"r1": 2, "r2": 2})
    assert dict(index.versions()) == {"r1": 3}


def test_what_is_written_just_before_a_swap_is_found_just_after_it(
    make_index: Callable[[], OpenSearchIndex], monkeypatch: pytest.MonkeyPatch
) -> None:
    index = make_index()
    other = another(index)
    index.upsert([record("r1"), record("gone")])
    swap_in, held = index._family.swap_in, dict[str, int]()

    def write_and_swap_in(made: str) -> None:
        other.upsert([record("r1", version=2), record("new")])
        other.delete({"gone": 1})
        swap_in(made)
        held.update(other.versions())

    monkeypatch.setattr(index._family, "swap_in", write_and_swap_in)
    index.rebuild([record("r1"), record("gone")])
    assert held == dict(index.versions()) == {"r1": 2, "new": 1}


def test_a_deletion_that_a_swap_overtakes_leaves_nothing_that_keeps_the_record_out(
    make_index: Callable[[], OpenSearchIndex], monkeypatch: pytest.MonkeyPatch
) -> None:
    index = make_index()
    begun, other = index._family.begin(), another(index)
    refresh = other._refresh

    def refresh_too_late(*names: str) -> None:
        if index._family.building in names:
            index._family.swap_in(begun)
            index._forget_deleted()
        refresh(*names)

    monkeypatch.setattr(other, "_refresh", refresh_too_late)
    other.delete({"r1": 1})
    index.upsert([record("r1")])
    assert dict(index.versions()) == {"r1": 1}


def test_writers_carry_on_through_swap_after_swap(
    make_index: Callable[[], OpenSearchIndex],
) -> None:
    index = make_index()
    stop, rows, acknowledged = threading.Event(), set(), set()

    def write_on() -> None:
        mine = another(index)
        for number in count():
            if stop.is_set():
                return
            rows.add(f"w{number:04d}")  # as it is committed before its index job is done
            mine.upsert([record(f"w{number:04d}")])
            acknowledged.add(f"w{number:04d}")

    def read_rows() -> Iterator[IndexedRecord]:
        yield from [record(one) for one in sorted(rows)]

    with ThreadPoolExecutor(1) as pool:
        writing = pool.submit(write_on)
        for _ in range(6):
            index.rebuild(read_rows())
        stop.set()
        writing.result()
    assert index.versions().keys() == acknowledged and len(acknowledged) > 6


def test_an_index_laid_out_by_another_version_is_refused_until_it_is_rebuilt(
    make_index: Callable[[], OpenSearchIndex],
) -> None:
    index = make_index()
    index.upsert([record("r1")])
    index._server.ask("PUT", f"/{index._family.name}/_mapping", {"_meta": {"edrms_mapping": 0}})
    late = another(index)
    for attempt in (late.count, late.check, lambda: late.upsert([record("r2")])):
        with pytest.raises(IndexUnavailable, match="laid out by another version"):
            attempt()
    late.rebuild([record("r2")])
    assert ids(late, "plan") == ["r2"]


def test_an_index_of_somebody_else_is_never_touched(server: OpenSearchConfig) -> None:
    theirs = OpenSearchIndex(replace(server, name=f"edrms-test-theirs-{secrets.token_hex(4)}"))
    name = theirs._family.name
    theirs._server.ask("PUT", f"/{name}")
    try:
        for attempt in (theirs.count, lambda: theirs.rebuild([]), lambda: theirs.upsert([])):
            with suppress(IndexUnavailable):
                attempt()
        with pytest.raises(IndexUnavailable, match="not ours"):
            theirs.rebuild([record("r1")])
        assert of_server(theirs).keys() == {name}
    finally:
        theirs._server.ask("DELETE", f"/{name}")


def test_a_closed_index_is_unavailable_and_a_rebuild_recovers(
    make_index: Callable[[], OpenSearchIndex],
) -> None:
    index = make_index()
    index.upsert([record("r1")])
    index._server.ask("POST", f"/{index._family.name}/_close")
    for attempt in (index.count, index.check, lambda: index.upsert([record("r2")])):
        with pytest.raises(IndexUnavailable):
            attempt()
    index.rebuild([record("r1")])
    assert ids(index, "plan") == ["r1"]


def test_an_index_removed_behind_our_back_is_unavailable_and_a_rebuild_recovers(
    make_index: Callable[[], OpenSearchIndex],
) -> None:
    index = make_index()
    index.upsert([record("r1")])
    index._server.ask("DELETE", f"/{index._family.name}.*")
    with pytest.raises(IndexUnavailable):
        index.count()
    with pytest.raises(IndexUnavailable, match="no index"):
        index.upsert([record("r2")])
    assert of_server(index) == {}  # not made by writing to it
    index.rebuild([record("r1")])
    assert ids(index, "plan") == ["r1"]


def test_many_large_records_go_in_several_parts(
    make_index: Callable[[], OpenSearchIndex], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("search.opensearch_bulk.MOST_BYTES", 2000)
    index = make_index()
    index.upsert([record(f"r{number:03d}", "plan " * 100) for number in range(50)])
    assert index.count() == 50 and len(index.versions()) == 50


def test_versions_are_read_to_the_end_of_many_pages(
    make_index: Callable[[], OpenSearchIndex], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("search.opensearch_index._MANY", 3)
    index = make_index()
    index.upsert([record(f"r{number}", version=number + 1) for number in range(10)])
    assert dict(index.versions()) == {f"r{number}": number + 1 for number in range(10)}


def test_threads_may_share_an_index_and_a_fork_has_connections_of_its_own(
    make_index: Callable[[], OpenSearchIndex],
) -> None:
    index = make_index()
    index.upsert([record(f"r{number}", f"word{number}") for number in range(8)])
    with ThreadPoolExecutor(4) as pool:
        asked = [f"word{number % 8}" for number in range(80)]
        found = list(pool.map(lambda word: ids(index, word), asked))
    assert found == [[word.replace("word", "r")] for word in asked]
    child = os.fork()
    if child == 0:
        os._exit(0 if ids(index, "word3") == ["r3"] else 1)
    assert ids(index, "word5") == ["r5"]
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


class _Nonsense(BaseHTTPRequestHandler):
    """Answers everything alike, as the class attributes of a child say."""

    status, content, wait_s = 200, b"<html>A proxy says hello</html>", 0.0

    def _answer(self) -> None:
        self.rfile.read(int(self.headers.get("content-length", 0)))
        time.sleep(self.wait_s)
        with suppress(BrokenPipeError):
            self.send_response(self.status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(self.content)))
            self.end_headers()
            self.wfile.write(self.content)

    do_GET = do_POST = do_PUT = do_DELETE = _answer

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def pretended(**answering: Any) -> Iterator[OpenSearchIndex]:
    """An index on a server that is none."""
    handler = type("Handler", (_Nonsense,), answering)
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as fake:
        threading.Thread(target=fake.serve_forever, daemon=True).start()
        url = f"opensearch+http://ada:top-secret@127.0.0.1:{fake.server_port}/edrms-test"
        yield OpenSearchIndex(replace(opensearch_config(url), answer_timeout_s=0.5))
        fake.shutdown()


@pytest.mark.parametrize(
    ("answering", "said"),
    [
        ({}, "cannot be read"),
        ({"content": b"{}"}, "no sense|no index"),
        ({"content": b'{"hits": 3}'}, "no sense"),
        ({"content": b"[1]"}, "no sense"),
        ({"status": 401, "content": b"{}"}, "user or password"),
        ({"status": 403, "content": b"{}"}, "may not"),
        ({"status": 503, "content": b"busy"}, "503"),
        ({"wait_s": 1.5}, "in time"),
    ],
)
def test_a_server_that_is_slow_or_lies_makes_the_index_unavailable_and_tells_no_secret(
    answering: dict[str, Any], said: str
) -> None:
    with pretended(**answering) as index:
        index._is_checked = True
        for attempt in (
            lambda: index.search(SearchRequest("zebra", ADULTS)),
            index.count,
            index.versions,
            index.check,
            lambda: index.upsert([record("r1", "zebra")]),
        ):
            with pytest.raises(IndexUnavailable, match=said) as caught:
                attempt()
            assert "secret" not in str(caught.value) and "zebra" not in str(caught.value)


def test_a_server_that_is_away_makes_the_index_unavailable() -> None:
    index = OpenSearchIndex(opensearch_config(f"opensearch+http://127.0.0.1:{free_port()}/edrms"))
    with pytest.raises(IndexUnavailable, match="cannot be reached"):
        index.search(SearchRequest("plan", ADULTS))
