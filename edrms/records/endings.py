"""Places that hold something of a record, as its destruction sees them: a port, with its contract in words.

The rooms that hold content each have an adapter of it; retention goes through them all.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol

from edrms.access.model import Actor

AT_ONCE = 50  # records of one transaction: whoever views a page waits for it


def groups_of(record_ids: Collection[str]) -> Iterator[list[str]]:
    """The ids in order, so many at a time as one transaction may hold."""
    every = list(record_ids)
    return (every[at : at + AT_ONCE] for at in range(0, len(every), AT_ONCE))


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
