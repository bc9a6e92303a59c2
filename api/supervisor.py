"""Keeps the processes of one machine running: page workers, index writer, upkeep, sealer, web server.

Each is a child of its own; one that dies is started again, sooner if it had lived long. When the
supervisor is told to stop (Control-C or SIGTERM), or dies itself, its children finish what they hold
and go; told a second time, or after STOP_WITHIN_S, they give it back instead.
"""

import logging
import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

from edrms.settings import Settings

STOP_WITHIN_S = 20
GIVE_BACK_WITHIN_S = 5
RESTART_WAIT_S = 1.0
LONGEST_WAIT_S = 30.0
SETTLED_S = 60.0  # a child that lived this long had started well
PARENT = "EDRMS_SUPERVISOR_PID"
log = logging.getLogger("edrms.supervisor")


@dataclass
class _Child:
    arguments: tuple[str, ...]
    process: subprocess.Popen[bytes] = field(init=False)
    started_at: float = 0.0
    wait_s: float = RESTART_WAIT_S


class Supervisor:
    """Starts children, and starts them again until it is told to stop."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._children: list[_Child] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def add_workers(self, processes: int, name: str = "") -> None:
        """Page workers, the process that writes the index, and the one that offers to do upkeep.

        name: what these workers are called in events; one no other host uses. Ours if not said.
        """
        name = name or f"{os.uname().nodename[:40]}-{os.getpid()}"
        for number in range(1, processes + 1):
            self._add("pages", f"{name}-{number}")
        self._add("index")
        self._add("periodic", f"{name}-upkeep")

    def add_sealer(self, name: str = "") -> None:
        """The process that seals the audit log; where there are several one of them does."""
        self._add("seal", name or f"{os.uname().nodename[:40]}-{os.getpid()}-sealer")

    def add_sources(self) -> None:
        """The process that takes in what hot folders and mailboxes hold, where this machine has any."""
        if self._settings.folders_file or self._settings.mailboxes_file:
            self._add("sources")

    def add_web(self) -> None:
        """The web server."""
        self._add("web")

    def _add(self, *arguments: str) -> None:
        child = _Child(arguments)
        self._start(child)
        self._children.append(child)

    def _start(self, child: _Child) -> None:
        command = [sys.executable, "-m", "api.process", *child.arguments]
        child.process = subprocess.Popen(command, env=self._environment())
        child.started_at = time.monotonic()

    def _environment(self) -> dict[str, str]:
        return (
            os.environ
            | self._settings.environment()
            | {"OMP_THREAD_LIMIT": "1", PARENT: str(os.getpid())}
        )

    def watch(self) -> None:
        """Restart children that die, until interrupted (KeyboardInterrupt, also for SIGTERM)."""
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        while True:
            self.revive()
            time.sleep(0.2)

    def revive(self) -> None:
        """Start again whatever has died; one that dies young again and again, less and less often."""
        for child in self._children:
            status, lived_s = child.process.poll(), time.monotonic() - child.started_at
            if status is None or lived_s < child.wait_s:
                continue
            longer_s = min(2 * child.wait_s, LONGEST_WAIT_S)
            child.wait_s = RESTART_WAIT_S if lived_s > SETTLED_S else longer_s
            log.warning("process_restarted", extra={"child": child.arguments[0], "status": status})
            self._start(child)

    def stop(self) -> None:
        """Ask every child to finish; have those that take too long give back what they hold; end
        the rest. To be interrupted (told to stop again) is to be asked not to wait so long."""
        for within_s in (STOP_WITHIN_S, GIVE_BACK_WITHIN_S):
            for child in self._children:
                child.process.terminate()
            with suppress(KeyboardInterrupt, subprocess.TimeoutExpired):
                self._wait(within_s)
        for child in self._children:
            child.process.kill()
            child.process.wait()
        self._children.clear()

    def _wait(self, within_s: float) -> None:
        deadline = time.monotonic() + within_s
        for child in self._children:
            child.process.wait(max(0.0, deadline - time.monotonic()))
