"""Watching one child from outside: its answer, its clock, the room it takes on disk.

It says why a child must end; the killing is `sandbox_server`'s.
"""

import os
import select
import socket
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from scanning.reading import frames
from scanning.reading.model import HeldReason

_LOOK_EVERY_S = 0.25
_MAX_FILES = 20_000


@dataclass
class ChildWatch:
    """One child under supervision: its answer so far, its clock, the room it takes on disk."""

    child: int
    source: int
    link: socket.socket
    workdir: Path
    limits: dict[str, Any]
    parts: list[bytes] = field(default_factory=list)
    answer_bytes: int = 0

    def __post_init__(self) -> None:
        self.ends_at = time.monotonic() + self.limits["wall_s"]
        self.before = self._room_taken()
        self.process = os.pidfd_open(self.child)
        os.set_blocking(self.source, False)
        self.poll = select.poll()
        for watched in (self.source, self.process):
            self.poll.register(watched, select.POLLIN)
        self.poll.register(self.link, select.POLLIN)

    def until_end(self) -> str:
        """'ended', or the HeldReason for which it must be killed now."""
        looked_at = time.monotonic()
        while (now := time.monotonic()) < self.ends_at:
            ready = {fd for fd, _ in self.poll.poll(_LOOK_EVERY_S * 1000)}
            if self.link.fileno() in ready:
                return HeldReason.READER_CRASHED  # the worker is gone; nobody will hear this
            self._drain(ready)
            if self.answer_bytes > frames.MAX_FRAME_BYTES:
                return HeldReason.UNPACKS_TOO_LARGE
            if self.process in ready:
                return HeldReason.UNPACKS_TOO_LARGE if self._wrote_too_much() else "ended"
            if now - looked_at > _LOOK_EVERY_S:
                looked_at = now
                if self._wrote_too_much():
                    return HeldReason.UNPACKS_TOO_LARGE
        return HeldReason.TOOK_TOO_LONG

    def _drain(self, ready: set[int]) -> None:
        """Take what the child has written; at its end, take all that is left."""
        if not ready & {self.source, self.process}:
            return
        try:
            while part := os.read(self.source, 1 << 20):
                self.parts.append(part)
                self.answer_bytes += len(part)
                if self.answer_bytes > frames.MAX_FRAME_BYTES:
                    return
            self.poll.unregister(self.source)
        except (BlockingIOError, KeyError):
            return

    def _wrote_too_much(self) -> bool:
        size_bytes, files = self._room_taken()
        grown_bytes = size_bytes - self.before[0]
        return grown_bytes > self.limits["output_bytes"] or files - self.before[1] > _MAX_FILES

    def _room_taken(self) -> tuple[int, int]:
        size_bytes, files = 0, 0
        for folder, _, names in os.walk(self.workdir):
            files += len(names) + 1
            size_bytes += sum(_size_bytes(Path(folder, name)) for name in names)
        return size_bytes, files

    def close(self) -> None:
        os.close(self.source)
        os.close(self.process)


def _size_bytes(path: Path) -> int:
    try:
        return path.lstat().st_size
    except FileNotFoundError:
        return 0
