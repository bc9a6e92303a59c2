"""Forms of JSON about separating post: sheets, and pages put in order by hand."""

from datetime import date

from pydantic import Field

from api.v1.schema import Model
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
