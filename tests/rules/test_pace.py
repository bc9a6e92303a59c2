"""Work in the background rests in proportion to what it took."""

from collections.abc import Iterator

import pytest

from edrms.pace import Pace


def pace(rest: float, times: list[float], slept: list[float]) -> Pace:
    clock: Iterator[float] = iter(times)
    return Pace(rest, sleep=slept.append, timer=lambda: next(clock))


def test_after_each_turn_nothing_is_done_for_so_many_times_as_long_as_it_took() -> None:
    slept: list[float] = []
    slowly = pace(20, [100.0, 100.5, 200.0, 203.0], slept)
    for _ in range(2):
        with slowly.turn():
            assert len(slept) < 2
    assert slept == [10.0, 60.0]


def test_without_rest_the_next_turn_follows_at_once() -> None:
    slept: list[float] = []
    with pace(0, [1.0, 9.0], slept).turn():
        pass
    assert slept == [0.0]


def test_what_holds_no_lock_is_rested_after_as_long_as_it_took_at_most() -> None:
    slept: list[float] = []
    for rest in (20, 0.5, 0):
        with pace(rest, [1.0, 5.0], slept).aside():
            pass
    assert slept == [4.0, 2.0, 0.0]


def test_a_turn_that_fails_says_so_at_once() -> None:
    slept: list[float] = []
    with pytest.raises(LookupError), pace(20, [1.0, 2.0], slept).turn():
        raise LookupError
    assert slept == []
