"""Answers for one name with the addresses of all who have it, as the name server of a container network
does. Nothing else of DNS is here: type A questions over UDP on the loopback interface.
"""

import socket
import struct
import threading
from types import TracebackType
from typing import Self

_HEADER = struct.Struct("!6H")
_ANSWER = struct.Struct("!HHHIH4s")
_POINT_TO_QUESTION, _TYPE_A, _CLASS_IN, _KEEP_S = 0xC00C, 1, 1, 1
_IS_ANSWER, _NO_SUCH_NAME = 0x8580, 3


class NameServer:
    """Serves from a thread until left."""

    def __init__(self, name: str, addresses: list[str]) -> None:
        self._name = name
        self._addresses = addresses
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self._thread = threading.Thread(target=self._serve, daemon=True)

    @property
    def address(self) -> str:
        """Host and port."""
        return f"127.0.0.1:{self._socket.getsockname()[1]}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._socket.sendto(b"", self._socket.getsockname())  # an empty datagram ends it
        self._thread.join()
        self._socket.close()

    def _serve(self) -> None:
        while True:
            question, sender = self._socket.recvfrom(512)
            if not question:
                return
            self._socket.sendto(self.answer(question), sender)

    def answer(self, question: bytes) -> bytes:
        """The datagram to send back."""
        number = _HEADER.unpack_from(question)[0]
        labels, end = _labels(question, _HEADER.size)
        asked_type = struct.unpack_from("!H", question, end)[0]
        is_known = ".".join(labels) == self._name
        found = self._addresses if is_known and asked_type == _TYPE_A else []
        flags = _IS_ANSWER if is_known else _IS_ANSWER | _NO_SUCH_NAME
        records = b"".join(
            _ANSWER.pack(
                _POINT_TO_QUESTION, _TYPE_A, _CLASS_IN, _KEEP_S, 4, socket.inet_aton(address)
            )
            for address in found
        )
        header = _HEADER.pack(number, flags, 1, len(found), 0, 0)
        return header + question[_HEADER.size : end + 4] + records


def _labels(message: bytes, at: int) -> tuple[list[str], int]:
    """The labels of the name that begins here, and where it ends."""
    labels = []
    while length := message[at]:
        labels.append(message[at + 1 : at + 1 + length].decode("ascii").lower())
        at += 1 + length
    return labels, at + 1
