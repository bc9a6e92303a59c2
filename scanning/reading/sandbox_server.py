"""The clean process that forks one confined child per call: `python -m` this, never imported whole.

It holds no secret and no connection. It has the reading modules loaded, so a call costs a fork and
no imports; what a function's module says must be ready (an OCR model) is made so before the fork,
over nothing foreign. It supervises the child from outside (wall clock, size of what it writes, its
end), kills every descendant, and relays the child's JSON without looking into it. When the worker
goes, it goes, and everything below it.
"""

import errno
import gc
import importlib
import json
import os
import signal
import socket
import sys
from pathlib import Path
from types import TracebackType
from typing import Any, NoReturn

from scanning.reading import confinement, frames, memory
from scanning.reading.child_watch import ChildWatch
from scanning.reading.model import CannotRead, HeldReason, Limits

# A child lives for one page: little of what it leaves needs collecting, and to look copies what it shares.
MOST_LITTER = 50_000


def main(link_fd: int, functions: list[str]) -> None:
    """Serve calls on the socket until the worker closes it."""
    link = socket.socket(fileno=link_fd)
    separate = confinement.own_namespaces()
    server = os.fork()
    if server:
        link.close()
        os.waitpid(server, 0)
        return
    confinement.die_with_parent()
    separate = separate and os.getpid() == 1  # only then may everything but us be killed
    protections = {
        "own_processes_and_no_network": separate,
        "no_new_privileges": True,
        "memory_hidden": confinement.hide_memory(),
        "orphans_adopted": confinement.adopt_orphans(),
        "files_restricted": confinement.landlock_version() > 0,
        "tcp_refused": separate or confinement.landlock_version() >= 4,
    }
    _Server(link, functions, separate).serve(protections)


class _Server:
    def __init__(self, link: socket.socket, functions: list[str], separate: bool) -> None:
        self._link = link
        self._separate = separate
        modules = {name: importlib.import_module(name.partition(":")[0]) for name in functions}
        self._functions = {
            name: getattr(module, name.partition(":")[2]) for name, module in modules.items()
        }
        self._made_ready = {
            name: getattr(module, f"ready_{name.partition(':')[2]}", None)
            for name, module in modules.items()
        }
        self._readable = [
            *confinement.SYSTEM_READABLE,
            *{Path(str(module.__file__)).parent for module in modules.values()},
            *(Path(place) for place in [os.environ.get("TESSDATA_PREFIX", "")] if place),
        ]
        gc.collect()
        gc.freeze()

    def serve(self, protections: dict[str, bool]) -> None:
        """Answer calls until the worker closes its end."""
        try:
            frames.send(self._link, {"protections": protections})
            while True:
                frames.send(self._link, self._call(frames.receive(self._link)))
        except (frames.FrameError, ConnectionError):
            return

    def _call(self, request: dict[str, Any]) -> dict[str, Any]:
        """Fork, watch, clear away: what happened, in plain words."""
        make_ready = self._made_ready.get(request["function"])
        if make_ready is not None:
            make_ready(request["args"], Limits(**request["limits"]))
        source, sink = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(source)
            self._link.close()
            self._be_child(request, sink)
        os.close(sink)
        watch = ChildWatch(child, source, self._link, Path(request["workdir"]), request["limits"])
        verdict = watch.until_end()
        self._kill_everything(child)
        _, status, usage = os.wait4(child, 0)
        self._reap()
        watch.close()
        return {
            "verdict": verdict,
            "body": b"".join(watch.parts).decode("utf-8", "replace"),
            "signal": os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0,
            "cpu_s": usage.ru_utime + usage.ru_stime,
            "peak_memory_bytes": usage.ru_maxrss << 10,
        }

    def _be_child(self, request: dict[str, Any], sink: int) -> NoReturn:
        outcome = _Outcome()
        workdir, limits = Path(request["workdir"]), Limits(**request["limits"])
        with outcome:
            gc.set_threshold(MOST_LITTER)
            memory.keep_room()
            self._confine(workdir, request["args"], limits)
            found = self._functions[request["function"]]
            outcome.message = {"result": found(request["args"], workdir, limits)}
        with open(sink, "wb") as stream:
            stream.write(json.dumps(outcome.message).encode())
        os._exit(0)

    def _confine(self, workdir: Path, args: dict[str, Any], limits: Limits) -> None:
        confinement.die_with_parent()
        os.setsid()
        os.chdir(workdir)
        os.environ.update(HOME=str(workdir), TMPDIR=str(workdir))
        nothing = os.open(os.devnull, os.O_RDWR)
        for stream in (0, 1, 2):
            os.dup2(nothing, stream)
        os.nice(5)
        confinement.refuse_new_privileges()
        given = [Path(args["path"])] if "path" in args else []
        confinement.restrict_files([*self._readable, *given], [workdir])
        confinement.set_limits(limits.memory_bytes, limits.cpu_s, limits.output_bytes)

    def _kill_everything(self, child: int) -> None:
        """Every descendant, also one that left the child's process group."""
        if self._separate:
            _kill(-1)
            return
        _kill(-child)
        _kill(child)

    def _reap(self) -> None:
        """Wait for the killed; without a namespace of its own, find what was orphaned and kill."""
        children = Path(f"/proc/self/task/{os.getpid()}/children")
        while True:
            if not self._separate and children.exists():
                for orphan in children.read_text().split():
                    _kill(int(orphan))
            try:
                os.waitpid(-1, 0)
            except ChildProcessError:
                return


def _kill(target: int) -> None:
    try:
        os.kill(target, signal.SIGKILL)
    except ProcessLookupError:
        return


class _Outcome:
    """The child's last handler: whatever is raised becomes a reason, without content."""

    def __init__(self) -> None:
        self.message: dict[str, Any] = {}

    def __enter__(self) -> None:
        return None

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> bool:
        if error is not None:
            reason, detail = _reason_for(error, trace)
            self.message = {"reason": reason.value, "detail": detail}
        return True


def _reason_for(error: BaseException, trace: TracebackType | None) -> tuple[HeldReason, str]:
    if isinstance(error, CannotRead):
        return error.reason, error.detail
    if isinstance(error, MemoryError):
        return HeldReason.TOO_MUCH_MEMORY, ""
    if isinstance(error, OSError) and error.errno == errno.EFBIG:
        return HeldReason.UNPACKS_TOO_LARGE, "a file it wrote passed the limit"
    if isinstance(error, OSError) and error.errno == errno.ENOMEM:
        return HeldReason.TOO_MUCH_MEMORY, ""
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    place = f"{Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}" if trace else ""
    return HeldReason.READER_CRASHED, f"{type(error).__name__} at {place}"


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2:])
