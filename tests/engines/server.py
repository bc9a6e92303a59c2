"""A running server: how to reach it and how to end it. Starting, waiting until it answers, stopping."""

import secrets
import socket
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.engines.programs import CannotInstall

READY_WITHIN_S = 120
STOP_WITHIN_S = 30


@dataclass(frozen=True)
class Server:
    """url: with credentials, as in tests.engines.wanted. process: None for one found running."""

    url: str
    process: subprocess.Popen[bytes] | None = None

    def stop(self) -> None:
        """End the process, if it is ours."""
        if self.process is None:
            return
        self.process.terminate()
        try:
            self.process.wait(STOP_WITHIN_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def free_port() -> int:
    """A TCP port of the loopback interface that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def password() -> str:
    """A fresh password: the servers have none by default."""
    return secrets.token_hex(16)


def launch(
    command: list[str | Path], log: Path, is_ready: Callable[[], bool], **options: Any
) -> subprocess.Popen[bytes]:
    """Start a server and wait until it answers. CannotInstall, with its last words, if it never does."""
    with log.open("wb") as output:
        process = subprocess.Popen(
            [str(word) for word in command],
            stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT, **options,
        )  # fmt: skip
    deadline = time.monotonic() + READY_WITHIN_S
    while time.monotonic() < deadline and process.poll() is None:
        if is_ready():
            return process
        time.sleep(0.1)
    process.kill()
    process.wait()
    last = "\n".join(log.read_text(errors="replace").splitlines()[-15:])
    raise CannotInstall(f"{command[0]} did not start:\n{last}")


def answers(port: int) -> bool:
    """Whether something listens on this port of the loopback interface."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
