"""What people counted against what came: files, sheets of paper and documents. Pure.

A sheet scanned on both sides is two pages. Separator sheets are the post room's own: they and, where both
sides are scanned, their backs are nobody's post and are not among the sheets counted by hand.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum


class Sides(StrEnum):
    """Which sides of a sheet were scanned."""

    UNKNOWN = ""
    ONE = "one"
    BOTH = "both"


class Counted(StrEnum):
    """What can differ. SIDES: sheets were counted, and nobody said whether both sides were scanned."""

    FILES = "files"
    SHEETS = "sheets"
    SIDES = "sides"
    DOCUMENTS = "documents"


@dataclass(frozen=True, slots=True, kw_only=True)
class Announced:
    """What was counted or said beforehand; None where it was not."""

    files: int | None = None
    sheets: int | None = None
    documents: int | None = None
    sides: Sides = Sides.UNKNOWN


@dataclass(frozen=True, slots=True)
class Came:
    """What came: files sent in (not those found inside another), pages of post, documents."""

    files: int
    pages: int
    documents: int


@dataclass(frozen=True, slots=True)
class Count:
    """A count made beforehand and what came. Of sheets both are pages: what the sheets make, and what
    came."""

    what: Counted
    expected: int
    came: int

    @property
    def agrees(self) -> bool:
        """Whether as much came as was counted; sheets without their sides agree with nothing."""
        return self.what is not Counted.SIDES and self.expected == self.came


def pages_of_post(kinds: Sequence[str], sides: Sides) -> int:
    """How many of an item's pages are post. kinds[0] is the kind of page 1; "rescan" is a sheet that was
    counted when it was first scanned."""
    separators = [kind == "separator" for kind in kinds]
    backs = [
        sides is Sides.BOTH and is_after and kind == "blank"
        for is_after, kind in zip([False, *separators], kinds, strict=False)
    ]
    return len(kinds) - sum(separators) - sum(backs) - list(kinds).count("rescan")


def came(files: int, documents: int, items: Iterable[Sequence[str]], sides: Sides) -> Came:
    """items: the kinds of the pages of each item."""
    return Came(files, sum(pages_of_post(kinds, sides) for kinds in items), documents)


def compare(announced: Announced, found: Came) -> tuple[Count, ...]:
    """Every count that was made against what came."""
    told = [
        (Counted.FILES, announced.files, found.files),
        (*_sheets(announced), found.pages),
        (Counted.DOCUMENTS, announced.documents, found.documents),
    ]
    return tuple(Count(what, said, came) for what, said, came in told if said is not None)


def _sheets(announced: Announced) -> tuple[Counted, int | None]:
    if announced.sheets is None or announced.sides is Sides.UNKNOWN:
        return Counted.SIDES, announced.sheets
    return Counted.SHEETS, announced.sheets * (2 if announced.sides is Sides.BOTH else 1)
