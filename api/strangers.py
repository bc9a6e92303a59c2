"""Refusals of people who are not signed in: told of in the log, but never so often that they fill it.

Of one source, kind and minute the first is written; the others are counted, and their number stands in
the next that is written. In one minute at most MOST_IN_A_MINUTE are written by one web process, whatever
the number of sources. The counts are of this process and end with it.
"""

import threading
from datetime import datetime

MOST_IN_A_MINUTE = 120


class Strangers:
    """Says which refusals are to be written. Shared between the threads of a process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._minute = ""
        self._written: set[tuple[str, str]] = set()
        self._unwritten = 0

    def note(self, source: str, kind: str, now: datetime) -> int | None:
        """None: only counted. Else write it, with this number of earlier ones that were not written."""
        minute = f"{now:%Y%m%d%H%M}"
        with self._lock:
            if minute != self._minute:
                self._minute, self._written = minute, set()
            if (source, kind) in self._written or len(self._written) >= MOST_IN_A_MINUTE:
                self._unwritten += 1
                return None
            self._written.add((source, kind))
            told, self._unwritten = self._unwritten, 0
            return told
