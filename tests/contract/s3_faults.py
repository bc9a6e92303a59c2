"""A bad line to a real S3 server: a proxy on loopback that harms one request or answer, when told to."""

import re
import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto
from types import TracebackType

_READ_BYTES = 1 << 16
_HEAD_END = b"\r\n\r\n"
_DRIP_EVERY_S = 0.02
_SETTLED_WITHIN_S = 10
Head = Callable[[bytes], bytes]


class How(Enum):
    """What happens to the bytes from a place in the body on."""

    FLIP = auto()  # one bit of one byte
    CUT = auto()  # the connection is closed
    GONE = auto()  # the server vanishes: see Line.vanish
    STALL = auto()  # nothing more is passed on
    DRIP = auto()  # one byte at a time from here on


@dataclass(frozen=True)
class Fault:
    """method: of the request meant, or "" for any. path: what its path and query hold somewhere.

    in_answer: harm the answer, not the request. at: byte of the body; -1 is the beginning of the
    head. times: how many requests it happens to. rewritten: what becomes of the head of the answer.
    instead: comes in place of the whole answer; the server did what it was asked all the same.
    """

    method: str = ""
    how: How | None = None
    in_answer: bool = True
    at: int = 0
    times: int = 1
    rewritten: Head | None = None
    path: str = ""
    instead: bytes | None = None

    def is_meant(self, request_line: str) -> bool:
        """Whether it is this request that suffers."""
        method, path = request_line.split(" ")[:2]
        return self.method in ("", method) and self.path in path


class Line:
    """Stands between a client and the server at host:port. Without a fault it only counts."""

    def __init__(self, host: str, port: int) -> None:
        self._server = (host, port)
        self._listening = socket.create_server(("127.0.0.1", 0))
        self._closing = threading.Event()
        self._is_gone = False
        self._open: list[socket.socket] = []
        self._connections: list[_Connection] = []
        self._lock = threading.Lock()
        self._fault: Fault | None = None
        self._left = 0
        self.requests: list[str] = []

    @property
    def endpoint(self) -> str:
        """host:port for the client."""
        return f"127.0.0.1:{self._listening.getsockname()[1]}"

    def harm(self, fault: Fault | None) -> None:
        """From the next request on. None: be a good line again."""
        with self._lock:
            self._fault, self._left = fault, fault.times if fault else 0
            self.requests.clear()

    def count(self, method: str) -> int:
        """How many requests of this method there were since the last `harm`."""
        with self._lock:
            return sum(one.startswith(method + " ") for one in self.requests)

    def vanish(self) -> None:
        """Close every connection, and each new one at once, until `come_back`."""
        with self._lock:
            self._is_gone, gone, self._open = True, self._open, []
        for one in gone:
            _close(one)

    def come_back(self) -> None:
        """Be a good line again."""
        self.harm(None)
        with self._lock:
            self._is_gone = False

    def __enter__(self) -> "Line":
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        for connection in self._connections:
            connection.settle()
        self._closing.set()
        _close(self._listening)
        self.vanish()

    def take(self, request_line: str) -> Fault | None:
        """Note a request; the fault it is to suffer, if any."""
        with self._lock:
            self.requests.append(request_line)
            if self._fault is None or not self._left or not self._fault.is_meant(request_line):
                return None
            self._left -= 1
            return self._fault

    def _accept(self) -> None:
        while not self._closing.is_set():
            try:
                client, _ = self._listening.accept()
                server = socket.create_connection(self._server)
            except OSError:
                return
            with self._lock:
                is_gone = self._is_gone
                self._open += [] if is_gone else [client, server]
            if is_gone:
                _close(client)
                _close(server)
                continue
            connection = _Connection(self, client, server, self._closing)
            self._connections.append(connection)
            for pump in (connection.requests, connection.answers):
                threading.Thread(target=pump, daemon=True).start()


class _Connection:
    """One client's connection: requests one after another, each answered before the next."""

    def __init__(
        self, line: Line, client: socket.socket, server: socket.socket, closing: threading.Event
    ) -> None:
        self._line = line
        self._client = client
        self._server = server
        self._closing = closing
        self._fault: Fault | None = None
        self._answer_begins = False
        self._is_settled = threading.Event()
        self._is_settled.set()

    def settle(self) -> None:
        """Wait until the server has done what reached it whole, though its client left long ago."""
        if self._fault is None or self._fault.in_answer:
            self._is_settled.wait(_SETTLED_WITHIN_S)

    def requests(self) -> None:
        """Pass on what the client sends."""
        at, passed = 0, True
        while passed and (content := _received(self._client)):
            if re.match(rb"[A-Z]+ /\S* HTTP/1\.1\r\n", content):
                self._fault = self._line.take(content.split(b"\r\n", 1)[0].decode())
                self._answer_begins = True
                self._is_settled.clear()
                at = -(content.find(_HEAD_END) + len(_HEAD_END))
            fault = self._fault if self._fault and not self._fault.in_answer else None
            passed = self._pass_on(self._server, content, at, fault)
            at += len(content)
        if passed:
            self.settle()
        _close(self._server)

    def answers(self) -> None:
        """Pass on what the server sends."""
        at, passed = 0, True
        while passed and (content := _received(self._server)):
            self._is_settled.set()
            fault = self._fault if self._fault and self._fault.in_answer else None
            if self._answer_begins:
                self._answer_begins = False
                if fault and fault.instead is not None:
                    _sent(self._client, fault.instead)
                    break
                end = content.find(_HEAD_END) + len(_HEAD_END)
                if fault and fault.rewritten:
                    head = fault.rewritten(content[:end])
                    content, end = head + content[end:], len(head)
                at = -end
            passed = self._pass_on(self._client, content, at, fault)
            at += len(content)
        self._is_settled.set()
        _close(self._client)

    def _pass_on(self, to: socket.socket, content: bytes, at: int, fault: Fault | None) -> bool:
        """Send, or do the harm if its place is in here. False ends the connection."""
        place = 0 if fault and fault.at < 0 else (fault.at - at if fault else 0)
        is_here = fault is not None and 0 <= place < len(content)
        if fault is None or fault.how is None or not is_here:
            return _sent(to, content)
        match fault.how:
            case How.FLIP:
                harmed = content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :]
                return _sent(to, harmed)
            case How.CUT:
                _sent(to, content[:place])
                return False
            case How.GONE:
                _sent(to, content[:place])
                self._line.vanish()
                return False
            case How.STALL:
                _sent(to, content[:place])
                self._closing.wait()
                return False
            case How.DRIP:
                return _sent(to, content[:place]) and self._drip(to, content[place:])

    def _drip(self, to: socket.socket, content: bytes) -> bool:
        for byte in content:
            if self._closing.wait(_DRIP_EVERY_S) or not _sent(to, bytes([byte])):
                return False
        return True


def answer(status: str, body: bytes, *headers: str) -> bytes:
    """A whole answer for `instead`; status: for example "200 OK". Nothing can follow it."""
    head = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", "Connection: close", *headers]
    return "\r\n".join(head).encode() + _HEAD_END + body


def with_status(old: int, new: str) -> Head:
    """For `rewritten`: answers of this status have another; new: for example "200 OK"."""
    return lambda head: re.sub(rb"^HTTP/1.1 %d [^\r]*" % old, b"HTTP/1.1 " + new.encode(), head)


def with_header(name: str, value: str | None) -> Head:
    """For `rewritten`: this header says something else, or is missing."""
    line = b"" if value is None else f"\r\n{name}: {value}".encode()
    return lambda head: re.sub(rb"(?i)\r\n%s: [^\r]*" % re.escape(name.encode()), line, head)


def _received(source: socket.socket) -> bytes:
    try:
        return source.recv(_READ_BYTES)
    except OSError:
        return b""


def _sent(to: socket.socket, content: bytes) -> bool:
    try:
        to.sendall(content)
    except OSError:
        return False
    return True


def _close(one: socket.socket) -> None:
    try:
        one.shutdown(socket.SHUT_RDWR)
    except OSError:
        pass
    finally:
        one.close()
