"""Numbers of the ranking: BM25F over the asker's visible world, and how clauses combine.

Pure arithmetic, on arrays where an engine wants it; OpenSearch says the same in its own language.
Every statistic (how many records, how many hold a word, their mean length) counts visible records
only, so the order of hits says nothing of hidden ones (docs/adr/0003). A prefix counts as one
occurrence in a field, however many words begin so: no engine need count them. Constants were chosen
on Cranfield and CISI.
"""

import math
from typing import Any

FIELD_WEIGHTS = {
    "body": 1.0,
    "title": 1.5,
    "client": 2.0,
    "ref": 3.0,
    "type": 1.0,
    "notes": 0.7,
}
K1 = 2.0
B = 0.85
COVERAGE_POWER = 0.5
SIGNIFICANT_DIGITS = 5  # of a score: what differs by less is a tie, on every engine
STRICT_CLAUSES = 3  # up to so many words, all must be there


def rarity(holding: int, visible: int) -> float:
    """Weight of a clause that so many of the visible records hold (BM25's idf, never negative)."""
    return math.log(1 + (visible - holding + 0.5) / (holding + 0.5))


def length_norm(words: Any, mean_words: float) -> Any:
    """Array of divisors by which long bodies count less."""
    return 1 - B + B * words / max(mean_words, 1.0)


def saturated(frequency: Any) -> Any:
    """Array of BM25 term factors, 0 to 1."""
    return frequency / (K1 + frequency)
