"""Words of indexing: what a page says, what was found on it, and what is suggested with its reasons.

Frozen values only; nothing here reads, decides or stores. The client a suggestion points at is an
edrms.clients.model.Client; document types are edrms.fileplan's.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from scanning.reading.model import Word


@dataclass(frozen=True, slots=True)
class PageText:
    """The text of one page. number: from 1. words: as read, in the order of the text, with boxes.

    confidence: mean confidence of the reading, 0 to 1; None for text that was not OCR'd.
    """

    number: int
    text: str
    words: tuple[Word, ...] = ()
    confidence: float | None = None


class Role(StrEnum):
    """Whom something on a page is about."""

    SUBJECT = "subject"  # labelled so: "Re:", "Client:", "Name of child"
    PRESUMED = "presumed"  # nobody is labelled; the writer about himself, or the person addressed
    ADDRESSEE = "addressee"
    WRITER = "writer"
    COPY = "copy"
    OTHER = "other"  # labelled as somebody else: mother, carer, social worker, referrer
    MENTIONED = "mentioned"


class EvidenceKind(StrEnum):
    """What kind of fact a piece of evidence is."""

    REFERENCE = "reference"
    NHS_NUMBER = "nhs_number"
    DATE_OF_BIRTH = "date_of_birth"
    NAME = "name"
    POSTCODE = "postcode"
    ADDRESS = "address"
    UPRN = "uprn"
    CUE = "cue"
    DOCUMENT_DATE = "document_date"
    CORRESPONDENT = "correspondent"


@dataclass(frozen=True, slots=True)
class Evidence:
    """Something printed on a page that speaks for or against a suggestion.

    value: as printed. page, line: from 1; blank lines are not counted. words: the printed words
    with their boxes, empty where the page was given without words. note: what is odd about it,
    in the words of a sentence ("differs by one letter").
    """

    kind: EvidenceKind
    value: str
    page: int
    line: int
    words: tuple[Word, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class ClientMatch:
    """A client the document may be about.

    score: 0 to 1, the share of belief in this client against every other client who lays claim to
    the same evidence, and against somebody who is on no file (see matching.py); 0.97 and more is
    meant to be right 99 times in 100. identifiers: how many independent identifiers agree.
    vetoes: reasons, each a clause, for which the document may not file itself on this client.
    """

    client_id: str
    score: float
    agreeing: tuple[Evidence, ...]
    against: tuple[Evidence, ...]
    explanation: str
    identifiers: int = 0
    vetoes: tuple[str, ...] = ()
    service: str = ""


@dataclass(frozen=True, slots=True)
class TypeAlternative:
    """Another type the document might be."""

    code: str
    score: float


@dataclass(frozen=True, slots=True)
class TypeSuggestion:
    """The likeliest document type; score 0 to 1. code is None where the page gives no cue at all.

    model: id and version of what judged (CLS6), to be stored with the score and alternatives.
    """

    code: str | None
    score: float
    reasons: tuple[Evidence, ...] = ()
    alternatives: tuple[TypeAlternative, ...] = ()
    model: str = ""


@dataclass(frozen=True, slots=True)
class DateSuggestion:
    """The civil date a document bears; score 0 to 1."""

    on: date
    score: float
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class CorrespondentSuggestion:
    """Who wrote: an organisation or a person; score 0 to 1."""

    name: str
    score: float
    evidence: Evidence


class Confidence(StrEnum):
    """How far a person may lean on something suggested (rules.py)."""

    SURE = "sure"
    LIKELY = "likely"
    CHECK = "check"


@dataclass(frozen=True, slots=True)
class Decision:
    """Whether a document files itself, and why or why not, each reason a sentence."""

    file_itself: bool
    why: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Suggestion:
    """All that is suggested for a document. clients: best first; several may be right together.

    matcher: version of what scored the clients, kept with them as the type's model is with it.
    """

    document_type: TypeSuggestion
    clients: tuple[ClientMatch, ...]
    document_date: DateSuggestion | None
    correspondent: CorrespondentSuggestion | None
    title: str
    file_itself: bool
    why: tuple[str, ...]
    matcher: str = ""
