"""The object store that encrypts: any other store under it sees sealed bytes only.

Each object has a data key and a salt of its own. An object counts as stored once its bytes and then its
key are durable; what a crash leaves between the two is bytes that nobody can read. sha256 and size are
those of the plain bytes everywhere. Format: sealed_format.py; keys: key_store.py.
"""

import secrets
from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, cast

from edrms.errors import EdrmsError, Refused, Unsupported
from edrms.ids import ObjectKey
from edrms.storage.copying import copy_checked, too_large
from edrms.storage.holders import RECORD, Holder, loose_holder
from edrms.storage.key_store import KeyStore
from edrms.storage.ports import Capabilities, HoldingStore, ObjectStore, StoredObject, check_shape
from edrms.storage.sealed_format import SALT_BYTES, Sealing, plain_size, sealed_size
from edrms.storage.sealed_reader import open_sealed
from edrms.storage.wrapping import new_key

_PIECE_BYTES = 1 << 20


class EncryptedStore:
    """A HoldingStore over any store. `of` gives the same store, keeping what is put for one holder."""

    def __init__(self, inner: ObjectStore, keys: KeyStore, holder: Holder | None = None) -> None:
        self.inner = inner
        self.keys_kept = keys
        self._holder = holder

    def of(self, holder: Holder) -> "EncryptedStore":
        """What is put through this can be opened as long as this holder has its key."""
        return EncryptedStore(self.inner, self.keys_kept, holder)

    def prepare(self, *, create: bool = False) -> Capabilities:
        self.keys_kept.check()
        return self.inner.prepare(create=create)

    def put(self, chunks: Iterable[bytes], *, max_bytes: int) -> StoredObject:
        opened = self.keys_kept.holder(self._holder or loose_holder())
        data_key = new_key()
        sealing = Sealing(data_key, secrets.token_bytes(SALT_BYTES))
        sealed = _sealed(sealing, chunks, max_bytes)
        key = self.inner.put(sealed, max_bytes=sealed_size(max_bytes)).key
        try:
            self.keys_kept.keep(opened, {key: data_key})
        except BaseException:
            with suppress(EdrmsError):
                self.inner.delete(key)
            raise
        return StoredObject(key, sealing.sha256, sealing.size_bytes)

    def open(self, key: ObjectKey) -> BinaryIO:
        sealed = self.inner.open(check_shape(key))
        try:
            data_key = self.keys_kept.data_key(key)
        except BaseException:
            sealed.close()
            raise
        return cast("BinaryIO", open_sealed(sealed, data_key))

    def size(self, key: ObjectKey) -> int:
        return plain_size(self.inner.size(key))

    def fetch(self, key: ObjectKey, sha256: str, to: Path) -> None:
        copy_checked(lambda: self.open(key), key, sha256, to)

    def delete(self, *keys: ObjectKey) -> None:
        """Never of what a filed record still opens: its key is destroyed first, which asks about holds."""
        for key, holders in self.keys_kept.holders_of(keys).items():
            if any(one.startswith(RECORD) for one in holders):
                raise Refused("This object belongs to a filed record.", code="filed", key=key)
        self.inner.delete(*keys)
        self.keys_kept.forget(*keys)

    def keys(self) -> Iterator[tuple[ObjectKey, datetime]]:
        return self.inner.keys()

    def has_holds(self) -> bool:
        return self.inner.has_holds()

    def hold(self, key: ObjectKey) -> None:
        self._holding().hold(key)

    def release(self, key: ObjectKey) -> None:
        self._holding().release(key)

    def is_held(self, key: ObjectKey) -> bool:
        return self._holding().is_held(key)

    def _holding(self) -> HoldingStore:
        if not hasattr(self.inner, "hold"):
            raise Unsupported("A directory has no holds: use a bucket with object lock.")
        return cast("HoldingStore", self.inner)


def _sealed(sealing: Sealing, chunks: Iterable[bytes], max_bytes: int) -> Iterator[bytes]:
    """The sealed bytes in larger pieces, as the store under it likes them."""
    ready = bytearray(sealing.header)
    for chunk in chunks:
        if sealing.size_bytes + len(chunk) > max_bytes:
            raise too_large(max_bytes)
        for start in range(0, len(chunk), _PIECE_BYTES):
            for sealed in sealing.add(chunk[start : start + _PIECE_BYTES]):
                ready += sealed
            if len(ready) >= _PIECE_BYTES:
                yield bytes(ready)
                ready.clear()
    yield bytes(ready + sealing.end())
