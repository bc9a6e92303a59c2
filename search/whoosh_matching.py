"""How often each visible document has a leaf of a query, per segment, over all text fields.

Hidden documents count as having nothing. Ranking and order are made elsewhere.
"""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from search import ranking
from search.places import fields_of
from search.query import Leaf
from search.whoosh_segment import Segment


class Matching:
    """Segments, the visible part of each, and the frequencies of leaves within it (kept)."""

    def __init__(self, segments: Sequence[Segment], visible: list[Any]) -> None:
        self.segments = segments
        self.visible = visible
        self.visible_count = sum(int(mask.sum()) for mask in visible)
        words = sum(
            int(segment.words[mask].sum()) for segment, mask in zip(segments, visible, strict=True)
        )
        mean_words = words / max(self.visible_count, 1)
        self._norms = [ranking.length_norm(segment.words, mean_words) for segment in segments]
        self._known: dict[tuple[int, Leaf], Any] = {}
        self._fields: dict[tuple[int, str, Leaf], Any] = {}

    def frequency(self, at: int, leaf: Leaf) -> Any:
        """Array over the documents of segment number at: weighted frequency, 0 if hidden."""
        key = (at, leaf)
        if key not in self._known:
            total = np.zeros(self.segments[at].n)
            for field in fields_of(leaf):
                found = self.field_frequency(at, field, leaf)
                if field == "body":
                    found = found / self._norms[at]
                total += ranking.FIELD_WEIGHTS[field] * found
            self._known[key] = total * self.visible[at]
        return self._known[key]

    def holding(self, leaf: Leaf) -> int:
        """How many visible documents have the leaf."""
        return sum(int((self.frequency(at, leaf) > 0).sum()) for at in range(len(self.segments)))

    def field_frequency(self, at: int, field: str, leaf: Leaf) -> Any:
        """Array of plain frequencies in one field; of alternatives the most frequent counts.

        A prefix counts once, however many of its words there are.
        """
        key = (at, field, leaf)
        if key not in self._fields:
            segment = self.segments[at]
            most = np.zeros(segment.n)
            for run in runs_in(segment, field, leaf):
                numbers, counts = self._run(at, field, run)
                most[numbers] = 1 if leaf.prefix else np.maximum(most[numbers], counts)
            self._fields[key] = most
        return self._fields[key]

    def _run(self, at: int, field: str, run: tuple[str, ...]) -> tuple[Any, Any]:
        segment = self.segments[at]
        if len(run) == 1:
            return segment.postings(field, run[0])
        numbers = self.visible[at].nonzero()[0]
        for term in run:
            numbers = np.intersect1d(numbers, segment.postings(field, term)[0], assume_unique=True)
            if not len(numbers):
                return numbers, numbers
        starts = run_starts(segment, field, run, numbers.tolist())
        return (
            np.array(list(starts), dtype=np.int64),
            np.array([len(places) for places in starts.values()], dtype=np.float64),
        )


def runs_in(segment: Segment, field: str, leaf: Leaf) -> Iterable[tuple[str, ...]]:
    """A leaf's runs; a prefix becomes every term of the segment that begins so."""
    if not leaf.prefix:
        return leaf.runs
    terms = segment.terms_beginning(field, leaf.prefix)
    terms += segment.terms_beginning(field, "=" + leaf.prefix)
    return [(term,) for term in terms]


def run_starts(
    segment: Segment, field: str, run: tuple[str, ...], numbers: list[int]
) -> dict[int, list[int]]:
    """Where a run of terms begins, for those of the documents (ascending) that have it."""
    starts = segment.positions(field, run[0], numbers)
    for offset, term in enumerate(run[1:], start=1):
        places = segment.positions(field, term, sorted(starts))
        starts = {
            number: kept
            for number, before in starts.items()
            if (kept := _followed(before, places.get(number, ()), offset))
        }
    return starts


def _followed(starts: list[int], places: Iterable[int], offset: int) -> list[int]:
    later = set(places)
    return [start for start in starts if start + offset in later]
