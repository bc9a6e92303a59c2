"""Dividing and joining at the workbench, and back to it once the documents are made anew."""

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from api.arranging_steps import page_of
from api.authn import actor, permission
from api.web.context import instance
from api.web.shell import say
from api.web.views.queue import blueprint
from edrms.errors import Invalid, no_such
from scanning.arranging.model import Act, Part, Step
from scanning.arranging.service import FileOfPages


@blueprint.post("/queue/<document_id>/split")
@permission("item:page:arrange")
def split_document(document_id: str) -> ResponseReturnValue:
    """A new document starts at this page (its number in the file). Back to the first part."""
    known, _part, _before = _of_file(document_id)
    typed = request.form.get("page", "")
    number = int(typed) if typed.isascii() and typed.isdecimal() and len(typed) < 7 else 0
    try:
        page_id = page_of(known, number).page_id
        instance().arranging.change(
            actor(), known.item.item_id, Step(act=Act.SPLIT, page_id=page_id)
        )
    except Invalid as error:
        say("warning", error.message)
    else:
        say("success", _("Divided. The second part waits in the queue."))
    return redirect(url_for("queue.document", document_id=document_id), 303)


@blueprint.post("/queue/<document_id>/join")
@permission("item:page:arrange")
def join_document(document_id: str) -> ResponseReturnValue:
    """It belongs to the document before it in the file. On to the two as one."""
    known, part, before = _of_file(document_id)
    if before is None:
        raise no_such("document")
    step = Step(act=Act.JOIN, page_id=part.page_ids[0])
    instance().arranging.change(actor(), known.item.item_id, step)
    say("success", _("Joined with the document before."))
    return redirect(url_for("queue.document", document_id=before.document_id), 303)


def _of_file(document_id: str) -> tuple[FileOfPages, Part, Part | None]:
    """The file as it lies, the document in it, and the one before. NotFound when it is in another file."""
    known = instance().arranging.pages(actor(), request.form.get("item", ""))
    parts = known.arrangement.parts
    at = next((n for n, part in enumerate(parts) if part.document_id == document_id), None)
    if at is None:
        raise no_such("document")
    return known, parts[at], parts[at - 1] if at else None
