"""The workbench's view model: a waiting document, what is suggested with reasons, and the form."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, Literal

from flask_babel import gettext as _

from api.web.presenting import client_summary, page_view, summaries
from api.web.view_models import (
    Choice,
    ChoiceGroup,
    ClientSuggestion,
    DateFields,
    Evidence,
    FieldError,
    IndexDocumentPage,
    IndexForm,
    QueueRow,
    TypeSuggestion,
)
from api.wiring import Instance
from edrms.access.model import Actor
from edrms.clients.model import Client
from edrms.clock import civil_date
from edrms.fileplan import document_type, load_document_types
from scanning.batches.tables import Document
from scanning.indexing.model import ClientMatch, Suggestion
from scanning.indexing.plain import suggestion_from_plain

OVERDUE_DAYS = 2
_STRONG, _POSSIBLE = 0.97, 0.5
_DOMAINS = {
    "children": "Children", "adults": "Adults", "finance": "Finance", "general": "General",
}  # fmt: skip


def queue_row(
    document: Document, people: Mapping[str, Client], names: Mapping[str, str], today: date
) -> QueueRow:
    """A waiting document in the list."""
    suggestion = suggestion_from_plain(document.suggestion)
    item = document.item
    age_days = (today - civil_date(document.waiting_since)).days
    first = [match for match in suggestion.clients[:1] if match.client_id in people]
    return QueueRow(
        document_id=document.document_id,
        name=suggestion.title,
        received_at=item.received_at,
        age_days=age_days,
        page_count=document.last_page - document.first_page + 1,
        batch_id=item.batch_id,
        batch_reference=item.batch.reference,
        suggested_type=next(iter(_types(suggestion)), None),
        suggested_client=_client(people[first[0].client_id], first[0]) if first else None,
        reasons=suggestion.why,
        is_overdue=age_days > OVERDUE_DAYS,
        taken_by=names.get(document.taken_by, ""),
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
    return IndexDocumentPage(
        document_id=document.document_id,
        lease_token="",
        name=document.item.name,
        batch_id=document.item.batch_id,
        batch_reference=document.item.batch.reference,
        received_at=document.item.received_at,
        pages=tuple(
            page_view(number, content)
            for number, content in instance.desk.contents(actor, document.document_id)
        ),
        all_types=_all_types(),
        skip_reasons=_choices(skip_reasons()),
        reject_reasons=_choices(reject_reasons()),
        form=form,
        suggested_types=tuple(_types(suggestion)),
        suggested_clients=tuple(
            _client(people[one], match) for one, match in matches.items() if one in people
        ),
        chosen_clients=summaries(people[one] for one in chosen),
        found_clients=_found(form, instance, actor, {*matches, *chosen}),
        dates_found=(suggestion.document_date.on,) if suggestion.document_date else (),
        reasons=suggestion.why,
        waiting_count=instance.desk.waiting(actor).documents,
        errors=errors,
    )


def _found(
    form: IndexForm, instance: Instance, actor: Actor, shown: set[str]
) -> tuple[Any, ...] | None:
    if not form.client_query.strip():
        return None
    clients = instance.clients.search(actor, form.client_query)
    return summaries(client for client in clients if client.client_id not in shown)


def _types(suggestion: Suggestion) -> Iterable[TypeSuggestion]:
    suggested = suggestion.document_type
    if suggested.code is None:
        return
    words = "; ".join(dict.fromkeys(reason.value for reason in suggested.reasons[:3]))
    yield TypeSuggestion(
        code=suggested.code, name=document_type(suggested.code).name,
        confidence=suggested.score, evidence=words,
    )  # fmt: skip
    for other in suggested.alternatives[:2]:
        yield TypeSuggestion(
            code=other.code, name=document_type(other.code).name, confidence=other.score
        )


def _client(client: Client, match: ClientMatch) -> ClientSuggestion:
    reasons = [Evidence(text=match.explanation)]
    reasons += [Evidence(text=veto, agrees=False) for veto in match.vetoes]
    return ClientSuggestion(
        client=client_summary(client), strength=_strength(match), evidence=tuple(reasons)
    )


def _strength(match: ClientMatch) -> Literal["strong", "possible", "weak"]:
    if match.score >= _STRONG and not match.vetoes:
        return "strong"
    return "possible" if match.score > _POSSIBLE else "weak"


def form_from_suggestion(document: Document) -> IndexForm:
    """The form as first shown: what is likelier than not is filled in, the rest left to the person."""
    suggestion = suggestion_from_plain(document.suggestion)
    suggested = suggestion.document_type
    likely = [match for match in suggestion.clients if match.score > _POSSIBLE and not match.vetoes]
    found = suggestion.document_date
    return IndexForm(
        type=suggested.code or "" if suggested.score > _POSSIBLE else "",
        client_ids=tuple(match.client_id for match in likely),
        title=suggestion.title,
        document_date=DateFields.of(found.on) if found else DateFields(),
    )


def form_from_request(given: Any) -> IndexForm:
    """The form as the person left it."""
    return IndexForm(
        type=given.get("type", ""),
        other_type=given.get("other_type", ""),
        client_ids=tuple(dict.fromkeys(given.getlist("client"))),
        title=given.get("title", ""),
        document_date=DateFields(
            day=given.get("document_date-day", ""),
            month=given.get("document_date-month", ""),
            year=given.get("document_date-year", ""),
        ),
        client_query=given.get("client_query", ""),
        skip_reason=given.get("skip_reason", ""),
        reject_reason=given.get("reject_reason", ""),
        note=given.get("note", ""),
    )


def _all_types() -> tuple[ChoiceGroup, ...]:
    groups = []
    for service, label in _DOMAINS.items():
        kinds = [kind for kind in load_document_types() if kind.services[0] == service]
        choices = tuple(Choice(value=kind.code, label=kind.name) for kind in kinds)
        groups.append(ChoiceGroup(label=label, choices=choices))
    return tuple(groups)


def skip_reasons() -> tuple[str, ...]:
    return (_("Cannot tell which client"), _("Needs a second opinion"), _("Hard to read"))


def reject_reasons() -> tuple[str, ...]:
    return (
        _("Not for social care"), _("Advertising or a circular"), _("Scanned badly: scan again"),
        _("Nothing on the page"),
    )  # fmt: skip


def _choices(reasons: Iterable[str]) -> tuple[Choice, ...]:
    return tuple(Choice(value=reason, label=reason) for reason in reasons)
