"""Keeping accounts: the list, one account, and what an administrator does with it."""

from datetime import date, datetime, time, timedelta

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from api.authn import actor, permission, step_up
from api.web.accounts_presenting import (
    errors_of,
    role_choices,
    role_names,
    session_rows,
    staff_row,
)
from api.web.context import instance, page_number
from api.web.presenting import pagination
from api.web.shell import say, shell
from api.web.view_models import FieldError, HeldRole, NewStaffPage, StaffMemberPage, StaffPage
from edrms.access.policy import holds
from edrms.clock import COUNCIL_ZONE
from edrms.errors import Invalid, Refused
from edrms.staff.persons import person_of, set_person

blueprint = Blueprint("staff", __name__)
PAGE_SIZE = 50


@blueprint.get("/staff")
@permission("staff:account:manage")
def index() -> ResponseReturnValue:
    """Accounts by user name."""
    paging = pagination(page_number(), PAGE_SIZE, instance().administration.count(actor()))
    found = instance().administration.page(actor(), PAGE_SIZE, (paging.page - 1) * PAGE_SIZE)
    page = StaffPage(rows=tuple(staff_row(entry) for entry in found), pagination=paging)
    return render_template("staff.html", page=page, shell=shell())


@blueprint.route("/staff/new", methods=["GET", "POST"])
@permission("staff:account:manage")
@step_up
def add() -> ResponseReturnValue:
    """A new account with a first password, which its owner will have to change."""
    if request.method == "GET":
        return render_template(
            "staff_new.html", page=NewStaffPage(roles=role_choices()), shell=shell()
        )
    form = request.form
    username, name = form.get("username", "").strip(), form.get("name", "").strip()
    roles = form.getlist("roles")
    try:
        if not name:
            raise Invalid(_("Enter a name."), fields={"name": _("Enter a name.")})
        until = _end_of_day(form.get("until", "").strip())
        staff_id = instance().administration.add(
            actor(), username, name, form.get("password", ""), frozenset(roles), until
        )
    except Invalid as error:
        page = NewStaffPage(
            roles=role_choices(), username=username, name=name, chosen=tuple(roles),
            until=form.get("until", ""),
            errors=errors_of(error),
        )  # fmt: skip
        return render_template("staff_new.html", page=page, shell=shell()), 422
    say("success", _("%(name)s may sign in, and will be asked for another password.", name=name))
    return redirect(url_for("staff.show", staff_id=staff_id), 303)


@blueprint.get("/staff/<staff_id>")
@permission("staff:account:manage")
def show(staff_id: str) -> ResponseReturnValue:
    """One account."""
    return _member_page(staff_id)


def _member_page(
    staff_id: str, errors: tuple[FieldError, ...] = (), *, asks_same_person: bool = False
) -> ResponseReturnValue:
    who, given = actor(), request.form
    number, email = person_of(instance().database, who, staff_id)
    entry = instance().administration.show(who, staff_id)
    may_end = holds(who, "staff:session:end")
    sessions = instance().session_lists.of(who, staff_id) if may_end else ()
    page = StaffMemberPage(
        row=staff_row(entry),
        added_at=entry.added_at,
        must_change_password=entry.must_change_password,
        is_own=staff_id == who.staff_id,
        roles_held=tuple(
            HeldRole(code=code, name=name, until=until)
            for (code, until), name in zip(
                entry.roles.items(), role_names(entry.roles), strict=True
            )
        ),
        roles_to_give=role_choices(without=entry.roles),
        sessions=session_rows(
            sessions,
            lambda one: url_for("staff.end_sessions", staff_id=staff_id, session_id=one),
        ),
        may_end_sessions=may_end,
        may_reset_factor=entry.has_second_factor and holds(who, "staff:factor:reset"),
        employee_number=given.get("employee_number", number), email=given.get("email", email),
        asks_same_person=asks_same_person, errors=errors,
    )  # fmt: skip
    status = 422 if errors else 200
    return render_template("staff_member.html", page=page, shell=shell()), status


@blueprint.post("/staff/<staff_id>/deactivate")
@permission("staff:account:manage")
@step_up
def deactivate(staff_id: str) -> ResponseReturnValue:
    """The account stops working at the next request."""
    instance().administration.deactivate(actor(), staff_id)
    return _done(staff_id, _("The account no longer works. Its sessions and tokens have ended."))


@blueprint.post("/staff/<staff_id>/reactivate")
@permission("staff:account:manage")
@step_up
def reactivate(staff_id: str) -> ResponseReturnValue:
    """The account works again."""
    instance().administration.reactivate(actor(), staff_id)
    return _done(staff_id, _("The account works again."))


@blueprint.post("/staff/<staff_id>/roles")
@permission("staff:account:manage")
@step_up
def give_role(staff_id: str) -> ResponseReturnValue:
    """Give a role, for good or until the end of a day."""
    try:
        until = _end_of_day(request.form.get("until", "").strip())
        instance().administration.give(actor(), staff_id, request.form.get("role", ""), until)
    except Invalid as error:
        return _member_page(staff_id, errors_of(error))
    return _done(staff_id, _("The role has been given."))


@blueprint.post("/staff/<staff_id>/person")
@permission("staff:account:manage")
@step_up
def say_whose(staff_id: str) -> ResponseReturnValue:
    """Whose the account is, so that two accounts of one person are not taken for two people."""
    given = request.form
    try:
        set_person(
            instance().database, instance().clock, actor(), staff_id,
            given.get("employee_number", ""), given.get("email", ""),
            is_same_person=given.get("same_person", "") == "yes",
        )  # fmt: skip
    except Invalid as error:
        if not error.fields:
            raise Refused(error.message) from error  # of one's own account, say
        in_use = error.error_code == "number_in_use"
        return _member_page(staff_id, errors_of(error), asks_same_person=in_use)
    return _done(staff_id, _("It is recorded whose the account is."))


def _end_of_day(given: str) -> datetime | None:
    """Midnight after this day in the council's time, None for no day."""
    if not given:
        return None
    try:
        day = date.fromisoformat(given)
    except ValueError as error:
        wrong = _("Enter a real day, such as 2027-03-31.")
        raise Invalid(wrong, fields={"until": wrong}) from error
    return datetime.combine(day + timedelta(days=1), time(), COUNCIL_ZONE)


@blueprint.post("/staff/<staff_id>/roles/<role>/take")
@permission("staff:account:manage")
@step_up
def take_role(staff_id: str, role: str) -> ResponseReturnValue:
    """Take a role away."""
    instance().administration.take(actor(), staff_id, role)
    return _done(staff_id, _("The role has been taken away."))


@blueprint.post("/staff/<staff_id>/password")
@permission("staff:account:manage")
@step_up
def set_password(staff_id: str) -> ResponseReturnValue:
    """A first password for somebody who forgot theirs."""
    try:
        given = request.form.get("password", "")
        instance().administration.set_password(actor(), staff_id, given)
    except Invalid as error:
        return _member_page(staff_id, errors_of(error))
    return _done(staff_id, _("The password has been set. Its owner will have to change it."))


@blueprint.post("/staff/<staff_id>/sessions/end")
@permission("staff:session:end")
@step_up
def end_sessions(staff_id: str) -> ResponseReturnValue:
    """End one session of this person (argument session_id), or all."""
    session_id = request.args.get("session_id", "")
    instance().session_lists.end_anothers(actor(), staff_id, session_id)
    return _done(staff_id, _("Ended. What was open there is closed at the next request."))


@blueprint.post("/staff/<staff_id>/second-factor/reset")
@permission("staff:factor:reset")
@step_up
def reset_factor(staff_id: str) -> ResponseReturnValue:
    """Take a lost second factor away."""
    instance().factors.reset(actor(), staff_id)
    return _done(staff_id, _("The second factor has been taken away, and every session ended."))


@blueprint.errorhandler(Refused)
def back_to_the_account(error: Refused) -> ResponseReturnValue:
    """What a rule refused is said on the page one came from."""
    say("error", error.message)
    staff_id = (request.view_args or {}).get("staff_id", "")
    target = url_for("staff.show", staff_id=staff_id) if staff_id else url_for("staff.index")
    return redirect(target, 303)


def _done(staff_id: str, said: str) -> ResponseReturnValue:
    say("success", said)
    return redirect(url_for("staff.show", staff_id=staff_id), 303)
