"""The indexing queue and the workbench."""

from datetime import date
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from api.authn import actor, permission
from api.web.context import instance, send
from api.web.indexing_page import document_page, form_from_request, form_from_suggestion, queue_row
from api.web.presenting import pagination
from api.web.shell import say, shell
from api.web.view_models import FieldError, QueuePage
from edrms.clock import civil_date
from edrms.errors import Invalid, no_such
from edrms.records.viewing import Content
from scanning.indexing.filing import IndexDecision

blueprint = Blueprint("queue", __name__)
PAGE_SIZE = 50


@blueprint.get("/queue")
@permission("document:queue:view")
def index() -> ResponseReturnValue:
    """Documents waiting, oldest first."""
    waiting = instance().desk.waiting(actor())
    documents = instance().desk.queue(actor(), PAGE_SIZE)
    today = civil_date(instance().clock.now())
    ids = [c["client_id"] for d in documents for c in d.suggestion.get("clients", [])[:1]]
    people = instance().clients.summaries(actor(), ids)
    names = instance().staff.names(d.taken_by for d in documents if d.taken_by)
    rows = tuple(queue_row(document, people, names, today) for document in documents)
    oldest = waiting.oldest_since
    page = QueuePage(
        rows=rows,
        pagination=pagination(1, PAGE_SIZE, waiting.documents),
        overdue_count=sum(row.is_overdue for row in rows),
        oldest_age_days=(today - civil_date(oldest)).days if oldest else None,
    )
    return render_template("queue.html", page=page, shell=shell())


@blueprint.post("/queue/next")
@permission("document:index:file")
def take_next() -> ResponseReturnValue:
    """Take the oldest free document and open it."""
    document_id = instance().desk.take_next(actor())
    if document_id is None:
        say("information", _("Nothing is waiting to be indexed."))
        return redirect(url_for("queue.index"))
    return redirect(url_for("queue.document", document_id=document_id))


@blueprint.get("/queue/<document_id>")
@permission("document:index:file")
def document(document_id: str) -> ResponseReturnValue:
    """The workbench, filled in as suggested; with client_query, showing the clients found."""
    opened = instance().desk.open(actor(), document_id)
    searched = "client_query" in request.args
    form = form_from_request(request.args) if searched else form_from_suggestion(opened)
    page = document_page(opened, form, instance(), actor())
    return render_template("index_document.html", page=page, shell=shell())


@blueprint.post("/queue/<document_id>")
@permission("document:index:file")
def file_document(document_id: str) -> ResponseReturnValue:
    """File the document and open the next one; on a mistake nothing typed is lost."""
    form = form_from_request(request.form)
    if request.form.get("action") == "find_client":
        return _again(document_id, ())
    try:
        decision = _decision(request.form)
        record_id = instance().desk.file(actor(), document_id, decision)
    except Invalid as error:
        names = {"document_type": "type", "clients": "client"}
        errors = tuple(
            FieldError(field=names.get(field, field), message=text)
            for field, text in error.fields.items()
        )
        return _again(document_id, errors)
    del form
    say("success", _("Filed as %(number)s.", number=instance().desk.reference(record_id)))
    return take_next_or_queue()


def take_next_or_queue() -> ResponseReturnValue:
    """The next document, or the queue when there is none."""
    following = instance().desk.take_next(actor())
    if following is None:
        return redirect(url_for("queue.index"))
    return redirect(url_for("queue.document", document_id=following))


def _again(document_id: str, errors: tuple[FieldError, ...]) -> ResponseReturnValue:
    opened = instance().desk.open(actor(), document_id)
    form = form_from_request(request.form)
    page = document_page(opened, form, instance(), actor(), errors)
    status = 422 if errors else 200
    return render_template("index_document.html", page=page, shell=shell()), status


def _decision(given: Any) -> IndexDecision:
    chosen = given.get("type", "")
    document_type = given.get("other_type", "") if chosen in ("", "other") else chosen
    client_ids = tuple(dict.fromkeys(given.getlist("client")))
    wrong: dict[str, str] = {}
    if not document_type:
        wrong["type"] = _("Choose a document type.")
    if not client_ids:
        wrong["client"] = _("Choose the client this is about.")
    try:
        document_date = _document_date(given)
    except ValueError:
        wrong["document_date"] = _("Enter a real date, such as 3 11 2026, or leave it empty.")
        document_date = None
    if document_date and document_date > civil_date(instance().clock.now()):
        wrong["document_date"] = _("The date of the document cannot be in the future.")
    if wrong:
        raise Invalid("The document was not filed.", fields=wrong)
    return IndexDecision(
        document_type, client_ids, document_date, given.get("title", ""), {"by": "person"}
    )


def _document_date(given: Any) -> date | None:
    parts = [given.get(f"document_date-{part}", "").strip() for part in ("year", "month", "day")]
    return date(*(int(part) for part in parts)) if any(parts) else None


@blueprint.post("/queue/<document_id>/skip")
@permission("document:index:skip")
def skip_document(document_id: str) -> ResponseReturnValue:
    """Put it back behind the others, with the reason, and open the next."""
    instance().desk.skip(actor(), document_id, _reason("skip_reason"))
    say("information", _("Skipped. It stays in the queue."))
    return take_next_or_queue()


@blueprint.post("/queue/<document_id>/reject")
@permission("document:index:reject")
def reject_document(document_id: str) -> ResponseReturnValue:
    """It belongs on no file; it stays in its batch with the reason."""
    instance().desk.reject(actor(), document_id, _reason("reject_reason"))
    say("information", _("Rejected. Its pages stay in the batch."))
    return take_next_or_queue()


def _reason(field: str) -> str:
    said = [request.form.get(field, ""), request.form.get("note", "")]
    return ": ".join(part.strip() for part in said if part.strip())


@blueprint.get("/queue/<document_id>/pages/<int:page_number>")
@permission("document:page:view")
def page_image(document_id: str, page_number: int) -> ResponseReturnValue:
    """The picture of a waiting document's page (number within the item)."""
    content = instance().desk.page(actor(), document_id, page_number)
    if not content.view_key:
        raise no_such("page image")
    store = instance().store
    key = content.view_key
    return send(Content(store.open(key), content.view_media_type, store.size(key)))  # type: ignore[arg-type]
