"""Reading an object of an S3 store like a file: one answer streamed on, asked for anew after a jump.

What is read is pinned by the ETag of the first answer: an object that was replaced meanwhile is
Damaged, never a mixture of the two. A connection that breaks off is taken up where it ended.
"""

import io
import time
from collections.abc import Iterator
from contextlib import contextmanager

from urllib3 import BaseHTTPResponse
from urllib3.exceptions import HTTPError

from edrms.errors import Damaged, Unavailable
from edrms.ids import ObjectKey
from edrms.storage.s3_errors import Precondition, Unsteady, senseless
from edrms.storage.s3_requests import Requests

AHEAD_BYTES = 128 << 10
_STEP_BYTES = 1 << 20
_SKIPPED_BYTES = 256 << 10  # reading on is cheaper than a new request up to here
_MOST_RESUMED = 3
_SLOWEST_BYTES_S = 1024


def open_object(requests: Requests, key: ObjectKey, patience_s: float) -> io.BufferedReader:
    """The object, readable and seekable. patience_s: how long it may be slower than 1 KiB/s."""
    return io.BufferedReader(_Reader(requests, key, patience_s), AHEAD_BYTES)


class _Reader(io.RawIOBase):
    """See open_object. Every read may raise Damaged, NotFound or Unavailable."""

    def __init__(self, requests: Requests, key: ObjectKey, patience_s: float) -> None:
        self._requests = requests
        self._key = key
        self._pace = _Pace(patience_s)
        self._resumed = 0
        self._position = 0
        self._answer_at = 0
        self._answer: BaseHTTPResponse | None = None
        self._answer = requests.get(key)
        self._etag = _mark(self._answer)
        self._size_bytes = _length(self._answer)

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._position

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        origin = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self._size_bytes}
        if origin[whence] + offset < 0:
            raise ValueError("a position before the beginning")
        self._position = origin[whence] + offset
        return self._position

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]  # the shape io gives
        content = self._some(min(len(buffer), _STEP_BYTES))
        buffer[: len(content)] = content
        return len(content)

    def readall(self) -> bytes:
        return b"".join(iter(lambda: self._some(_STEP_BYTES), b""))

    def close(self) -> None:
        self._let_go()
        super().close()

    def _some(self, most: int) -> bytes:
        """At least one byte, unless the end is reached."""
        most = min(most, self._size_bytes - self._position)
        while most > 0:
            try:
                content = self._from_answer(most)
            except Unsteady:
                self._let_go()
                self._resumed += 1
                if self._resumed > _MOST_RESUMED:
                    raise
                continue
            self._position += len(content)
            if self._position == self._size_bytes:
                self._let_go()
            return content
        return b""

    def _from_answer(self, most: int) -> bytes:
        answer = self._answer_here()
        since_s = time.monotonic()
        with _breaks_named():
            content: bytes = answer.read1(most, decode_content=False)
        if not content:
            raise _broken_off()
        self._answer_at += len(content)
        self._pace.count(since_s, len(content))
        return content

    def _answer_here(self) -> BaseHTTPResponse:
        """The answer under way, brought to where we are; a new one if that is behind or far ahead."""
        ahead = self._position - self._answer_at
        if self._answer is None or not 0 <= ahead <= _SKIPPED_BYTES:
            self._let_go()
            self._answer = self._ask_from(self._position)
            self._answer_at = self._position
        elif ahead:
            with _breaks_named():
                self._answer_at += len(self._answer.read(ahead, decode_content=False))
            if self._answer_at != self._position:
                raise _broken_off()
        return self._answer

    def _ask_from(self, start: int) -> BaseHTTPResponse:
        try:
            answer = self._requests.get(self._key, start, self._etag)
        except Precondition as error:
            raise self._replaced() from error
        end = self._size_bytes - 1
        wanted = f"bytes {start}-{end}/{self._size_bytes}" if start else None
        if answer.headers.get("etag") != self._etag:
            answer.close()
            raise self._replaced()
        if answer.headers.get("content-range") != wanted or _length(answer) != end - start + 1:
            answer.close()
            raise senseless("another range than was asked for")
        return answer

    def _replaced(self) -> Damaged:
        return Damaged("A stored file was replaced while it was read.", key=self._key)

    def _let_go(self) -> None:
        """A connection whose answer was read to its end is kept for the next request."""
        if self._answer is not None:
            if self._answer_at == self._size_bytes:
                self._answer.release_conn()
            else:
                self._answer.close()
            self._answer = None


class _Pace:
    """How fast bytes come while we wait for them; the time their reader takes is not counted.

    Judged anew each time patience ends, so that a fast beginning does not excuse a trickle.
    """

    def __init__(self, patience_s: float) -> None:
        self._patience_s = patience_s
        self._waited_s = 0.0
        self._bytes = 0

    def count(self, since_s: float, size_bytes: int) -> None:
        """Note bytes that came. Raises Unavailable once the store has been too slow for too long."""
        self._waited_s += time.monotonic() - since_s
        self._bytes += size_bytes
        if self._waited_s <= self._patience_s:
            return
        if self._bytes < self._waited_s * _SLOWEST_BYTES_S:
            raise Unavailable(
                "The document store is too slow to read from. Try again in a few minutes.",
                cause=f"{self._bytes} bytes in {self._waited_s:.0f} s",
            )
        self._waited_s, self._bytes = 0.0, 0


def _mark(answer: BaseHTTPResponse) -> str:
    """What tells the object from any other. A page of something else than S3 has none."""
    etag: str = answer.headers.get("etag", "")
    if not etag:
        answer.close()
        raise senseless("no ETag")
    return etag


def _length(answer: BaseHTTPResponse) -> int:
    size = answer.headers.get("content-length", "")
    if not (size.isascii() and size.isdecimal()):
        answer.close()
        raise senseless("no Content-Length")
    return int(size)


@contextmanager
def _breaks_named() -> Iterator[None]:
    try:
        yield
    except (HTTPError, OSError) as error:
        raise _broken_off() from error


def _broken_off() -> Unsteady:
    return Unsteady("The document store broke off in the middle of a file.", cause="short answer")
