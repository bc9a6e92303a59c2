"""Places that hold something of a record, as its destruction sees them: a port, with its contract in words.

The rooms that hold content each have an adapter of it; retention goes through them all.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol, TypeVar

from edrms.access.model import Actor

Thing = TypeVar("Thing")
AT_ONCE = 50  # records of one transaction: whoever views a page waits for it


def groups_of(things: Collection[Thing], size: int = 0) -> Iterator[list[Thing]]:
    """These in order, so many at a time; unless said otherwise as many as one transaction may hold."""
    every, size = list(things), size or AT_ONCE
    return (every[at : at + size] for at in range(0, len(every), size))


@dataclass(frozen=True, slots=True)
class Erased:
    """looked_for: in words, what was looked for afterwards and not found. remains_in: references of records
    that still contain pages of the erased one, because one file brought both."""

    looked_for: str
    remains_in: tuple[str, ...] = ()


class Holding(Protocol):
    """One place. `name` is a word for the certificate, unique among the places."""

    @property
    def name(self) -> str: ...

    def erase(self, actor: Actor, record_ids: Collection[str]) -> Mapping[str, Erased]:
        """Erase what lies here of these records, then look whether it is gone. May be repeated.

        Only of records given up to destruction. Answers for each of them. Raises Damaged naming what is
        still there, Unavailable when it cannot be looked for: not to have looked is never "gone".
        """
        ...
