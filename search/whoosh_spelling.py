"""Near words out of the term lists of Whoosh's segments; choosing among them is in spelling.py."""

from search.query import Clause, Query
from search.spelling import (
    SPELLING_FIELDS,
    edits_tried,
    leaf_of,
    most_held,
    respelled,
    words_to_respell,
)
from search.whoosh_matching import Matching


def respelled_among(matching: Matching, query: Query) -> tuple[Query | None, str]:
    """The query with unknown words respelled, and its text; None if nothing can be done."""

    def holding(clause: Clause) -> int:
        return matching.holding(clause.leaves[0])

    nearest = {word: _nearest(matching, word) for word in words_to_respell(query, holding)}
    return respelled(query, {word: other for word, other in nearest.items() if other})


def _nearest(matching: Matching, word: str) -> str | None:
    for edits in edits_tried(word):
        near = {other for other in _candidates(matching, word, edits) if other.isalpha()}
        found = most_held({other: matching.holding(leaf_of(other)) for other in near})
        if found:
            return found
    return None


def _candidates(matching: Matching, word: str, edits: int) -> set[str]:
    found: set[str] = set()
    for segment in matching.segments:
        for field in SPELLING_FIELDS:
            found.update(segment.terms_near(field, word, edits, 1))
            found.update(term[1:] for term in segment.terms_near(field, "=" + word, edits, 2))
    return found
