"""The indexing queue and the workbench."""

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from api.authn import actor, permission
from api.problems import answer, wants_json
from api.web.context import instance, page_number, send_picture
from api.web.indexing_form import decision_of, form_from_request, form_from_suggestion, reason_of
from api.web.indexing_page import document_page
from api.web.queue_page import queue_page
from api.web.shell import say, shell
from api.web.view_models import FieldError
from api.web.view_models.indexing import BeingMadePage
from edrms.clock import civil_date
from edrms.errors import Conflict, Invalid
from scanning.batches.tables import Document

blueprint = Blueprint("queue", __name__)
IN_PLACE, ADDRESS = "X-In-Place", "X-Address"
_FIELDS = {"document_type": "type", "clients": "client"}


@blueprint.get("/queue")
@permission("document:queue:view")
def index() -> ResponseReturnValue:
    """Documents waiting, in the order they are given out."""
    page = queue_page(instance(), actor(), page_number())
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
    if wants_json() or request.endpoint in ("queue.page_image", "queue.page_ahead"):
        return answer(409, error.error_code, said)
    say("warning", said)
    return redirect(url_for("queue.index"), 303)


@blueprint.post("/queue/next")
@permission("document:index:file")
def take_next() -> ResponseReturnValue:
    """Take the oldest free document and open it."""
    return _next_or_queue(_("Nothing is free to be indexed just now."))


def _next_or_queue(otherwise: str, *, but_not: str = "") -> ResponseReturnValue:
    """The next document; the queue, saying so, when there is none (but the one just put back).

    A script that puts the answer in place of the page (js/screen.js) is given it at once, without being sent
    on: who files waits for one request less.
    """
    if IN_PLACE in request.headers:
        opened = instance().desk.open_next(actor(), but_not=but_not)
        if opened:
            return _workbench(opened)
    elif document_id := instance().desk.take_next(actor(), but_not=but_not):
        return redirect(url_for("queue.document", document_id=document_id), 303)
    say("information", otherwise)
    return redirect(url_for("queue.index"), 303)


def _workbench(opened: Document) -> ResponseReturnValue:
    page = document_page(opened, form_from_suggestion(opened), instance(), actor())
    address = url_for("queue.document", document_id=opened.document_id)
    return render_template("index_document.html", page=page, shell=shell()), {ADDRESS: address}


@blueprint.get("/queue/<document_id>")
@permission("document:index:file")
def document(document_id: str) -> ResponseReturnValue:
    """The workbench, filled in as suggested."""
    try:
        opened = instance().desk.open(actor(), document_id)
    except Conflict as conflict:
        if conflict.error_code != "being_arranged":
            raise
        page = BeingMadePage(document_id=document_id)
        return render_template("index_being_made.html", page=page, shell=shell())
    return _workbench(opened)


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
    return send_picture(instance().desk.page(actor(), document_id, page_number, with_picture=True))
