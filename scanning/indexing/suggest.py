"""Step 4 of the way of the data in one call: type, clients, date, correspondent, and the decision.

Pure: the caller fetched the candidates with matching.wanted_keys, and says when the post came in.
"""

from dataclasses import replace
from datetime import date

from edrms.clients.model import Client
from edrms.fileplan import document_type
from scanning.indexing.calibration import calibration
from scanning.indexing.correspondent import correspondent
from scanning.indexing.document_date import document_date
from scanning.indexing.facts import Known
from scanning.indexing.found import Identifiers
from scanning.indexing.identifiers import find_identifiers
from scanning.indexing.matching import match_found
from scanning.indexing.model import (
    CorrespondentSuggestion,
    PageText,
    Suggestion,
    TypeSuggestion,
)
from scanning.indexing.places import with_words
from scanning.indexing.rules import may_file_itself
from scanning.indexing.telling import LearnedTypes, tell_type

WORTH_NAMING = 0.25  # below this a type is a guess that would only mislead


def suggest(
    pages: tuple[PageText, ...],
    candidates: tuple[Client, ...],
    received_on: date | None = None,
) -> Suggestion:
    """What is suggested for a document, each with score and reasons, and whether it files itself.

    candidates: every client the register found by matching.wanted_keys(pages); leaving any out
    makes the scores too high. received_on: civil date of receipt.
    """
    return suggest_found(find_identifiers(pages), pages, candidates, received_on)


def suggest_found(
    found: Identifiers,
    pages: tuple[PageText, ...],
    candidates: tuple[Client, ...],
    received_on: date | None = None,
    *,
    known: Known | None = None,
    learned: LearnedTypes | None = None,
) -> Suggestion:
    """As suggest, for pages whose identifiers are found already.

    known, learned: what people's filing has taught of clients (facts.py) and of types (telling.py).
    """
    suggested = _located(tell_type(found.lines, learned), pages)
    matches = match_found(found, pages, candidates, known)
    plan = document_type(suggested.code) if suggested.code else None
    decision = may_file_itself(suggested, matches, pages, plan)
    writer = correspondent(found)
    return Suggestion(
        document_type=suggested,
        clients=matches,
        document_date=document_date(found, received_on),
        correspondent=writer,
        title=_title(plan.name if plan and suggested.score >= WORTH_NAMING else "Document", writer),
        file_itself=decision.file_itself,
        why=decision.why,
        matcher=calibration().version,
    )


def _title(type_name: str, writer: CorrespondentSuggestion | None) -> str:
    """A title without the client's name, which the file it stands on already says."""
    return f"{type_name} from {writer.name}" if writer and writer.score >= 0.6 else type_name


def _located(suggested: TypeSuggestion, pages: tuple[PageText, ...]) -> TypeSuggestion:
    return replace(suggested, reasons=with_words(suggested.reasons, pages))
