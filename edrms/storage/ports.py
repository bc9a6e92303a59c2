"""The object store port: immutable bytes under keys that say nothing of what they hold."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, Protocol

from edrms.ids import ObjectKey


@dataclass(frozen=True, slots=True)
class StoredObject:
    """What was stored: its key, the SHA-256 of its bytes (hex) and their count."""

    key: ObjectKey
    sha256: str
    size_bytes: int


class ObjectStore(Protocol):
    """Contract, the same for every engine and proved by tests/contract/store_contract.py.

    An object is whole and durable when `put` returns, or it is not there at all. It never changes.
    A key is made by the store; a key of any other shape is answered as absent. Errors: TooLarge and
    NoSpace from put, NotFound for an absent key, Damaged when bytes do not hash as recorded,
    Unavailable when the engine cannot answer.
    """

    def put(self, chunks: Iterable[bytes], *, max_bytes: int) -> StoredObject:
        """Store a stream: hashed as it passes, synced, read back and compared before returning."""
        ...

    def open(self, key: ObjectKey) -> BinaryIO:
        """A readable, seekable stream of the object."""
        ...

    def size(self, key: ObjectKey) -> int:
        """Size in bytes."""
        ...

    def fetch(self, key: ObjectKey, sha256: str, to: Path) -> None:
        """Copy the object into a new file, checking its hash. Raises Damaged if it differs."""
        ...

    def delete(self, key: ObjectKey) -> None:
        """Remove the object; nothing happens if it is absent already."""
        ...

    def keys(self) -> Iterator[tuple[ObjectKey, datetime]]:
        """Every object's key and when it was stored (UTC), in no particular order."""
        ...
