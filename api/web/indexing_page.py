"""The workbench's view model: a waiting document, and what is suggested with where it was read."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Literal

from flask_babel import gettext as _

from api.web import wording
from api.web.presenting import boxes_of_lines, client_summary, page_view, summaries
from api.web.quality_page import in_place
from api.web.view_models import (
    Box,
    Choice,
    ChoiceGroup,
    ClientSuggestion,
    ClientSummary,
    Evidence,
    FieldError,
    IndexDocumentPage,
    IndexForm,
    QueueRow,
    TypeSuggestion,
)
from api.wiring import Instance
from edrms.access.model import Actor, BatchFacts
from edrms.access.policy import decide, holds
from edrms.clients.model import Client
from edrms.clock import civil_date
from edrms.fileplan import document_type, load_document_types
from scanning.arranging.service import ARRANGE
from scanning.batches.tables import Batch, Document
from scanning.indexing.desk import OVERDUE_AFTER, is_taken
from scanning.indexing.model import ClientMatch, Suggestion
from scanning.indexing.model import Evidence as Found
from scanning.indexing.plain import suggestion_from_plain
from scanning.indexing.suggest import WORTH_NAMING

_STRONG, _POSSIBLE = 0.97, 0.5
_MOST_ALTERNATIVES = 2


def may_open(actor: Actor, batch: Batch) -> bool:
    """Whether a link to this batch leads anywhere for the actor."""
    return decide(actor, "batch:own:view", BatchFacts(batch.opened_by)).allowed


def queue_row(
    document: Document,
    people: Mapping[str, Client],
    names: Mapping[str, str],
    now: datetime,
    actor: Actor,
) -> QueueRow:
    """A waiting document in the list."""
    suggestion = suggestion_from_plain(document.suggestion)
    item = document.item
    first = [match for match in suggestion.clients[:1] if match.client_id in people]
    in_hand = is_taken(document, now)
    return QueueRow(
        document_id=document.document_id,
        name=suggestion.title,
        received_at=item.received_at,
        age_days=(civil_date(now) - civil_date(document.waiting_since)).days,
        page_count=document.page_count,
        batch_id=item.batch_id if may_open(actor, item.batch) else "",
        batch_reference=item.batch.reference,
        suggested_type=next(iter(_types(suggestion)), None),
        suggested_client=_client(people[first[0].client_id], first[0]) if first else None,
        reasons=suggestion.why,
        is_overdue=document.waiting_since < now - OVERDUE_AFTER,
        is_mine=in_hand and document.taken_by == actor.staff_id,
        taken_by=names.get(document.taken_by, "") if in_hand else "",
        skipped_reason=document.reason,
    )


def document_page(
    document: Document,
    form: IndexForm,
    instance: Instance,
    actor: Actor,
    errors: tuple[FieldError, ...] = (),
) -> IndexDocumentPage:
    """Everything the workbench shows of one document."""
    suggestion = suggestion_from_plain(document.suggestion)
    matches = {match.client_id: match for match in suggestion.clients}
    people = instance.clients.summaries(actor, [*matches, *form.client_ids])
    chosen = [one for one in form.client_ids if one in people and one not in matches]
    boxes = _boxes(suggestion)
    contents = instance.desk.contents(actor, document.document_id)
    return IndexDocumentPage(
        document_id=document.document_id,
        name=document.item.name,
        batch_id=document.item.batch_id if may_open(actor, document.item.batch) else "",
        batch_reference=document.item.batch.reference,
        received_at=document.item.received_at,
        page_numbers=tuple(number for number, _content in contents),
        item_id=document.item_id if holds(actor, ARRANGE) else "",
        pages=tuple(
            page_view(number, content, boxes=tuple(boxes.get(number, ())))
            for number, (_number, content) in enumerate(contents, start=1)
        ),
        all_types=_all_types(),
        skip_reasons=_skip_reasons(),
        reject_reasons=_reject_reasons(),
        form=form,
        suggested_types=tuple(_types(suggestion)),
        suggested_clients=tuple(
            _client(people[one], match, links_page=len(contents) > 1)
            for one, match in matches.items()
            if one in people
        ),
        chosen_clients=summaries(people[one] for one in chosen),
        found_clients=_found(form, instance, actor, {*matches, *chosen}),
        dates_found=_dates(suggestion),
        reasons=suggestion.why,
        findings=tuple(
            in_place(page, one)
            for page, one in instance.quality.looks.of_document(document.document_id)
        ),
        errors=errors,
    )


def _boxes(suggestion: Suggestion) -> dict[int, list[Box]]:
    """Where the evidence was read, by page of the document: type, likely clients, date."""
    evidence: list[Found] = [*suggestion.document_type.reasons]
    for match in suggestion.clients:
        if match.score > _POSSIBLE:
            evidence += match.agreeing
    if suggestion.document_date:
        evidence.append(suggestion.document_date.evidence)
    boxes: dict[int, list[Box]] = {}
    for found in evidence:
        boxes.setdefault(found.page, []).extend(boxes_of_lines(found.words))
    return {page: list(dict.fromkeys(found)) for page, found in boxes.items()}


def _found(
    form: IndexForm, instance: Instance, actor: Actor, shown: set[str]
) -> tuple[ClientSummary, ...] | None:
    if not form.client_query.strip():
        return None
    clients = instance.clients.search(actor, form.client_query)
    return summaries(client for client in clients if client.client_id not in shown)


def _dates(suggestion: Suggestion) -> tuple[date, ...]:
    return (suggestion.document_date.on,) if suggestion.document_date else ()


def _types(suggestion: Suggestion) -> Iterable[TypeSuggestion]:
    suggested = suggestion.document_type
    if suggested.code is None or suggested.score < WORTH_NAMING:
        return
    words = ", ".join(dict.fromkeys(f"“{reason.value}”" for reason in suggested.reasons[:3]))
    yield TypeSuggestion(
        code=suggested.code,
        name=document_type(suggested.code).name,
        confidence=suggested.score,
        evidence=_("It says %(words)s", words=words) if words else "",
    )
    for other in suggested.alternatives[:_MOST_ALTERNATIVES]:
        if other.score < WORTH_NAMING:
            break
        yield TypeSuggestion(
            code=other.code, name=document_type(other.code).name, confidence=other.score
        )


def _client(client: Client, match: ClientMatch, *, links_page: bool = False) -> ClientSuggestion:
    pages = {found.page for found in match.agreeing}
    first_page = min(pages) if pages and links_page else None
    reasons = [
        Evidence(text=match.explanation, page_number=first_page),
        *(Evidence(text=_sentence(veto), agrees=False) for veto in match.vetoes),
    ]
    return ClientSuggestion(
        client=client_summary(client), strength=_strength(match), evidence=tuple(reasons)
    )


def _sentence(clause: str) -> str:
    return clause[:1].upper() + clause[1:]


def _strength(match: ClientMatch) -> Literal["strong", "possible", "weak"]:
    if match.score >= _STRONG and not match.vetoes:
        return "strong"
    return "possible" if match.score > _POSSIBLE else "weak"


def _all_types() -> tuple[ChoiceGroup, ...]:
    groups = []
    for service, label in wording.SERVICES.items():
        kinds = [kind for kind in load_document_types() if kind.services[0] == service]
        choices = tuple(Choice(value=kind.code, label=kind.name) for kind in kinds)
        groups.append(ChoiceGroup(label=str(label), choices=choices))
    return tuple(group for group in groups if group.choices)


def _skip_reasons() -> tuple[Choice, ...]:
    return _choices(
        _("Cannot tell which client"), _("Needs a second opinion"), _("Hard to read")
    )  # fmt: skip


def _reject_reasons() -> tuple[Choice, ...]:
    return _choices(
        _("Not for social care"), _("Advertising or a circular"), _("Scanned badly: scan again"),
        _("Nothing on the page"),
    )  # fmt: skip


def _choices(*reasons: str) -> tuple[Choice, ...]:
    return tuple(Choice(value=reason, label=reason) for reason in reasons)
