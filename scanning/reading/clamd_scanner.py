"""The virus scanner port over clamd: a file is streamed to it, and its verdict is read back.

Its protocol (clamd(8), INSTREAM): pieces, each after its length in four bytes, then a length of zero;
the answer is one line, ended by NUL.
"""

import socket
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit

from edrms.errors import CannotStart, Unavailable
from scanning.reading.model import CannotRead, HeldReason

DEFAULT_PORT = 3310
ANSWER_WITHIN_S = 120.0
_PIECE_BYTES = 1 << 16
_MOST_SAID_BYTES = 4096
_LENGTH_BYTES = 4


class ClamdScanner:
    """A clamd server at clamd://host:port. A connection of its own for each file."""

    def __init__(self, url: str, answer_within_s: float = ANSWER_WITHIN_S) -> None:
        self._address = _address(url)
        self._answer_within_s = answer_within_s

    def check(self, path: Path) -> None:
        """See Scanner.check."""
        verdict = self._verdict(path)
        if verdict.endswith(" FOUND"):
            name = verdict.removeprefix("stream: ").removesuffix(" FOUND")
            reason = HeldReason.NOT_SCANNED if _is_a_limit(name) else HeldReason.INFECTED
            raise CannotRead(reason, name)
        if verdict == "INSTREAM size limit exceeded. ERROR":
            raise CannotRead(HeldReason.NOT_SCANNED, "larger than clamd's StreamMaxLength")
        if verdict != "stream: OK":
            raise _unavailable("an answer that is no verdict")

    def _verdict(self, path: Path) -> str:
        try:
            with socket.create_connection(self._address, self._answer_within_s) as clamd:
                with suppress(ConnectionError):  # it stops listening to a file that is too large
                    _send(clamd, path)
                return _answer(clamd)
        except OSError as error:
            raise _unavailable(type(error).__name__) from error


def _send(clamd: socket.socket, path: Path) -> None:
    clamd.sendall(b"zINSTREAM\0")
    with path.open("rb") as file:
        while piece := file.read(_PIECE_BYTES):
            clamd.sendall(len(piece).to_bytes(_LENGTH_BYTES, "big") + piece)
    clamd.sendall(bytes(_LENGTH_BYTES))


def _answer(clamd: socket.socket) -> str:
    """What it says up to the NUL; whatever came before it broke off is no verdict."""
    said = b""
    while not said.endswith(b"\0") and len(said) < _MOST_SAID_BYTES:
        piece = clamd.recv(_MOST_SAID_BYTES)
        if not piece:
            raise ConnectionError("clamd broke off")
        said += piece
    return said.rstrip(b"\0").decode("utf-8", "replace").strip()


def _is_a_limit(name: str) -> bool:
    """Whether clamd says that it could not look at all of the file (AlertExceedsMax)."""
    return name.startswith("Heuristics.Limits.Exceeded")


def _unavailable(cause: str) -> Unavailable:
    return Unavailable(
        "The virus scanner does not answer. The file is safe and waits: it is looked at as soon as "
        "the scanner is back.",
        cause=cause,
    )


def _address(url: str) -> tuple[str, int]:
    expected = CannotStart("EDRMS_ANTIVIRUS_URL: expected clamd://host:port.")
    try:
        parts = urlsplit(url)
        port = parts.port or DEFAULT_PORT
    except ValueError:
        raise expected from None
    if parts.scheme != "clamd" or not parts.hostname or parts.path.strip("/"):
        raise expected
    return parts.hostname, port
