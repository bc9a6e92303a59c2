"""View models of incoming post: the upload form, the list of batches, and one batch's account.

Counts are pages unless a name says otherwise. Nothing here decides whether a batch agrees; it adds
up what the service counted, so that the table on the page and its verdict cannot differ.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from api.web.view_models.shell import NO_DATE, Choice, DateFields, FieldError, Pagination

ItemState = Literal[
    "received", "reading", "read", "to_index", "filed", "held", "rejected", "disposed"
]


@dataclass(frozen=True, slots=True, kw_only=True)
class UploadPage:
    """The upload form, as first shown or as typed when something was wrong.

    Form fields: stream, note, received_on-day/-month/-year, expected_sheets, sides, expected_documents,
    origin, device, files.
    accept: media types and endings for the file chooser, `.pdf,.tif,image/jpeg` say.
    """

    streams: tuple[Choice, ...]
    max_file_size_bytes: int
    max_files: int
    accept: str
    stream: str = ""
    note: str = ""
    received_on: DateFields = NO_DATE
    expected_sheets: str = ""
    sides: str = ""
    expected_documents: str = ""
    origin: str = ""
    device: str = ""
    errors: tuple[FieldError, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PageCounts:
    """Where the pages of a batch are. Every page counts once.

    received: pages counted when the files were opened. files_not_counted: files not opened yet,
    or that could not be; their pages are in no figure.
    """

    received: int
    filed: int = 0
    waiting: int = 0
    blank: int = 0
    separator: int = 0
    held: int = 0
    being_read: int = 0
    rejected: int = 0
    disposed: int = 0
    files_not_counted: int = 0

    @property
    def accounted(self) -> int:
        """Pages whose place is known: the sum of every kind."""
        settled = self.filed + self.blank + self.separator + self.rejected + self.disposed
        return settled + self.waiting + self.held + self.being_read

    @property
    def agrees(self) -> bool:
        """True when every page received is accounted for, no more and no fewer."""
        return self.accounted == self.received

    @property
    def difference(self) -> int:
        """Pages missing from the account; below nought when it holds too many."""
        return self.received - self.accounted


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchRow:
    """A batch in a list. attention_count: items held or failed, which need a person."""

    batch_id: str
    reference: str
    received_at: datetime
    received_by: str
    item_count: int
    pages: PageCounts
    note: str = ""
    stream: str = ""
    attention_count: int = 0

    @property
    def needs_attention(self) -> bool:
        """True when an item is held or the pages do not agree."""
        return self.attention_count > 0 or not self.pages.agrees


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchesPage:
    """The list of batches, newest first. show: which of them."""

    batches: tuple[BatchRow, ...]
    pagination: Pagination
    show: Literal["all", "attention", "mine"] = "all"
    may_upload: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemDocument:
    """A document found in an item. reason: why it was rejected. envelope: which of the batch's.

    record_id: set once filed, if the person may open the record. may_index: the title leads to the
    workbench. may_restore: shows a button that posts to post.restore_document.
    """

    document_id: str
    title: str
    page_count: int
    state: Literal["to_index", "filed", "rejected", "disposed"]
    reason: str = ""
    may_index: bool = False
    may_restore: bool = False
    envelope: int | None = None
    record_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemRow:
    """A file of the batch.

    page_count: None until the file has been opened. held_reason: a HeldReason value.
    duplicate_of: reference of the batch that holds the same bytes; both are kept.
    read_page_count: pages read so far, while state is reading.
    may_retry, may_reject: show forms that post to post.retry_item and post.reject_item (field
    reason; its FieldError is named reason-<item_id>). may_download: post.download_item.
    """

    item_id: str
    name: str
    size_bytes: int
    state: ItemState
    page_count: int | None = None
    read_page_count: int = 0
    held_reason: str = ""
    rejected_reason: str = ""
    duplicate_of: str = ""
    documents: tuple[ItemDocument, ...] = ()
    may_retry: bool = False
    may_arrange: bool = False
    may_reject: bool = False
    may_download: bool = False


@dataclass(frozen=True, slots=True)
class CountRow:
    """A count made beforehand and what came. what: a Counted value; of sheets both are pages."""

    what: str
    expected: int
    came: int
    agrees: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchQualityPart:
    """How the scans of a batch are. state: in words; is_bad: a document of its sample failed.

    counts: kinds of findings with how often each was made. found: the first of them: file, page (0: of a
    whole document or file), what was found, what to do.
    """

    state: str
    is_bad: bool
    pages_checked: int
    counts: tuple[tuple[str, int], ...] = ()
    found: tuple[tuple[str, int, str, str], ...] = ()
    is_cut_off: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ContinuePage:
    """Where the files of an open batch are chosen again. Form field: files."""

    batch_id: str
    reference: str
    announced_files: int | None
    received_files: int
    max_file_size_bytes: int
    max_files: int
    accept: str
    errors: tuple[FieldError, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchPage:
    """One batch: its account and its items, those needing a person first.

    announced_files: how many files the sender said would come, None if not said; received_files:
    how many came (without those found inside another, such as an attachment).
    faults: what does not agree between the manifest and what came, in words.
    untold: counts that nobody said and this person may say: sides, expected_sheets, expected_documents;
    the form posts them to post.tell_counts. may_close: shows a button that posts to post.close_batch,
    with the field reason where counts differ. waits_for_supervisor: this person could close it if they
    agreed. may_reopen: shows a form that posts reason to post.reopen_batch. may_continue: this person sent it
    in by browser, and more files may come.
    """

    batch: BatchRow
    items: tuple[ItemRow, ...]
    received_on: date | None = None
    origin: str = ""
    device: str = ""
    settings: tuple[tuple[str, str], ...] = ()
    scanned_from: datetime | None = None
    scanned_until: datetime | None = None
    announced_files: int | None = None
    received_files: int = 0
    sees_paper: bool = False
    counts: tuple[CountRow, ...] = ()
    faults: tuple[str, ...] = ()
    quality: BatchQualityPart | None = None
    untold: tuple[str, ...] = ()
    closed_at: datetime | None = None
    closed_by: str = ""
    closing_reason: str = ""
    may_close: bool = False
    waits_for_supervisor: bool = False
    may_reopen: bool = False
    may_continue: bool = False
    errors: tuple[FieldError, ...] = ()

    @property
    def differs(self) -> bool:
        """Whether a count made beforehand does not agree."""
        return any(not count.agrees for count in self.counts)

    @property
    def is_working(self) -> bool:
        """True while something in the batch is still being received or read."""
        return any(item.state in ("received", "reading") for item in self.items)

    @property
    def files_missing(self) -> int:
        """Announced files that never arrived."""
        return max(0, (self.announced_files or 0) - self.received_files)


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetsPage:
    """What sheets can be printed, and what was typed so far.

    Form fields: kind, count, stream, received_on (day, month, year), expected_sheets, expected_documents,
    sides, operator, device.
    """

    streams: tuple[Choice, ...]
    kind: str = "DOC"
    count: str = "20"
    stream: str = ""
    received_on: DateFields = NO_DATE
    expected_sheets: str = ""
    expected_documents: str = ""
    sides: str = ""
    operator: str = ""
    device: str = ""
    errors: tuple[FieldError, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TraceRow:
    """A document in the custody ledger, or a file not divided yet (first_page 0). document_href: the
    workbench, for whoever may index it."""

    batch_reference: str
    batch_href: str
    received_on: date
    file_name: str
    first_page: int
    last_page: int
    state: ItemState
    taken_by: str = ""
    document_href: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TracePage:
    """What a scrap of knowledge led to, newest first. is_cut_off: there may be older ones.

    Form field: q.
    """

    typed: str = ""
    rows: tuple[TraceRow, ...] = ()
    is_cut_off: bool = False
    may_search: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ReconciliationPage:
    """The account over every batch, and the batches whose pages do not agree."""

    checked_at: datetime
    batch_count: int
    pages: PageCounts
    disagreeing: tuple[BatchRow, ...] = ()
