"""Dividing an item into documents. Pure: page kinds in, runs of page numbers out; no page is lost."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby


@dataclass(frozen=True, slots=True)
class Run:
    """Pages of one document, both ends included, counted from 1 within the item."""

    first_page: int
    last_page: int


def divide(kinds: Sequence[str]) -> list[Run]:
    """Runs of pages between separator sheets, in order; kinds[0] is page 1.

    Blank pages stay with the document they follow. Blank pages alone between separators are the
    backs of those sheets and join no document; an item of nothing but blanks is one document, so that
    a person looks at it before it is put aside.
    """
    numbered = list(enumerate(kinds, start=1))
    groups = groupby(numbered, key=lambda page: page[1] == "separator")
    runs = [list(pages) for is_separator, pages in groups if not is_separator]
    several = len(runs) > 1 or "separator" in kinds
    kept = [run for run in runs if not several or any(kind != "blank" for _, kind in run)]
    return [Run(_first_content(run, several), run[-1][0]) for run in kept]


def _first_content(run: list[tuple[int, str]], after_separator: bool) -> int:
    """Where the document starts: past the blank back of the separator sheet before it."""
    if not after_separator:
        return run[0][0]
    return next(number for number, kind in run if kind != "blank")
