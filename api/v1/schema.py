"""What the JSON API sends and receives, as pydantic models: the OpenAPI document is made from these."""

from datetime import date, datetime
from typing import Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from scanning.batches.counts import Counted, Sides


class Model(BaseModel):
    """Parent of every body: unknown fields are refused."""

    model_config = ConfigDict(extra="forbid")


class Problem(Model):
    """RFC 9457 problem details."""

    type: str
    title: str
    status: int
    detail: str
    code: str = Field(description="Stable and machine-readable.")
    fields: dict[str, str] = Field(description="What is wrong in which field.")
    request_id: str


class SignIn(Model):
    username: str
    password: str
    code: str = Field("", description="Of the authenticator, where the account has one.")


class Proof(Model):
    password: str
    code: str = Field("", description="Of the authenticator, where the account has one.")


class Token(Model):
    """Send it as `Authorization: Bearer <token>`."""

    token: str


class NewBatch(Model):
    stream: str = ""
    note: str = ""
    received_on: date | None = Field(None, description="Day the post arrived; today if not said.")
    origin: str = Field("", max_length=160, description="Where the post was collected.")
    device: str = Field("", max_length=64, description="Name of the scanner.")
    settings: dict[str, str] = Field(
        default_factory=dict, description="What the scanner was set to, as it names that."
    )
    sides: Sides = Field(Sides.UNKNOWN, description="Which sides of a sheet are scanned.")
    expected_sheets: int | None = Field(None, ge=1, lt=100_000)
    expected_documents: int | None = Field(None, ge=1, lt=100_000)
    announced_files: int | None = Field(
        None, ge=1, lt=100_000, description="How many files will be sent into the batch."
    )
    scanned_from: AwareDatetime | None = None
    scanned_until: AwareDatetime | None = None


class BatchCounts(Model):
    """What was counted by hand; each can be said once."""

    sides: Sides = Sides.UNKNOWN
    expected_sheets: int | None = Field(None, ge=1, lt=100_000)
    expected_documents: int | None = Field(None, ge=1, lt=100_000)


class Closing(Model):
    """reason: needed of a supervisor where counts differ."""

    reason: str = Field("", max_length=2000)


class CountDifference(Model):
    """A count that does not agree. Of `sheets` both numbers are pages. `sides`: sheets were counted, but
    not said whether both sides are scanned."""

    what: Counted
    expected: int
    came: int


class PageAccount(Model):
    """Where the pages of a batch are; the eight places add up to `received` when it agrees."""

    received: int
    being_read: int
    to_index: int
    filed: int
    blank: int
    separator: int
    held: int
    rejected: int
    disposed: int
    agrees: bool
    files_not_counted: int = Field(
        description="Files whose pages are not known: not yet opened, or held."
    )


class Batch(Model):
    batch_id: str
    reference: str
    received_on: date
    opened_at: datetime
    note: str
    origin: str
    device: str
    settings: dict[str, str]
    sides: Sides
    expected_sheets: int | None
    expected_documents: int | None
    announced_files: int | None
    scanned_from: datetime | None
    scanned_until: datetime | None
    closed_at: datetime | None
    differences: list[CountDifference]
    faults: list[str] = Field(
        description="What a manifest or a batch header says otherwise than came."
    )
    pages: PageAccount
    item_ids: list[str]


class Letter(Model):
    """A document in the custody ledger, or a file not divided yet (`document_id` empty, pages 0)."""

    batch_id: str
    batch_reference: str
    received_on: date
    file_name: str
    document_id: str
    first_page: int
    last_page: int
    state: str


class LetterList(Model):
    letters: list[Letter]


class BatchList(Model):
    batches: list[Batch]


class Receipt(Model):
    """The file is safe: stored, read back, and its row committed."""

    id: str = Field(description="The item's id.")
    batch_id: str
    sha256: str
    size_bytes: int
    identical_to: str | None = Field(description="An earlier item with the very same bytes.")


class Document(Model):
    document_id: str
    first_page: int
    last_page: int
    state: Literal["to_index", "filed", "rejected", "disposed"]
    record_id: str | None
    envelope: int | None = Field(description="Which envelope of the batch it came in, from 1.")


class Item(Model):
    id: str
    batch_id: str
    name: str
    state: Literal["received", "reading", "read", "held", "rejected"]
    held_reason: str
    held_detail: str
    media_type: str
    page_count: int | None
    identical_to: str | None
    parent_id: str | None
    notes: list[str]
    documents: list[Document]


class WaitingDocument(Model):
    document_id: str
    batch_id: str
    first_page: int
    last_page: int
    waiting_since: datetime
    taken: bool
    suggestion: dict[str, Any]


class Queue(Model):
    waiting: int
    documents: list[WaitingDocument]


class Indexing(Model):
    """What a document is, as decided by a person."""

    document_type: str
    client_ids: list[str]
    document_date: date | None = None
    title: str = ""


class Reason(Model):
    reason: str


class Filed(Model):
    record_id: str


class Identifier(Model):
    system: str
    value: str


class Client(Model):
    client_id: str
    forename: str
    surname: str
    date_of_birth: date | None
    nhs_number: str
    service: str
    address: list[str]
    postcode: str
    identifiers: list[Identifier]


class ClientList(Model):
    clients: list[Client]


class RecordSummary(Model):
    record_id: str
    reference: str
    version: int = Field(description="Higher each time it is taken off a file or filed again.")
    title: str
    document_type: str
    document_date: date | None
    received_on: date
    filed_at: datetime
    sensitivity: str


class ClientFile(Model):
    client: Client
    records: list[RecordSummary]
    has_restricted: bool = Field(description="There are restricted records you may know of.")


class Arrival(Model):
    record: RecordSummary
    client_ids: list[str]
    at: datetime = Field(description="When it was filed, or moved here from a wrong file.")


class Arrivals(Model):
    total: int
    arrivals: list[Arrival] = Field(description="Newest first, at most 20 a page.")


class Rendition(Model):
    kind: str
    media_type: str
    size_bytes: int
    sha256: str


class Page(Model):
    number: int
    kind: str
    text: str
    text_source: str
    confidence: float | None
    width_px: int
    height_px: int


class Record(Model):
    record: RecordSummary
    client_ids: list[str]
    renditions: list[Rendition]
    pages: list[Page]


class Span(Model):
    text: str
    is_hit: bool


class Hit(Model):
    record: RecordSummary
    client_ids: list[str]
    page_numbers: list[int]
    snippet: list[Span]


class SearchResults(Model):
    total: int
    notice: str | None = Field(description="How the question was answered, when not plainly.")
    suggestion: str | None
    hits: list[Hit]
    by_type: dict[str, int]
    by_year: dict[str, int]


class AuditEvent(Model):
    number: int
    event_id: str
    at: datetime
    staff_id: str
    staff_name: str = Field(description="Empty for parts of the service itself.")
    action: str
    what: str = Field(description="The action in words.")
    subject_kind: str
    subject_id: str
    subject_name: str = Field(description="A reference, or a name you may know; else empty.")
    outcome: str
    reason: str
    detail: dict[str, Any]
    request_id: str
    source: str
    has_personal_detail: bool


class AuditEvents(Model):
    """Events, newest first."""

    events: list[AuditEvent]
    older: int | None = Field(
        description="Give it as `before` for the next page; null on the last."
    )
