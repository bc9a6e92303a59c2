"""Forms of JSON about separating post: sheets, and pages put in order by hand."""

from datetime import date
from typing import Literal

from pydantic import Field

from api.v1.schema import Model
from scanning.arranging.model import ScanFault
from scanning.batches.counts import Sides
from scanning.sheets.model import SheetKind


class BatchHeader(Model):
    """What a batch header says; what it leaves out it leaves as it is."""

    stream: str = Field("", max_length=32)
    sides: Sides = Sides.UNKNOWN
    expected_sheets: int | None = Field(None, ge=1, lt=100_000)
    expected_documents: int | None = Field(None, ge=1, lt=100_000)
    operator: str = Field("", max_length=80)
    device: str = Field("", max_length=64)
    received_on: date | None = None


class NewSheets(Model):
    """kind: DOC (document separator), ENV (envelope) or BAT (batch header, always one)."""

    kind: SheetKind
    count: int = Field(1, ge=1, le=200)
    header: BatchHeader | None = None


class PageStep(Model):
    """What is done to the page with this number in the file. seen: `changes` as last read.

    split: a new document begins with it. join: its document with the one before. move, bring_back: to
    `position` of `document_id` (bring_back with "": a new document). take_out: as `kind`. turn_*: from how it
    lies now. mark: the scan has this fault, or "" none. link: it is a rescan of that page of that file (its
    place in the batch) of that batch, or with all 0 of none.
    """

    act: Literal[
        "split", "join", "move", "turn_right", "turn_left", "turn_over", "take_out", "bring_back", "mark",
        "link",
    ]  # fmt: skip
    page: int = Field(ge=1)
    seen: int | None = None
    document_id: str = Field("", max_length=32)
    position: int = Field(0, ge=0)
    kind: Literal["", "blank", "separator"] = ""
    fault: ScanFault = ScanFault.NONE
    batch_number: int = Field(0, ge=0)
    file_number: int = Field(0, ge=0)
    page_number: int = Field(0, ge=0)


class Undoing(Model):
    """seen: `changes` as last read."""

    seen: int | None = None


class PagesOfDocument(Model):
    """Numbers of its pages in the file, in the document's order."""

    document_id: str
    state: Literal["to_index", "filed", "rejected", "disposed"]
    pages: list[int]


class FilePage(Model):
    """turned_degrees: the turn to upright, clockwise, that a person has said."""

    number: int
    kind: str
    turned_degrees: int | None
    fault: ScanFault
    is_rescan: bool


class FilePages(Model):
    """A page in no document is blank, a separator or a header."""

    changes: int
    can_undo: bool
    is_being_made: bool
    documents: list[PagesOfDocument]
    pages: list[FilePage]
