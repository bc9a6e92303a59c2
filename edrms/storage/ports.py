"""The object store port: immutable bytes under keys that say nothing of what they hold."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, Protocol

from edrms.errors import NotFound
from edrms.ids import ObjectKey
from edrms.storage.holders import Holder

_KEY = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True, slots=True)
class StoredObject:
    """What was stored: its key, the SHA-256 of its bytes (hex) and their count."""

    key: ObjectKey
    sha256: str
    size_bytes: int


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What an engine can do beyond the contract.

    keeps_versions: the engine keeps what is overwritten or deleted by others; our delete removes
    every version. has_holds: it is a HoldingStore whose holds work.
    """

    keeps_versions: bool
    has_holds: bool


class ObjectStore(Protocol):
    """Contract, the same for every engine and proved by tests/contract/store_contract.py.

    An object is whole and durable when `put` returns, or it is not there at all. It never changes:
    one that was replaced behind the store's back is Damaged, whether noticed by its hash or in the
    middle of reading. A key is made by the store; a key of any other shape is answered as absent.
    Memory does not grow with the size of an object, in or out.

    Errors: TooLarge and NoSpace from put, NotFound for an absent key, Damaged when bytes are not
    those recorded, Refused for deleting what is held, Unavailable when the engine cannot answer or
    answers nonsense. After Unavailable from put the outcome may be unknown to anyone; the store
    then removes the object if it can, and one that stays is found by `edrms verify` as unreferenced.
    """

    def prepare(self, *, create: bool = False) -> Capabilities:
        """Look, once at start, whether the engine keeps what this contract promises.

        Also clears what processes killed more than a day ago left half-stored. create: make the
        place for objects where there is none, as set-up does. Raises CannotStart naming what to
        change, Unavailable when the engine does not answer.
        """
        ...

    def put(self, chunks: Iterable[bytes], *, max_bytes: int) -> StoredObject:
        """Store a stream: hashed as it passes, durable, and compared before returning.

        Compared: either the stored bytes are read back and hashed, or the engine itself hashed what
        reached it, was told the hash to expect, and reports the object with it.
        """
        ...

    def open(self, key: ObjectKey) -> BinaryIO:
        """A readable, seekable stream of the object. Reading it raises the errors above too."""
        ...

    def size(self, key: ObjectKey) -> int:
        """Size in bytes."""
        ...

    def fetch(self, key: ObjectKey, sha256: str, to: Path) -> None:
        """Copy the object into a new file, checking its hash. Raises Damaged if it differs.

        Raises FileExistsError rather than overwrite; no half copy is left.
        """
        ...

    def delete(self, *keys: ObjectKey) -> None:
        """Remove these objects with all their versions; nothing happens for one absent already.

        When it returns all are gone, durably. Cut off or refused, some may be; begun again it goes on.
        """
        ...

    def keys(self) -> Iterator[tuple[ObjectKey, datetime]]:
        """Every whole object's key and when it was stored (UTC), in no particular order."""
        ...

    def has_holds(self) -> bool:
        """Whether this is a HoldingStore whose holds work. Raises Unavailable."""
        ...


class HoldingStore(ObjectStore, Protocol):
    """A store that can itself refuse to lose an object, whoever asks: a second lock on legal holds.

    Whether it does depends on how its place was made (Capabilities.has_holds); where it does not,
    these raise Unsupported. A directory has no holds: files are held by our own rows alone.
    """

    def hold(self, key: ObjectKey) -> None:
        """From now on the object cannot be deleted. Nothing happens if it is held already."""
        ...

    def release(self, key: ObjectKey) -> None:
        """It can be deleted again. Nothing happens if it is not held."""
        ...

    def is_held(self, key: ObjectKey) -> bool:
        """Whether the store would refuse to delete it."""
        ...


class KeepingStore(ObjectStore, Protocol):
    """A store whose objects are kept for somebody: with the holder's key they can be opened, and once
    nobody holds one any more it is unreadable for ever (edrms/storage/holders.py)."""

    def of(self, holder: Holder) -> ObjectStore:
        """The same store; what is put through it is kept for this holder."""
        ...


def check_shape(key: ObjectKey) -> ObjectKey:
    """The key, if it is of the shape that `put` makes. Raises NotFound for any other."""
    if not _KEY.fullmatch(key):
        raise NotFound("There is no such object in the store.", key=key)
    return key


def is_key(name: str) -> bool:
    """Whether a name is of the shape that `put` makes."""
    return _KEY.fullmatch(name) is not None
