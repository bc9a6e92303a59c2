"""View models of finding: clients, a client's documents, search results, and the start page.

Everything here has passed the access policy before it was built: a row that may not be seen is not
in the tuple, and no count includes it.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from api.web.view_models.notices import NoticeRow
from api.web.view_models.oversight import Figure
from api.web.view_models.pages import TextPart
from api.web.view_models.post import BatchRow
from api.web.view_models.shell import Facet, Pagination


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """An identifier of a client in another system: `Case system`, `100482`."""

    system: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientSummary:
    """Enough of a client to tell two of the same name apart.

    nhs_number: ten digits without spaces, empty if not known; shown 3-3-4.
    document_count: documents this person may see, None where it is not counted.
    """

    client_id: str
    name: str
    born_on: date | None = None
    died_on: date | None = None
    nhs_number: str = ""
    references: tuple[Reference, ...] = ()
    address: str = ""
    service: str = ""
    other_names: tuple[str, ...] = ()
    document_count: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FindClientPage:
    """Client search. is_searched: False before anything was asked; then clients are those the person works
    with."""

    query: str = ""
    is_searched: bool = False
    clients: tuple[ClientSummary, ...] = ()
    pagination: Pagination | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentRow:
    """A filed document in a list. document_date: None when the document bears none."""

    record_id: str
    title: str
    type_name: str
    document_date: date | None
    received_on: date
    page_count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientPage:
    """A client and the documents on the file that this person may see.

    document_count: all of them, whatever filter is set. has_restricted: there are restricted records
    besides, and the person may know so much; may_break_glass: and may open them in an emergency.
    kept: until when the documents are kept and why, in sentences; kept_href: their list, if the reader
    may open it.
    """

    client: ClientSummary
    documents: tuple[DocumentRow, ...]
    document_count: int
    pagination: Pagination
    types: tuple[Facet, ...] = ()
    sort: Literal["newest", "oldest"] = "newest"
    has_restricted: bool = False
    may_break_glass: bool = False
    sees_guards: bool = False
    sees_life: bool = False
    kept: tuple[str, ...] = ()
    kept_href: str = ""
    sees_stubs: bool = False
    sees_paper: bool = False
    may_allocate: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchHit:
    """A found document. page_numbers: pages with a found word, lowest first, at most a handful.

    match_count: found words in the document. snippet: words around the best ones.
    """

    record_id: str
    title: str
    type_name: str
    document_date: date | None
    clients: tuple[ClientSummary, ...]
    page_count: int
    snippet: tuple[TextPart, ...] = ()
    page_numbers: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchPage:
    """Search. matched: `any` when no document has every word and the search was widened.

    index_behind_s: set when the index lags so far that a new document may be absent.
    query_problem: what is wrong with the query, in plain words. suggestion: words searched for
    instead, when hits are shown with it. links_clients: the person may open clients' files.
    """

    query: str = ""
    is_searched: bool = False
    hits: tuple[SearchHit, ...] = ()
    pagination: Pagination | None = None
    matched: Literal["all", "any"] = "all"
    suggestion: str = ""
    types: tuple[Facet, ...] = ()
    years: tuple[Facet, ...] = ()
    index_behind_s: int | None = None
    query_problem: str = ""
    links_clients: bool = True

    @property
    def shown_query(self) -> str:
        """The words the hits answer: those typed, or those searched for instead."""
        return self.suggestion if self.hits and self.suggestion else self.query


@dataclass(frozen=True, slots=True, kw_only=True)
class RecentDocument:
    """A document the person opened lately, or that came lately for the people they work with."""

    record_id: str
    title: str
    client_name: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class HomePage:
    """What needs this person. A part that is None is not theirs and is left out.

    waiting_count and overdue_count: documents in the indexing queue. oldest_age_days: the oldest.
    held_count: items held anywhere. disagreeing_count: batches whose pages do not agree.
    sees_every_batch: the page counts of all batches may be opened. recent: opened lately.
    notices: what the person is told. review_count: looks waiting to be reviewed by the person.
    figures: what else waits, of every kind of work the person does. arrivals: the newest that came for the
    people the person works with and were not opened yet; arrival_count: all of them.
    """

    waiting_count: int | None = None
    overdue_count: int = 0
    oldest_age_days: int | None = None
    held_count: int | None = None
    disagreeing_count: int | None = None
    sees_every_batch: bool = False
    sees_status: bool = False
    may_upload: bool = False
    may_search: bool = False
    my_batches: tuple[BatchRow, ...] = ()
    recent: tuple[RecentDocument, ...] | None = None
    notices: tuple[NoticeRow, ...] = ()
    review_count: int | None = None
    figures: tuple[Figure, ...] = ()
    arrivals: tuple[RecentDocument, ...] | None = None
    arrival_count: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ArrivalsPage:
    """What came lately for the people the person works with and was not opened yet. days: how lately."""

    arrivals: tuple[RecentDocument, ...]
    pagination: Pagination
    days: int
