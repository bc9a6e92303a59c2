"""Words of misfiles: what comparing a filed document with the register came to. Frozen values only."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

RULE = "misfile/1"  # version of rules.py; that of the scores is the match's


class State(StrEnum):
    """What became of a finding.

    dismissed: a person said that the document is where it belongs. repaired: it is on the files it was found
    on no more. withdrawn: looked at again, the page names nobody better (the register was put right).
    """

    OPEN = "open"
    DISMISSED = "dismissed"
    REPAIRED = "repaired"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Misfile:
    """A client whom a document names better, and why.

    words: how the page agrees with that client, with the place. kinds: what agrees, and what speaks against
    those on whose files it is. filed: for each of these, by id, what the page says of them. page, line: of
    the first thing that agrees.
    """

    client_id: str
    score: float
    words: str
    kinds: frozenset[str]
    page: int
    line: int
    filed: Mapping[str, str]
