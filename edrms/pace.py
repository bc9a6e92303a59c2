"""Going slowly on purpose: after each turn of long work in the background others come first for a while."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager


class Pace:
    """How much of the time such work may take. rest: after a turn, how many times as long as it took
    nothing is done, so that others are held up for 1 in rest + 1 of the time at most, however slow or
    busy the machine is. A turn that fails is not rested after. sleep, timer: in seconds."""

    def __init__(
        self, rest: float, sleep: Callable[[float], None] = time.sleep,
        timer: Callable[[], float] = time.perf_counter,
    ) -> None:  # fmt: skip
        self._rest = rest
        self._sleep = sleep
        self._timer = timer

    @contextmanager
    def turn(self) -> Iterator[None]:
        """One turn: what others may have to wait for at a stretch, such as a transaction."""
        started = self._timer()
        yield
        self._sleep(self._rest * (self._timer() - started))

    @contextmanager
    def aside(self) -> Iterator[None]:
        """Work that holds no lock, and only shares disk and processor with others: rested after as long as
        it took, or less where less was asked for."""
        started = self._timer()
        yield
        self._sleep(min(self._rest, 1.0) * (self._timer() - started))
