"""How much a question may ask of an engine: beyond it every engine alike answers TOO_LONG.

A lookup is one list of places read for one term or phrase in one field. OpenSearch refuses questions
of more than 1,024 (docs/adr/0008); the limit lies below that, so that one question never has two answers.
Three hundred plain words stay within it; some fifty phrases of names and numbers reach it.
"""

from search.places import fields_of
from search.query import Leaf, Query

MOST_LOOKUPS = 960


def is_too_much(query: Query) -> bool:
    """True if the question takes more than MOST_LOOKUPS."""
    leaves = [leaf for clause in query.clauses for leaf in clause.leaves]
    return sum(map(_lookups, [*leaves, *query.excluded])) > MOST_LOOKUPS


def _lookups(leaf: Leaf) -> int:
    fields = len(fields_of(leaf))
    if leaf.prefix:
        return 2 * fields + 2
    phrases = sum(len(run) > 1 for run in leaf.runs)
    if len(leaf.runs) == 1 and not phrases:
        return 3
    return (len(leaf.runs) + phrases) * fields + 1
