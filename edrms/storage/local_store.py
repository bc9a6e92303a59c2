"""The object store in a directory: temporary file, read back, fsync, rename, fsync of the directory.

Each piece is read back from the system's cache as soon as it is written and compared byte for byte:
that shows the right bytes were handed over, and fsync that the disk took them. What the disk itself
keeps is looked at by `edrms verify`, later and again.
"""

import hashlib
import os
import shutil
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

from edrms.errors import CannotStart, Damaged, NoSpace, NotFound
from edrms.ids import ObjectKey, new_id
from edrms.storage.copying import copy_checked, disk_errors_named, too_large
from edrms.storage.ports import Capabilities, StoredObject, check_shape, is_key

STALE_AFTER_S = 24 * 3600
_PIECE_BYTES = 1 << 20
_WORTH_BEGINNING_BYTES = 1 << 16


class LocalObjectStore:
    """Objects as files root/ab/<key>; half-written ones only ever under root/staging."""

    def __init__(self, root: Path, min_free_bytes: int = 0) -> None:
        self._root = root
        self._staging = root / "staging"
        self._min_free_bytes = min_free_bytes
        root.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._staging.mkdir(exist_ok=True, mode=0o700)
        self._lift_older_files()
        self._clear_staging()

    def _lift_older_files(self) -> None:
        """Earlier versions kept a file at root/ab/cd/<key>: one folder, and one fsync, too many."""
        for older in self._root.glob("??/??/*"):
            with suppress(FileNotFoundError):  # another process of this start lifts too
                older.rename(older.parent.parent / older.name)
                _sync_directory(older.parent.parent)
                _sync_directory(older.parent)

    def _clear_staging(self) -> None:
        """Remove what a killed process left half-written; nobody writes at one file for a day."""
        for staged in self._staging.iterdir():
            with suppress(FileNotFoundError):
                if time.time() - staged.stat().st_mtime > STALE_AFTER_S:
                    staged.unlink()

    def prepare(self, *, create: bool = False) -> Capabilities:
        if not os.access(self._staging, os.W_OK | os.X_OK):
            raise CannotStart(
                f"EDRMS_OBJECTS_URL: the directory {self._root} cannot be written to."
            )
        return Capabilities(keeps_versions=False, has_holds=False)

    def put(self, chunks: Iterable[bytes], *, max_bytes: int) -> StoredObject:
        self._check_free_space()
        key = ObjectKey(new_id())
        staged = f"{self._staging}/{key}"
        with _writing(staged):
            stored = _write(staged, key, chunks, max_bytes)
            self._place(staged, key)
        return stored

    def _check_free_space(self) -> None:
        if shutil.disk_usage(self._root).free < self._min_free_bytes:
            raise NoSpace(
                "The disk is nearly full: new files are refused until space is freed. "
                "Nothing of this file was kept."
            )

    def _place(self, staged: str, key: ObjectKey) -> None:
        folder = f"{self._root}/{key[:2]}"
        try:
            os.rename(staged, f"{folder}/{key}")  # noqa: PTH104 - paths cost a tenth of a small put
        except FileNotFoundError:  # the first of its folder
            Path(folder).mkdir(exist_ok=True, mode=0o700)
            _sync_directory(self._root)
            Path(staged).rename(f"{folder}/{key}")
        _sync_directory(folder)

    def open(self, key: ObjectKey) -> BinaryIO:
        try:
            return open(f"{self._root}/{check_shape(key)[:2]}/{key}", "rb")  # noqa: PTH123 - as in _place
        except FileNotFoundError as error:
            raise NotFound("There is no such object in the store.", key=key) from error

    def size(self, key: ObjectKey) -> int:
        try:
            return self._path(key).stat().st_size
        except FileNotFoundError as error:
            raise NotFound("There is no such object in the store.", key=key) from error

    def fetch(self, key: ObjectKey, sha256: str, to: Path) -> None:
        copy_checked(lambda: self.open(key), key, sha256, to)

    def delete(self, *keys: ObjectKey) -> None:
        """All names first, then each directory once: a journalling disk takes them together."""
        paths = [self._path(key) for key in keys]
        for path in paths:
            path.unlink(missing_ok=True)
        for folder in sorted({path.parent for path in paths}):
            if folder.exists():
                _sync_directory(folder)

    def keys(self) -> Iterator[tuple[ObjectKey, datetime]]:
        for path in filter(lambda one: is_key(one.name), self._root.glob("??/*")):
            yield ObjectKey(path.name), datetime.fromtimestamp(path.stat().st_mtime, UTC)

    def has_holds(self) -> bool:
        return False

    def _path(self, key: ObjectKey) -> Path:
        return self._root / check_shape(key)[:2] / key


@contextmanager
def _writing(staged: str) -> Iterator[None]:
    """If anything goes wrong inside, nothing stays in staging."""
    try:
        with disk_errors_named():
            yield
    except BaseException:
        Path(staged).unlink(missing_ok=True)
        raise


def _write(staged: str, key: ObjectKey, chunks: Iterable[bytes], max_bytes: int) -> StoredObject:
    digest, size_bytes = hashlib.sha256(), 0
    with open(staged, "x+b", buffering=0, opener=_read_only) as file:
        for chunk in chunks:
            if size_bytes + len(chunk) > max_bytes:
                raise too_large(max_bytes)
            for start in range(0, len(chunk), _PIECE_BYTES):
                piece = chunk[start : start + _PIECE_BYTES]
                _write_compared(file.fileno(), piece, size_bytes + start, key)
                digest.update(piece)
            size_bytes += len(chunk)
        os.fsync(file)
    return StoredObject(key, digest.hexdigest(), size_bytes)


def _read_only(path: str, flags: int) -> int:
    """A file that only its maker can ever write to."""
    return os.open(path, flags, 0o400)


def _write_compared(descriptor: int, piece: bytes, at: int, key: ObjectKey) -> None:
    """Write a piece and compare what the system has then, byte for byte. Raises Damaged."""
    done = 0
    while done < len(piece):
        done += os.pwrite(descriptor, piece[done:], at + done)
    if os.pread(descriptor, len(piece), at) != piece:
        raise Damaged("A file read back from the store differs from what was sent.", key=key)
    if len(piece) >= _WORTH_BEGINNING_BYTES:  # the disk begins with it while we hash and go on
        os.posix_fadvise(descriptor, at, len(piece), os.POSIX_FADV_DONTNEED)


def _sync_directory(directory: Path | str) -> None:
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
