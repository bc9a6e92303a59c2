"""What every object store keeps to (edrms/storage/ports.py): an engine's tests inherit this class."""

import hashlib
import io
import json
import random
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from edrms.errors import Damaged, NotFound, TooLarge
from edrms.ids import ObjectKey, new_id
from edrms.storage.ports import ObjectStore

LETTER = b"Dear colleague, " * 1000
MOST = 1 << 20
ROOT = Path(__file__).resolve().parents[2]
LARGE = random.Random(7).randbytes((20 << 20) + 1)  # more than two parts of any engine
GROWTH_BYTES = 64 << 20
MOVES = st.lists(
    st.tuples(st.sampled_from([0, 1, 2]), st.integers(-400_000, 400_000), st.integers(0, 300_000)),
    max_size=12,
)
ODD_KEYS = [
    "", ".", "..", "../../secret_key", "/etc/passwd", "staging", "a" * 31, "a" * 33, "A" * 32,
    "g" * 32, "0" * 31 + "/", "0" * 30 + "\n\n", "0" * 32 + "\n", "\x00" * 32, "٠" * 32,
]  # fmt: skip


class ConnectionLost(Exception):
    """What a stream raises half-way in these tests."""


def broken_off_after(content: bytes) -> Iterator[bytes]:
    yield content
    raise ConnectionLost


class StoreContract:
    """Inherit, and give `store` as a fixture; `spoil` changes stored bytes behind the store's back."""

    def spoil(self, store: ObjectStore, key: ObjectKey) -> None:
        raise NotImplementedError

    def url(self, store: ObjectStore) -> str:
        """Where another process finds this store."""
        raise NotImplementedError

    def test_a_sound_store_may_be_prepared_again_and_again_and_holds_nothing_after(
        self, store: ObjectStore
    ) -> None:
        assert store.prepare() == store.prepare()
        assert list(store.keys()) == []

    def test_what_was_put_is_opened_and_fetched_byte_for_byte(
        self, store: ObjectStore, tmp_path: Path
    ) -> None:
        stored = store.put([LETTER[:7], b"", LETTER[7:]], max_bytes=MOST)
        assert stored.sha256 == hashlib.sha256(LETTER).hexdigest()
        assert (stored.size_bytes, store.size(stored.key)) == (len(LETTER), len(LETTER))
        with store.open(stored.key) as stream:
            assert stream.read() == LETTER
            assert stream.seek(5) == 5 and stream.read(4) == LETTER[5:9]
        store.fetch(stored.key, stored.sha256, tmp_path / "copy")
        assert (tmp_path / "copy").read_bytes() == LETTER

    def test_an_empty_object_is_an_object(self, store: ObjectStore) -> None:
        stored = store.put([], max_bytes=MOST)
        assert stored.size_bytes == store.size(stored.key) == 0

    def test_the_same_bytes_twice_are_two_objects(self, store: ObjectStore) -> None:
        first, second = (store.put([LETTER], max_bytes=MOST) for _ in range(2))
        assert first.key != second.key
        store.delete(first.key)
        with store.open(second.key) as stream:
            assert stream.read() == LETTER

    def test_an_object_of_exactly_the_limit_fits(self, store: ObjectStore) -> None:
        assert store.put([b"x" * 10], max_bytes=10).size_bytes == 10

    def test_too_large_leaves_nothing(self, store: ObjectStore) -> None:
        with pytest.raises(TooLarge):
            store.put([b"x" * 10, b"x"], max_bytes=10)
        assert list(store.keys()) == []

    def test_an_endless_stream_is_read_no_further_than_the_limit(self, store: ObjectStore) -> None:
        given: list[int] = []

        def endless() -> Iterator[bytes]:
            while True:
                given.append(1)
                yield bytes(100)

        with pytest.raises(TooLarge):
            store.put(endless(), max_bytes=1000)
        assert len(given) == 11

    def test_a_stream_that_breaks_off_leaves_nothing(self, store: ObjectStore) -> None:
        with pytest.raises(ConnectionLost):
            store.put(broken_off_after(LETTER), max_bytes=MOST)
        assert list(store.keys()) == []

    @pytest.mark.parametrize("key", ODD_KEYS)
    def test_a_key_of_any_other_shape_is_answered_as_absent(
        self, store: ObjectStore, tmp_path: Path, key: str
    ) -> None:
        odd = ObjectKey(key)
        for ask in (store.open, store.size, store.delete):
            with pytest.raises(NotFound):
                ask(odd)
        with pytest.raises(NotFound):
            store.fetch(odd, "", tmp_path / "copy")
        assert not (tmp_path / "copy").exists()

    def test_an_absent_object_is_not_found_and_may_be_deleted(
        self, store: ObjectStore, tmp_path: Path
    ) -> None:
        absent = ObjectKey(new_id())
        for ask in (store.open, store.size):
            with pytest.raises(NotFound):
                ask(absent)
        with pytest.raises(NotFound):
            store.fetch(absent, "", tmp_path / "copy")
        store.delete(absent)

    def test_a_deleted_object_is_gone_and_may_be_deleted_again(self, store: ObjectStore) -> None:
        stored = store.put([LETTER], max_bytes=MOST)
        store.delete(stored.key)
        store.delete(stored.key)
        with pytest.raises(NotFound):
            store.open(stored.key)
        assert list(store.keys()) == []

    def test_many_are_deleted_in_one_call_absent_ones_among_them_and_no_other(
        self, store: ObjectStore
    ) -> None:
        kept, *going = [store.put([LETTER], max_bytes=MOST).key for _ in range(4)]
        store.delete(going[0], ObjectKey(new_id()), *going)
        assert dict(store.keys()).keys() == {kept}
        store.delete()
        assert store.size(kept) == len(LETTER)

    def test_several_may_delete_the_same_objects_at_once(self, store: ObjectStore) -> None:
        going = [store.put([LETTER], max_bytes=MOST).key for _ in range(12)]
        with ThreadPoolExecutor(4) as pool:
            assert list(pool.map(lambda _: store.delete(*going), range(4))) == [None] * 4
        assert list(store.keys()) == []

    def test_every_object_is_listed_with_its_time(self, store: ObjectStore) -> None:
        put = {store.put([bytes([n])], max_bytes=MOST).key for n in range(5)}
        listed = dict(store.keys())
        assert listed.keys() == put
        assert all(datetime.now(UTC) - at < timedelta(minutes=1) for at in listed.values())

    def test_damage_is_detected_on_fetch_and_no_copy_is_left(
        self, store: ObjectStore, tmp_path: Path
    ) -> None:
        stored = store.put([LETTER], max_bytes=MOST)
        self.spoil(store, stored.key)
        with pytest.raises(Damaged):
            store.fetch(stored.key, stored.sha256, tmp_path / "copy")
        assert not (tmp_path / "copy").exists()

    def test_fetching_never_overwrites_a_file(self, store: ObjectStore, tmp_path: Path) -> None:
        stored = store.put([LETTER], max_bytes=MOST)
        (tmp_path / "copy").write_bytes(b"mine")
        with pytest.raises(FileExistsError):
            store.fetch(stored.key, stored.sha256, tmp_path / "copy")
        assert (tmp_path / "copy").read_bytes() == b"mine"

    def test_a_large_object_comes_back_byte_for_byte(
        self, store: ObjectStore, tmp_path: Path
    ) -> None:
        stored = store.put([LARGE[: 9 << 20], LARGE[9 << 20 :]], max_bytes=len(LARGE))
        assert stored.sha256 == hashlib.sha256(LARGE).hexdigest()
        assert store.size(stored.key) == stored.size_bytes == len(LARGE)
        store.fetch(stored.key, stored.sha256, tmp_path / "copy")
        assert (tmp_path / "copy").read_bytes() == LARGE
        assert dict(store.keys()).keys() == {stored.key}

    def test_a_large_object_that_breaks_off_or_is_too_large_leaves_nothing(
        self, store: ObjectStore
    ) -> None:
        with pytest.raises(TooLarge):
            store.put([LARGE], max_bytes=len(LARGE) - 1)
        with pytest.raises(ConnectionLost):
            store.put(broken_off_after(LARGE), max_bytes=1 << 30)
        assert list(store.keys()) == []

    def test_reading_here_and_there_is_like_reading_a_file(self, store: ObjectStore) -> None:
        content = LARGE[: 1 << 20]
        stored = store.put([content], max_bytes=MOST)

        @settings(
            max_examples=40, deadline=None, database=None,
            suppress_health_check=[HealthCheck.differing_executors],
        )  # fmt: skip
        @given(MOVES)
        def reads_alike(moves: list[tuple[int, int, int]]) -> None:
            with store.open(stored.key) as stream, io.BytesIO(content) as model:
                for whence, offset, length in moves:
                    origin = (0, model.tell(), len(content))[whence]
                    target = max(0, origin + offset)
                    assert stream.seek(target) == model.seek(target)
                    assert stream.read(length) == model.read(length)
                    assert stream.tell() == model.tell()

        reads_alike()

    def test_two_readers_of_one_object_do_not_disturb_each_other(self, store: ObjectStore) -> None:
        stored = store.put([LARGE], max_bytes=len(LARGE))
        read: tuple[bytearray, bytearray] = (bytearray(), bytearray())
        with store.open(stored.key) as first, store.open(stored.key) as second:
            while piece := first.read(3_000_000):
                read[0].extend(piece)
                read[1].extend(second.read(1_000_000))
            read[1].extend(second.read())
        assert read[0] == read[1] == LARGE

    def test_a_stream_left_half_read_leaves_the_store_usable(self, store: ObjectStore) -> None:
        stored = store.put([LARGE], max_bytes=len(LARGE))
        for _ in range(20):
            with store.open(stored.key) as stream:
                assert stream.read(10) == LARGE[:10]
        with store.open(stored.key) as stream:
            assert hashlib.sha256(stream.read()).hexdigest() == stored.sha256

    def test_many_threads_may_store_at_once(self, store: ObjectStore) -> None:
        contents = [b"%d " % number * 100 for number in range(40)]
        with ThreadPoolExecutor(4) as pool:
            stored = list(pool.map(lambda one: store.put([one], max_bytes=MOST), contents))
        assert dict(store.keys()).keys() == {one.key for one in stored}
        for content, one in zip(contents, stored, strict=True):
            with store.open(one.key) as stream:
                assert stream.read() == content

    def test_memory_does_not_grow_with_the_object(self, store: ObjectStore) -> None:
        asked = json.dumps({"url": self.url(store), "size_bytes": 200_000_000})
        ended = subprocess.run(
            [sys.executable, "-m", "tests.contract.growth"],
            input=asked, cwd=ROOT, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert ended.returncode == 0, ended.stderr
        assert int(ended.stdout) < GROWTH_BYTES
