"""The indexing queue and the workbench."""

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from api.authn import actor, permission
from api.problems import answer, wants_json
from api.web.context import instance, page_number, send
from api.web.indexing_form import decision_of, form_from_request, form_from_suggestion, reason_of
from api.web.indexing_page import document_page, queue_row
from api.web.presenting import pagination
from api.web.shell import say, shell
from api.web.view_models import FieldError, QueuePage
from edrms.clock import civil_date
from edrms.errors import Conflict, Invalid
from edrms.ids import ObjectKey
from edrms.records.viewing import Content

blueprint = Blueprint("queue", __name__)
PAGE_SIZE = 50
_FIELDS = {"document_type": "type", "clients": "client"}


@blueprint.get("/queue")
@permission("document:queue:view")
def index() -> ResponseReturnValue:
    """Documents waiting, oldest first."""
    waiting, now = instance().desk.waiting(actor()), instance().clock.now()
    paging = pagination(page_number(), PAGE_SIZE, waiting.documents)
    documents = instance().desk.queue(actor(), PAGE_SIZE, (paging.page - 1) * PAGE_SIZE)
    ids = [c["client_id"] for d in documents for c in d.suggestion.get("clients", [])[:1]]
    people = instance().clients.summaries(actor(), ids)
    names = instance().staff.names(d.taken_by for d in documents if d.taken_by)
    oldest = waiting.oldest_since
    page = QueuePage(
        rows=tuple(queue_row(document, people, names, now, actor()) for document in documents),
        pagination=paging,
        overdue_count=waiting.overdue,
        oldest_age_days=(civil_date(now) - civil_date(oldest)).days if oldest else None,
    )
    return render_template("queue.html", page=page, shell=shell())


@blueprint.errorhandler(Conflict)
def back_to_the_queue(error: Conflict) -> ResponseReturnValue:
    """A colleague was quicker: say so on the queue as it is now."""
    said = {
        "taken": _("A colleague has this document open. Nothing was changed; take another one."),
        "already_indexed": _(
            "This document has already been filed, skipped or rejected. Nothing was changed."
        ),
    }.get(error.error_code, error.message)
    if wants_json() or request.endpoint == "queue.page_image":
        return answer(409, error.error_code, said)
    say("warning", said)
    return redirect(url_for("queue.index"), 303)


@blueprint.post("/queue/next")
@permission("document:index:file")
def take_next() -> ResponseReturnValue:
    """Take the oldest free document and open it."""
    return _next_or_queue(_("Nothing is free to be indexed just now."))


def _next_or_queue(otherwise: str, *, but_not: str = "") -> ResponseReturnValue:
    """The next document; the queue, saying so, when there is none (but the one just put back)."""
    document_id = instance().desk.take_next(actor())
    if document_id is None or document_id == but_not:
        say("information", otherwise)
        return redirect(url_for("queue.index"), 303)
    return redirect(url_for("queue.document", document_id=document_id), 303)


@blueprint.get("/queue/<document_id>")
@permission("document:index:file")
def document(document_id: str) -> ResponseReturnValue:
    """The workbench, filled in as suggested."""
    opened = instance().desk.open(actor(), document_id)
    page = document_page(opened, form_from_suggestion(opened), instance(), actor())
    return render_template("index_document.html", page=page, shell=shell())


@blueprint.post("/queue/<document_id>")
@permission("document:index:file")
def file_document(document_id: str) -> ResponseReturnValue:
    """File the document and open the next one; on a mistake nothing typed is lost.

    Only action=file files; anything else (the Find button, Enter in a box) shows the form again.
    """
    if request.form.get("action") != "file":
        return _again(document_id)
    try:
        decision = decision_of(request.form, civil_date(instance().clock.now()))
        record_id = instance().desk.file(actor(), document_id, decision)
    except Invalid as error:
        return _again(document_id, error)
    say("success", _("Filed as %(number)s.", number=instance().desk.reference(record_id)))
    return _next_or_queue(_("That was the last free document in the queue."))


def _again(document_id: str, error: Invalid | None = None) -> ResponseReturnValue:
    opened = instance().desk.open(actor(), document_id)
    errors = tuple(
        FieldError(field=_FIELDS.get(field, field), message=text)
        for field, text in (error.fields if error else {}).items()
    )
    form = form_from_request(request.form)
    page = document_page(opened, form, instance(), actor(), errors)
    status = 422 if errors else 200
    return render_template("index_document.html", page=page, shell=shell()), status


@blueprint.post("/queue/<document_id>/skip")
@permission("document:index:skip")
def skip_document(document_id: str) -> ResponseReturnValue:
    """Put it back behind the others, with the reason, and open the next."""
    try:
        reason = reason_of(request.form, "skip_reason", _("Choose why you skip it."))
    except Invalid as error:
        return _again(document_id, error)
    instance().desk.skip(actor(), document_id, reason)
    say("information", _("Skipped. It stays in the queue."))
    return _next_or_queue(_("No other document is free."), but_not=document_id)


@blueprint.post("/queue/<document_id>/reject")
@permission("document:index:reject")
def reject_document(document_id: str) -> ResponseReturnValue:
    """It belongs on no file; it stays in its batch with the reason."""
    try:
        reason = reason_of(request.form, "reject_reason", _("Choose why you reject it."))
    except Invalid as error:
        return _again(document_id, error)
    instance().desk.reject(actor(), document_id, reason)
    say("information", _("Rejected. Its pages stay in the batch."))
    return _next_or_queue(_("That was the last free document in the queue."))


@blueprint.get("/queue/<document_id>/pages/<int:page_number>")
@permission("document:page:view")
def page_image(document_id: str, page_number: int) -> ResponseReturnValue:
    """The picture of a waiting document's page (number within the item)."""
    content = instance().desk.page(actor(), document_id, page_number, with_picture=True)
    store, key = instance().store, ObjectKey(content.view_key)
    return send(Content(store.open(key), content.view_media_type, store.size(key)))
