"""Second try for a word no visible record has: the nearest word that a visible record has.

Catches typing and OCR errors of one letter, two in long words. Used only after a first search found
nothing, and always said to the asker.
"""

from dataclasses import replace

from search.query import Clause, Leaf, Query
from search.whoosh_matching import Matching
from search.words import fold, terms_of

_FIELDS = ("body", "title", "client")
_SHORTEST = 4
_TWO_EDITS_FROM = 8


def respelled(matching: Matching, query: Query) -> tuple[Query | None, str]:
    """The query with unknown words respelled, and its text; None if nothing can be done."""
    clauses, texts, is_changed = [], [], False
    for clause in query.clauses:
        leaf = clause.leaves[0]
        other = None
        if len(clause.leaves) == 1 and _is_plain_word(leaf) and not matching.holding(leaf):
            other = _nearest(matching, fold(leaf.text))
        if other is not None:
            is_changed = True
            clause = Clause((replace(leaf, text=other, runs=((terms_of(other)[0],),)),))
        clauses.append(clause)
        texts.append(" OR ".join(_typed(leaf) for leaf in clause.leaves))
    texts += ["-" + _typed(leaf) for leaf in query.excluded]
    return (replace(query, clauses=tuple(clauses)) if is_changed else None), " ".join(texts)


def _typed(leaf: Leaf) -> str:
    text = f'"{leaf.text}"' if " " in leaf.text else leaf.text
    return f"{leaf.field}:{text}" if leaf.field else text


def _is_plain_word(leaf: Leaf) -> bool:
    is_one_word = len(leaf.runs) == 1 and len(leaf.runs[0]) == 1
    return is_one_word and len(leaf.text) >= _SHORTEST and fold(leaf.text).isalpha()


def _nearest(matching: Matching, word: str) -> str | None:
    """Fewest edits first, then the word most visible records hold, then the alphabet."""
    for edits in (1, 2) if len(word) >= _TWO_EDITS_FROM else (1,):
        near = {other for other in _candidates(matching, word, edits) if other.isalpha()}
        held = [(-matching.holding(Leaf(other, ((terms_of(other)[0],),))), other) for other in near]
        held = [choice for choice in held if choice[0] < 0]
        if held:
            return min(held)[1]
    return None


def _candidates(matching: Matching, word: str, edits: int) -> set[str]:
    found: set[str] = set()
    for segment in matching.segments:
        for field in _FIELDS:
            found.update(segment.terms_near(field, word, edits, 1))
            found.update(term[1:] for term in segment.terms_near(field, "=" + word, edits, 2))
    return found
