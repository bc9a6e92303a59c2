"""The encrypting store keeps the contract of every store, over a directory and over S3, and lets nobody
in who swaps, cuts or alters what lies under it."""

import io
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import pytest
from sqlalchemy import select, update

from edrms.errors import Damaged, NotFound, Refused, Unavailable, Unsupported
from edrms.ids import ObjectKey, new_id
from edrms.storage.encrypted_store import EncryptedStore
from edrms.storage.holders import item_holder, record_holder
from edrms.storage.key_destroying import destroy
from edrms.storage.key_tables import ObjectKeyRow
from edrms.storage.local_store import LocalObjectStore
from edrms.storage.ports import ObjectStore
from edrms.storage.s3_store import S3ObjectStore
from edrms.storage.sealed_format import CHUNK_BYTES, HEADER_BYTES, SALT_BYTES, SEALED_CHUNK_BYTES
from tests.contract.s3_buckets import bare, bucket, config_of, name_of
from tests.contract.sealed_stores import encrypted
from tests.contract.store_contract import LARGE, LETTER, MOST, StoreContract
from tests.engines.wanted import Engine

ITEM, RECORD = item_holder(new_id()), record_holder(new_id())


def flip(content: bytes, at: int) -> bytes:
    return content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :]


def file_of(store: ObjectStore, key: ObjectKey) -> Path:
    assert isinstance(store, EncryptedStore) and isinstance(store.inner, LocalObjectStore)
    return store.inner._path(key)


def overwrite(store: ObjectStore, key: ObjectKey, content: bytes) -> None:
    path = file_of(store, key)
    path.chmod(0o600)
    path.write_bytes(content)


class TestOverADirectory(StoreContract):
    @pytest.fixture
    def store(self, tmp_path: Path) -> EncryptedStore:
        return encrypted(LocalObjectStore(tmp_path / "objects"), tmp_path)

    def spoil(self, store: ObjectStore, key: ObjectKey) -> None:
        overwrite(store, key, flip(file_of(store, key).read_bytes(), 100))

    def url(self, store: ObjectStore) -> str:
        assert isinstance(store, EncryptedStore) and isinstance(store.inner, LocalObjectStore)
        return f"sealed+file://{store.inner._root}"


class TestOverS3(StoreContract):
    @pytest.fixture
    def store(self, tmp_path: Path) -> Iterator[EncryptedStore]:
        with bucket(config_of(Engine.MINIO), with_holds=True) as made:
            yield encrypted(made, tmp_path)

    def spoil(self, store: ObjectStore, key: ObjectKey) -> None:
        assert isinstance(store, EncryptedStore) and isinstance(store.inner, S3ObjectStore)
        config = store.inner._config
        with store.inner.open(key) as stream:
            content = flip(stream.read(), 100)
        bare(config).put_object(config.bucket, name_of(key), io.BytesIO(content), len(content))

    def url(self, store: ObjectStore) -> str:
        assert isinstance(store, EncryptedStore) and isinstance(store.inner, S3ObjectStore)
        config = store.inner._config
        return (
            f"sealed+s3+http://{config.access_key}:{config.secret_key}@{config.endpoint}"
            f"/{config.bucket}/{config.prefix}"
        )

    def test_a_hold_of_the_store_under_it_is_passed_on(self, store: EncryptedStore) -> None:
        stored = store.put([LETTER], max_bytes=MOST)
        store.hold(stored.key)
        assert store.is_held(stored.key)
        with pytest.raises(Refused):
            store.delete(stored.key)
        with store.open(stored.key) as stream:
            assert stream.read() == LETTER  # its key was not forgotten either
        store.release(stored.key)
        store.delete(stored.key)


@pytest.fixture
def store(tmp_path: Path) -> EncryptedStore:
    return encrypted(LocalObjectStore(tmp_path / "objects"), tmp_path)


def read(store: EncryptedStore, key: ObjectKey) -> bytes:
    with store.open(key) as stream:
        return stream.read()


def test_nothing_of_the_plain_bytes_lies_in_any_file(store: EncryptedStore, tmp_path: Path) -> None:
    marker = b"Tregenza, Olive 9434765919"
    stored = store.put([b"x" * 20_000, marker, b"y" * 20_000], max_bytes=MOST)
    assert marker in read(store, stored.key)
    for path in filter(Path.is_file, tmp_path.rglob("*")):
        assert marker not in path.read_bytes(), path


def test_every_object_has_a_salt_and_a_key_of_its_own(store: EncryptedStore) -> None:
    own = store.of(ITEM)
    keys = [own.put([LETTER], max_bytes=MOST).key for _ in range(200)]
    headers = [file_of(store, key).read_bytes()[:HEADER_BYTES] for key in keys]
    assert len({header[:SALT_BYTES] for header in headers}) == 200
    assert len({header[SALT_BYTES:] for header in headers}) == 200
    assert len({store.keys_kept.data_key(key) for key in keys}) == 200


def test_one_flipped_bit_is_damage_wherever_it_is(store: EncryptedStore) -> None:
    stored = store.put([LARGE[:40_000]], max_bytes=MOST)
    sound = file_of(store, stored.key).read_bytes()
    for at in [0, 23, 24, 55, 56, 16_000, 16_456, 16_471, 16_472, len(sound) - 1]:
        overwrite(store, stored.key, flip(sound, at))
        with pytest.raises(Damaged):
            read(store, stored.key)
    overwrite(store, stored.key, sound)
    assert read(store, stored.key) == LARGE[:40_000]


def test_a_damaged_chunk_never_gives_a_byte_and_those_before_it_stay_readable(
    store: EncryptedStore,
) -> None:
    stored = store.put([LARGE[:MOST]], max_bytes=MOST)
    at = HEADER_BYTES + 40 * SEALED_CHUNK_BYTES + 7
    overwrite(store, stored.key, flip(file_of(store, stored.key).read_bytes(), at))
    with store.open(stored.key) as stream:
        assert stream.read(10 * CHUNK_BYTES) == LARGE[: 10 * CHUNK_BYTES]
        stream.seek(40 * CHUNK_BYTES)
        with pytest.raises(Damaged):
            stream.read(1)
        stream.seek(41 * CHUNK_BYTES)
        assert stream.read(5) == LARGE[41 * CHUNK_BYTES : 41 * CHUNK_BYTES + 5]


@pytest.mark.parametrize("kept", [0, 10, 56, 57, 80, 56 + 16_400, 56 + 16_400 + 16, 2 * 16_400])
def test_a_file_that_lost_its_end_is_damaged_before_or_at_its_end(
    store: EncryptedStore, kept: int
) -> None:
    stored = store.put([LARGE[:40_000]], max_bytes=MOST)
    overwrite(store, stored.key, file_of(store, stored.key).read_bytes()[:kept])
    with pytest.raises(Damaged):
        read(store, stored.key)
    with pytest.raises(Damaged), store.open(stored.key) as stream:
        stream.seek(0, io.SEEK_END)


def test_chunks_swapped_within_a_file_are_damage(store: EncryptedStore) -> None:
    stored = store.put([LARGE[:60_000]], max_bytes=MOST)
    sound = file_of(store, stored.key).read_bytes()
    first, second = (HEADER_BYTES + n * SEALED_CHUNK_BYTES for n in (0, 1))
    end = second + SEALED_CHUNK_BYTES
    overwrite(store, stored.key,
              sound[:first] + sound[second:end] + sound[first:second] + sound[end:])  # fmt: skip
    with pytest.raises(Damaged):
        read(store, stored.key)


def test_a_file_put_in_the_place_of_another_is_damage(store: EncryptedStore) -> None:
    own = store.of(ITEM)
    one, other = (own.put([letter], max_bytes=MOST) for letter in (LETTER, LETTER[::-1]))
    overwrite(store, one.key, file_of(store, other.key).read_bytes())
    with pytest.raises(Damaged, match="another object lies in its place"):
        store.open(one.key)


def test_a_wrapped_key_moved_to_another_row_is_damage(store: EncryptedStore) -> None:
    own = store.of(ITEM)
    one, other = (own.put([letter], max_bytes=MOST) for letter in (LETTER, LETTER[::-1]))
    with store.keys_kept.write() as session:
        theirs = session.scalar(
            select(ObjectKeyRow.wrapped).where(ObjectKeyRow.object_key == other.key)
        )
        session.execute(
            update(ObjectKeyRow).where(ObjectKeyRow.object_key == one.key).values(wrapped=theirs)
        )
    overwrite(store, one.key, file_of(store, other.key).read_bytes())  # file and key, both swapped
    with pytest.raises(Damaged, match="key of a stored file was altered"):
        store.open(one.key)


def test_an_object_without_a_key_is_damage_and_says_why(store: EncryptedStore) -> None:
    plain = store.inner.put([LETTER], max_bytes=MOST)
    with pytest.raises(Damaged, match="has no key") as found:
        store.open(plain.key)
    assert found.value.error_code == "key_missing"


class Counting(LocalObjectStore):
    """A directory that counts the bytes read from it."""

    read_bytes = 0

    def open(self, key: ObjectKey) -> BinaryIO:
        counter, stream = self, super().open(key)
        plain_read = stream.read

        class _Stream(io.BufferedReader):
            def read(self, size: int | None = -1, /) -> bytes:
                content = plain_read(-1 if size is None else size)
                counter.read_bytes += len(content)
                return content

            def seek(self, offset: int, whence: int = 0, /) -> int:
                return stream.seek(offset, whence)

        return _Stream(io.FileIO(f"{self._root}/{key[:2]}/{key}"))


def test_a_range_costs_its_own_chunks_and_not_the_whole_object(tmp_path: Path) -> None:
    inner = Counting(tmp_path / "objects")
    store = encrypted(inner, tmp_path)
    stored = store.put([LARGE], max_bytes=len(LARGE))
    with store.open(stored.key) as stream:
        stream.seek(9_000_000)
        assert stream.read(1000) == LARGE[9_000_000:9_001_000]
    assert 0 < inner.read_bytes < 130_000


def test_when_the_key_cannot_be_kept_the_object_is_not_either(
    store: EncryptedStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object) -> None:
        raise Unavailable("The key store is away.")

    monkeypatch.setattr(store.keys_kept, "keep", away)
    with pytest.raises(Unavailable):
        store.put([LETTER], max_bytes=MOST)
    assert list(store.keys()) == []


def test_nothing_is_sent_on_for_a_holder_whose_key_was_destroyed(store: EncryptedStore) -> None:
    destroy(store.keys_kept, [RECORD])
    with pytest.raises(Refused):
        store.of(RECORD).put((1 // 0 for _ in "x"), max_bytes=MOST)  # type: ignore[misc]
    assert list(store.keys()) == []


def test_a_deleted_object_leaves_no_key(store: EncryptedStore) -> None:
    stored = store.of(ITEM).put([LETTER], max_bytes=MOST)
    store.delete(stored.key)
    assert store.keys_kept.holders_of([stored.key]) == {stored.key: set()}
    with pytest.raises(NotFound):
        store.open(stored.key)


def test_a_directory_has_no_holds_encrypted_or_not(store: EncryptedStore) -> None:
    stored = store.put([LETTER], max_bytes=MOST)
    for ask in (store.hold, store.release, store.is_held):
        with pytest.raises(Unsupported):
            ask(stored.key)
