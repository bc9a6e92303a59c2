"""Reading an encrypted object like a file: only the chunks asked for are read, each checked before use."""

import io
from typing import BinaryIO

from edrms.errors import Damaged
from edrms.storage.sealed_format import (
    CHUNK_BYTES,
    HEADER_BYTES,
    SEALED_CHUNK_BYTES,
    cipher_of,
    plain_size,
)

AHEAD_BYTES = 64 << 10
_MOST_CHUNKS_AT_ONCE = 64


def open_sealed(sealed: BinaryIO, data_key: bytes) -> io.BufferedReader:
    """The plain object, readable and seekable; closing it closes what it was made from.

    Raises Damaged at once for another key, another object or a lost end, and from reading for an
    altered, moved or missing chunk.
    """
    try:
        return io.BufferedReader(_Reader(sealed, data_key), AHEAD_BYTES)
    except BaseException:
        sealed.close()
        raise


class _Reader(io.RawIOBase):
    """See open_sealed. What lies between the last chunk read and the next is never touched."""

    def __init__(self, sealed: BinaryIO, data_key: bytes) -> None:
        self._sealed = sealed
        self._size_bytes = plain_size(sealed.seek(0, io.SEEK_END))
        sealed.seek(0)
        self._cipher = cipher_of(data_key, _exactly(sealed, HEADER_BYTES))
        self._position = 0
        self._end_is_checked = False

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._position

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        if whence == io.SEEK_END:
            self._check_end()
        origin = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self._size_bytes}
        if origin[whence] + offset < 0:
            raise ValueError("a position before the beginning")
        self._position = origin[whence] + offset
        return self._position

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]  # the shape io gives
        content = self._some(len(buffer))
        buffer[: len(content)] = content
        return len(content)

    def readall(self) -> bytes:
        return b"".join(iter(lambda: self._some(_MOST_CHUNKS_AT_ONCE * CHUNK_BYTES), b""))

    def close(self) -> None:
        self._sealed.close()
        super().close()

    def _some(self, most: int) -> bytes:
        """At least one byte, unless the end is reached; the end counts once its chunk was checked."""
        if most <= 0:
            return b""
        if self._position >= self._size_bytes:
            self._check_end()
            return b""
        number, skipped = divmod(self._position, CHUNK_BYTES)
        chunks = min(-(-(skipped + most) // CHUNK_BYTES), _MOST_CHUNKS_AT_ONCE)
        content = self._chunks(number, chunks)[skipped : skipped + most]
        self._position += len(content)
        return content

    def _chunks(self, first: int, count: int) -> bytes:
        """Chunks from this one on, as many as there are."""
        last = self._size_bytes // CHUNK_BYTES
        numbers = range(first, min(first + count, last + 1))
        ends = _ends_at(numbers[-1], self._size_bytes)
        start = HEADER_BYTES + first * SEALED_CHUNK_BYTES
        self._sealed.seek(start)
        sealed = memoryview(_exactly(self._sealed, ends - start))
        plain = [
            self._cipher.unseal(number, sealed[at : at + SEALED_CHUNK_BYTES])
            for number, at in zip(numbers, range(0, len(sealed), SEALED_CHUNK_BYTES), strict=True)
        ]
        self._end_is_checked = self._end_is_checked or numbers[-1] == last
        return b"".join(plain)

    def _check_end(self) -> None:
        """Whether the object ends where its last chunk says, and not earlier."""
        if not self._end_is_checked:
            self._chunks(self._size_bytes // CHUNK_BYTES, 1)


def _ends_at(number: int, size_bytes: int) -> int:
    """Where the sealed chunk of this number ends in an object of this many plain bytes."""
    length = min(CHUNK_BYTES, size_bytes - number * CHUNK_BYTES)
    return HEADER_BYTES + number * SEALED_CHUNK_BYTES + length + SEALED_CHUNK_BYTES - CHUNK_BYTES


def _exactly(stream: BinaryIO, length: int) -> bytes:
    content = stream.read(length)
    if len(content) != length:
        raise Damaged("A stored file ended early.")
    return content
