"""Where the files of a bag go: a directory, or a ZIP file made while it is sent. What a bag is: bag.py."""

import os
import zipfile
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime
from pathlib import Path
from typing import Protocol

from edrms.errors import Refused


class Writable(Protocol):
    """What takes the bytes of one file."""

    def write(self, data: bytes, /) -> int:
        """Take these bytes; how many were taken."""


class BagPlace(Protocol):
    """Takes files one after the other, each whole before the next."""

    def file(self, name: str) -> AbstractContextManager[Writable]:
        """A new file under this name within the bag. Raises where there is one already."""

    def close(self) -> None:
        """The bag is whole."""


class Directory:
    """A new directory; each file is on the disk before the next is begun."""

    def __init__(self, root: Path) -> None:
        """Raises Refused where something is there already."""
        try:
            root.mkdir(parents=True, mode=0o700, exist_ok=False)
        except FileExistsError as error:
            raise Refused(f"{root} is there already. Name a new directory.") from error
        self._root = root

    @contextmanager
    def file(self, name: str) -> Iterator[Writable]:
        """A new file, synced when it is closed."""
        target = self._root / name
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("xb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())

    def close(self) -> None:
        """Every file was synced when it was written."""


class Zipped:
    """A ZIP file with the bag in one folder (RFC 8493, section 4), made as it is sent: nothing of it
    lies on a disk here. `taken` gives what there is to send since it was last asked."""

    def __init__(self, folder: str, at: datetime) -> None:
        self._folder = folder
        self._at = at.timetuple()[:6]
        self._waiting = _Waiting()
        self._zip = zipfile.ZipFile(self._waiting, "w", zipfile.ZIP_DEFLATED, compresslevel=1)

    @contextmanager
    def file(self, name: str) -> Iterator[Writable]:
        """A new file in the folder."""
        entry = zipfile.ZipInfo(f"{self._folder}/{name}", self._at)
        entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o600 << 16
        with self._zip.open(entry, "w", force_zip64=True) as file:
            yield file

    def taken(self) -> bytes:
        """What was made since; b"" for nothing."""
        return self._waiting.taken()

    def close(self) -> None:
        """Make the end of the file, without which no program takes it for whole."""
        self._zip.close()


class _Waiting:
    """Takes bytes until they are asked for. Knows no place, so the ZIP file never goes back."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []

    def write(self, data: bytes) -> int:
        self._parts.append(bytes(data))
        return len(data)

    def flush(self) -> None:
        """Nothing is kept back."""

    def close(self) -> None:
        """What waits is still to be taken."""

    def taken(self) -> bytes:
        found = b"".join(self._parts)
        self._parts.clear()
        return found
