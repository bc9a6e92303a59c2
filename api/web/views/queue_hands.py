"""What lies in an indexer's hand: the next document readied, put back, or taken back by a supervisor."""

from datetime import datetime

from flask import jsonify, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from api.authn import actor, permission
from api.problems import wants_json
from api.web.context import instance, send_picture
from api.web.shell import say
from api.web.views.queue import blueprint


@blueprint.post("/queue/<document_id>/next")
@permission("document:index:file")
def ready_next(document_id: str) -> ResponseReturnValue:
    """For a script: what will be opened after this document is put into the hand of whoever has this one. An
    empty object where nothing is readied."""
    ready = instance().hands.ready_next(actor(), document_id)
    if ready is None:
        return jsonify({})
    there, number = ready.document_id, ready.first_page
    kept = {
        "release": url_for("queue.release", document_id=there),
        "taken_at": ready.taken_at.isoformat(),
    }
    if number is None:
        return jsonify(kept)
    pictures = {
        "picture": url_for("queue.page_image", document_id=there, page_number=number),
        "ahead": url_for("queue.page_ahead", document_id=there, page_number=number),
    }
    return jsonify(kept | pictures)


@blueprint.get("/queue/<document_id>/pages/<int:page_number>/ahead")
@permission("document:page:view")
def page_ahead(document_id: str, page_number: int) -> ResponseReturnValue:
    """The picture of a page of the document readied, before anybody looks at it."""
    return send_picture(instance().hands.page_ahead(actor(), document_id, page_number))


@blueprint.post("/queue/<document_id>/release")
@permission("document:index:file")
def release(document_id: str) -> ResponseReturnValue:
    """For a page that is being left: put the document back, if it is still in hand as taken then."""
    readied = request.form.get("readied") == "yes"
    instance().hands.release(actor(), document_id, _taken_at(), with_readied=readied)
    return ("", 204) if wants_json() else redirect(url_for("queue.index"), 303)


@blueprint.post("/queue/stop")
@permission("document:index:file")
def stop() -> ResponseReturnValue:
    """Leave the workbench: everything in hand is put back at once."""
    instance().hands.release_all(actor())
    return redirect(url_for("queue.index"), 303)


@blueprint.post("/queue/<document_id>/take-back")
@permission("document:index:release")
def take_back(document_id: str) -> ResponseReturnValue:
    """A supervisor puts back what a colleague has in hand."""
    instance().hands.take_back(actor(), document_id)
    say("success", _("The document is free again."))
    return redirect(url_for("queue.index"), 303)


def _taken_at() -> datetime | None:
    try:
        return datetime.fromisoformat(request.form.get("taken_at", ""))
    except ValueError:
        return None
