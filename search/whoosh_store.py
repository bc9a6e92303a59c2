"""The directory a Whoosh index lives in: one manifest, one lock, checksums, durable commits.

Whoosh neither fsyncs nor checks what it reads, and unpickles its table of contents; so CURRENT, a
checksummed manifest replaced atomically, is the commit point, and no byte is given to Whoosh before
its hash was right. What the manifest does not name does not exist. No query and no record here.
"""

import fcntl
import hashlib
import json
import os
import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from whoosh.filedb.filestore import FileStorage

from search.ports import IndexBusy, IndexUnavailable

_CURRENT = "CURRENT"
_LOCK = "write.lock"
_CHUNK_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class Manifest:
    """What the index consists of. files: name to (size in bytes, SHA-256 in hex)."""

    folder: str
    commit: str  # a new one at each commit
    files: dict[str, tuple[int, str]]

    @property
    def size_bytes(self) -> int:
        return sum(size for size, _ in self.files.values())


class Storage(FileStorage):  # type: ignore[misc]  # whoosh is untyped here
    """Whoosh's file storage, shown only the manifest's files and those it makes itself.

    Deletions wait for Store.commit, so that a crash before it leaves the old state whole.
    """

    def __init__(self, folder: Path, names: frozenset[str]) -> None:
        super().__init__(str(folder))
        self.names = set(names)

    def list(self) -> list[str]:
        return sorted(self.names)

    def create_file(self, name: str, **options: Any) -> Any:
        made = super().create_file(name, **options)
        self.names.add(name)
        return made

    def rename_file(self, oldname: str, newname: str, safe: bool = False) -> None:
        super().rename_file(oldname, newname, safe=safe)
        self.names.discard(oldname)
        self.names.add(newname)

    def delete_file(self, name: str) -> None:
        self.names.discard(name)


class Store:
    """One index directory, mode 0700. Many processes may read it, one at a time may write."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._verified: dict[Path, tuple[int, int, int, int, str]] = {}

    def is_new(self) -> bool:
        """True if nothing was ever built here."""
        return not self.root.exists() or not any(
            entry.name != _LOCK for entry in self.root.iterdir()
        )

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Hold the write lock of this directory; IndexBusy if any process or thread has it."""
        self.root.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.root.chmod(0o700)
        handle = os.open(self.root / _LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise IndexBusy("another process is writing the search index") from error
            yield
        finally:
            os.close(handle)

    def manifest(self) -> Manifest:
        """The manifest as of now. Raises IndexUnavailable if it is missing or not whole."""
        try:
            digest, _, body = (self.root / _CURRENT).read_bytes().partition(b"\n")
        except OSError as error:
            raise IndexUnavailable(f"no manifest: {error.strerror}") from error
        if hashlib.sha256(body).hexdigest().encode() != digest:
            raise IndexUnavailable("the manifest is damaged")
        fields = json.loads(body)
        files = {name: (int(size), str(sha)) for name, (size, sha) in fields["files"].items()}
        return Manifest(fields["folder"], fields["commit"], files)

    def verify(self, manifest: Manifest, *, again: bool = False) -> None:
        """Check every file's bytes; ones unchanged since last checked only by their stat.

        again: read all bytes whatever was checked before. Raises IndexUnavailable.
        """
        for name, (size_bytes, sha256) in manifest.files.items():
            path = self.root / manifest.folder / name
            try:
                seen = path.stat()
                mark = (seen.st_ino, seen.st_size, seen.st_mtime_ns, seen.st_ctime_ns, sha256)
                if self._verified.get(path) == mark and not again:
                    continue
                is_right = seen.st_size == size_bytes and file_sha256(path) == sha256
            except OSError as error:
                raise IndexUnavailable(f"{name}: {error.strerror}") from error
            if not is_right:
                raise IndexUnavailable(f"{name} is damaged")
            self._verified[path] = mark

    def reading_storage(self, manifest: Manifest) -> Storage:
        """Storage of a committed state."""
        return Storage(self.root / manifest.folder, frozenset(manifest.files))

    def new_folder(self) -> Storage:
        """Storage in a fresh folder, not seen by anyone until committed."""
        folder = self.root / f"index-{uuid.uuid4().hex[:12]}"
        folder.mkdir(mode=0o700)
        return Storage(folder, frozenset())

    def commit(self, storage: Storage, names: frozenset[str]) -> Manifest:
        """Make these files of the storage the index, durably, then remove all others."""
        folder = Path(storage.folder)
        before = self._known_files(folder.name)
        for name in names - before.keys():
            _sync(folder / name)
        files = {name: before.get(name) or _measured(folder / name) for name in sorted(names)}
        manifest = Manifest(folder.name, uuid.uuid4().hex, files)
        _sync(folder)
        self._replace_current(manifest)
        self._verified = {
            path: mark for path, mark in list(self._verified.items()) if path.exists()
        }
        self.remove_leftovers(manifest)
        return manifest

    def _known_files(self, folder: str) -> dict[str, tuple[int, str]]:
        try:
            manifest = self.manifest()
        except IndexUnavailable:
            return {}  # a rebuild replaces it, whatever it was
        return manifest.files if manifest.folder == folder else {}

    def _replace_current(self, manifest: Manifest) -> None:
        content = {"folder": manifest.folder, "commit": manifest.commit, "files": manifest.files}
        body = json.dumps(content).encode()
        temporary = self.root / f"{_CURRENT}.new"
        temporary.write_bytes(hashlib.sha256(body).hexdigest().encode() + b"\n" + body)
        temporary.chmod(0o600)
        _sync(temporary)
        temporary.replace(self.root / _CURRENT)
        _sync(self.root)

    def remove_leftovers(self, manifest: Manifest) -> None:
        """Remove what the manifest does not name: replaced files, remains of a killed writer.

        Only under the write lock. Readers that had a file open keep it until they look again.
        """
        for entry in self.root.iterdir():
            if entry.name not in (_CURRENT, _LOCK, manifest.folder):
                _remove(entry)
        for entry in (self.root / manifest.folder).iterdir():
            if entry.name not in manifest.files:
                _remove(entry)


def file_sha256(path: Path) -> str:
    """SHA-256 of a file in hex, read in pieces."""
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while chunk := stream.read(_CHUNK_BYTES):
            digest.update(chunk)
    return digest.hexdigest()


def _measured(path: Path) -> tuple[int, str]:
    return path.stat().st_size, file_sha256(path)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
