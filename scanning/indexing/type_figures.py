"""How well types are told: macro F1, coverage at a precision, and the score from which a type is sure. Pure.

Coverage at 99 %: the largest share of documents, surest first, of which 99 in 100 are right.
"""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

SURE = 0.99
LEAST_SURE_DOCUMENTS = 100  # fewer cannot show that one in a hundred is wrong


@dataclass(frozen=True, slots=True)
class Told:
    """One document: its type as a person filed it, the type told, and how sure that was."""

    true: str
    told: str | None
    score: float


def macro_f1(told: Sequence[Told]) -> float:
    """The mean of the types' F1, each type counting alike."""
    right = Counter(one.true for one in told if one.told == one.true)
    truly, said = Counter(one.true for one in told), Counter(one.told for one in told)
    of_types = [2 * right[label] / (truly[label] + said[label]) for label in truly]
    return sum(of_types) / len(of_types) if of_types else 0.0


def coverage(told: Sequence[Told], precision: float = SURE) -> float:
    """Share of the documents that may be taken as told."""
    return _surest(told, precision)[0] / len(told) if told else 0.0


def thresholds(told: Sequence[Told]) -> dict[str, float]:
    """For each type told often enough: the least score above which it was right 99 times in 100."""
    by_type: dict[str, list[Told]] = defaultdict(list)
    for one in told:
        if one.told:
            by_type[one.told].append(one)
    found = {label: _surest(ones, SURE) for label, ones in by_type.items()}
    return {
        label: score for label, (count, score) in found.items() if count >= LEAST_SURE_DOCUMENTS
    }


def _surest(told: Sequence[Told], precision: float) -> tuple[int, float]:
    """How many of the surest are right often enough, and the score of the last; equal scores go together."""
    ranked = sorted(told, key=lambda one: -one.score)
    right, best = 0, (0, 1.0)
    for count, one in enumerate(ranked, start=1):
        right += one.told == one.true
        is_tied = count < len(ranked) and ranked[count].score == one.score
        if not is_tied and right / count >= precision and one.told is not None:
            best = (count, one.score)
    return best
