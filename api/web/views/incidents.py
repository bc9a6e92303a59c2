"""Incidents of documents on the wrong file: the list, one of them, what is decided, and both as files."""

from dataclasses import replace
from typing import cast

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from api.authn import actor, permission
from api.web.context import instance, page_number
from api.web.csv_answer import csv_answer
from api.web.forms import date_of, faults, typed_date
from api.web.incident_page import incident_page, incident_row, reader_rows
from api.web.incident_wording import RISKS, SHOWS
from api.web.presenting import pagination
from api.web.shell import say, shell
from api.web.view_models import Choice, FieldError, IncidentsPage
from edrms.errors import Invalid, Refused
from edrms.incidents.cases import PAGE_SIZE, Assessment, Which

blueprint = Blueprint("incidents", __name__)


def _which() -> Which:
    asked = request.args.get("show", "open")
    return cast(Which, asked) if asked in SHOWS else "open"


@blueprint.get("/incidents")
@permission("incident:case:view")
def index() -> ResponseReturnValue:
    """Incidents the reader may know of, the earliest report first."""
    which, number = _which(), page_number()
    found, total = instance().incidents.listed(actor(), which, number)
    page = IncidentsPage(
        rows=tuple(map(incident_row, found)), show=which,
        shows=tuple(Choice(value=code, label=str(label)) for code, label in SHOWS.items()),
        pagination=pagination(number, PAGE_SIZE, total),
    )  # fmt: skip
    return render_template("incidents.html", page=page, shell=shell())


@blueprint.get("/incidents.csv")
@permission("incident:case:view")
def listed_csv() -> Response:
    """The same as a file, with what was decided."""
    headings = [_("Incident"), _("Document"), _("State"), _("Reported"), _("Taken off"),
                _("On the wrong file since"), _("Opened by"), _("Risk"), _("ICO told"),
                _("People told"), _("Past the 72 hours"), _("Closed")]  # fmt: skip
    found = instance().incidents.export(actor(), _which())
    rows = [(case.incident, incident_row(case)) for case in found]
    return csv_answer(
        "incidents", headings,
        (
            (row.reference, row.record_reference, row.state_name, one.reported_at.isoformat(),
             one.contained_at and one.contained_at.isoformat(),
             one.since and one.since.isoformat(), row.readers, RISKS.get(one.risk, ("",))[0],
             one.regulator_told_on, one.people_told_on,
             _("yes") if row.is_overdue else _("no"),
             one.closed_at and one.closed_at.isoformat())
            for one, row in rows
        ),
    )  # fmt: skip


@blueprint.get("/incidents/<incident_id>")
@permission("incident:case:view")
def show(incident_id: str) -> ResponseReturnValue:
    """One incident: the facts, who opened the document meanwhile, what was decided."""
    return _show(incident_id)


def _show(incident_id: str, errors: tuple[FieldError, ...] = ()) -> ResponseReturnValue:
    page, given = incident_page(instance().incidents.open(actor(), incident_id)), request.form
    if "risk" in given or "regulator_on-day" in given:
        page = replace(
            page, risk=given.get("risk", ""), note=given.get("note", ""), is_assessing=True,
            regulator_on=typed_date(given, "regulator_on"),
            people_on=typed_date(given, "people_on"),
        )  # fmt: skip
    elif given:
        page = replace(page, note=given.get("note", ""), closing=given.get("closing", ""))
    page = replace(page, errors=errors, is_assessing=page.is_assessing or _asks_for_days(errors))
    return render_template("incident.html", page=page, shell=shell()), 422 if errors else 200


def _asks_for_days(errors: tuple[FieldError, ...]) -> bool:
    return any(one.field in ("regulator_on", "people_on") for one in errors)


@blueprint.get("/incidents/<incident_id>/readers.csv")
@permission("incident:case:view")
def readers_csv(incident_id: str) -> Response:
    """Who opened the document meanwhile, as a file."""
    case = instance().incidents.open(actor(), incident_id)
    headings = [_("Who"), _("Opened"), _("Pages looked at"), _("Downloaded or handed over"),
                _("Printed"), _("Saw it listed"), _("First"), _("Last"),
                _("May see it now")]  # fmt: skip
    return csv_answer(
        f"readers-{case.incident.reference}", headings,
        (
            (row.name, row.opened, row.pages, row.taken, row.printed, row.listed,
             row.first_at.isoformat(), row.last_at.isoformat(),
             _("yes") if row.sees_it else _("no"))
            for row in reader_rows(case)
        ),
    )  # fmt: skip


@blueprint.post("/incidents/<incident_id>/assess")
@permission("incident:case:decide")
def assess(incident_id: str) -> ResponseReturnValue:
    """How great the risk is, and who was told."""
    given = request.form
    try:
        said = Assessment(
            given.get("risk", ""), given.get("note", ""),
            date_of(typed_date(given, "regulator_on"), "regulator_on"),
            date_of(typed_date(given, "people_on"), "people_on"),
        )  # fmt: skip
        instance().incidents.assess(actor(), incident_id, said)
    except Invalid as error:
        return _show(incident_id, faults(error, {"reason": "note"}))
    return _kept(incident_id, _("The assessment is kept."))


@blueprint.post("/incidents/<incident_id>/close")
@permission("incident:case:decide")
def close(incident_id: str) -> ResponseReturnValue:
    """All is done."""
    try:
        instance().incidents.close(actor(), incident_id, request.form.get("closing", ""))
    except Invalid as error:
        return _show(incident_id, faults(error, {"reason": "closing"}))
    return _kept(incident_id, _("The incident is closed."))


@blueprint.post("/incidents/<incident_id>/dismiss")
@permission("incident:case:decide")
def dismiss(incident_id: str) -> ResponseReturnValue:
    """The document is where it belongs."""
    try:
        instance().incidents.dismiss(actor(), incident_id, request.form.get("note", ""))
    except Invalid as error:
        return _show(incident_id, faults(error, {"reason": "note"}))
    return _kept(incident_id, _("The report is closed: the document is where it belongs."))


@blueprint.errorhandler(Refused)
def say_no(error: Refused) -> ResponseReturnValue:
    """It cannot be done with the incident as it is now, or not by whoever caused it: say so there."""
    say("warning", error.message)
    incident_id = (request.view_args or {}).get("incident_id", "")
    return redirect(url_for("incidents.show", incident_id=incident_id), 303)


def _kept(incident_id: str, words: str) -> ResponseReturnValue:
    say("success", words)
    return redirect(url_for("incidents.show", incident_id=incident_id), 303)
