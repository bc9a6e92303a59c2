"""The object store on any S3 server: what the port promises, said in the requests of s3_requests.py.

Needs of the server: s3_requests.py. What was decided, and which servers do: docs/adr/0007.
"""

from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import BinaryIO

from edrms.errors import Damaged, NotFound, Refused, Unavailable, Unsupported
from edrms.ids import ObjectKey, new_id
from edrms.storage.copying import copy_checked
from edrms.storage.ports import Capabilities, StoredObject, check_shape, is_key
from edrms.storage.s3_config import S3Config
from edrms.storage.s3_errors import Precondition, senseless
from edrms.storage.s3_prepare import check_bucket, check_promises
from edrms.storage.s3_reader import open_object
from edrms.storage.s3_requests import Requests
from edrms.storage.s3_upload import upload

STALE_AFTER = timedelta(days=1)


class S3ObjectStore:
    """Objects named prefix/<key> in one bucket. Threads may share it; after a fork it still works."""

    def __init__(self, config: S3Config) -> None:
        self._config = config
        self._requests = Requests(config)

    def __repr__(self) -> str:
        return f"S3ObjectStore({self._config!r})"

    def prepare(self, *, create: bool = False) -> Capabilities:
        check_bucket(self._requests, self._config, create=create)
        check_promises(self._requests)
        self.clear_incomplete(STALE_AFTER)
        return Capabilities(
            keeps_versions=self._requests.keeps_versions(),
            has_holds=self._requests.has_object_lock(),
        )

    def clear_incomplete(self, older_than: timedelta) -> int:
        """Give up uploads that nobody finished, begun longer ago than this; how many there were."""
        until, cleared = datetime.now(UTC) - older_than, 0
        for begun in list(self._requests.uploads()):
            if is_key(begun.name) and begun.at < until:
                with suppress(NotFound):
                    self._requests.abort(begun.name, begun.version)
                    cleared += 1
        return cleared

    def put(self, chunks: Iterable[bytes], *, max_bytes: int) -> StoredObject:
        key = ObjectKey(new_id())
        try:
            return upload(self._requests, key, chunks, max_bytes)
        except Precondition as error:  # whatever it is that has our key, it is not ours to delete
            raise Unavailable("The document store is muddled: try again.", key=key) from error
        except (Unavailable, Damaged, NotFound) as error:
            with suppress(Unavailable):  # it may have been stored although we were not told
                self._requests.delete_all(key)
            if isinstance(error, NotFound):
                raise senseless("absent after a put") from error
            raise

    def open(self, key: ObjectKey) -> BinaryIO:
        return open_object(self._requests, check_shape(key), self._config.answer_timeout_s)

    def size(self, key: ObjectKey) -> int:
        return self._requests.head(check_shape(key)).size_bytes

    def fetch(self, key: ObjectKey, sha256: str, to: Path) -> None:
        copy_checked(lambda: self.open(key), key, sha256, to)

    def delete(self, *keys: ObjectKey) -> None:
        for key in keys:
            self._delete(check_shape(key))

    def _delete(self, key: ObjectKey) -> None:
        if self._requests.has_object_lock() and self._is_any_version_held(key):
            raise Refused("The document store holds this object: it may not be deleted.", key=key)
        self._requests.delete_all(key)

    def _is_any_version_held(self, key: ObjectKey) -> bool:
        kept = (one for one in self._requests.versions(key) if not one.is_mark)
        return any(self._is_version_held(key, one.version) for one in kept)

    def _is_version_held(self, key: ObjectKey, version: str) -> bool:
        try:
            return self._requests.is_held(key, version)
        except NotFound:
            return False  # another process deleted it since it was listed

    def keys(self) -> Iterator[tuple[ObjectKey, datetime]]:
        for entry in self._requests.objects():
            if is_key(entry.name):
                yield ObjectKey(entry.name), entry.at

    def has_holds(self) -> bool:
        return self._requests.has_object_lock()

    def hold(self, key: ObjectKey) -> None:
        self._set_hold(key, on=True)

    def release(self, key: ObjectKey) -> None:
        self._set_hold(key, on=False)

    def is_held(self, key: ObjectKey) -> bool:
        self._needs_holds()
        return self._requests.is_held(check_shape(key))

    def _set_hold(self, key: ObjectKey, *, on: bool) -> None:
        self._needs_holds()
        self._requests.set_hold(check_shape(key), on=on)

    def _needs_holds(self) -> None:
        if not self._requests.has_object_lock():
            raise Unsupported(
                "The bucket of the document store knows no holds. It has to be made with object "
                "lock; that cannot be added later."
            )
