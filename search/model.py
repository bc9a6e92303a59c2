"""Words of the search room: what is indexed, who may see it, what is asked and what comes back.

Frozen values only. Nothing here knows an index engine, a clock or a row; scores never appear, so
they cannot be shown, compared between people, or used to guess at records out of sight.
"""

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

MOST_HITS = 100_000


@dataclass(frozen=True, slots=True)
class IndexedRecord:
    """All that is searchable of one filed record.

    version: grows with every change of the record's row; lets the index be compared with the rows.
    services, sensitivity: who may find it; a record with an empty one of these is found by nobody.
    identifiers: NHS numbers, case references and the like, as written; spaces do not matter.
    pages: text of each page in order, "" for a page without text, so that numbers stay true.
    """

    record_id: str
    version: int
    title: str
    document_type: str
    document_date: date | None
    filed_at: datetime
    services: frozenset[str]
    sensitivity: str
    client_ids: frozenset[str] = frozenset()
    client_names: tuple[str, ...] = ()
    identifiers: tuple[str, ...] = ()
    pages: tuple[str, ...] = ()
    file_names: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AccessFilter:
    """What the asker may see: (one of services) and (one of sensitivities), narrowed further below.

    Deny by default: with no services or no sensitivities nothing is visible. client_ids: None means
    the policy does not narrow by client; an empty set means no client, hence nothing.
    except_client_ids: a record about any of these is hidden (conflict of interest, seal).
    record_ids: as client_ids, of the records themselves: None does not narrow, an empty set is
    nothing. except_record_ids: these are hidden, whatever else this filter lets in.
    """

    services: frozenset[str] = frozenset()
    sensitivities: frozenset[str] = frozenset()
    client_ids: frozenset[str] | None = None
    except_client_ids: frozenset[str] = frozenset()
    record_ids: frozenset[str] | None = None
    except_record_ids: frozenset[str] = frozenset()


class Sort(StrEnum):
    """Order of hits; every order ends with the record id, so it is total and repeatable."""

    RELEVANCE = "relevance"
    NEWEST = "newest"
    OLDEST = "oldest"


@dataclass(frozen=True, slots=True)
class SearchRequest:
    """One question. access has no default: a search without an asker cannot be written.

    access: a tuple of filters lets in what any one of them lets in, hence () nothing.
    text: as typed; blank lists everything visible, newest first.
    document_types, years: only records of any of these (of document or, without a date, filing);
    empty means all. They narrow what the words found and never change how the words were read;
    by_type is counted without document_types, by_year without years, so that more can be chosen.
    from_date, to_date: inclusive, of the document's date, or of filing where it has none.
    page: from 1. page_size: 1 to 100. Hits beyond the first MOST_HITS cannot be leafed to.
    """

    text: str
    access: AccessFilter | tuple[AccessFilter, ...]
    document_type: str | None = None
    document_types: frozenset[str] = frozenset()
    years: frozenset[int] = frozenset()
    client_id: str | None = None
    from_date: date | None = None
    to_date: date | None = None
    sort: Sort = Sort.RELEVANCE
    page: int = 1
    page_size: int = 20

    def __post_init__(self) -> None:
        if self.page < 1 or not 1 <= self.page_size <= 100:
            raise ValueError("page counts from 1, page_size lies within 1 to 100")
        if self.page * self.page_size > MOST_HITS:
            raise ValueError(f"only the first {MOST_HITS} hits can be leafed through")


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of text; is_hit where it answers the query. Spans joined give the snippet."""

    text: str
    is_hit: bool


@dataclass(frozen=True, slots=True)
class Hit:
    """A record found. page_numbers: matched pages, from 1, in order; () if only the title etc. match.

    snippet: from page snippet_page (None if the record has no text). why: places that matched,
    of "title", "client", "reference", "type", "notes", "text".
    """

    record_id: str
    version: int
    page_numbers: tuple[int, ...] = ()
    snippet: tuple[Span, ...] = ()
    snippet_page: int | None = None
    why: tuple[str, ...] = ()


class Notice(StrEnum):
    """What must be said to the asker about how the question was answered."""

    SOME_WORDS = "some_words"  # no record has all of these words; these have some
    NEAR_SPELLINGS = "near_spellings"  # a word was not found; records with suggestion are shown
    NO_WORDS = "no_words"  # nothing to search for was typed
    TOO_LONG = "too_long"  # more than MAX_CHARACTERS, MAX_WORDS or effort.MOST_LOOKUPS


@dataclass(frozen=True, slots=True)
class FacetCount:
    """How many of the visible matches fall under a value (a document type, a year)."""

    value: str
    count: int


@dataclass(frozen=True, slots=True)
class Results:
    """The answer, as if records hidden from the asker did not exist.

    total: matches before paging. by_type: most first, then by name. by_year: newest first.
    suggestion: the text searched instead, made of words of visible records; with NEAR_SPELLINGS.
    """

    hits: tuple[Hit, ...] = ()
    total: int = 0
    by_type: tuple[FacetCount, ...] = ()
    by_year: tuple[FacetCount, ...] = ()
    notice: Notice | None = None
    suggestion: str | None = None


@dataclass(frozen=True, slots=True)
class Health:
    """State of an index for operators. deleted_waiting: dead records whose bytes are not erased."""

    records: int
    size_bytes: int
    segments: int
    deleted_waiting: int
    notes: tuple[str, ...] = field(default=())
