"""A thread that says something again and again while something else is done: a lease is still wanted,
a worker is still there.
"""

import logging
import threading
from collections.abc import Callable
from typing import Self

from edrms.errors import StaleLease, Unavailable

log = logging.getLogger("edrms.heartbeat")


class Heartbeat:
    """Calls `beat` every so often while the block lasts; for good not once it raises StaleLease."""

    def __init__(self, beat: Callable[[], None], every_s: float) -> None:
        self._beat, self._every_s = beat, every_s
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._go_on, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._thread.join()

    def _go_on(self) -> None:
        while not self._done.wait(self._every_s):
            try:
                self._beat()
            except StaleLease:
                return
            except Unavailable as error:  # the next beat may still be in time
                log.warning("beat_missed", extra={"cause": error.error_code})
