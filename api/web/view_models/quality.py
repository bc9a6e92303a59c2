"""View models of quality: samples to look at, one of them with what was found, and figures with charts."""

from dataclasses import dataclass
from datetime import datetime

from api.web.view_models.pages import PageView
from api.web.view_models.shell import Choice, FieldError, Pagination


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleRow:
    """A sampled document in a list. href: "" where the reader may not check it. note: why not, or who
    has it."""

    name: str
    batch_reference: str
    page_count: int
    why: str
    drawn_at: datetime
    href: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class QualityPage:
    """The samples that wait for the reader, and those that failed and are not put right. can_take: whether
    one is there to be taken. some_barred: not all that are listed may be checked by the reader."""

    rows: tuple[SampleRow, ...]
    failed: tuple[SampleRow, ...]
    pagination: Pagination
    can_take: bool
    some_barred: bool
    sees_figures: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class QualitySamplePage:
    """One sampled document. Form fields: action (pass or fail), seen, fault, reason, pass_reason.

    numbers: of each page within the file. page_findings: for each page, what was found and what to do.
    findings: of the whole document. judgements: what was said of it before. seen: how many of these.
    """

    document_id: str
    name: str
    batch_reference: str
    batch_href: str
    pages: tuple[PageView, ...]
    numbers: tuple[int, ...]
    page_findings: tuple[tuple[str, ...], ...]
    findings: tuple[str, ...]
    judgements: tuple[str, ...]
    seen: int
    has_failed: bool
    has_passed: bool
    waiting_count: int
    faults: tuple[Choice, ...]
    fault: str = ""
    reason: str = ""
    pass_reason: str = ""
    errors: tuple[FieldError, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ChartBar:
    """A bar of a chart, placed. text: its number in words."""

    label: str
    text: str
    x: int
    y: int
    width: int
    height: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """A drawing of bars; it tells nothing that the table under it does not."""

    chart_id: str
    title: str
    bars: tuple[ChartBar, ...]
    width: int
    height: int
    is_upright: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class FigureRow:
    """label, and a number in words for each column."""

    label: str
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FigureTable:
    """A chart with the table behind it."""

    chart: Chart
    heading: str
    columns: tuple[str, ...]
    rows: tuple[FigureRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class QualityFiguresPage:
    """Figures of these days. One GET form: from, to, device, operator."""

    typed: dict[str, str]
    args: dict[str, str]
    devices: tuple[str, ...] = ()
    operators: tuple[str, ...] = ()
    tables: tuple[FigureTable, ...] = ()
    pages: int = 0
    judged: int = 0
    errors: tuple[FieldError, ...] = ()
