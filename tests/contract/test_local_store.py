"""The store in a directory keeps the contract, and does not lie when the disk is full."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from edrms.errors import CannotStart, Damaged, NoSpace
from edrms.ids import ObjectKey
from edrms.storage.local_store import LocalObjectStore
from edrms.storage.ports import ObjectStore
from tests.contract.store_contract import LETTER, MOST, StoreContract
from tests.faults.small_disk import on_a_small_disk

DAY_S = 24 * 3600


@pytest.fixture
def store(tmp_path: Path) -> LocalObjectStore:
    return LocalObjectStore(tmp_path / "objects")


def file_of(root: Path, key: str) -> Path:
    return root / "objects" / key[:2] / key


def staged(root: Path) -> list[Path]:
    return list((root / "objects" / "staging").iterdir())


class TestLocalObjectStore(StoreContract):
    def spoil(self, store: ObjectStore, key: ObjectKey) -> None:
        assert isinstance(store, LocalObjectStore)
        path = store._path(key)
        path.chmod(0o600)
        content = bytearray(path.read_bytes())
        content[100] ^= 1
        path.write_bytes(content)

    def url(self, store: ObjectStore) -> str:
        assert isinstance(store, LocalObjectStore)
        return f"file://{store._root}"


def test_files_of_an_earlier_version_are_lifted_to_where_they_are_looked_for(
    store: LocalObjectStore, tmp_path: Path
) -> None:
    stored = store.put([LETTER], max_bytes=MOST)
    older = tmp_path / "objects" / stored.key[:2] / stored.key[2:4] / stored.key
    older.parent.mkdir()
    file_of(tmp_path, stored.key).rename(older)
    lifted = LocalObjectStore(tmp_path / "objects")
    with lifted.open(stored.key) as stream:
        assert stream.read() == LETTER
    assert [key for key, _ in lifted.keys()] == [stored.key]  # noqa: SIM118 - a store, not a mapping
    lifted.delete(stored.key)
    assert list(lifted.keys()) == []


def test_a_directory_that_cannot_be_written_to_is_refused_at_start(tmp_path: Path) -> None:
    missing = LocalObjectStore(tmp_path / "objects")
    (tmp_path / "objects" / "staging").rmdir()
    with pytest.raises(CannotStart, match="EDRMS_OBJECTS_URL"):
        missing.prepare()


def test_nothing_stays_in_staging_however_a_put_ends(
    store: LocalObjectStore, tmp_path: Path
) -> None:
    store.put([LETTER], max_bytes=MOST)
    with pytest.raises(ZeroDivisionError):
        store.put((1 // 0 for _ in "x"), max_bytes=MOST)  # type: ignore[misc]
    assert staged(tmp_path) == []


def test_stored_bytes_are_private_and_read_only(store: LocalObjectStore, tmp_path: Path) -> None:
    path = file_of(tmp_path, store.put([LETTER], max_bytes=MOST).key)
    assert path.stat().st_mode & 0o777 == 0o400
    assert path.parent.stat().st_mode & 0o077 == 0
    assert (tmp_path / "objects").stat().st_mode & 0o077 == 0


def test_a_process_killed_while_storing_leaves_no_object(tmp_path: Path) -> None:
    script = (
        "import sys, pathlib; from edrms.storage.local_store import LocalObjectStore\n"
        "def slow():\n"
        "    yield b'x' * 1000000\n"
        "    print('half', flush=True); sys.stdin.read()\n"
        "LocalObjectStore(pathlib.Path(sys.argv[1])).put(slow(), max_bytes=1 << 30)"
    )
    child = subprocess.Popen(
        [sys.executable, "-c", script, str(tmp_path / "objects")],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    )  # fmt: skip
    assert child.stdout is not None and child.stdout.readline() == b"half\n"
    child.kill()
    child.communicate()
    assert list(LocalObjectStore(tmp_path / "objects").keys()) == []
    assert len(staged(tmp_path)) == 1


def test_what_a_killed_process_left_half_written_is_cleared_after_a_day(tmp_path: Path) -> None:
    LocalObjectStore(tmp_path / "objects")
    for name, age_s in (("old", DAY_S + 60), ("young", 60)):
        half = tmp_path / "objects" / "staging" / name
        half.write_bytes(b"half")
        os.utime(half, (time.time() - age_s, time.time() - age_s))
    LocalObjectStore(tmp_path / "objects")
    assert [path.name for path in staged(tmp_path)] == ["young"]


def test_every_flipped_bit_truncation_and_swap_is_found(
    store: LocalObjectStore, tmp_path: Path
) -> None:
    first, second = (store.put([bytes([n]) * 4000], max_bytes=MOST) for n in (1, 2))
    sound = file_of(tmp_path, first.key).read_bytes()
    flipped = [
        sound[:at] + bytes([sound[at] ^ (1 << at % 8)]) + sound[at + 1 :]
        for at in range(0, 4000, 97)
    ]
    harm = [*flipped, sound[:-1], b"", sound + b"x", bytes(4000)]
    harm.append(file_of(tmp_path, second.key).read_bytes())
    file_of(tmp_path, first.key).chmod(0o600)
    for number, content in enumerate(harm):
        file_of(tmp_path, first.key).write_bytes(content)
        with pytest.raises(Damaged):
            store.fetch(first.key, first.sha256, tmp_path / f"copy-{number}")


def test_too_little_free_space_refuses_before_reading_the_stream(tmp_path: Path) -> None:
    nearly_full = LocalObjectStore(tmp_path / "objects", min_free_bytes=1 << 60)
    with pytest.raises(NoSpace):
        nearly_full.put((1 // 0 for _ in "x"), max_bytes=MOST)  # type: ignore[misc]


def test_a_full_disk_keeps_nothing_says_so_and_reads_go_on() -> None:
    assert on_a_small_disk("tests.faults.small_disk:fill_a_store") == {
        "refused": "NoSpace",
        "left_in_staging": 0,
        "objects": 1,
        "read_back": True,
        "after_space_is_freed": "stored",
    }


def test_a_copy_that_does_not_fit_the_disk_leaves_no_half_file() -> None:
    assert on_a_small_disk("tests.faults.small_disk:fetch_onto_a_full_disk") == {
        "refused": "NoSpace",
        "half_file_left": False,
        "after_space_is_freed": "fetched",
    }
