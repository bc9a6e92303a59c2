"""View models of a filed record on screen, and of the state of the service itself.

A record page shows one page of the document at a time, with the words that were searched for.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from api.web.view_models.finding import ClientSummary
from api.web.view_models.notices import SubjectLink
from api.web.view_models.pages import PageLink, PageView
from api.web.view_models.paper import PlaceRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Download:
    """A form of the record that may be downloaded. rendition: the name in the address."""

    rendition: str
    label: str
    size_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordPage:
    """The viewer. page: the one shown. links: the pages in the strip, in order, without the blank
    ones unless shows_blank; hidden_count: blank pages left out. page_count: all there are.

    previous_page, next_page: nearest pages in the strip, None at either end.
    previous_hit_page, next_hit_page: nearest other pages with a found word, None if there is none.
    hit_count: found words in the whole document. text_source: a TextSource value.
    reading_confidence: 0 to 1, None unless the page was read by OCR. badges: how it is guarded, in
    words; warnings: sentences to be read before it is downloaded, printed or shared. kept: until when
    and why, in one sentence; "" for a reader who may not know. held_by: the holds it is
    under that the reader may know of. paper: where its originals are, for a reader who may know.
    """

    record_id: str
    reference: str
    title: str
    type_name: str
    document_date: date | None
    received_on: date
    filed_at: datetime
    filed_by: str
    clients: tuple[ClientSummary, ...]
    page: PageView
    links: tuple[PageLink, ...]
    page_count: int
    previous_page: int | None = None
    next_page: int | None = None
    hidden_count: int = 0
    shows_blank: bool = False
    downloads: tuple[Download, ...] = ()
    batch_id: str | None = None
    batch_reference: str = ""
    query: str = ""
    hit_count: int = 0
    previous_hit_page: int | None = None
    next_hit_page: int | None = None
    text_source: str = ""
    reading_confidence: float | None = None
    badges: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    sees_guards: bool = False
    may_print: bool = False
    held_by: tuple[SubjectLink, ...] = ()
    may_hold: bool = False
    kept: str = ""
    paper: tuple[PlaceRow, ...] = ()
    wrong_person_href: str = ""
    put_right_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PrintPage:
    """A record to be put on paper. pages: without the blank ones, of which there are hidden_count."""

    record_id: str
    reference: str
    title: str
    clients: tuple[ClientSummary, ...]
    pages: tuple[PageView, ...]
    page_count: int
    hidden_count: int
    printed_by: str
    printed_at: datetime
    badges: tuple[str, ...]
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerRow:
    """A worker with work in hand. seen_age_s: seconds since its last sign of life."""

    name: str
    seen_age_s: int
    is_alive: bool
    task: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkRow:
    """One kind of background work. retried: waiting again after a try that failed."""

    name: str
    waiting: int
    running: int
    retried: int
    oldest_age_s: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """A check of the service's own health. detail: the figure it judged."""

    name: str
    state: Literal["good", "watch", "bad"]
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusPage:
    """State of the service for a system administrator.

    is_stalled: work waits and nobody has taken any. sees_every_batch: may open the page counts.
    """

    checked_at: datetime
    checks: tuple[Check, ...]
    workers: tuple[WorkerRow, ...]
    work: tuple[WorkRow, ...]
    is_stalled: bool = False
    sees_every_batch: bool = True
