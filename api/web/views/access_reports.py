"""Reports on access: who could see this on a day, what somebody could see, and the policy as a picture."""

from datetime import date, datetime
from typing import Literal

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from api.authn import actor, permission, signed_in
from api.web import access_wording
from api.web.context import instance
from api.web.csv_answer import csv_answer
from api.web.forms import date_of, faults, typed_date
from api.web.matrix_page import matrix_page
from api.web.person_page import person_page
from api.web.shell import shell
from api.web.subjects import address, end_of, href_of, links_to, subject_in
from api.web.view_models import CouldPage, CouldRow, FieldError, ReportsPage
from edrms.access.reports import Could
from edrms.access.roles import ROLES
from edrms.access.subjects import Subject
from edrms.clock import civil_date
from edrms.errors import Invalid
from edrms.staff.finding import find_staff

blueprint = Blueprint("access_reports", __name__)
_QUESTIONS: tuple[Literal["subject", "staff"], ...] = ("subject", "staff")


@blueprint.get("/access/reports")
@permission("access:report:view")
def index() -> ResponseReturnValue:
    """The two questions; asked with a number or name and a day, it goes to the answer."""
    given = request.args
    if not any(one in given for one in _QUESTIONS):
        return _forms()
    try:
        day = _day()
        if "subject" in given:
            subject = instance().names.typed_for_report(actor(), given["subject"])
            return redirect(address("access_reports.could_see", subject, on=day.isoformat()))
        found = find_staff(instance().database, given["staff"])
    except Invalid as error:
        return _forms(faults(error))
    return redirect(url_for("access_reports.person", staff_id=found.staff_id, on=day.isoformat()))


def _forms(errors: tuple[FieldError, ...] = ()) -> ResponseReturnValue:
    page = ReportsPage(
        asked=next((one for one in _QUESTIONS if one in request.args), ""),
        subject=request.args.get("subject", ""),
        staff=request.args.get("staff", ""),
        day=typed_date(request.args, "day"),
        errors=errors,
    )
    return render_template("access_reports.html", page=page, shell=shell()), 422 if errors else 200


def _today() -> date:
    return civil_date(instance().clock.now())


def _day() -> date:
    """The day asked for in the form; today for none. Raises Invalid for a day to come."""
    day = date_of(typed_date(request.args, "day"), "day") or _today()
    if day > _today():
        message = _("Enter today or a day in the past.")
        raise Invalid(message, fields={"day": message})
    return day


def _moment() -> datetime:
    """The end of the day in the address (on=2026-11-03), or now."""
    now = instance().clock.now()
    try:
        day = date.fromisoformat(request.args.get("on", ""))
    except ValueError:
        return now
    return min(now, end_of(day)) if date(2000, 1, 1) <= day else now


@blueprint.get("/clients/<client_id>/could-see")
@blueprint.get("/records/<record_id>/could-see")
@permission("access:report:view")
def could_see(client_id: str = "", record_id: str = "") -> ResponseReturnValue:
    """Everybody who could open it at the end of a day, with the reason. as=csv: as a file."""
    subject, at = subject_in(client_id, record_id), _moment()
    found = instance().access_reports.who_could_see(actor(), subject, at)
    if request.args.get("as") == "csv":
        return _could_csv(found, at)
    day = civil_date(at).isoformat()
    link = links_to([subject])[subject]
    page = CouldPage(
        title=link.text,
        kind=subject.kind.value,
        at=at,
        rows=tuple(_could_row(one, day) for one in found),
        csv_href=_here(subject, day),
        back_href=href_of(subject) if link.href else "",
    )
    return render_template("could_see.html", page=page, shell=shell())


def _here(subject: Subject, day: str) -> str:
    return address("access_reports.could_see", subject, on=day, **{"as": "csv"})


def _could_row(one: Could, day: str) -> CouldRow:
    decision = one.decision
    role = decision.reason.split(" ")[0]
    return CouldRow(
        name=one.name,
        href=url_for("access_reports.person", staff_id=one.staff_id, on=day),
        role=ROLES[role].name if role in ROLES else "",
        how=access_wording.relation_words(decision.relation) if decision.relation else "",
    )


def _could_csv(found: list[Could], at: datetime) -> ResponseReturnValue:
    headings = [_("Name"), _("How"), _("Reason"), _("As of")]
    rows = (
        (one.name, access_wording.relation_words(one.decision.relation or ""), one.decision.reason,
         at.isoformat())
        for one in found
    )  # fmt: skip
    return csv_answer("who-could-see", headings, rows)


@blueprint.get("/access/staff/<staff_id>")
@permission("access:report:view")
def person(staff_id: str) -> ResponseReturnValue:
    """What a staff member could see at the end of a day, and by what."""
    at = _moment()
    found = instance().person_reports.what_could_see(actor(), staff_id, at)
    return render_template("person_could.html", page=person_page(found, at), shell=shell())


@blueprint.get("/access/matrix")
@signed_in
def matrix() -> ResponseReturnValue:
    """Role by action, and how far each role reaches, made from the policy itself.

    Open to every staff member: it says what roles may do, and nothing of anybody.
    """
    return render_template("matrix.html", page=matrix_page(), shell=shell())
