"""Possible misfiles: the list, one of them beside the pages of its record, and what people say of it."""

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from api.authn import actor, permission
from api.problems import answer, wants_json
from api.web.context import instance, page_number, send_picture
from api.web.csv_answer import csv_answer
from api.web.forms import faults
from api.web.misfile_page import SHOWS, file_rows, headings, misfile_page, misfile_rows
from api.web.presenting import pagination
from api.web.shell import say, shell
from api.web.view_models import Choice
from api.web.view_models.misfiles import MisfilesPage
from edrms.errors import Conflict, Invalid
from scanning.misfiles.model import State

blueprint = Blueprint("misfiles", __name__, url_prefix="/misfiles")
PAGE_SIZE = 50
MOST_ROWS = 10_000
_LONGEST_TYPED = 20


def asked() -> tuple[State, str]:
    """Which findings are asked for: in which state, and of which batch ("" any)."""
    show = request.args.get("show", "")
    state = State(show) if show in list(State) else State.OPEN
    return state, request.args.get("batch", "").strip()[:_LONGEST_TYPED]


@blueprint.get("")
@permission("record:misfile:view")
def index() -> ResponseReturnValue:
    """Findings in a state, the latest first."""
    desk, (state, batch) = instance().misfiles.desk, asked()
    paging = pagination(page_number(), PAGE_SIZE, desk.count(actor(), state, batch))
    listed = desk.listed(actor(), state, batch, PAGE_SIZE, (paging.page - 1) * PAGE_SIZE)
    page = MisfilesPage(
        rows=misfile_rows(listed), show=state.value, batch=batch, paging=paging,
        shows=tuple(Choice(value=one.value, label=str(text)) for one, text in SHOWS.items()),
    )  # fmt: skip
    return render_template("misfiles.html", page=page, shell=shell())


@blueprint.get("/list.csv")
@permission("record:misfile:view")
def as_file() -> Response:
    """The same as a file."""
    state, batch = asked()
    listed = instance().misfiles.desk.listed(actor(), state, batch, MOST_ROWS)
    return csv_answer("misfiles", headings(), file_rows(listed))


@blueprint.get("/<finding_id>")
@permission("record:misfile:view")
def show(finding_id: str) -> ResponseReturnValue:
    """A finding beside the pages of its record."""
    return _shown(finding_id)


def _shown(finding_id: str, error: Invalid | None = None) -> ResponseReturnValue:
    opened = instance().misfiles.desk.open(actor(), finding_id)
    errors = faults(error) if error else ()
    page = misfile_page(opened, request.form.get("reason", ""), errors)
    return render_template("misfile.html", page=page, shell=shell()), 422 if error else 200


@blueprint.get("/<finding_id>/pages/<int:page_number>")
@permission("record:misfile:view")
def page_image(finding_id: str, page_number: int) -> ResponseReturnValue:
    """The picture of a page of the record (number within it)."""
    return send_picture(instance().misfiles.desk.page(actor(), finding_id, page_number))


@blueprint.post("/<finding_id>/dismiss")
@permission("record:misfile:dismiss")
def dismiss(finding_id: str) -> ResponseReturnValue:
    """The document is where it belongs, with a reason."""
    try:
        instance().misfiles.desk.dismiss(actor(), finding_id, request.form.get("reason", ""))
    except Invalid as error:
        return _shown(finding_id, error)
    except Conflict as error:
        if wants_json():
            return answer(409, error.error_code, error.message)
        say("warning", _("This has been settled meanwhile. Nothing was changed."))
        return redirect(url_for("misfiles.index"), 303)
    say("success", _("Kept where it is. It is not listed again for this person."))
    return redirect(url_for("misfiles.index"), 303)
