"""View models of the indexing queue and of the workbench where a document is indexed.

Suggestions come with their evidence, because a person decides: the page shows why, not only what.
Nothing is chosen for a person here; what is ticked comes from `IndexForm` alone.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from api.web.view_models.finding import ClientSummary
from api.web.view_models.pages import Box, PageView
from api.web.view_models.quality import Chart
from api.web.view_models.shell import (
    NO_DATE,
    Choice,
    ChoiceGroup,
    DateFields,
    FieldError,
    Pagination,
)

Sureness = Literal["sure", "likely", "check"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Printed:
    """A place that something was read from. page_number: of the document; line: from 1; box: None where the
    page has no picture of words, such as an electronic text."""

    page_number: int
    line: int
    text: str
    box: Box | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TypeSuggestion:
    """A suggested document type. confidence: 0 to 1, calibrated. evidence: words that led to it, and where
    they stand."""

    code: str
    name: str
    confidence: float
    sureness: Sureness = "check"
    evidence: str = ""
    places: tuple[Printed, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """One reason for or against a client. agrees: False when the document says otherwise."""

    text: str
    page_number: int | None = None
    agrees: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientSuggestion:
    """A client who may be the one the document is about, with the reasons."""

    client: ClientSummary
    sureness: Sureness
    evidence: tuple[Evidence, ...] = ()
    places: tuple[Printed, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Sibling:
    """A brother or sister of a client who is ticked. of: that client's name."""

    client: ClientSummary
    of: str


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueRow:
    """A document waiting to be indexed. reasons: why it did not file itself, in plain words.

    batch_id: empty when the person may not open the batch. is_mine: open with the person asking.
    taken_by: name of whoever has it in hand now. skipped_reason: why it was left last time. due_in_days:
    until the day by which it is to be indexed, negative once that has passed.
    """

    document_id: str
    name: str
    received_at: datetime
    age_days: int
    due_in_days: int
    page_count: int
    batch_id: str
    batch_reference: str
    suggested_type: TypeSuggestion | None = None
    suggested_client: ClientSuggestion | None = None
    reasons: tuple[str, ...] = ()
    is_overdue: bool = False
    is_mine: bool = False
    taken_by: str = ""
    may_release: bool = False
    skipped_reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueDay:
    """How many documents came on a day and still wait. is_late: they all are overdue."""

    label: str
    count: int
    is_late: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class QueuePage:
    """The indexing queue, by when documents are due. oldest_age_days: None when nothing waits. due_days:
    within how many days a document is to be indexed."""

    rows: tuple[QueueRow, ...]
    pagination: Pagination
    due_days: int
    overdue_count: int = 0
    in_hand_count: int = 0
    oldest_age_days: int | None = None
    days: tuple[QueueDay, ...] = ()
    chart: Chart | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexForm:
    """What the form holds now. Field names: type, other_type, client, title, document_date-*,
    client_query, skip_reason, reject_reason.

    type: a type code of a suggestion, or `other` when other_type holds the code.
    client_ids: the ticked clients; field `client`, once for each.
    """

    type: str = ""
    other_type: str = ""
    client_ids: tuple[str, ...] = ()
    title: str = ""
    document_date: DateFields = NO_DATE
    client_query: str = ""
    skip_reason: str = ""
    reject_reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexDocumentPage:
    """The workbench: one document and the form that files it.

    pages are numbered from 1 within the document; page_numbers: what they are in the file. item_id: empty
    when the person may not put the file's pages in order.
    batch_id: empty when the person may not open the batch.
    chosen_clients: ticked clients who are not among the suggestions.
    found_clients: result of the search that works without scripts; None when none was made.
    dates_found: dates read in the document, likeliest first. findings: of the automatic checks. siblings: of
    those ticked. taken_at: which taking this page is of, for putting the document back. may_join: there is a
    document before it in the file.
    """

    document_id: str
    name: str
    batch_id: str
    batch_reference: str
    received_at: datetime
    page_numbers: tuple[int, ...]
    pages: tuple[PageView, ...]
    all_types: tuple[ChoiceGroup, ...]
    skip_reasons: tuple[Choice, ...]
    reject_reasons: tuple[Choice, ...]
    form: IndexForm
    suggested_types: tuple[TypeSuggestion, ...] = ()
    suggested_clients: tuple[ClientSuggestion, ...] = ()
    chosen_clients: tuple[ClientSummary, ...] = ()
    found_clients: tuple[ClientSummary, ...] | None = None
    siblings: tuple[Sibling, ...] = ()
    dates_found: tuple[date, ...] = ()
    date_sureness: Sureness = "check"
    date_places: tuple[Printed, ...] = ()
    reasons: tuple[str, ...] = ()
    taken_at: str = ""
    may_join: bool = False
    findings: tuple[str, ...] = ()
    item_id: str = ""
    errors: tuple[FieldError, ...] = ()

    @property
    def shown_at_once(self) -> frozenset[int]:
        """Pages whose pictures are wanted as soon as the page opens: the first, and those with crops."""
        of_types = (place for one in self.suggested_types for place in one.places)
        of_clients = (place for one in self.suggested_clients for place in one.places)
        places = (*self.date_places, *of_types, *of_clients)
        return frozenset({1, *(place.page_number for place in places if place.box)})


@dataclass(frozen=True, slots=True, kw_only=True)
class BeingMadePage:
    """Shown while a document is made anew after its pages were put in order."""

    document_id: str
