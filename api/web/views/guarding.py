"""Who can see a client or a record: the page, and a form for each thing that changes it.

One set of views serves both kinds of subject; an id of the other kind is answered as absent.
"""

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from api.authn import actor, permission, step_up
from api.web.context import instance
from api.web.forms import date_of, faults, needed_date, typed_date
from api.web.guarding_page import access_page, form_page, identity_page
from api.web.shell import say, shell
from api.web.subjects import address, end_of, subject_in
from api.web.view_models import FieldError
from edrms.access.guards import said
from edrms.access.model import Relation
from edrms.access.subjects import Subject, SubjectKind
from edrms.errors import Conflict, Invalid, Refused, no_such
from edrms.staff.finding import find_staff

blueprint = Blueprint("guarding", __name__)
_NAMES = {"until": "day", "review_on": "day"}


@blueprint.get("/clients/<client_id>/access")
@blueprint.get("/records/<record_id>/access")
@permission("access:guard:view")
def show(client_id: str = "", record_id: str = "") -> ResponseReturnValue:
    """Who can see this: live allocations, grants, markings, and blocks for whoever may know of them."""
    page = access_page(subject_in(client_id, record_id))
    return render_template("access.html", page=page, shell=shell())


@blueprint.get("/clients/<client_id>/identity")
@permission("client:identity:link")
def identity(client_id: str) -> ResponseReturnValue:
    """Who this person was before, or is now; each look is recorded as such."""
    return render_template("identity.html", page=identity_page(client_id), shell=shell())


def _form(subject: Subject, action: str, error: Invalid | None = None, **given: str
          ) -> ResponseReturnValue:  # fmt: skip
    errors: tuple[FieldError, ...] = faults(error, _NAMES) if error else ()
    page = form_page(subject, action, errors, **given)
    return render_template("guard_form.html", page=page, shell=shell()), 422 if errors else 200


def _done(subject: Subject, words: str) -> ResponseReturnValue:
    say("success", words)
    return redirect(address("guarding.show", subject), 303)


@blueprint.errorhandler(Conflict)
@blueprint.errorhandler(Refused)
def say_no(error: Refused) -> ResponseReturnValue:
    """A rule says no: say so on the page as it is now."""
    say("warning", error.message)
    parts = request.view_args or {}
    subject = subject_in(parts.get("client_id", ""), parts.get("record_id", ""))
    return redirect(address("guarding.show", subject), 303)


@blueprint.route("/clients/<client_id>/access/grant", methods=["GET", "POST"])
@blueprint.route("/records/<record_id>/access/grant", methods=["GET", "POST"])
@permission("access:guard:view")
@step_up
def grant(client_id: str = "", record_id: str = "") -> ResponseReturnValue:
    """Let somebody in until a date, with the reason."""
    subject = subject_in(client_id, record_id)
    if request.method == "GET":
        return _form(subject, "grant")
    try:
        given = request.form
        found = find_staff(instance().database, given.get("staff", ""))
        day = needed_date(typed_date(given, "day"), "day")
        instance().guards.grant(
            actor(), subject, found.staff_id, _relation(given.get("relation", "")),
            end_of(day), given.get("reason", ""),
        )  # fmt: skip
    except Invalid as error:
        return _form(subject, "grant", error)
    return _done(subject, _("%(name)s is let in.", name=found.name))


def _relation(typed: str) -> Relation:
    try:
        return Relation(typed)
    except ValueError as error:
        wrong = {"relation": _("Choose how to let them in.")}
        raise Invalid(_("Choose how to let them in."), fields=wrong) from error


@blueprint.route("/clients/<client_id>/access/mark", methods=["GET", "POST"])
@blueprint.route("/records/<record_id>/access/mark", methods=["GET", "POST"])
@permission("access:marking:place")
def mark(client_id: str = "", record_id: str = "") -> ResponseReturnValue:
    """Guard it beyond its type."""
    subject = subject_in(client_id, record_id)
    if request.method == "GET":
        return _form(subject, "mark")
    try:
        given = request.form
        review_on = date_of(typed_date(given, "day"), "day")
        marking, reason = given.get("marking", ""), given.get("reason", "")
        instance().guards.mark(actor(), subject, marking, reason, review_on)
    except Invalid as error:
        return _form(subject, "mark", error)
    return _done(subject, _("The marking is placed."))


@blueprint.route("/clients/<client_id>/access/block", methods=["GET", "POST"])
@blueprint.route("/records/<record_id>/access/block", methods=["GET", "POST"])
@permission("access:block:place")
@step_up
def block(client_id: str = "", record_id: str = "") -> ResponseReturnValue:
    """Keep one person out, whatever their roles."""
    subject = subject_in(client_id, record_id)
    if request.method == "GET":
        return _form(subject, "block")
    try:
        given = request.form
        found = find_staff(instance().database, given.get("staff", ""))
        review_on = date_of(typed_date(given, "day"), "day")
        reason = given.get("reason", "")
        instance().guards.block(actor(), subject, found.staff_id, reason, review_on)
    except Invalid as error:
        return _form(subject, "block", error)
    return _done(subject, _("%(name)s is kept out.", name=found.name))


@blueprint.route("/clients/<client_id>/access/seal", methods=["GET", "POST"])
@permission("access:seal:place")
@step_up
def seal(client_id: str) -> ResponseReturnValue:
    """Seal the file, as on an adoption, and link it to the new identity if there is one."""
    subject = subject_in(client_id, "")
    if request.method == "GET":
        return _form(subject, "seal")
    try:
        placed = instance().seals.seal(
            actor(), client_id, request.form.get("reason", ""), _new_identity()
        )
    except Invalid as error:
        return _form(subject, "seal", error)
    if placed.naming:
        say("warning", _("%(count)s records on the new file still have the old name in them. Look at "
                         "each: whoever sees the new file would find them by it.",
                         count=len(placed.naming)))  # fmt: skip
    return _done(subject, _("The file is sealed."))


def _new_identity() -> str | None:
    typed = request.form.get("new_client", "").strip()
    if not typed:
        return None
    found = instance().names.typed(actor(), typed, field="new_client")
    if found.kind is not SubjectKind.CLIENT:
        wrong = {"new_client": _("Enter a person's case number or NHS number.")}
        raise Invalid(_("This is a record."), fields=wrong)
    return found.subject_id


@blueprint.route("/clients/<client_id>/access/grants/<guard_id>/end", methods=["GET", "POST"])
@blueprint.route("/records/<record_id>/access/grants/<guard_id>/end", methods=["GET", "POST"])
@permission("access:grant:end")
@step_up
def end_grant(guard_id: str, client_id: str = "", record_id: str = "") -> ResponseReturnValue:
    """Let somebody in no more, from the next request on."""
    return _end(subject_in(client_id, record_id), "grant", guard_id)


@blueprint.route("/clients/<client_id>/access/markings/<guard_id>/end", methods=["GET", "POST"])
@blueprint.route("/records/<record_id>/access/markings/<guard_id>/end", methods=["GET", "POST"])
@permission("access:marking:lift")
def lift_marking(guard_id: str, client_id: str = "", record_id: str = "") -> ResponseReturnValue:
    """Lift a marking. A seal stays."""
    return _end(subject_in(client_id, record_id), "marking", guard_id)


@blueprint.route("/clients/<client_id>/access/blocks/<guard_id>/end", methods=["GET", "POST"])
@blueprint.route("/records/<record_id>/access/blocks/<guard_id>/end", methods=["GET", "POST"])
@permission("access:block:lift")
@step_up
def lift_block(guard_id: str, client_id: str = "", record_id: str = "") -> ResponseReturnValue:
    """Lift a block: the conflict is over."""
    return _end(subject_in(client_id, record_id), "block", guard_id)


def _end(subject: Subject, kind: str, guard_id: str) -> ResponseReturnValue:
    if request.method == "GET":
        return _form(subject, "end", guard_kind=kind, guard_id=guard_id)
    guards, reason = instance().guards, request.form.get("reason", "")
    try:
        said(reason)
        match kind:
            case "grant":
                guards.end_grant(actor(), guard_id, reason, subject)
            case "marking":
                guards.lift_marking(actor(), guard_id, reason, subject)
            case "block":
                guards.lift_block(actor(), guard_id, reason, subject)
            case _:
                raise no_such("guard")
    except Invalid as error:
        return _form(subject, "end", error, guard_kind=kind, guard_id=guard_id)
    return _done(subject, _("It has ended."))


@blueprint.get("/clients/<client_id>/allocations")
@permission("access:allocation:change")
def allocations(client_id: str) -> ResponseReturnValue:
    """Who works with this person, and the form to add a team or worker."""
    return _form(subject_in(client_id, ""), "allocate")


@blueprint.post("/clients/<client_id>/allocations")
@permission("access:allocation:change")
def allocate(client_id: str) -> ResponseReturnValue:
    """From now on the person is a team's, a worker's, or both."""
    subject, given = subject_in(client_id, ""), request.form
    try:
        team_id, typed = given.get("team", ""), given.get("staff", "").strip()
        staff_id = find_staff(instance().database, typed).staff_id if typed else None
        instance().allocations.start(actor(), client_id, team_id=team_id or None, staff_id=staff_id)
    except Invalid as error:
        return _form(subject, "allocate", error)
    say("success", _("The allocation is made."))
    return redirect(url_for("guarding.allocations", client_id=client_id), 303)


@blueprint.post("/clients/<client_id>/allocations/<allocation_id>/end")
@permission("access:allocation:change")
def end_allocation(client_id: str, allocation_id: str) -> ResponseReturnValue:
    """The allocation is over. Whoever ended their own last tie sees the file no more."""
    instance().allocations.end(actor(), client_id, allocation_id)
    say("success", _("The allocation has ended."))
    if instance().allocations.may_change(actor(), client_id):
        return redirect(url_for("guarding.allocations", client_id=client_id), 303)
    return redirect(url_for("home.index"), 303)
