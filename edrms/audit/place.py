"""The second place: a directory, best on another machine's disk, where checkpoints are put and never changed.

    checkpoints/<ten thousands>/<size, 20 digits>   one for each checkpoint, with its consistency proof
    cosigned/<size, 20 digits>.<key id>             the same checkpoint with a witness's signature

A file comes to be whole and on the disk, or not at all.
"""

import os
import secrets
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

from edrms.audit.notes import write_new
from edrms.errors import CannotStart, Damaged, NoSpace, Unavailable

SHARD = 10_000
_FULL = (28, 122)  # ENOSPC, EDQUOT


def place_of(url: str) -> "CheckpointPlace":
    """The place a setting names. Raises CannotStart for what is no directory."""
    parts = urlsplit(url)
    if parts.scheme != "file" or parts.netloc or not parts.path.startswith("/"):
        raise CannotStart(
            "EDRMS_AUDIT_CHECKPOINTS_URL: expected file:///directory. Buckets are not written to; a "
            "directory that another machine keeps, or copies to a write-once bucket, serves."
        )
    return CheckpointPlace(Path(parts.path))


class CheckpointPlace:
    """Where checkpoints are published."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._published = root / "checkpoints"
        self._cosigned = root / "cosigned"

    def prepare(self) -> None:
        """Make the directories. The sealer never does: a place that is gone must not be made anew."""
        try:
            for one in (self._published, self._cosigned):
                one.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise CannotStart(
                f"EDRMS_AUDIT_CHECKPOINTS_URL: {self.root} cannot be made ({error.strerror})."
            ) from error

    def publish(self, size: int, content: str) -> None:
        """Put a published checkpoint there for good; to put it there twice is to have put it once.

        Raises Unavailable (NoSpace) if it cannot be, Damaged if another one is there already.
        """
        try:
            if not self._published.is_dir():
                raise _gone(self.root)
            shard = self._shard(size)
            if not shard.is_dir():
                shard.mkdir(exist_ok=True)
                _sync(self._published)
            put_for_good(shard / f"{size:020d}", content)
        except OSError as error:
            raise _named(error, self.root) from error

    def read(self, size: int) -> str | None:
        """The published checkpoint of this size; None if there is none. Raises Unavailable."""
        try:
            return (self._shard(size) / f"{size:020d}").read_text(encoding="utf-8")
        except FileNotFoundError:
            return None
        except OSError as error:
            raise _named(error, self.root) from error

    def newest(self) -> int:
        """The greatest size published; 0 where nothing is. Raises Unavailable if the place is gone."""
        try:
            for shard in sorted(_numbers(self._published), reverse=True):
                sizes = list(_numbers(self._published / f"{shard:016d}"))
                if sizes:
                    return max(sizes)
        except FileNotFoundError as error:
            raise _gone(self.root) from error
        except OSError as error:
            raise _named(error, self.root) from error
        return 0

    def after(self, size: int) -> Iterator[int]:
        """The sizes published beyond this one, in order. Raises Unavailable if the place is gone."""
        try:
            for shard in sorted(_numbers(self._published)):
                if shard >= size // SHARD:
                    sizes = sorted(_numbers(self._published / f"{shard:016d}"))
                    yield from (one for one in sizes if one > size)
        except OSError as error:
            raise _named(error, self.root) from error

    def put_cosigned(self, size: int, key_id: str, note: str) -> None:
        """Put a cosigned checkpoint beside the others. Raises as publish does."""
        try:
            put_for_good(self._cosigned / f"{size:020d}.{key_id}", note)
        except OSError as error:
            raise _named(error, self.root) from error

    def cosigned_from(self, size: int) -> str | None:
        """The newest cosigned checkpoint that covers a log of at least this size, if there is one."""
        try:
            names = sorted(one.name for one in self._cosigned.iterdir() if one.name[:1].isdigit())
        except OSError:
            return None
        if not names or int(names[-1].partition(".")[0]) < size:
            return None
        return (self._cosigned / names[-1]).read_text(encoding="utf-8")

    def _shard(self, size: int) -> Path:
        return self._published / f"{size // SHARD:016d}"


def put_for_good(path: Path, content: str) -> None:
    """A file whole, on the disk, and never in the place of another. Raises OSError, Damaged."""
    part = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        write_new(part, content.encode())
        part.chmod(0o444)
        path.hardlink_to(part)  # unlike a rename, never in the place of another
    except FileExistsError:
        if path.read_text(encoding="utf-8") != content:
            raise Damaged(f"{path} holds another checkpoint than the one of this log.") from None
    finally:
        part.unlink(missing_ok=True)
    _sync(path.parent)


def replace(path: Path, content: str) -> None:
    """A file of our own, whole and on the disk, in the place of the one before. Raises OSError."""
    part = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    write_new(part, content.encode())
    part.replace(path)
    _sync(path.parent)


def _sync(directory: Path) -> None:
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _numbers(directory: Path) -> Iterator[int]:
    with os.scandir(directory) as entries:
        yield from (int(one.name) for one in entries if one.name.isdigit())


def _gone(root: Path) -> Unavailable:
    return Unavailable(f"The place for checkpoints, {root}, is gone.", code="checkpoints_gone")


def _named(error: OSError, root: Path) -> Unavailable:
    if error.errno in _FULL:
        return NoSpace(f"The place for checkpoints, {root}, is full.", code="checkpoints_full")
    return Unavailable(
        f"The place for checkpoints, {root}, cannot be used ({error.strerror}).",
        code="checkpoints_unusable",
    )
