"""Describing the hits of one page of results: matched pages, a snippet and why each was found.

Only records already found visible come here. Whole records are never read through: pages come from
positions in the index, and one page's text gives the snippet.
"""

from bisect import bisect_right
from collections import Counter
from dataclasses import dataclass

from search.highlight import leaves_of
from search.model import Hit
from search.places import TEXT_FIELDS, fields_of, hit_of
from search.query import Leaf, Query
from search.whoosh_matching import Matching, run_starts, runs_in


@dataclass(frozen=True, slots=True)
class Found:
    """A document: number within the segment at this place."""

    at: int
    number: int


def described(matching: Matching, found: list[Found], query: Query) -> tuple[Hit, ...]:
    """The hits, in the order found."""
    leaves = leaves_of(query)
    places = _body_places(matching, found, leaves)
    return tuple(_hit(matching, one, leaves, places.get(one, {})) for one in found)


def _body_places(
    matching: Matching, found: list[Found], leaves: tuple[Leaf, ...]
) -> dict[Found, dict[Leaf, list[int]]]:
    """Positions in the body of each leaf in each document found."""
    places: dict[Found, dict[Leaf, list[int]]] = {}
    for at in {one.at for one in found}:
        numbers = sorted(one.number for one in found if one.at == at)
        for leaf in dict.fromkeys(leaves):
            if "body" not in fields_of(leaf):
                continue
            for run in runs_in(matching.segments[at], "body", leaf):
                for number, starts in run_starts(
                    matching.segments[at], "body", run, numbers
                ).items():
                    places.setdefault(Found(at, number), {}).setdefault(leaf, []).extend(starts)
    return places


def _hit(
    matching: Matching, one: Found, leaves: tuple[Leaf, ...], places: dict[Leaf, list[int]]
) -> Hit:
    segment = matching.segments[one.at]
    page_starts, pages = segment.pages_of(one.number)
    on_pages = [
        Counter(bisect_right(page_starts, start) for start in starts) for starts in places.values()
    ]
    return hit_of(
        segment.ids[one.number],
        segment.versions[one.number],
        leaves,
        on_pages,
        pages,
        frozenset(
            field
            for field in TEXT_FIELDS
            if any(
                field in fields_of(leaf)
                and matching.field_frequency(one.at, field, leaf)[one.number] > 0
                for leaf in leaves
            )
        ),
    )
