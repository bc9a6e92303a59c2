"""The Whoosh engine under the contract, and what only it has: files, locks, damage, processes."""

import multiprocessing
import os
import signal
import stat
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import count
from multiprocessing.connection import Connection
from pathlib import Path

import pytest

from search.model import SearchRequest
from search.ports import IndexBusy, IndexUnavailable
from search.whoosh_index import WhooshIndex
from tests.contract.index_contract import ADULTS, IndexContract, ids, record

_SPAWN = multiprocessing.get_context("spawn")


@pytest.fixture
def make_index(tmp_path: Path) -> Callable[[], WhooshIndex]:
    numbers = count()

    def make() -> WhooshIndex:
        index = WhooshIndex(tmp_path / f"index-{next(numbers)}")
        index.prepare()
        return index

    return make


class TestWhooshIndex(IndexContract):
    """The contract, inherited whole."""


def _files(directory: Path) -> list[Path]:
    found = (path for path in sorted(directory.rglob("*")) if path.is_file())
    return [path for path in found if path.name != "write.lock"]


def _filled(index: WhooshIndex) -> WhooshIndex:
    index.upsert([record("r1", "care plan"), record("r2", "plan of a house")])
    index.upsert([record("r3", "a third plan")])
    index.delete({"r2": 1})
    return index


def test_the_directory_is_private(make_index: Callable[[], WhooshIndex]) -> None:
    index = make_index()
    assert stat.S_IMODE(index.directory.stat().st_mode) == 0o700


def test_an_index_never_built_is_unavailable(tmp_path: Path) -> None:
    index = WhooshIndex(tmp_path / "none")
    for attempt in (index.count, index.tidy, index.check, lambda: index.upsert([record("r1")])):
        with pytest.raises(IndexUnavailable):
            attempt()


def test_prepare_never_touches_what_is_there(make_index: Callable[[], WhooshIndex]) -> None:
    index = _filled(make_index())
    (index.directory / "CURRENT").unlink()
    index.prepare()
    with pytest.raises(IndexUnavailable):
        index.count()


def _flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 0x10
    path.write_bytes(content)


def _truncate(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


def _empty(path: Path) -> None:
    os.truncate(path, 0)


@pytest.mark.parametrize("harm", [_flip, _truncate, _empty, Path.unlink])
@pytest.mark.parametrize("is_open", [False, True])
def test_any_damaged_file_makes_the_index_unavailable_and_rebuild_recovers(
    make_index: Callable[[], WhooshIndex], harm: Callable[[Path], None], is_open: bool
) -> None:
    number_of_files = len(_files(_filled(make_index()).directory))
    assert number_of_files >= 4
    for number in range(number_of_files):
        index = _filled(make_index())
        reader = WhooshIndex(index.directory)
        if is_open:
            assert ids(reader, "plan") == ["r1", "r3"] and index.count() == 2
        harm(_files(index.directory)[number])
        for attempt in (
            reader.count,
            reader.check,
            index.tidy,
            partial(index.upsert, [record("x")]),
        ):
            with pytest.raises(IndexUnavailable):
                attempt()
        index.rebuild([record("r1"), record("r3")])
        assert ids(reader, "plan") == ["r1", "r3"]


def test_a_deleted_records_words_are_gone_from_the_files_after_tidy(
    make_index: Callable[[], WhooshIndex],
) -> None:
    index = make_index()
    index.upsert([record("r1", "xylophonist"), record("r2", "plan")])
    index.delete({"r1": 1})
    assert index.check().deleted_waiting == 1
    index.tidy()
    assert index.check().deleted_waiting == 0
    for path in _files(index.directory):
        assert b"xylophon" not in path.read_bytes()


def test_another_process_sees_a_commit_at_once(make_index: Callable[[], WhooshIndex]) -> None:
    index = make_index()
    reader = WhooshIndex(index.directory)
    for number in range(12):
        index.upsert([record(f"r{number}", f"word{number}")])
        assert ids(reader, f"word{number}") == [f"r{number}"]
        assert reader.count() == number + 1


def test_a_second_writer_gets_a_clear_error(make_index: Callable[[], WhooshIndex]) -> None:
    index = make_index()
    other = WhooshIndex(index.directory)

    def meanwhile() -> Iterator[object]:
        with pytest.raises(IndexBusy):
            other.upsert([record("r2")])
        yield record("r1")

    index.rebuild(meanwhile())  # type: ignore[arg-type]
    other.upsert([record("r2")])
    assert index.count() == 2


def test_segments_stay_few_after_many_small_commits(make_index: Callable[[], WhooshIndex]) -> None:
    index = make_index()
    for number in range(60):
        index.upsert([record(f"r{number:02d}")])
    assert index.check().segments <= 12 and index.count() == 60


def test_threads_may_share_an_index_while_it_is_written(
    make_index: Callable[[], WhooshIndex],
) -> None:
    index = _filled(make_index())
    stop = threading.Event()

    def ask() -> int:
        asked = 0
        while not stop.is_set():
            assert {"r1", "r3"} <= set(ids(index, "plan", page_size=100))
            asked += 1
        return asked

    with ThreadPoolExecutor(4) as pool:
        asking = [pool.submit(ask) for _ in range(4)]
        try:
            for number in range(15):
                index.upsert([record(f"n{number}")])
        finally:
            stop.set()
        assert all(one.result() > 0 for one in asking)


def _write_for_ever(directory: Path, told: Connection) -> None:
    index = WhooshIndex(directory)
    for number in count():
        index.upsert([record(f"k{number:04d}"), record("same", f"plan {number}")])
        told.send(number)


def test_a_writer_killed_at_any_moment_loses_nothing_acknowledged(
    make_index: Callable[[], WhooshIndex],
) -> None:
    index = make_index()
    for delay_ms in (0, 3, 7, 12):
        mine, theirs = _SPAWN.Pipe(duplex=False)
        writer = _SPAWN.Process(target=_write_for_ever, args=(index.directory, theirs))
        writer.start()
        for _ in range(3):
            acknowledged = mine.recv()
        threading.Event().wait(delay_ms / 1000)
        os.kill(writer.pid or 0, signal.SIGKILL)
        writer.join()
        while mine.poll():
            acknowledged = mine.recv()
        held = index.versions()
        assert {f"k{number:04d}" for number in range(acknowledged + 1)} <= held.keys()
        assert index.search(SearchRequest("plan", ADULTS)).total == len(held)
        index.upsert([record("after")])
        assert index.check().records == len(held.keys() | {"after"})
