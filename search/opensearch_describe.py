"""Describing the hits of one page of results from what the server sent of each document. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any

from search.model import Hit
from search.opensearch_mapping import SHORT_FIELDS, spelt
from search.places import fields_of, hit_of
from search.query import Leaf

Places = dict[str, list[int]]


def described(source: Mapping[str, Any], record_id: str, leaves: Sequence[Leaf]) -> Hit:
    """The hit of one document. source: its fields, any of which may be missing."""
    distinct = tuple(dict.fromkeys(leaves))
    body = source.get("body", [])
    on_pages = [_on_pages(body, leaf) if "body" in fields_of(leaf) else {} for leaf in distinct]
    matched = {
        field
        for field in SHORT_FIELDS
        if any(
            field in fields_of(leaf) and _on_pages(source.get(field, []), leaf) for leaf in distinct
        )
    }
    return hit_of(
        record_id,
        int(source.get("version", 0)),
        tuple(leaves),
        on_pages,
        source.get("pages", []),
        frozenset(matched | {"body"} if any(on_pages) else matched),
    )


def _on_pages(pages: Sequence[str], leaf: Leaf) -> dict[int, int]:
    """How often the leaf stands on each page that has it; pages count from 1."""
    counts = ((number, _times(page, leaf)) for number, page in enumerate(pages, start=1))
    return {number: times for number, times in counts if times}


def _times(page: str, leaf: Leaf) -> int:
    if leaf.prefix:
        prefix = spelt(leaf.prefix)
        if prefix not in page:
            return 0
        beginnings = (prefix, "=" + prefix)
        return sum(len(at) for term, at in _places(page).items() if term.startswith(beginnings))
    runs = [tuple(map(spelt, run)) for run in leaf.runs]
    likely = [run for run in runs if all(term in page for term in run)]
    return sum(_starts(_places(page), run) for run in likely)


def _places(page: str) -> Places:
    places: Places = {}
    for position, terms in enumerate(page.split(" ")):
        for term in terms.split("|"):
            places.setdefault(term, []).append(position)
    return places


def _starts(places: Places, run: tuple[str, ...]) -> int:
    """How often the run begins."""
    later = [set(places.get(term, ())) for term in run[1:]]
    return sum(
        all(start + offset in step for offset, step in enumerate(later, start=1))
        for start in places.get(run[0], ())
    )
