"""View models of the indexing queue and of the workbench where a document is indexed.

Suggestions come with their evidence, because a person decides: the page shows why, not only what.
Nothing is chosen for a person here; what is ticked comes from `IndexForm` alone.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from api.web.view_models.finding import ClientSummary
from api.web.view_models.pages import PageView
from api.web.view_models.shell import (
    NO_DATE,
    Choice,
    ChoiceGroup,
    DateFields,
    FieldError,
    Pagination,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class TypeSuggestion:
    """A suggested document type. confidence: 0 to 1, calibrated. evidence: words that led to it."""

    code: str
    name: str
    confidence: float
    evidence: str = ""


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
    strength: Literal["strong", "possible", "weak"]
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueRow:
    """A document waiting to be indexed. reasons: why it did not file itself, in plain words.

    batch_id: empty when the person may not open the batch. is_mine: open with the person asking.
    taken_by: name of whoever has it open now. skipped_reason: why it was left last time.
    """

    document_id: str
    name: str
    received_at: datetime
    age_days: int
    page_count: int
    batch_id: str
    batch_reference: str
    suggested_type: TypeSuggestion | None = None
    suggested_client: ClientSuggestion | None = None
    reasons: tuple[str, ...] = ()
    is_overdue: bool = False
    is_mine: bool = False
    taken_by: str = ""
    skipped_reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class QueuePage:
    """The indexing queue, oldest first. oldest_age_days: None when nothing waits."""

    rows: tuple[QueueRow, ...]
    pagination: Pagination
    overdue_count: int = 0
    oldest_age_days: int | None = None


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
    dates_found: dates read in the document, likeliest first. findings: of the automatic checks.
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
    dates_found: tuple[date, ...] = ()
    reasons: tuple[str, ...] = ()
    findings: tuple[str, ...] = ()
    item_id: str = ""
    errors: tuple[FieldError, ...] = ()
