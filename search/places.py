"""Where a leaf is looked for, and what a hit says of where it was found. Pure, common to all engines."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from search.highlight import snippet
from search.model import Hit
from search.query import Leaf
from search.ranking import FIELD_WEIGHTS

TEXT_FIELDS = tuple(FIELD_WEIGHTS)
WHY = {
    "title": "title",
    "client": "client",
    "ref": "reference",
    "type": "type",
    "notes": "notes",
    "body": "text",
}
_MOST_COUNTED = 999


def fields_of(leaf: Leaf) -> tuple[str, ...]:
    """The text fields in which a leaf is looked for."""
    return (leaf.field,) if leaf.field else TEXT_FIELDS


def hit_of(
    record_id: str,
    version: int,
    leaves: tuple[Leaf, ...],
    on_pages: Iterable[Mapping[int, int]],
    pages: Sequence[str],
    matched_fields: frozenset[str],
) -> Hit:
    """A hit described. on_pages: for each leaf, page number (from 1) to how often it stands there.

    The snippet's page is the one with most different leaves, then most words, then the first. pages:
    the text of each page.
    """
    matched: Counter[int] = Counter()
    for counts in on_pages:
        for page, count in counts.items():
            matched[page] += _MOST_COUNTED + 1 + min(count, _MOST_COUNTED)
    best = min(matched, key=lambda page: (-matched[page], page), default=None)
    shown = best or next((at for at, text in enumerate(pages, start=1) if text.strip()), None)
    return Hit(
        record_id=record_id,
        version=version,
        page_numbers=tuple(sorted(matched)),
        snippet=snippet(leaves if best else (), pages[shown - 1]) if shown else (),
        snippet_page=shown,
        why=tuple(name for field, name in WHY.items() if field in matched_fields),
    )
