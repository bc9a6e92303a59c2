"""A document on the wrong person's file: reporting it, and taking it off."""

from collections.abc import Collection
from dataclasses import replace

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from api.authn import actor, permission
from api.web.context import instance
from api.web.forms import faults, whole_number
from api.web.presenting import summaries
from api.web.shell import say, shell
from api.web.view_models import ClientSummary, FieldError, WrongPersonPage
from edrms.access.policy import VIEW, holds
from edrms.errors import Conflict, Invalid, Refused
from edrms.fileplan import document_type
from edrms.incidents.cases import VIEW_CASES
from edrms.incidents.misfiles import REPORT, Repair, Repaired
from edrms.incidents.readers import REPAIR

blueprint = Blueprint("wrong_person", __name__)
_NAMES = {"clients": "right"}


@blueprint.route("/records/<record_id>/wrong-person/report", methods=["GET", "POST"])
@permission("record:misfile:report")
def report(record_id: str) -> ResponseReturnValue:
    """Say that a document is not about the person on whose file it is."""
    if request.method == "GET":
        return _form(record_id, is_report=True)
    given = request.form
    try:
        instance().wrong_person.report(
            actor(), record_id, given.getlist("wrong"), given.get("reason", "")
        )
    except Invalid as error:
        return _form(record_id, faults(error), is_report=True)
    except Conflict as error:
        say("information", error.message)
    else:
        say("success", _("Thank you. Information governance is told, and will take it off the file. "
                         "Until then do not use it or pass it on."))  # fmt: skip
    return redirect(url_for("records.show", record_id=record_id), 303)


@blueprint.route("/records/<record_id>/wrong-person", methods=["GET", "POST"])
@permission("record:misfile:repair")
def repair(record_id: str) -> ResponseReturnValue:
    """Take a document off the wrong file, everywhere and at once."""
    if request.method == "GET" or request.form.get("action") == "find":
        return _form(record_id)
    try:
        made = instance().wrong_person.repair(actor(), record_id, _said(record_id))
    except Invalid as error:
        return _form(record_id, faults(error, _NAMES))
    except (Conflict, Refused) as error:
        say("warning", error.message)
        return redirect(url_for("wrong_person.repair", record_id=record_id), 303)
    return _done(made)


def _said(record_id: str) -> Repair:
    given, wrong = request.form, {}
    belongs, right = given.get("belongs", ""), tuple(given.getlist("right"))
    if belongs not in ("found", "stays", "unknown"):
        wrong["belongs"] = _("Choose where it belongs.")
    elif belongs == "stays" and not _stays_anywhere(record_id, given.getlist("wrong")):
        wrong["belongs"] = _("You ticked everybody on whose file it is, so it stays on none.")
    elif belongs == "found" and not right:
        wrong["right"] = _("Find the right person and tick the name.")
    if wrong:
        raise Invalid(_("The document was not moved."), fields=wrong)
    version = whole_number(given.get("version", ""), "version", _("Open this page again."))
    return Repair(
        version, tuple(given.getlist("wrong")), right if belongs == "found" else (),
        given.get("reason", ""),
    )  # fmt: skip


def _stays_anywhere(record_id: str, wrong: Collection[str]) -> bool:
    about = instance().wrong_person.about(actor(), record_id, REPAIR)
    return bool({one.client_id for one in about.clients} - set(wrong))


def _done(made: Repaired) -> ResponseReturnValue:
    say("success", _("The document is off the wrong file. Incident %(reference)s is open.",
                     reference=made.reference))  # fmt: skip
    if holds(actor(), VIEW_CASES):
        return redirect(url_for("incidents.show", incident_id=made.incident_id), 303)
    return redirect(url_for("home.index"), 303)


def _form(
    record_id: str, errors: tuple[FieldError, ...] = (), *, is_report: bool = False
) -> ResponseReturnValue:
    page = replace(_page(record_id, is_report=is_report), errors=errors)
    return render_template("wrong_person.html", page=page, shell=shell()), 422 if errors else 200


def _page(record_id: str, *, is_report: bool) -> WrongPersonPage:
    given = request.form if request.method == "POST" else request.args
    found = instance().wrong_person.about(actor(), record_id, REPORT if is_report else REPAIR)
    record, clients = found.record, summaries(found.clients)
    only = (clients[0].client_id,) if len(clients) == 1 else ()
    query = "" if is_report else given.get("query", "")
    here = {one.client_id for one in clients}
    chosen = tuple(one for one in given.getlist("right") if one not in here)
    return WrongPersonPage(
        record_id=record_id, reference=record.reference, title=record.title,
        type_name=document_type(record.document_type).name, document_date=record.document_date,
        version=record.version, clients=clients, is_report=is_report,
        back_href=url_for("records.show", record_id=record_id) if holds(actor(), VIEW) else "",
        reported_at=found.reported.reported_at if found.reported else None,
        reported_reason=found.reported.reason if found.reported and not is_report else "",
        wrong=tuple(given.getlist("wrong")) or only,
        belongs=given.get("belongs", "found" if chosen or given.get("action") == "find" else ""),
        right=chosen, found=_found(query, chosen, here), query=query,
        reason=given.get("reason", ""),
    )  # fmt: skip


def _found(query: str, chosen: tuple[str, ...], here: set[str]) -> tuple[ClientSummary, ...] | None:
    """Those chosen already and those found now, but nobody on whose file it is."""
    people = instance().clients.summaries(actor(), chosen) if chosen else {}
    if query.strip():
        people |= {
            one.client_id: one
            for one in instance().clients.search(actor(), query)
            if one.client_id not in here
        }
    return summaries(people.values()) if people or query.strip() else None
