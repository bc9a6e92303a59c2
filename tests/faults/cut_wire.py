"""A wire that breaks at a chosen word: a TCP relay before a real server, for outcomes nobody can know."""

import socket
import threading
from contextlib import suppress
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit, urlunsplit

_PIECE_BYTES = 1 << 16
_WAIT_S = 20


class CutWire:
    """Relays connections to the server of a URL; cuts the first whose client sends `cut_at`.

    after_passing_on: the words still reach the server, only its answer does not come back.
    """

    def __init__(self, url: str, *, cut_at: bytes, after_passing_on: bool) -> None:
        target = urlsplit(url)
        self._target = (target.hostname or "", target.port or 0)
        self._cut_at = cut_at
        self._after_passing_on = after_passing_on
        self._settled = threading.Event()
        self._listener = socket.create_server(("127.0.0.1", 0))
        port = self._listener.getsockname()[1]
        place = target.netloc.replace(f":{target.port}", f":{port}")
        self.url = urlunsplit(target._replace(netloc=place))

    def __enter__(self) -> Self:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._listener.close()

    def wait_until_settled(self) -> None:
        """Return once the server has dealt with the connection that was cut."""
        if not self._settled.wait(_WAIT_S):
            raise TimeoutError("the server never let go of the connection that was cut")

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                server = socket.create_connection(self._target)
                threading.Thread(target=self._back, args=(server, client), daemon=True).start()
                threading.Thread(target=self._forth, args=(client, server), daemon=True).start()

    def _forth(self, client: socket.socket, server: socket.socket) -> None:
        with suppress(OSError):
            while piece := client.recv(_PIECE_BYTES):
                if self._cut_at in piece:
                    client.shutdown(socket.SHUT_RDWR)
                    if self._after_passing_on:
                        server.sendall(piece)
                    server.shutdown(socket.SHUT_WR)
                    return
                server.sendall(piece)

    def _back(self, server: socket.socket, client: socket.socket) -> None:
        with suppress(OSError):
            while piece := server.recv(_PIECE_BYTES):
                with suppress(OSError):
                    client.sendall(piece)
        server.close()
        client.close()
        self._settled.set()
