"""Opening a file in an emergency, and closing it again before its time."""

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from api.authn import actor, permission, signed_in
from api.web import access_wording
from api.web.context import instance
from api.web.forms import faults, whole_number
from api.web.presenting import client_summary
from api.web.shell import say, shell
from api.web.view_models import BreakGlassPage, Choice, FieldError
from edrms.access.guards import said
from edrms.access.subjects import Subject, SubjectKind
from edrms.errors import Conflict, Invalid, no_such

blueprint = Blueprint("glass", __name__)


@blueprint.get("/clients/<client_id>/break-glass")
@permission("access:glass:break")
def form(client_id: str) -> ResponseReturnValue:
    """The form, with what will happen. NotFound where the glass would not let the person in."""
    return _form(client_id)


def _form(client_id: str, errors: tuple[FieldError, ...] = ()) -> ResponseReturnValue:
    subject = Subject(SubjectKind.CLIENT, client_id)
    found = instance().clients.summaries(actor(), [client_id])
    if client_id not in found or not instance().glass.is_possible(actor(), subject):
        raise no_such("client", reason="the glass cannot be broken here")
    page = BreakGlassPage(
        client=client_summary(found[client_id]),
        situations=tuple(
            Choice(value=code, label=str(words))
            for code, words in access_wording.SITUATIONS.items()
        ),
        most_hours=instance().glass.most_hours,
        hours=request.form.get("hours", "1"),
        situation=request.form.get("situation", ""),
        words=request.form.get("words", ""),
        errors=errors,
    )
    return render_template("break_glass.html", page=page, shell=shell()), 422 if errors else 200


@blueprint.post("/clients/<client_id>/break-glass")
@permission("access:glass:break")
def break_for(client_id: str) -> ResponseReturnValue:
    """Let the person in for the hours chosen, and go to the file."""
    try:
        reason, hours = _asked()
        subject = Subject(SubjectKind.CLIENT, client_id)
        instance().glass.break_for(actor(), subject, reason, hours)
    except Invalid as error:
        return _form(client_id, faults(error, {"reason": "words"}))
    return redirect(url_for("clients.show", client_id=client_id), 303)


def _asked() -> tuple[str, int]:
    """The reason and the hours. Raises Invalid with every fault there is."""
    given, wrong = request.form, dict[str, str]()
    situation = access_wording.SITUATIONS.get(given.get("situation", ""))
    if situation is None:
        wrong["situation"] = _("Choose what has happened.")
    words, hours = "", 0
    try:
        words = said(given.get("words", ""))
    except Invalid:
        wrong["words"] = _("Say in your own words why you need the file: at least 10 characters.")
    try:
        hours = whole_number(given.get("hours", ""), "hours", _("Enter a number of hours."))
    except Invalid as error:
        wrong |= error.fields
    if wrong:
        raise Invalid(_("The file was not opened."), fields=wrong)
    return f"{situation}: {words}", hours


@blueprint.post("/glass/<grant_id>/end")
@signed_in
def end(grant_id: str) -> ResponseReturnValue:
    """Close one's own early. One that has run out meanwhile is closed already."""
    try:
        instance().glass.end(actor(), grant_id)
    except Conflict:
        say("information", _("It had ended already."))
    else:
        say("success", _("The file is closed to you again."))
    return redirect(url_for("home.index"), 303)
