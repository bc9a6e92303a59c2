"""Sending a stream of unknown length to an S3 store with one part of it in memory.

What fits one part is one request. More is a multipart upload, given up if anything at all goes
wrong on the way. What the server says it has is compared with what was sent.
"""

import hashlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress

from edrms.errors import Damaged, Unavailable
from edrms.ids import ObjectKey
from edrms.storage.copying import too_large
from edrms.storage.ports import StoredObject
from edrms.storage.s3_client import Body
from edrms.storage.s3_requests import Head, Requests, encoded

PART_BYTES = 8 << 20
MOST_BYTES = 10_000 * PART_BYTES  # S3 takes 10,000 parts


def upload(
    requests: Requests, key: ObjectKey, chunks: Iterable[bytes], max_bytes: int
) -> StoredObject:
    """Send the stream as a new object. Raises TooLarge, Damaged and the errors of s3_errors.py."""
    most = min(max_bytes, MOST_BYTES)
    digest, size_bytes, waiting = hashlib.sha256(), 0, bytearray()
    with _parts_of(requests, key) as parts:
        for chunk in chunks:
            size_bytes += len(chunk)
            if size_bytes > most:
                raise too_large(most)
            digest.update(chunk)
            waiting += chunk
            while len(waiting) > PART_BYTES:
                with memoryview(waiting) as whole, whole[:PART_BYTES] as part:
                    parts.add(part)
                del waiting[:PART_BYTES]
        with memoryview(waiting) as rest:
            if parts.is_begun:
                parts.add(rest)
                parts.finish(size_bytes)
            else:
                put_whole(requests, key, Body(rest, digest.digest()))
    return StoredObject(key, digest.hexdigest(), size_bytes)


def put_whole(requests: Requests, key: ObjectKey, body: Body) -> None:
    """Send a whole object in one request. Raises Damaged unless the server says it has just that.

    Its answer to a put names the checksum it found; where it does not, we ask for it.
    """
    expected = encoded(body.sha256)
    found = requests.put(key, body)
    if found is None:
        _compare(key, requests.head(key), Head(len(body.content), expected))
    elif found != expected:
        raise _differs(key)


def put_in_parts(requests: Requests, key: ObjectKey, contents: Iterable[memoryview]) -> None:
    """Send an object in these parts, each but the last of 5 MiB at least; as put_whole."""
    with _parts_of(requests, key) as parts:
        size_bytes = 0
        for content in contents:
            parts.add(content)
            size_bytes += len(content)
        parts.finish(size_bytes)


class _Parts:
    """A multipart upload, begun with its first part."""

    def __init__(self, requests: Requests, key: ObjectKey) -> None:
        self._requests = requests
        self._key = key
        self._upload = ""
        self._sent: list[tuple[str, str]] = []
        self._of_all = hashlib.sha256()  # S3: of the parts' digests, one behind the other

    @property
    def is_begun(self) -> bool:
        """Whether anything was sent."""
        return bool(self._upload)

    def add(self, content: memoryview) -> None:
        """Send one part; the server compares its checksum."""
        self._upload = self._upload or self._requests.begin(self._key)
        body = Body(content, hashlib.sha256(content).digest())
        etag = self._requests.put_part(self._key, self._upload, len(self._sent) + 1, body)
        self._sent.append((etag, encoded(body.sha256)))
        self._of_all.update(body.sha256)

    def finish(self, size_bytes: int) -> None:
        """Make one object of the parts, and compare its size and checksum."""
        self._requests.finish(self._key, self._upload, self._sent)
        expected = Head(size_bytes, f"{encoded(self._of_all.digest())}-{len(self._sent)}")
        _compare(self._key, self._requests.head(self._key), expected)

    def give_up(self) -> None:
        """Have the server forget the parts; what it does not forget is cleared after a day."""
        if self._upload:
            with suppress(Unavailable):
                self._requests.abort(self._key, self._upload)


@contextmanager
def _parts_of(requests: Requests, key: ObjectKey) -> Iterator[_Parts]:
    parts = _Parts(requests, key)
    try:
        yield parts
    except BaseException:
        parts.give_up()
        raise


def _compare(key: ObjectKey, found: Head, expected: Head) -> None:
    if found != expected:
        raise _differs(key)


def _differs(key: ObjectKey) -> Damaged:
    return Damaged("The document store holds something else than was sent.", key=key)
