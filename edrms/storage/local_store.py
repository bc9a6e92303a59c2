"""The object store in a directory: temporary file, fsync, rename, fsync of the directory, read back."""

import errno
import hashlib
import os
import re
import shutil
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

from edrms.errors import Damaged, NoSpace, NotFound, TooLarge, Unavailable
from edrms.ids import ObjectKey, new_id
from edrms.storage.ports import StoredObject

CHUNK_BYTES = 1 << 20
STALE_AFTER_S = 24 * 3600
_KEY = re.compile(r"[0-9a-f]{32}")
_FULL = {errno.ENOSPC, errno.EDQUOT}


class LocalObjectStore:
    """Objects as files under root/ab/cd/<key>; half-written ones only ever under root/staging."""

    def __init__(self, root: Path, min_free_bytes: int = 0) -> None:
        self._root = root
        self._staging = root / "staging"
        self._min_free_bytes = min_free_bytes
        root.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._staging.mkdir(exist_ok=True, mode=0o700)
        self._clear_staging()

    def _clear_staging(self) -> None:
        """Remove what a killed process left half-written; nobody writes at one file for a day."""
        for staged in self._staging.iterdir():
            with suppress(FileNotFoundError):
                if time.time() - staged.stat().st_mtime > STALE_AFTER_S:
                    staged.unlink()

    def put(self, chunks: Iterable[bytes], *, max_bytes: int) -> StoredObject:
        self._check_free_space()
        key = ObjectKey(new_id())
        staged = self._staging / key
        with _writing(staged):
            sha256, size_bytes = self._write(staged, chunks, max_bytes)
            self._place(staged, self._path(key))
        self._read_back(key, sha256)
        return StoredObject(key, sha256, size_bytes)

    def _check_free_space(self) -> None:
        if shutil.disk_usage(self._root).free < self._min_free_bytes:
            raise NoSpace(
                "The disk is nearly full: new files are refused until space is freed. "
                "Nothing of this file was kept."
            )

    def _write(self, staged: Path, chunks: Iterable[bytes], max_bytes: int) -> tuple[str, int]:
        digest, size_bytes = hashlib.sha256(), 0
        with staged.open("xb") as file:
            for chunk in chunks:
                size_bytes += len(chunk)
                if size_bytes > max_bytes:
                    raise TooLarge(
                        f"The file is larger than {max_bytes // (1 << 20)} MB. "
                        "Nothing of it was kept: split it and send the parts.",
                        max_bytes=max_bytes,
                    )
                digest.update(chunk)
                file.write(chunk)
            file.flush()
            os.fsync(file.fileno())
        return digest.hexdigest(), size_bytes

    def _place(self, staged: Path, final: Path) -> None:
        made = [parent for parent in (final.parent.parent, final.parent) if not parent.exists()]
        final.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        staged.chmod(0o400)
        staged.rename(final)
        for directory in (final.parent, *(parent.parent for parent in reversed(made))):
            _sync_directory(directory)

    def _read_back(self, key: ObjectKey, sha256: str) -> None:
        with self._path(key).open("rb") as stored:
            if hashlib.file_digest(stored, "sha256").hexdigest() != sha256:
                raise Damaged(
                    "A file read back from the store differs from what was sent.", key=key
                )

    def open(self, key: ObjectKey) -> BinaryIO:
        try:
            return self._path(key).open("rb")
        except FileNotFoundError as error:
            raise NotFound("There is no such object in the store.", key=key) from error

    def size(self, key: ObjectKey) -> int:
        try:
            return self._path(key).stat().st_size
        except FileNotFoundError as error:
            raise NotFound("There is no such object in the store.", key=key) from error

    def fetch(self, key: ObjectKey, sha256: str, to: Path) -> None:
        digest = hashlib.sha256()
        with self.open(key) as source, to.open("xb") as target:
            try:
                with _errors_named():
                    while chunk := source.read(CHUNK_BYTES):
                        digest.update(chunk)
                        target.write(chunk)
                    target.flush()
                if digest.hexdigest() != sha256:
                    raise Damaged("A stored file no longer hashes as recorded.", key=key)
            except BaseException:
                to.unlink()
                raise

    def delete(self, key: ObjectKey) -> None:
        path = self._path(key)
        path.unlink(missing_ok=True)
        if path.parent.exists():
            _sync_directory(path.parent)

    def keys(self) -> Iterator[tuple[ObjectKey, datetime]]:
        for path in self._root.glob("??/??/*"):
            yield ObjectKey(path.name), datetime.fromtimestamp(path.stat().st_mtime, UTC)

    def _path(self, key: ObjectKey) -> Path:
        if not _KEY.fullmatch(key):
            raise NotFound("There is no such object in the store.", key=key)
        return self._root / key[:2] / key[2:4] / key


@contextmanager
def _writing(staged: Path) -> Iterator[None]:
    """Whatever happens inside, nothing stays in staging."""
    try:
        with _errors_named():
            yield
    finally:
        staged.unlink(missing_ok=True)


@contextmanager
def _errors_named() -> Iterator[None]:
    """The operating system's errors in the words of the port."""
    try:
        yield
    except OSError as error:
        if error.errno in _FULL:
            raise NoSpace(
                "The disk is full: nothing of this file was kept. Free some space, then try again."
            ) from error
        raise Unavailable("The store could not read or write.", cause=str(error)) from error


def _sync_directory(directory: Path) -> None:
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
