"""Words of misfiles: what comparing a filed document with the register came to. Frozen values only."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

RULE = "misfile/2"  # version of rules.py; that of the scores is the match's


class State(StrEnum):
    """What became of a finding.

    dismissed: a person said that the document is where it belongs. repaired: it is on none of the wrong files
    any more. withdrawn: looked at again, the page names nobody better (the register was put right).
    """

    OPEN = "open"
    DISMISSED = "dismissed"
    REPAIRED = "repaired"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Misfile:
    """A client whom a document names better, and why.

    words: how the page agrees with that client, with the place. filed: those on whose files it is wrongly, by
    id, with what the page says of each; it may be on others' rightly, the named client's too. kinds: what
    agrees, and what speaks against these. page, line: of the first thing that agrees.
    """

    client_id: str
    score: float
    words: str
    kinds: frozenset[str]
    page: int
    line: int
    filed: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Looked:
    """What looking at a record came to, and its version then: on which files it was. 0: not filed."""

    version: int
    misfile: Misfile | None = None
