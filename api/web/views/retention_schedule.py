"""Retention schedules: the one in force and all others, proposing, previewing and enacting."""

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from api.authn import actor, permission, step_up
from api.web.context import instance, page_number
from api.web.csv_answer import csv_stream
from api.web.forms import faults
from api.web.schedule_page import change_rows, enact_page, preview_page, schedule_page
from api.web.shell import say, shell
from api.web.view_models import FieldError, ProposePage, SheetFault
from edrms.errors import Conflict, Invalid, Refused
from retention.schedule import render, text_of

blueprint = Blueprint("retention_schedule", __name__, url_prefix="/retention/schedule")
LONGEST_QUERY = 200
_FIELDS = ("profile", "note", "file")


@blueprint.get("", defaults={"version": None})
@blueprint.get("/<int:version>")
@permission("retention:schedule:view")
def index(version: int | None) -> ResponseReturnValue:
    """A version, or the one in force, with the rows that have the words searched for."""
    query = request.args.get("q", "").strip()[:LONGEST_QUERY]
    page = schedule_page(version, query)
    return render_template("retention_schedule.html", page=page, shell=shell())


@blueprint.get("/<int:version>/schedule.csv")
@permission("retention:schedule:view")
def export(version: int) -> Response:
    """One version as CSV, which can be changed and proposed again."""
    row, found = instance().retention.schedules.version(actor(), version)
    response = Response(render(found), content_type="text/csv; charset=utf-8")
    name = f"schedule-{row.version}-{row.profile}.csv"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@blueprint.route("/new", methods=["GET", "POST"])
@permission("retention:schedule:propose")
def propose() -> ResponseReturnValue:
    """Send in a schedule as CSV: all of it is taken in as a proposed version, or nothing."""
    if request.method == "GET":
        return render_template("retention_propose.html", page=ProposePage(), shell=shell())
    given, file = request.form, request.files.get("file")
    try:
        if file is None or not file.filename:
            raise Invalid(_("Nothing was sent."), fields={"file": _("Choose a CSV file.")})
        version = instance().retention.schedules.propose(
            actor(), text_of(file.read()), given.get("profile", "").strip(), given.get("note", "")
        )
    except Invalid as error:
        return _refused(error)
    say("success", _("Version %(version)s is proposed. Nothing is kept by it until somebody else takes "
                     "it into force.", version=version))  # fmt: skip
    return redirect(url_for("retention_schedule.preview", version=version), 303)


def _refused(error: Invalid) -> ResponseReturnValue:
    """The form as typed, and every cell of the file at fault."""
    found = (SheetFault(**one) for one in error.data.get("faults", ()))
    cells = tuple(sorted(found, key=lambda one: one.line == 0))  # what is in no line comes last
    errors = tuple(one for one in faults(error) if one.field in _FIELDS)
    if cells:
        errors = (
            FieldError(field="file", message=_("Nothing was taken in: the file has faults.")),
        )
    elif not errors:
        errors = (FieldError(field="file", message=error.message),)
    page = ProposePage(
        profile=request.form.get("profile", ""), note=request.form.get("note", ""), errors=errors,
        faults=cells,
    )  # fmt: skip
    return render_template("retention_propose.html", page=page, shell=shell()), 422


@blueprint.get("/<int:version>/preview")
@permission("retention:schedule:preview")
def preview(version: int) -> ResponseReturnValue:
    """How many records would have another date, by class, and the first of them."""
    page = preview_page(version, page_number())
    return render_template("retention_preview.html", page=page, shell=shell())


@blueprint.post("/<int:version>/preview")
@permission("retention:schedule:preview")
def ask_for_preview(version: int) -> ResponseReturnValue:
    """Have it worked out by the facts of now."""
    instance().retention.previews.ask(actor(), version)
    say("success", _("It is being worked out. You may leave this page."))
    return redirect(url_for("retention_schedule.preview", version=version), 303)


@blueprint.get("/<int:version>/preview.csv")
@permission("retention:schedule:preview")
def preview_csv(version: int) -> Response:
    """All of them as a file."""
    found = instance().retention.previews.every(actor(), version)
    headings = [_("Reference"), _("Title"), _("Class"), _("Change"), _("Newly due"), _("Now"),
                _("By the proposed version")]  # fmt: skip
    return csv_stream(
        f"preview-{version}", headings,
        (
            (row.reference, row.title, row.class_id, row.effect,
             _("yes") if row.becomes_due else _("no"), row.before, row.after)
            for row in change_rows(found)
        ),
    )  # fmt: skip


@blueprint.route("/<int:version>/enact", methods=["GET", "POST"])
@permission("retention:schedule:enact")
@step_up
def enact(version: int) -> ResponseReturnValue:
    """From now on records are kept by this version; never by who proposed it."""
    if request.method == "GET":
        return _enact_form(version)
    reason = request.form.get("reason", "")
    try:
        instance().retention.schedules.take_effect(actor(), version, reason)
    except Invalid as error:
        return _enact_form(version, reason, faults(error), 422)
    except (Conflict, Refused) as error:
        wrong = (FieldError(field="reason", message=error.message),)
        return _enact_form(version, reason, wrong, 409)
    say("success", _("Version %(version)s is in force. Every record is given its date by it within the "
                     "next minutes.", version=version))  # fmt: skip
    return redirect(url_for("retention_schedule.index"), 303)


def _enact_form(
    version: int, reason: str = "", errors: tuple[FieldError, ...] = (), status: int = 200
) -> ResponseReturnValue:  # fmt: skip
    page = enact_page(version, reason, errors)
    return render_template("retention_enact.html", page=page, shell=shell()), status
