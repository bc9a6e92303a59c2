"""Which documents of a batch people look at, and how its check stands. Pure.

Every document has a draw that follows from the ids alone, which the product gives: nobody who scans can
choose it, and anyone can work the sample out again. Of each group that has one rate the lowest draws are
taken, rounded up, and at least one document of every round.
"""

import hashlib
import math
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from edrms.fileplan import Sensitivity, load_document_types
from scanning.quality.model import BatchResult, BatchState, NotYet, SamplingRates

PASSED, FAILED = "passed", "failed"


class Why(StrEnum):
    """By which rule a document is in a sample."""

    USUAL = "usual"
    NEW_OPERATOR = "new_operator"
    NEW_DEVICE = "new_device"
    OPERATOR = "operator"
    DEVICE = "device"
    TYPE = "type"
    RECORD_CLASS = "class"
    SEALED = "sealed"
    LEAST = "least"
    ESCALATED = "escalated"


@dataclass(frozen=True, slots=True)
class Source:
    """Whose batch it is. earlier_*: how many batches that operator opened, and that device made, before."""

    operator: str
    device: str
    earlier_of_operator: int
    earlier_of_device: int


@dataclass(frozen=True, slots=True)
class DocumentFacts:
    """A document as its rate depends on it. type_code: as filed, else as suggested ("": none).

    classes: of the files it is on; before filing, all that its type may go to.
    """

    document_id: str
    type_code: str
    classes: frozenset[str]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A document to draw from. is_fixed: somebody looks or looked at it, so it stays in the sample."""

    document_id: str
    rate: float
    is_fixed: bool = False


@dataclass(frozen=True, slots=True)
class Drawn:
    """A document as it stands in the samples of its batch. round 0: it was not drawn from yet."""

    document_id: str
    round: int
    is_sampled: bool
    outcome: str


def classes_of_type(code: str) -> frozenset[str]:
    """The record classes a type may go to; none for an unknown one."""
    every = {one.code: one for one in load_document_types()}
    return (
        frozenset(named for _, named in every[code].record_classes)
        if code in every
        else frozenset()
    )


def rate_of(rates: SamplingRates, source: Source, document: DocumentFacts) -> tuple[float, Why]:
    """The share of documents like this one that people look at, and by which rule: the highest counts.

    A rate of an operator or a device takes the place of the usual one.
    """
    found = [*_of_source(rates, source)] or [(rates.usual, Why.USUAL)]
    if source.earlier_of_operator < rates.new_batches:
        found.append((rates.new_operator, Why.NEW_OPERATOR))
    if source.device and source.earlier_of_device < rates.new_batches:
        found.append((rates.new_device, Why.NEW_DEVICE))
    if document.type_code in rates.by_type:
        found.append((rates.by_type[document.type_code], Why.TYPE))
    found += [
        (rates.by_class[one], Why.RECORD_CLASS)
        for one in sorted(document.classes)
        if one in rates.by_class
    ]
    if document.type_code in sealed_types():
        found.append((rates.sealed, Why.SEALED))
    return max(found, key=lambda one: one[0])


def _of_source(rates: SamplingRates, source: Source) -> Iterable[tuple[float, Why]]:
    if source.operator in rates.by_operator:
        yield rates.by_operator[source.operator], Why.OPERATOR
    if source.device and source.device in rates.by_device:
        yield rates.by_device[source.device], Why.DEVICE


def sealed_types() -> frozenset[str]:
    """The types that are sealed from the moment they are filed."""
    return frozenset(
        one.code for one in load_document_types() if one.sensitivity is Sensitivity.SEALED
    )


def draw_of(batch_id: str, document_id: str) -> str:
    """A document's place in the order in which documents of its batch are drawn (hex, SHA-256)."""
    return hashlib.sha256(f"quality sample {batch_id} {document_id}".encode()).hexdigest()


def chosen(batch_id: str, candidates: Sequence[Candidate]) -> frozenset[str]:
    """The documents of one round that are in the sample; at least one where there are any."""
    groups: defaultdict[float, list[Candidate]] = defaultdict(list)
    for one in candidates:
        groups[one.rate].append(one)
    found: set[str] = set()
    for rate, group in groups.items():
        wanted = math.ceil(round(rate * len(group), 9))  # 0.07 * 100 is a little over 7
        ordered = sorted(
            group, key=lambda one: (not one.is_fixed, draw_of(batch_id, one.document_id))
        )
        found |= {one.document_id for one in ordered if one.is_fixed}
        found |= {one.document_id for one in ordered[:wanted]}
    if candidates and not found:
        found.add(min((one.document_id for one in candidates),
                      key=lambda one: draw_of(batch_id, one)))  # fmt: skip
    return frozenset(found)


def open_round(drawn: Collection[Drawn]) -> int:
    """The round that documents not drawn from belong to: the last, or the next once all of it is judged."""
    last = max((one.round for one in drawn), default=0)
    if not last:
        return 1
    sampled = [one for one in drawn if one.round == last and one.is_sampled]
    return last if any(not one.outcome for one in sampled) else last + 1


def result(
    drawn: Sequence[Drawn], whole: Collection[str], *, is_read: bool, is_escalated: bool
) -> BatchResult:
    """How the check stands. drawn: every document there is. whole: ids of those that must be looked at by
    what they are, whenever that came out. is_read: nothing is being read or held."""
    sampled = [one for one in drawn if one.is_sampled]
    passed = sum(one.outcome == PASSED for one in sampled)
    failed = sum(one.outcome == FAILED for one in sampled)
    uncovered = any(
        not one.round or (not one.is_sampled and one.document_id in whole) for one in drawn
    )
    state, why = BatchState.NOT_YET, None
    if failed:
        state = BatchState.FAILED
    elif not is_read:
        why = NotYet.BEING_READ
    elif not drawn:
        why = NotYet.NO_DOCUMENT
    elif uncovered:
        why = NotYet.NOT_DRAWN
    elif passed < len(sampled):
        why = NotYet.WAITING
    else:
        state = BatchState.PASSED
    return BatchResult(state, why, len(drawn), len(sampled), passed, failed, is_escalated)
