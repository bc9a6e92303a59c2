"""How the pages of a file are arranged into documents. Frozen values; the file is never touched. Pure."""

from dataclasses import dataclass
from enum import StrEnum


class ScanFault(StrEnum):
    """What is wrong with the scan of a page. NONE: nothing was said."""

    NONE = ""
    CUT_OFF = "cut_off"
    BLURRED = "blurred"
    PALE = "pale"
    FOLDED = "folded"
    COVERED = "covered"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class PlacedPage:
    """A page of the file. kind: content, blank or separator. turned_degrees: the clockwise turn to upright
    that a person has said, None as read. rescan_of: the badly scanned page that this one is a rescan of.
    """

    page_id: str
    kind: str
    turned_degrees: int | None = None
    fault: ScanFault = ScanFault.NONE
    rescan_of: str | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """A document: its pages in order, and the envelope it came in (id of the page with its sheet)."""

    document_id: str
    page_ids: tuple[str, ...]
    envelope_page_id: str | None = None


@dataclass(frozen=True, slots=True)
class Arrangement:
    """pages: every page of the file, as it came. parts: its documents in order; a page is in one or none."""

    pages: tuple[PlacedPage, ...]
    parts: tuple[Part, ...]

    def page(self, page_id: str) -> PlacedPage | None:
        """The page of this id."""
        return next((page for page in self.pages if page.page_id == page_id), None)

    def part_of(self, page_id: str) -> Part | None:
        """The document a page is in."""
        return next((part for part in self.parts if page_id in part.page_ids), None)


class Act(StrEnum):
    """What can be done to pages by hand."""

    SPLIT = "split"
    JOIN = "join"
    MOVE = "move"
    TURN = "turn"
    TAKE_OUT = "take_out"
    BRING_BACK = "bring_back"
    MARK = "mark"
    LINK = "link"


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One thing to do to the page page_id.

    SPLIT: a new document begins with it. JOIN: its document is joined to the one before. MOVE: to the place
    `position` (from 1) of document_id. TURN: turned_degrees clockwise as it came makes it upright. TAKE_OUT:
    as kind blank or separator. BRING_BACK: into document_id at `position`; into a new one if that is "".
    MARK: the scan has this fault, or none. LINK: it is a rescan of rescan_of, or of none.
    """

    act: Act
    page_id: str
    document_id: str = ""
    position: int = 0
    turned_degrees: int = 0
    kind: str = ""
    fault: ScanFault = ScanFault.NONE
    rescan_of: str | None = None
