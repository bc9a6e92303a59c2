"""How often one may try to sign in. Pure: tallies and the time go in, yes or no comes out.

A tally is a leaky bucket: each try fills it by one, time empties it. Trying while one must wait fills
nothing, so nobody can prolong another's wait. Why these buckets: docs/adr/0014.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class Allowance:
    """So many tries at once, and then one each time this much time has passed."""

    tries: int
    then_one_each: timedelta


@dataclass(frozen=True, slots=True)
class Tally:
    """How full a bucket was when it was last filled."""

    level: float
    at: datetime


# One name from one address. An address with many names behind it. A device its owner signed in on.
PAIR = Allowance(5, timedelta(seconds=30))
SOURCE = Allowance(100, timedelta(seconds=6))
DEVICE = Allowance(10, timedelta(seconds=30))
# Codes are tried only by who has the password: strangers together, and each known device by itself.
CODE = Allowance(10, timedelta(minutes=10))
# A name tried from everywhere is under attack; then an address has fewer tries on it, none has none.
NAME = Allowance(100, timedelta(minutes=1))
PAIR_UNDER_ATTACK = Allowance(1, timedelta(minutes=5))


def level_now(tally: Tally | None, allowance: Allowance, now: datetime) -> float:
    """How full the bucket still is. A clock set back empties nothing."""
    if tally is None:
        return 0.0
    leaked = max(timedelta(), now - tally.at) / allowance.then_one_each
    return max(0.0, tally.level - leaked)


def must_wait(tally: Tally | None, allowance: Allowance, now: datetime) -> bool:
    """Whether there is no room for another try."""
    return level_now(tally, allowance, now) > allowance.tries - 1


def filled(tally: Tally | None, allowance: Allowance, now: datetime) -> Tally:
    """The bucket with one try more."""
    return Tally(level_now(tally, allowance, now) + 1, now)


def allowance_for_stranger(name: Tally | None, now: datetime) -> Allowance:
    """What an address that the name's owner is not known at may try on the name."""
    return PAIR_UNDER_ATTACK if must_wait(name, NAME, now) else PAIR
