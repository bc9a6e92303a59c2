"""What a hot folder is to the file system: looking, reading, moving away, notes, and a drop's key.

Nothing is ever deleted but notes and keys of our own: a file is read, or moved to `released`, or left.
"""

import fcntl
import hashlib
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from edrms.errors import Refused
from edrms.ids import new_id
from scanning.folders.drops import NOTE, RELEASED, is_left_alone

CHUNK_BYTES = 1 << 20
MOST_DEPTH = 8
_KEY = ".edrms-batch"
Seen = tuple[int, int, int]


class Changed(Refused):
    """The file changed while it was read."""

    code = "changed"


class NoPlainFile(Refused):
    """A link, a pipe, or a file that we may not read."""

    code = "no_plain_file"


@contextmanager
def alone_in(folder: Path) -> Iterator[bool]:
    """Whether nobody else sweeps this folder while the block lasts."""
    descriptor = os.open(folder / ".edrms-lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        yield _is_locked(descriptor)
    finally:
        os.close(descriptor)


def _is_locked(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def names_in(folder: Path) -> list[str]:
    """Names of the files to take in: plain ones without a note beside them."""
    there = {entry.name for entry in os.scandir(folder) if not entry.is_dir(follow_symlinks=False)}
    return sorted(name for name in there if not is_left_alone(name) and name + NOTE not in there)


def folders_in(folder: Path, depth: int = MOST_DEPTH) -> list[Path]:
    """Folders that may be drops, those within others too."""
    own = sorted(
        Path(entry.path)
        for entry in os.scandir(folder)
        if entry.is_dir(follow_symlinks=False) and not entry.name.startswith(".")
    )
    if depth == MOST_DEPTH:
        own = [one for one in own if one.name != RELEASED]
    return [found for one in own for found in [one, *(folders_in(one, depth - 1) if depth else [])]]


def seen(path: Path) -> Seen | None:
    """What tells whether a file is still the same; None for one that is gone."""
    try:
        found = path.lstat()
    except FileNotFoundError:
        return None
    return found.st_ino, found.st_size, found.st_mtime_ns


def read(path: Path) -> Iterator[bytes]:
    """The bytes of a plain file. Raises NoPlainFile, and Changed, also after the last byte."""
    try:
        file = os.fdopen(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK), "rb")
    except OSError as error:
        raise NoPlainFile(f"It cannot be read: {error.strerror}.") from error
    with file:
        before = os.fstat(file.fileno())
        if not stat.S_ISREG(before.st_mode):
            raise NoPlainFile("It cannot be read: this is no plain file.")
        while chunk := file.read(CHUNK_BYTES):
            yield chunk
    if seen(path) != (before.st_ino, before.st_size, before.st_mtime_ns):
        raise Changed("The file changed while it was read.")


def release(path: Path, to: Path) -> Path:
    """Move a file that is done; a name that is taken there gets a number. Returns where it lies now."""
    to.mkdir(parents=True, exist_ok=True)
    target, number = to / path.name, 1
    while target.exists():
        number += 1
        target = to / f"{path.stem}-{number}{path.suffix}"
    path.rename(target)
    return target


def leave_note(path: Path, why: str) -> None:
    """A note beside a file that could not be taken in; it is not tried again while the note is there."""
    words = (
        f"{path.name} was not taken in.\n\n{why}\n\n"
        "Put it right, then delete this note: the file is tried again.\n"
    )
    path.with_name(path.name + NOTE).write_text(words, encoding="utf-8")


@dataclass(frozen=True, slots=True)
class DropKey:
    """Under which key a drop's batch is opened, and how many files it had when it was first seen."""

    key: str
    files: int


def key_of(folder: Path, name: str, files: int) -> DropKey:
    """The key of a drop: the same until `forget_key`, also after a crash. files: how many it has now."""
    place = _key_place(folder, name)
    if not place.exists():
        scratch = place.with_name(place.name + ".new")
        with scratch.open("w", encoding="ascii") as file:
            file.write(f"{new_id()} {files}")
            file.flush()
            os.fsync(file.fileno())
        scratch.replace(place)
        _sync(folder)
    return _read_key(place)


def has_key(folder: Path, name: str) -> bool:
    """Whether a drop was begun and is not done."""
    return _key_place(folder, name).exists()


def forget_key(folder: Path, name: str) -> None:
    """The drop is done; the next of this name is another batch."""
    _key_place(folder, name).unlink(missing_ok=True)


def _key_place(folder: Path, name: str) -> Path:
    return folder / (f"{_KEY}-{hashlib.sha256(name.encode()).hexdigest()[:16]}" if name else _KEY)


def _read_key(place: Path) -> DropKey:
    key, files = place.read_text("ascii").split()
    return DropKey(key, int(files))


def open_keys(folder: Path) -> set[str]:
    """Keys of the drops that are not done."""
    places = [folder, *folders_in(folder)]
    found = (file for place in places for file in place.glob(f"{_KEY}*") if file.suffix != ".new")
    return {_read_key(file).key for file in found}


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
