"""Pages of a file: how they lie in documents, and forms that put them in order. No script is needed."""

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from api.arranging_steps import Said, step_of
from api.authn import actor, permission
from api.problems import answer, wants_json
from api.web.context import instance
from api.web.forms import faults
from api.web.pages_page import pages_page
from api.web.shell import say, shell
from api.web.thumbnails import small_picture
from api.web.view_models import FieldError
from edrms.errors import Conflict, Invalid
from edrms.ids import ObjectKey

blueprint = Blueprint("pages", __name__)


@blueprint.get("/items/<item_id>/pages")
@permission("item:page:arrange")
def index(item_id: str) -> ResponseReturnValue:
    """The file's pages by document. page=N: with what can be done to that page."""
    return _shown(item_id)


@blueprint.errorhandler(Conflict)
def as_they_are_now(error: Conflict) -> ResponseReturnValue:
    """It cannot be done any more: say so on the pages as they are now."""
    if wants_json():
        return answer(409, error.error_code, error.message)
    say("warning", error.message)
    item_id = (request.view_args or {}).get("item_id", "")
    return redirect(url_for("pages.index", item_id=item_id), 303)


@blueprint.post("/items/<item_id>/pages")
@permission("item:page:arrange")
def change(item_id: str) -> ResponseReturnValue:
    """Do one thing to one page."""
    number = _number("page")
    try:
        known = instance().arranging.pages(actor(), item_id)
        step = step_of(instance(), actor(), known, _said(number))
        instance().arranging.change(actor(), item_id, step, seen=_number("seen"))
    except Invalid as error:
        return _shown(item_id, faults(error), 422)
    say("success", _("The pages are changed. The documents are being made anew."))
    return redirect(url_for("pages.index", item_id=item_id, _anchor=f"page-{number}"), 303)


@blueprint.post("/items/<item_id>/pages/undo")
@permission("item:page:arrange")
def undo(item_id: str) -> ResponseReturnValue:
    """Take the last change back."""
    instance().arranging.undo(actor(), item_id, seen=_number("seen"))
    say("success", _("The last change is taken back."))
    return redirect(url_for("pages.index", item_id=item_id), 303)


@blueprint.get("/items/<item_id>/pages/<int:page_number>/picture")
@permission("item:page:arrange")
def picture(item_id: str, page_number: int) -> ResponseReturnValue:
    """A page, small."""
    content = instance().arranging.picture(actor(), item_id, page_number)
    small = small_picture(instance().store.open(ObjectKey(content.view_key)))
    return Response(small, mimetype="image/jpeg")


def _shown(
    item_id: str, errors: tuple[FieldError, ...] = (), status: int = 200
) -> ResponseReturnValue:
    chosen = _number("page", request.form if request.method == "POST" else request.args)
    page = pages_page(instance(), actor(), item_id, chosen, errors)
    return render_template("pages.html", page=page, shell=shell()), status


def _said(number: int) -> Said:
    given = request.form
    return Said(
        act=given.get("act", ""), page=number, document_id=given.get("document", ""),
        position=_number("position"), kind=given.get("kind", ""), fault=given.get("fault", ""),
        batch_number=_number("rescan_batch"), file_number=_number("rescan_file"),
        page_number=_number("rescan_page"),
    )  # fmt: skip


def _number(field: str, given: "dict[str, str] | None" = None) -> int:
    """A number as the form has it; 0 for none or what is no number."""
    typed = (request.form if given is None else given).get(field, "").strip().upper()
    typed = typed.removeprefix("B-")
    return int(typed) if typed.isascii() and typed.isdecimal() and len(typed) < 10 else 0
