"""The worker's side of the sandbox: ask for one confined call, get plain data or CannotRead.

Parsing happens in a child of `sandbox_server`; here are its start, its restart when it died, the
judgement of how a call ended, and nothing of any file format. See `confinement` for what the child
may not do.
"""

import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Collection
from dataclasses import asdict
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from scanning.reading import frames, memory
from scanning.reading.model import CannotRead, HeldReason, Limits

OPEN_ITEM = "scanning.reading.entry:open_item_plain"
READ_PAGE = "scanning.reading.entry:read_page_plain"
ASSEMBLE_PDF = "scanning.reading.entry:assemble_pdf_plain"
READERS = frozenset({OPEN_ITEM, READ_PAGE, ASSEMBLE_PDF})
"""Functions a child may run: called as function(args, workdir, limits) -> JSON object."""

_ROOT = Path(__file__).resolve().parents[2]
_SERVER = "scanning.reading.sandbox_server"
_START_S = 60
_GRACE_S = 15


class SandboxUnavailable(RuntimeError):
    """The sandbox server cannot be started: nothing can be read until someone looks."""


class Sandbox:
    """One confined call at a time; keep one per worker process (start 1 s, then a fork a call)."""

    def __init__(self, limits: Limits, functions: Collection[str] = READERS) -> None:
        self._limits = limits
        self._functions = frozenset(functions)
        self._lock = threading.Lock()
        self._server: subprocess.Popen[bytes] | None = None
        self._link: socket.socket | None = None
        self._protections: dict[str, bool] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        tb: TracebackType | None,
    ) -> None:
        self.close()

    def run(self, function: str, args: dict[str, Any], workdir: Path) -> dict[str, Any]:
        """Result of an allowed function run in a confined child, as hostile as its input.

        args: plain JSON values. The child may read and write workdir, read args["path"], and see
        no other data. Raises CannotRead with the child's reason or with TOOK_TOO_LONG,
        TOO_MUCH_MEMORY, UNPACKS_TOO_LARGE, READER_CRASHED; ValueError for a function not allowed;
        SandboxUnavailable. Afterwards no descendant of the call is alive.
        """
        if function not in self._functions:
            raise ValueError(f"not an allowed reader: {function}")
        given = {"path": str(Path(args["path"]).resolve())} if "path" in args else {}
        request = {
            "function": function,
            "args": args | given,
            "workdir": str(workdir.resolve(strict=True)),
            "limits": asdict(self._limits),
        }
        with self._lock:
            reply = self._ask(request)
        return _judge(reply, self._limits)

    def protections(self) -> dict[str, bool]:
        """What the kernel grants here, by name, for a status page."""
        with self._lock:
            self._started()
        return dict(self._protections)

    def close(self) -> None:
        """End the server and all below it; the next run starts a new one."""
        with self._lock:
            self._stop()

    def _ask(self, request: dict[str, Any]) -> dict[str, Any]:
        try:
            frames.send(self._started(), request)
        except OSError:  # it died while idle, so nothing has run yet
            self._stop()
            frames.send(self._started(), request)
        link = self._started()
        link.settimeout(self._limits.wall_s + _GRACE_S)
        try:
            return frames.receive(link)
        except (frames.FrameError, OSError) as error:
            self._stop()
            raise CannotRead(HeldReason.READER_CRASHED, "the sandbox server ended") from error

    def _started(self) -> socket.socket:
        if self._link is not None and self._server is not None and self._server.poll() is None:
            return self._link
        self._stop()
        ours, theirs = socket.socketpair()
        with theirs:
            self._server = _start_server(theirs.fileno(), self._functions)
        ours.settimeout(_START_S)
        self._link = ours
        try:
            self._protections = frames.receive(ours)["protections"]
        except (frames.FrameError, OSError) as error:
            self._stop()
            raise SandboxUnavailable("the sandbox server did not start") from error
        return ours

    def _stop(self) -> None:
        if self._link is not None:
            self._link.close()
        if self._server is not None:
            self._server.kill()
            self._server.wait()
        self._link = self._server = None


def _start_server(link_fd: int, functions: Collection[str]) -> subprocess.Popen[bytes]:
    """A clean process: no inherited environment, no inherited file but the socket."""
    environment = {
        "PATH": os.defpath,
        "LC_ALL": "C.UTF-8",
        "PYTHONPATH": str(_ROOT),
        "PYTHONDONTWRITEBYTECODE": "1",
        "OMP_THREAD_LIMIT": "1",
        "OPENBLAS_NUM_THREADS": "1",
        **memory.FORKED_FROM,
    }
    if "TESSDATA_PREFIX" in os.environ:
        environment["TESSDATA_PREFIX"] = os.environ["TESSDATA_PREFIX"]
    return subprocess.Popen(
        [sys.executable, "-s", "-m", _SERVER, str(link_fd), *sorted(functions)],
        env=environment,
        cwd="/",
        pass_fds=[link_fd],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        start_new_session=True,
    )


def _judge(reply: dict[str, Any], limits: Limits) -> dict[str, Any]:
    """The result in a reply, or CannotRead for the way the call ended."""
    if reply["verdict"] != "ended":
        raise CannotRead(HeldReason(reply["verdict"]), "stopped by the sandbox")
    if reply["signal"] == signal.SIGXCPU or (reply["signal"] and reply["cpu_s"] >= limits.cpu_s):
        raise CannotRead(HeldReason.TOOK_TOO_LONG, f"used {limits.cpu_s} s of processor time")
    if reply["signal"]:
        raise CannotRead(HeldReason.READER_CRASHED, f"signal {reply['signal']}")
    try:
        message = frames.parse(reply["body"].encode())
    except frames.FrameError as error:
        raise CannotRead(HeldReason.READER_CRASHED, "no answer") from error
    return _result(message)


def _result(message: dict[str, Any]) -> dict[str, Any]:
    result = message.get("result")
    if isinstance(result, dict):
        return result
    reason, detail = message.get("reason"), message.get("detail")
    if reason not in list(HeldReason) or not isinstance(detail, str):
        raise CannotRead(HeldReason.READER_CRASHED, "an answer of the wrong form")
    printable = "".join(letter for letter in detail[:200] if letter.isprintable())
    raise CannotRead(HeldReason(reason), printable)
