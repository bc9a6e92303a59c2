"""Bytes of an upload as they arrive, from a raw body or from a form, without holding them in memory."""

from collections.abc import Iterator
from typing import IO
from urllib.parse import unquote

from flask import request
from werkzeug.exceptions import ClientDisconnected

from scanning.intake.receive import UploadCutOff

CHUNK_BYTES = 1 << 18


def body_chunks() -> Iterator[bytes]:
    """The raw request body; raises UploadCutOff when the connection ends too soon."""
    received = 0
    try:
        while chunk := request.stream.read(CHUNK_BYTES):
            received += len(chunk)
            yield chunk
    except (ClientDisconnected, OSError) as error:
        raise _cut_off(received) from error
    declared = request.content_length
    if declared is not None and received < declared:
        raise _cut_off(received)


def _cut_off(received: int) -> UploadCutOff:
    return UploadCutOff(
        f"The connection ended after {received:,} bytes. Nothing of the file was kept: send it again."
    )


def file_chunks(file: IO[bytes]) -> Iterator[bytes]:
    """A file of a form."""
    while chunk := file.read(CHUNK_BYTES):
        yield chunk


def given_name() -> str:
    """The name of a raw upload: header X-File-Name (percent-encoded UTF-8) or query argument name."""
    return unquote(request.headers.get("X-File-Name", "")) or request.args.get("name", "")
