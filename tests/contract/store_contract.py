"""What every object store keeps to (edrms/storage/ports.py): an engine's tests inherit this class."""

import hashlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from edrms.errors import Damaged, NotFound, TooLarge
from edrms.ids import ObjectKey, new_id
from edrms.storage.ports import ObjectStore

LETTER = b"Dear colleague, " * 1000
MOST = 1 << 20
ODD_KEYS = [
    "", ".", "..", "../../secret_key", "/etc/passwd", "staging", "a" * 31, "a" * 33, "A" * 32,
    "g" * 32, "0" * 31 + "/", "0" * 30 + "\n\n", "0" * 32 + "\n", "\x00" * 32, "٠" * 32,
]  # fmt: skip


class ConnectionLost(Exception):
    """What a stream raises half-way in these tests."""


def half_a_letter() -> Iterator[bytes]:
    yield LETTER
    raise ConnectionLost


class StoreContract:
    """Inherit, and give `store` as a fixture; `spoil` changes stored bytes behind the store's back."""

    def spoil(self, store: ObjectStore, key: ObjectKey) -> None:
        raise NotImplementedError

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
            store.put(half_a_letter(), max_bytes=MOST)
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
