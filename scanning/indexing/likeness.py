"""How alike two strings are, letter by letter: the one place that knows rapidfuzz.

What a likeness means for a name, a date or a cue is decided where it is asked for.
"""

from collections.abc import Collection
from itertools import pairwise

from rapidfuzz import fuzz, process
from rapidfuzz.distance import Levenshtein


def letters_apart(one: str, other: str, most: int | None = None) -> int:
    """Letters to insert, delete or replace to get from one to the other; above most, most + 1."""
    return Levenshtein.distance(one, other, score_cutoff=most)


def likeness(one: str, other: str) -> float:
    """0 to 100; 100 for equal strings."""
    return fuzz.ratio(one, other)


def holds_likeness_of(text: str, wanted: str, least: float) -> bool:
    """Whether some part of text is at least so like what is wanted (0 to 100)."""
    return fuzz.partial_ratio(wanted, text, score_cutoff=least) > 0


def pieces_of(wanted: str, least: float) -> tuple[str, ...]:
    """Pieces of which at least one stands unchanged in any longer text that holds_likeness_of wanted.

    So like means at most so many letters inserted or deleted, and each of them spoils one piece at most.
    """
    slips = int(2 * len(wanted) * (1 - least / 100) + 1e-9)
    ends = [len(wanted) * n // (slips + 1) for n in range(slips + 2)]
    return tuple(wanted[start:end] for start, end in pairwise(ends))


def likeliest_of(choices: Collection[str], printed: str, least: float) -> str | None:
    """The choice most like what is printed, or None where none is at least so like (0 to 100)."""
    found = process.extractOne(printed, choices, scorer=fuzz.ratio, score_cutoff=least)
    return found[0] if found else None
