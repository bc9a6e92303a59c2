"""How well types are told: macro F1, coverage at a precision, and the time it takes. Pure but for the clock.

The same measures as the shared scorer's, for papers whose truth is in the types of the file plan.
"""

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from scanning.indexing.classify import classify
from scanning.indexing.model import PageText
from tests.quality.outcome import DocumentOutcome, FileOutcome


@dataclass(frozen=True, slots=True)
class TypeCall:
    """What a document is, what it was taken for, and how sure that was, 0 to 1."""

    true: str
    said: str | None
    score: float

    @property
    def is_right(self) -> bool:
        """Whether it was taken for what it is."""
        return self.true == self.said


def macro_f1(calls: Sequence[TypeCall]) -> float:
    """The mean over the true types of 2tp / (2tp + fp + fn); 0.0 for no calls."""
    shares = []
    for kind in {call.true for call in calls}:
        hits = sum(call.is_right and call.true == kind for call in calls)
        misses = sum(not call.is_right and kind in (call.true, call.said) for call in calls)
        shares.append(2 * hits / (2 * hits + misses))
    return sum(shares) / max(len(shares), 1)


def coverage(calls: Sequence[TypeCall], precision: float) -> float:
    """The largest share of documents, the surest first, of which at least this share is right."""
    ordered = sorted(calls, key=lambda call: -call.score)
    covered = right = 0
    for number, call in enumerate(ordered, start=1):
        right += call.is_right
        is_last_of_score = number == len(ordered) or ordered[number].score != call.score
        if is_last_of_score and right / number >= precision:
            covered = number
    return covered / max(len(ordered), 1)


def classifying_ms(outcomes: Iterable[FileOutcome]) -> list[float]:
    """Processor milliseconds that telling the type of each document took, the cues being loaded."""
    classify(())
    return [_spent_ms(outcome, one) for outcome in outcomes for one in outcome.documents]


def _spent_ms(outcome: FileOutcome, document: DocumentOutcome) -> float:
    pages = tuple(
        PageText(page.number, page.text)
        for page in outcome.pages
        if document.first_page <= page.number <= document.last_page
    )
    started = time.process_time()
    classify(pages)
    return (time.process_time() - started) * 1000
