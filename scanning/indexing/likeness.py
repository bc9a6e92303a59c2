"""How alike two strings are, letter by letter: the one place that knows rapidfuzz.

What a likeness means for a name, a date or a cue is decided where it is asked for.
"""

from collections.abc import Collection

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


def likeliest_of(choices: Collection[str], printed: str, least: float) -> str | None:
    """The choice most like what is printed, or None where none is at least so like (0 to 100)."""
    found = process.extractOne(printed, choices, scorer=fuzz.ratio, score_cutoff=least)
    return found[0] if found else None
