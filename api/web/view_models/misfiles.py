"""View models of misfiles: the list, and one of them beside the pages of its record."""

from dataclasses import dataclass
from datetime import datetime

from api.web.view_models.pages import PageView
from api.web.view_models.shell import Choice, FieldError, Pagination


@dataclass(frozen=True, slots=True, kw_only=True)
class MisfileRow:
    """A finding in words. filed: name of each person on whose file it seems to be wrongly, and what the pages
    say of them. also: names of those on whose files it may stay.

    named, why: whom the pages name better, and why. record_href: "" where the reader may not open the record.
    repair_href: where it is taken off. settled: by whom, when and why, of what is settled.
    """

    finding_id: str
    reference: str
    title: str
    filed: tuple[tuple[str, str], ...]
    also: tuple[str, ...]
    named: str
    why: str
    found_at: datetime
    is_open: bool
    href: str
    record_href: str = ""
    repair_href: str = ""
    settled: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MisfilesPage:
    """What is listed. One GET form: show, batch."""

    rows: tuple[MisfileRow, ...]
    shows: tuple[Choice, ...]
    show: str
    batch: str
    paging: Pagination


@dataclass(frozen=True, slots=True, kw_only=True)
class MisfilePage:
    """One finding. Form field: reason. page_number: where the evidence begins. before: what people said when
    they dismissed the same earlier."""

    row: MisfileRow
    pages: tuple[PageView, ...]
    page_number: int
    may_dismiss: bool
    before: tuple[str, ...] = ()
    reason: str = ""
    errors: tuple[FieldError, ...] = ()
