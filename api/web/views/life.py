"""What happened in a person's life: the page, and the forms that add an event and withdraw one."""

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from api.authn import actor, permission
from api.web.context import instance
from api.web.forms import date_of, faults, needed_date, typed_date
from api.web.life_page import form_page, life_page, withdraw_page
from api.web.shell import say, shell
from api.web.view_models import FieldError
from edrms.access.guards import said
from edrms.errors import Conflict, Invalid, Refused
from retention.life import NewEvent, SubjectKind

blueprint = Blueprint("life", __name__)
_NAMES = {"on": "day"}


@blueprint.get("/clients/<client_id>/life")
@permission("retention:event:view")
def show(client_id: str) -> ResponseReturnValue:
    """Life events in the order in which they happened, with what contradicts what."""
    return render_template("life.html", page=life_page(client_id), shell=shell())


@blueprint.route("/clients/<client_id>/life/add", methods=["GET", "POST"])
@permission("retention:event:record")
def add(client_id: str) -> ResponseReturnValue:
    """Say that something has happened, and why we believe it."""
    if request.method == "GET":
        return _form(client_id)
    try:
        instance().retention.events.record(actor(), _typed(client_id), about=client_id)
    except Invalid as error:
        return _form(client_id, faults(error, _NAMES), 422)
    except Refused as error:
        return _form(client_id, (FieldError(field="day", message=error.message),), 409)
    say("success", _("It is recorded, and the person's records are dated by it."))
    return redirect(url_for("life.show", client_id=client_id), 303)


def _typed(client_id: str) -> NewEvent:
    given = request.form
    day = needed_date(typed_date(given, "day"), "day")
    until = date_of(typed_date(given, "until"), "until")
    about = given.get("about", "")
    kind = SubjectKind.CASE_FILE if about else SubjectKind.CLIENT
    return NewEvent(
        kind, about or client_id, given.get("kind", ""), day, given.get("authority", ""), until
    )


def _form(
    client_id: str, errors: tuple[FieldError, ...] = (), status: int = 200
) -> ResponseReturnValue:  # fmt: skip
    page = form_page(client_id, errors)
    return render_template("life_form.html", page=page, shell=shell()), status


@blueprint.route("/clients/<client_id>/life/<event_id>/withdraw", methods=["GET", "POST"])
@permission("retention:event:withdraw")
def withdraw(client_id: str, event_id: str) -> ResponseReturnValue:
    """What it says was wrong: it stays to be seen, but nothing follows from it any more."""
    if request.method == "GET":
        page = withdraw_page(client_id, event_id)
        return render_template("life_withdraw.html", page=page, shell=shell())
    try:
        reason = said(request.form.get("reason", ""))
        instance().retention.events.withdraw(actor(), event_id, reason, about=client_id)
    except Invalid as error:
        page = withdraw_page(client_id, event_id, faults(error))
        return render_template("life_withdraw.html", page=page, shell=shell()), 422
    say("success", _("It is withdrawn, and the person's records are dated without it."))
    return redirect(url_for("life.show", client_id=client_id), 303)


@blueprint.errorhandler(Conflict)
def say_no(error: Conflict) -> ResponseReturnValue:
    """Somebody was first: say so on the page as it is now."""
    say("warning", error.message)
    client_id = (request.view_args or {})["client_id"]
    return redirect(url_for("life.show", client_id=client_id), 303)
