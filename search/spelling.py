"""Second try for a word no visible record has: the nearest word that a visible record has.

Catches typing and OCR errors of one letter, two in long words. Used only after a first search found
nothing, and always said to the asker. Pure choosing, common to all engines: they bring the near words
and how many visible records hold each.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace

from search.query import Clause, Leaf, Query
from search.words import fold, terms_of

SPELLING_FIELDS = ("body", "title", "client")
_SHORTEST = 4
_TWO_EDITS_FROM = 8


def words_to_respell(query: Query, holding: Callable[[Clause], int]) -> tuple[str, ...]:
    """The query's plain words, folded, that no visible record holds. holding: how many hold one."""
    return tuple(
        dict.fromkeys(
            fold(clause.leaves[0].text)
            for clause in query.clauses
            if _is_plain_word(clause) and not holding(clause)
        )
    )


def edits_tried(word: str) -> tuple[int, ...]:
    """How many letters may be wrong, fewest first: only when none is found is the next tried."""
    return (1, 2) if len(word) >= _TWO_EDITS_FROM else (1,)


def leaf_of(word: str) -> Leaf:
    """The leaf that looks for a near word."""
    return Leaf(word, ((terms_of(word)[0],),))


def most_held(held: Mapping[str, int]) -> str | None:
    """The word most visible records hold, then by the alphabet; None if none is held."""
    return min(
        (word for word, count in held.items() if count),
        key=lambda word: (-held[word], word),
        default=None,
    )


def respelled(query: Query, nearest: Mapping[str, str]) -> tuple[Query | None, str]:
    """The query with words replaced by the nearest, and its text; None if none was replaced."""
    clauses, texts = [], []
    for clause in query.clauses:
        other = nearest.get(fold(clause.leaves[0].text)) if _is_plain_word(clause) else None
        if other is not None:
            found = leaf_of(other)
            clause = Clause((replace(clause.leaves[0], text=other, runs=found.runs),))
        clauses.append(clause)
        texts.append(" OR ".join(_typed(leaf) for leaf in clause.leaves))
    texts += ["-" + _typed(leaf) for leaf in query.excluded]
    return (replace(query, clauses=tuple(clauses)) if nearest else None), " ".join(texts)


def _typed(leaf: Leaf) -> str:
    text = f'"{leaf.text}"' if " " in leaf.text else leaf.text
    return f"{leaf.field}:{text}" if leaf.field else text


def _is_plain_word(clause: Clause) -> bool:
    leaf = clause.leaves[0]
    is_one_word = len(clause.leaves) == len(leaf.runs) == 1 and len(leaf.runs[0]) == 1
    return is_one_word and len(leaf.text) >= _SHORTEST and fold(leaf.text).isalpha()
