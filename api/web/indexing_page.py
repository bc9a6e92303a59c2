"""The workbench's view model: a waiting document, and what is suggested with where it was read."""

from collections.abc import Collection, Mapping

from flask_babel import gettext as _

from api.web import suggested, wording
from api.web.presenting import client_summary, may_open, page_view, summaries
from api.web.quality_page import in_place
from api.web.view_models import (
    Choice,
    ChoiceGroup,
    ClientSummary,
    FieldError,
    IndexDocumentPage,
    IndexForm,
)
from api.web.view_models.indexing import Sibling
from api.wiring import Instance
from edrms.access.model import Actor
from edrms.access.policy import holds
from edrms.clients.model import Client
from edrms.fileplan import load_document_types
from scanning.arranging.service import ARRANGE
from scanning.batches.tables import Document
from scanning.indexing.plain import suggestion_from_plain


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
    boxes = suggested.boxes(suggestion)
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
        suggested_types=tuple(suggested.types(suggestion)),
        suggested_clients=tuple(
            suggested.clients(suggestion, people, links_page=len(contents) > 1)
        ),
        chosen_clients=summaries(people[one] for one in chosen),
        found_clients=_found(form, instance, actor, {*matches, *chosen}),
        siblings=_siblings(form, instance, actor, people, shown=matches),
        **suggested.date_of(suggestion),  # type: ignore[arg-type]
        reasons=suggestion.why,
        taken_at=document.taken_at.isoformat() if document.taken_at else "",
        may_join=document.ordinal > 1 and not document.record_id,
        findings=tuple(
            in_place(page, one)
            for page, one in instance.quality.looks.of_document(document.document_id)
        ),
        errors=errors,
    )


def _found(
    form: IndexForm, instance: Instance, actor: Actor, shown: set[str]
) -> tuple[ClientSummary, ...] | None:
    if not form.client_query.strip():
        return None
    clients = instance.clients.search(actor, form.client_query)
    return summaries(client for client in clients if client.client_id not in shown)


def _siblings(
    form: IndexForm, instance: Instance, actor: Actor, people: Mapping[str, Client],
    shown: Collection[str],
) -> tuple[Sibling, ...]:  # fmt: skip
    """Of those who are ticked; whoever is shown already as a suggestion has a box there."""
    ticked = [one for one in form.client_ids if one in people]
    found = instance.clients.siblings(actor, ticked)
    return tuple(
        Sibling(client=client_summary(client), of=people[of].full_name)
        for client, of in found
        if client.client_id not in shown
    )


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
