"""Words of paper: boxes, what lies in them, tasks, and the destruction of paper. Pure.

A span is a stretch of what came in one batch: all of it, one item (an envelope, or a stack scanned as one
file), or a run of an item's pages (a document, a few sheets). Paper lies in a box as a part: one span.
Where spans lie one within another, the narrower says where the paper is: "the batch, but for that deed".
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

MOST_PAGES = 1_000_000


class BoxState(StrEnum):
    """in_place: at its location. out: lent to somebody, to be back by a day. retired: empty for good."""

    IN_PLACE = "in_place"
    OUT = "out"
    LOST = "lost"
    RETIRED = "retired"


class PartState(StrEnum):
    """kept: it lies in the box. lost: nobody knows where it is. The others are ends: it is there no more.

    destroyed: by an act of destruction with its certificate. destroyed_early: without one.
    """

    KEPT = "kept"
    LOST = "lost"
    DESTROYED = "destroyed"
    DESTROYED_EARLY = "destroyed_early"
    RETURNED = "returned"
    NEVER_EXISTED = "never_existed"


LIVE_PARTS = (PartState.KEPT, PartState.LOST)


class TaskKind(StrEnum):
    """destroy: the record is disposed of and its paper is not. isolate: a hold is on what lies in a box."""

    DESTROY = "destroy"
    ISOLATE = "isolate"


class TaskState(StrEnum):
    """isolated: of a task to isolate, done, and to stay so until the hold is lifted."""

    OPEN = "open"
    ISOLATED = "isolated"
    CLOSED = "closed"


class DestructionState(StrEnum):
    """How far the destruction of a list of paper has come. Both ends are final."""

    PROPOSED = "proposed"
    CONFIRMED = "confirmed"
    DECLINED = "declined"


class Method(StrEnum):
    """How paper was destroyed. A contractor's own certificate has a number."""

    CROSS_CUT = "cross_cut"
    PULPING = "pulping"
    INCINERATION = "incineration"
    CONTRACTOR = "contractor"


class QualityState(StrEnum):
    """Whether the scan of a batch was found good enough to stand for its paper."""

    PASSED = "passed"
    NOT_YET = "not_yet"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Quality:
    """What is known of a batch's quality. reason: why not, as a code; on: the day it was checked."""

    state: QualityState
    reason: str = ""
    by: str = ""
    on: date | None = None


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of a batch. item_id "" means all of it; first_page 0 means the whole item. Pages count
    from 1 within the item, both ends included."""

    batch_id: str
    item_id: str = ""
    first_page: int = 0
    last_page: int = 0

    @property
    def is_sound(self) -> bool:
        """Whether it can be a span at all."""
        if not self.item_id or not self.first_page:
            return self.first_page == self.last_page == 0
        return 0 < self.first_page <= self.last_page <= MOST_PAGES

    @property
    def narrowness(self) -> int:
        """Greater for whatever lies within another."""
        if not self.item_id:
            return 0
        return MOST_PAGES + 1 - (self.last_page - self.first_page) if self.first_page else 1

    def contains(self, other: "Span") -> bool:
        """Whether all of the other lies in this one; a span contains itself."""
        if self.batch_id != other.batch_id or (self.item_id and self.item_id != other.item_id):
            return False
        if not self.item_id or not self.first_page:
            return True
        return 0 < other.first_page >= self.first_page and other.last_page <= self.last_page

    def overlaps(self, other: "Span") -> bool:
        """Whether they have any paper in common."""
        if self.contains(other) or other.contains(self):
            return True
        if self.batch_id != other.batch_id or self.item_id != other.item_id:
            return False
        return self.first_page <= other.last_page and other.first_page <= self.last_page

    def has_page(self, item_id: str, page: int) -> bool:
        """Whether this page of an item is in it."""
        return self.contains(Span(self.batch_id, item_id, page, page))


@dataclass(frozen=True, slots=True)
class Part:
    """Paper registered in a box."""

    part_id: str
    box_id: str
    span: Span
    state: PartState = PartState.KEPT

    @property
    def is_live(self) -> bool:
        """Whether it is still somewhere."""
        return self.state in LIVE_PARTS


@dataclass(frozen=True, slots=True)
class Pages:
    """Pages of one document that lie in one part; part None: registered nowhere."""

    part: Part | None
    first_page: int
    last_page: int


def runs(numbers: Iterable[int]) -> tuple[tuple[int, int], ...]:
    """Numbers in order as runs without a gap, both ends included."""
    found: list[tuple[int, int]] = []
    for number in sorted(set(numbers)):
        if found and found[-1][1] == number - 1:
            found[-1] = found[-1][0], number
        else:
            found.append((number, number))
    return tuple(found)
