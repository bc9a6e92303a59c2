"""What is suggested for a waiting document, as its pages show it: how sure it is, and where it was read."""

from collections.abc import Iterable, Mapping

from flask_babel import gettext as _

from api.web.presenting import boxes_of_lines, client_summary
from api.web.view_models import Box, ClientSuggestion, Evidence, TypeSuggestion
from api.web.view_models.indexing import Printed
from edrms.clients.model import Client
from edrms.fileplan import document_type
from scanning.indexing.model import ClientMatch, Suggestion
from scanning.indexing.model import Evidence as Found
from scanning.indexing.rules import (
    LEAST_LIKELY_SCORE,
    confidence_in_client,
    confidence_in_date,
    confidence_in_type,
)
from scanning.indexing.suggest import WORTH_NAMING

_MOST_ALTERNATIVES = 2


def types(suggestion: Suggestion) -> Iterable[TypeSuggestion]:
    """The likeliest types, best first; none that is not worth naming."""
    suggested = suggestion.document_type
    if suggested.code is None or suggested.score < WORTH_NAMING:
        return
    plan = document_type(suggested.code)
    words = ", ".join(dict.fromkeys(f"“{reason.value}”" for reason in suggested.reasons[:3]))
    yield TypeSuggestion(
        code=suggested.code,
        name=plan.name,
        confidence=suggested.score,
        sureness=confidence_in_type(suggested.score, plan).value,
        evidence=_("It says %(words)s", words=words) if words else "",
        places=printed(suggested.reasons[:1]),
    )
    for other in suggested.alternatives[:_MOST_ALTERNATIVES]:
        if other.score < WORTH_NAMING:
            break
        plan = document_type(other.code)
        yield TypeSuggestion(
            code=other.code,
            name=plan.name,
            confidence=other.score,
            sureness=confidence_in_type(other.score, plan).value,
        )


def clients(
    suggestion: Suggestion, people: Mapping[str, Client], *, links_page: bool = False
) -> Iterable[ClientSuggestion]:
    """The clients suggested whom the person may find, best first. Places only of the likely ones."""
    for match in suggestion.clients:
        if match.client_id in people:
            yield _client(people[match.client_id], match, suggestion, links_page=links_page)


def _client(
    client: Client, match: ClientMatch, suggestion: Suggestion, *, links_page: bool
) -> ClientSuggestion:
    pages = {found.page for found in match.agreeing}
    first_page = min(pages) if pages and links_page else None
    reasons = [
        Evidence(text=match.explanation, page_number=first_page),
        *(Evidence(text=f"{veto[:1].upper()}{veto[1:]}", agrees=False) for veto in match.vetoes),
    ]
    is_likely = match.score > LEAST_LIKELY_SCORE
    return ClientSuggestion(
        client=client_summary(client),
        sureness=confidence_in_client(suggestion.clients, match).value,
        evidence=tuple(reasons),
        places=printed([*match.agreeing, *match.against]) if is_likely else (),
    )


def date_of(suggestion: Suggestion) -> dict[str, object]:
    """The date read in the document, how far to lean on it and where it stands."""
    found = suggestion.document_date
    if found is None:
        return {}
    return {
        "dates_found": (found.on,),
        "date_sureness": confidence_in_date(found.score).value,
        "date_places": printed([found.evidence]),
    }


def boxes(suggestion: Suggestion) -> dict[int, list[Box]]:
    """Where the evidence was read, by page of the document: type, likely clients, date."""
    evidence: list[Found] = [*suggestion.document_type.reasons]
    for match in suggestion.clients:
        if match.score > LEAST_LIKELY_SCORE:
            evidence += match.agreeing
    if suggestion.document_date:
        evidence.append(suggestion.document_date.evidence)
    found: dict[int, list[Box]] = {}
    for one in evidence:
        found.setdefault(one.page, []).extend(boxes_of_lines(one.words))
    return {page: list(dict.fromkeys(of_page)) for page, of_page in found.items()}


def printed(evidence: Iterable[Found]) -> tuple[Printed, ...]:
    """Places on the pages, each once, in the order of the evidence."""
    places = []
    for found in evidence:
        lines = boxes_of_lines(found.words)
        text = " ".join(word.text for word in found.words) or found.value
        places.append(
            Printed(
                page_number=found.page, line=found.line, text=text, box=lines[0] if lines else None
            )
        )
    return tuple(dict.fromkeys(places))
