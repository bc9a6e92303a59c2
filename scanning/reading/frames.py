"""Messages between the worker and its sandbox server: a length, then JSON; nothing executable."""

import json
import socket
import struct
from typing import Any

MAX_FRAME_BYTES = 32 << 20


class FrameError(Exception):
    """The other side ended, or said something that is not a bounded JSON object."""


def send(link: socket.socket, message: dict[str, Any]) -> None:
    """Send one message. Raises OSError when the other side is gone."""
    body = json.dumps(message).encode()
    link.sendall(struct.pack("!I", len(body)) + body)


def receive(link: socket.socket) -> dict[str, Any]:
    """Next message. Raises FrameError at the end of the stream or for anything malformed."""
    (size_bytes,) = struct.unpack("!I", _exactly(link, 4))
    if size_bytes > MAX_FRAME_BYTES * 2:
        raise FrameError("message too large")
    return parse(_exactly(link, size_bytes))


def parse(body: bytes) -> dict[str, Any]:
    """A JSON object from bytes that may be hostile. Raises FrameError for anything else."""
    try:
        message = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise FrameError("not JSON") from error
    if not isinstance(message, dict):
        raise FrameError("not an object")
    return message


def _exactly(link: socket.socket, size_bytes: int) -> bytes:
    parts = []
    while size_bytes > 0:
        part = link.recv(min(size_bytes, 1 << 20))
        if not part:
            raise FrameError("the other side ended")
        parts.append(part)
        size_bytes -= len(part)
    return b"".join(parts)
