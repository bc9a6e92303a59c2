"""Rules of paper: what may be put where, where a document's sheets are, and whether paper may be destroyed.
Pure. In doubt paper is kept: whatever is not known is not met.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from itertools import groupby

from scanning.paper.model import (
    BoxState,
    Pages,
    Part,
    PartState,
    Quality,
    QualityState,
    Span,
)


class BoxAct(StrEnum):
    """What may be done with a box."""

    MOVE = "move"
    LEND = "lend"
    GIVE_BACK = "give_back"
    LOSE = "lose"
    FIND = "find"
    RETIRE = "retire"


BOX_ACTS: dict[tuple[BoxState, BoxAct], BoxState] = {
    (BoxState.IN_PLACE, BoxAct.MOVE): BoxState.IN_PLACE,
    (BoxState.IN_PLACE, BoxAct.LEND): BoxState.OUT,
    (BoxState.OUT, BoxAct.GIVE_BACK): BoxState.IN_PLACE,
    (BoxState.IN_PLACE, BoxAct.LOSE): BoxState.LOST,
    (BoxState.OUT, BoxAct.LOSE): BoxState.LOST,
    (BoxState.LOST, BoxAct.FIND): BoxState.IN_PLACE,
    (BoxState.IN_PLACE, BoxAct.RETIRE): BoxState.RETIRED,
}


def next_box_state(state: BoxState, act: BoxAct) -> BoxState | None:
    """Where the act leads, None where it may not be done now."""
    return BOX_ACTS.get((state, act))


def clash(span: Span, parts: Collection[Part]) -> Part | None:
    """The part because of which this span may not be put into a box; None if it may.

    Parts strictly within it are where they are: what is put is the rest. A destroyed part clashes too.
    """
    return next(
        (one for one in parts if one.span.overlaps(span) and not _strictly_in(one.span, span)), None
    )


def taken_from(span: Span, parts: Collection[Part]) -> Part | None:
    """The part that this span may be taken out of; None where it lies in none, or is one already, or
    where parts of it lie elsewhere."""
    holding = [one for one in parts if one.span.contains(span)]
    crossing = [
        one for one in parts if one.span.overlaps(span) and not _strictly_in(span, one.span)
    ]
    if not holding or crossing:
        return None
    return max(holding, key=lambda one: one.span.narrowness)


def _strictly_in(narrow: Span, wide: Span) -> bool:
    return wide.contains(narrow) and narrow != wide


def innermost(item_id: str, page: int, parts: Collection[Part]) -> Part | None:
    """The part in which a page lies: the narrowest one that has it. None: it is registered nowhere."""
    having = [one for one in parts if one.span.has_page(item_id, page)]
    return max(having, key=lambda one: one.span.narrowness, default=None)


def places_of(document: Span, parts: Collection[Part]) -> tuple[Pages, ...]:
    """Where the pages of a document lie, in order, as runs of pages in one part. parts: of its batch."""
    near = [one for one in parts if one.span.overlaps(document)]
    numbers = range(document.first_page, document.last_page + 1)
    found = groupby(numbers, key=lambda page: innermost(document.item_id, page, near))
    runs = [(part, list(pages)) for part, pages in found]
    return tuple(Pages(part, pages[0], pages[-1]) for part, pages in runs)


class Asked(StrEnum):
    """What must be true before paper may be destroyed."""

    QUALITY = "quality"
    FILED = "filed"
    STANDSTILL = "standstill"
    NO_HOLD = "no_hold"
    MAY_GO = "may_go"
    IN_PLACE = "in_place"


@dataclass(frozen=True, slots=True)
class Condition:
    """One of them: true or not, and why, as a code; day: of a standstill, its end."""

    asked: Asked
    is_met: bool
    because: str
    day: date | None = None


@dataclass(frozen=True, slots=True)
class RecordOnPaper:
    """A record some of whose paper is to be destroyed. is_ended: it was given up to destruction itself.

    standstill_days, paper_is_kept: of its document type (keeping.py).
    """

    record_id: str
    filed_on: date
    is_ended: bool
    is_held: bool
    standstill_days: int
    paper_is_kept: bool


@dataclass(frozen=True, slots=True)
class LineFacts:
    """What is known of a stretch of paper. is_settled: every page of the whole batch is filed, blank, a
    separator, rejected or destroyed, the count agrees, and the batch is closed. kept_because: it was marked
    to be kept. others: documents in it that are no record, waiting or rejected. standstill_days: of paper
    that is no record's."""

    quality: Quality
    is_settled: bool
    records: tuple[RecordOnPaper, ...]
    others: int
    part_state: PartState
    box_state: BoxState
    kept_because: str
    standstill_days: int


def conditions(facts: LineFacts, today: date) -> tuple[Condition, ...]:
    """Each condition in turn. Paper whose every record was itself disposed of follows it: quality, filing
    and standstill protect a scan that is no more. today: civil date in the council's time zone."""
    follows = bool(facts.records) and not facts.others and all(r.is_ended for r in facts.records)
    scan = (
        tuple(Condition(one, True, "disposed_of") for one in (Asked.QUALITY, Asked.FILED,
                                                             Asked.STANDSTILL))
        if follows
        else (_quality(facts), _filed(facts), _standstill(facts, today))
    )  # fmt: skip
    return (*scan, _no_hold(facts), _may_go(facts), _in_place(facts))


def all_met(found: Sequence[Condition]) -> bool:
    """Whether the paper may be destroyed."""
    return {one.asked for one in found} == set(Asked) and all(one.is_met for one in found)


def _quality(facts: LineFacts) -> Condition:
    passed = facts.quality.state is QualityState.PASSED and facts.quality.on is not None
    because = "passed" if passed else facts.quality.reason or facts.quality.state.value
    return Condition(Asked.QUALITY, passed, because, facts.quality.on)


def _filed(facts: LineFacts) -> Condition:
    because = "all_filed" if facts.is_settled else "not_all_filed"
    return Condition(Asked.FILED, facts.is_settled, because)


def _standstill(facts: LineFacts, today: date) -> Condition:
    """From the later of the quality check and the last filing."""
    if facts.quality.state is not QualityState.PASSED or facts.quality.on is None:
        return Condition(Asked.STANDSTILL, False, "not_begun")
    days = [one.standstill_days for one in facts.records if not one.is_ended]
    begun = max([facts.quality.on, *(one.filed_on for one in facts.records)])
    ends = begun + timedelta(days=max(days, default=facts.standstill_days))
    is_met = today >= ends
    return Condition(Asked.STANDSTILL, is_met, "over" if is_met else "until", ends)


def _no_hold(facts: LineFacts) -> Condition:
    is_met = not any(one.is_held for one in facts.records)
    return Condition(Asked.NO_HOLD, is_met, "none" if is_met else "held")


def _may_go(facts: LineFacts) -> Condition:
    if facts.kept_because:
        return Condition(Asked.MAY_GO, False, "marked")
    is_met = not any(one.paper_is_kept for one in facts.records)
    return Condition(Asked.MAY_GO, is_met, "may_go" if is_met else "type_is_kept")


def _in_place(facts: LineFacts) -> Condition:
    if facts.part_state is not PartState.KEPT:
        return Condition(Asked.IN_PLACE, False, facts.part_state.value)
    is_met = facts.box_state is BoxState.IN_PLACE
    return Condition(Asked.IN_PLACE, is_met, "there" if is_met else f"box_{facts.box_state.value}")
