"""The quality check: samples to look at, one of them, and the figures of scanning quality."""

from datetime import date

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from api.audit_form import day_of
from api.authn import actor, permission
from api.problems import answer, wants_json
from api.web.context import instance, page_number, send_picture
from api.web.csv_answer import csv_answer
from api.web.forms import faults
from api.web.presenting import pagination
from api.web.quality_charts import day_rows, tables_of
from api.web.quality_page import sample_page, sample_row
from api.web.shell import say, shell
from api.web.view_models import FieldError
from api.web.view_models.quality import QualityFiguresPage, QualityPage
from edrms.access.policy import holds
from edrms.errors import Conflict, Invalid, Refused
from scanning.quality.figures import VIEW_FIGURES, Asked
from scanning.quality.model import BatchState
from scanning.quality.words import NAMES

blueprint = Blueprint("quality", __name__, url_prefix="/quality")
PAGE_SIZE = 50
MOST_FAILED = 100
FIELDS = ("from", "to", "device", "operator")


@blueprint.get("")
@permission("batch:quality:check")
def index() -> ResponseReturnValue:
    """Samples that wait, in the order in which they are given out, and those that failed."""
    desk = instance().quality.desk
    waiting = desk.waiting(actor())
    paging = pagination(page_number(), PAGE_SIZE, waiting.documents)
    rows = desk.queue(actor(), PAGE_SIZE, (paging.page - 1) * PAGE_SIZE)
    failed = desk.queue(actor(), MOST_FAILED, failed=True) if waiting.failed else ()
    page = QualityPage(
        rows=tuple(sample_row(one) for one in rows),
        failed=tuple(sample_row(one) for one in failed),
        pagination=paging, can_take=desk.next_for(actor()) is not None,
        some_barred=not all(one.is_others for one in (*rows, *failed)),
        sees_figures=holds(actor(), VIEW_FIGURES),
    )  # fmt: skip
    return render_template("quality.html", page=page, shell=shell())


@blueprint.errorhandler(Refused)
def back_to_the_queue(error: Refused) -> ResponseReturnValue:
    """A colleague was quicker, or it is not the reader's to check: say so on the queue as it is now."""
    if wants_json() or request.endpoint == "quality.page_image":
        return answer(409, error.error_code, error.message)
    said = {
        "taken": _("A colleague is looking at this document. Take another one."),
        "judged": _("Somebody has judged this document meanwhile. Nothing was changed."),
        "not_looked": _("Open the document again before you judge it. Nothing was changed."),
        "own_batch": _("These are your own scans: somebody else checks them."),
    }.get(error.error_code, error.message)
    say("warning", said)
    return redirect(url_for("quality.index"), 303)


@blueprint.post("/next")
@permission("batch:quality:check")
def take_next() -> ResponseReturnValue:
    """Open the next document to look at."""
    return _next(_("Nothing waits for you to be looked at."))


def _next(otherwise: str) -> ResponseReturnValue:
    document_id = instance().quality.desk.next_for(actor())
    if document_id is None:
        say("information", otherwise)
        return redirect(url_for("quality.index"), 303)
    return redirect(url_for("quality.sample", document_id=document_id), 303)


@blueprint.get("/samples/<document_id>")
@permission("batch:quality:check")
def sample(document_id: str) -> ResponseReturnValue:
    """A sampled document: its pages, and what was found of them."""
    return _shown(document_id)


def _shown(document_id: str, error: Invalid | None = None) -> ResponseReturnValue:
    opened = instance().quality.desk.open(actor(), document_id)
    given = {name: request.form.get(name, "") for name in ("fault", "reason", "pass_reason")}
    passes = request.form.get("action") == "pass"
    errors = faults(error, {"reason": "pass_reason" if passes else "reason"}) if error else ()
    page = sample_page(opened, given, errors)
    return render_template("quality_sample.html", page=page, shell=shell()), 422 if error else 200


@blueprint.post("/samples/<document_id>")
@permission("batch:quality:check")
def judge(document_id: str) -> ResponseReturnValue:
    """Pass or fail it, and open the next one."""
    given = request.form
    action, seen = given.get("action"), given.get("seen", "")
    if action not in ("pass", "fail") or not (
        seen.isascii() and seen.isdecimal() and len(seen) < 7
    ):
        raise Conflict("", code="not_looked")
    try:
        found = instance().quality.judging.judge(
            actor(), document_id, has_passed=action == "pass", seen=int(seen),
            fault=given.get("fault", ""),
            reason=given.get("pass_reason" if action == "pass" else "reason", ""),
        )  # fmt: skip
    except Invalid as error:
        return _shown(document_id, error)
    if action == "fail":
        say("warning", _("Failed. Every document of its batch is looked at."))
    elif found.state is BatchState.PASSED:
        say("success", _("Passed, and with it the batch."))
    else:
        say("success", _("Passed."))
    return _next(_("That was the last document that waited for you."))


@blueprint.get("/samples/<document_id>/pages/<int:page_number>")
@permission("batch:quality:check")
def page_image(document_id: str, page_number: int) -> ResponseReturnValue:
    """The picture of a page of a sampled document (number within the file)."""
    return send_picture(instance().quality.desk.page(actor(), document_id, page_number))


@blueprint.get("/figures")
@permission("quality:figure:view")
def figures() -> ResponseReturnValue:
    """Findings and failed samples by week, scanner, operator and kind, as charts and tables."""
    typed = {name: request.args.get(name, "").strip() for name in FIELDS}
    args = {name: value for name, value in typed.items() if value}
    try:
        found = instance().quality.figures.of(actor(), _asked(typed))
    except Invalid as error:
        page = QualityFiguresPage(typed=typed, args=args, errors=_errors(error))
        return render_template("quality_figures.html", page=page, shell=shell()), 422
    page = QualityFiguresPage(
        typed=typed, args=args, devices=tuple(found.devices), operators=tuple(found.operators),
        tables=tables_of(found), pages=found.whole.pages, judged=found.whole.judged,
    )  # fmt: skip
    return render_template("quality_figures.html", page=page, shell=shell())


@blueprint.get("/figures.csv")
@permission("quality:figure:view")
def figures_csv() -> Response:
    """The log behind the figures: a row for each day, scanner and operator."""
    typed = {name: request.args.get(name, "").strip() for name in FIELDS}
    found = instance().quality.figures.of(actor(), _asked(typed))
    headings = [_("Day"), _("Scanner"), _("Operator"), _("Pages checked"), _("Findings"),
                _("Samples judged"), _("Failed"), *NAMES.values()]  # fmt: skip
    return csv_answer("scanning-quality", headings, day_rows(found))


def _asked(typed: dict[str, str]) -> Asked:
    """Raises Invalid for a day that is none."""
    usual = instance().quality.figures.usual()
    days: dict[str, date] = {"from": usual.from_day, "to": usual.to_day}
    wrong = {}
    for name in days:
        if typed[name]:
            day = day_of(typed[name])
            if day is None:
                wrong[name] = _("Enter a date like 27/3/2026.")
            else:
                days[name] = day
    if wrong:
        raise Invalid(" ".join(wrong.values()), fields=wrong)
    return Asked(days["from"], days["to"], typed["device"][:64], typed["operator"][:64])


def _errors(error: Invalid) -> tuple[FieldError, ...]:
    return faults(error)
