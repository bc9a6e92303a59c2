"""Teams, who is in them, and who is on duty."""

from datetime import timedelta

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from api.authn import actor, permission
from api.web import wording
from api.web.context import instance
from api.web.forms import faults, whole_number
from api.web.shell import say, shell
from api.web.view_models import (
    Choice,
    DutyPage,
    DutyRow,
    FieldError,
    MemberRow,
    TeamPage,
    TeamRow,
    TeamsPage,
)
from edrms.access.teams import LONGEST_DUTY, TeamAccount
from edrms.errors import Conflict, Invalid, Refused
from edrms.staff.finding import find_staff

blueprint = Blueprint("teams", __name__)
MOST_HOURS = int(LONGEST_DUTY / timedelta(hours=1))


def _services() -> tuple[Choice, ...]:
    return tuple(Choice(value=code, label=str(name)) for code, name in wording.SERVICES.items())


def _row(account: TeamAccount) -> TeamRow:
    return TeamRow(
        team_id=account.team_id, name=account.name,
        service=str(wording.SERVICES.get(account.service, account.service)),
        parent=account.parent, member_count=len(account.members), client_count=account.clients,
    )  # fmt: skip


@blueprint.get("/teams")
@permission("staff:team:manage")
def index() -> ResponseReturnValue:
    """Every team, and the form of a new one."""
    return _list()


def _list(errors: tuple[FieldError, ...] = ()) -> ResponseReturnValue:
    given = request.form
    page = TeamsPage(
        teams=tuple(_row(account) for account in instance().teams.accounts(actor())),
        services=_services(),
        name=given.get("name", ""),
        service=given.get("service", ""),
        parent=given.get("parent", ""),
        errors=errors,
    )
    return render_template("teams.html", page=page, shell=shell()), 422 if errors else 200


@blueprint.post("/teams")
@permission("staff:team:manage")
def add() -> ResponseReturnValue:
    """A new team."""
    given = request.form
    try:
        team_id = instance().teams.add(
            actor(), given.get("name", ""), given.get("service", ""), given.get("parent") or None
        )
    except Invalid as error:
        return _list(faults(error))
    say("success", _("The team is added."))
    return redirect(url_for("teams.team", team_id=team_id), 303)


@blueprint.get("/teams/<team_id>")
@permission("staff:team:manage")
def team(team_id: str) -> ResponseReturnValue:
    """One team and its members."""
    return _team(team_id)


def _team(team_id: str, errors: tuple[FieldError, ...] = ()) -> ResponseReturnValue:
    account = instance().teams.account(actor(), team_id)
    page = TeamPage(
        team=_row(account),
        members=tuple(
            MemberRow(
                staff_id=one.staff_id, name=one.name, username=one.username,
                supervises=one.supervises, since=one.since,
            )
            for one in account.members
        ),
        staff=request.form.get("staff", ""),
        supervises=request.form.get("supervises") == "yes",
        errors=errors,
    )  # fmt: skip
    return render_template("team.html", page=page, shell=shell()), 422 if errors else 200


@blueprint.post("/teams/<team_id>/members")
@permission("staff:team:manage")
def join(team_id: str) -> ResponseReturnValue:
    """Put somebody in the team, or answer for it. Nobody puts themselves in."""
    try:
        found = find_staff(instance().database, request.form.get("staff", ""))
        supervises = request.form.get("supervises") == "yes"
        instance().teams.join(actor(), team_id, found.staff_id, supervises=supervises)
    except Invalid as error:
        return _team(team_id, faults(error))
    except Refused as error:
        return _team(team_id, (FieldError(field="staff", message=error.message),))
    say("success", _("%(name)s is in the team.", name=found.name))
    return redirect(url_for("teams.team", team_id=team_id), 303)


@blueprint.post("/teams/<team_id>/members/<staff_id>/leave")
@permission("staff:team:manage")
def leave(team_id: str, staff_id: str) -> ResponseReturnValue:
    """Take somebody out; from the next request on they see the team's files no more."""
    try:
        instance().teams.leave(actor(), team_id, staff_id)
    except Conflict as error:
        say("warning", error.message)
    else:
        say("success", _("The person has left the team."))
    return redirect(url_for("teams.team", team_id=team_id), 303)


@blueprint.get("/duty")
@permission("staff:team:manage")
def duty() -> ResponseReturnValue:
    """Who is on duty now, and the form of a new turn."""
    return _duty()


def _duty(errors: tuple[FieldError, ...] = ()) -> ResponseReturnValue:
    given = request.form
    page = DutyPage(
        rows=tuple(
            DutyRow(
                name=one.name, until=one.until,
                service=str(wording.SERVICES.get(one.service, one.service)),
            )
            for one in instance().teams.on_duty(actor())
        ),
        services=_services(),
        most_hours=MOST_HOURS,
        staff=given.get("staff", ""),
        service=given.get("service", ""),
        hours=given.get("hours", ""),
        errors=errors,
    )  # fmt: skip
    return render_template("duty.html", page=page, shell=shell()), 422 if errors else 200


@blueprint.post("/duty")
@permission("staff:team:manage")
def start_duty() -> ResponseReturnValue:
    """Put somebody on duty for so many hours. Nobody puts themselves on."""
    given = request.form
    try:
        found = find_staff(instance().database, given.get("staff", ""))
        hours = whole_number(given.get("hours", ""), "hours", _("Enter a number of hours."))
        until = instance().clock.now() + timedelta(hours=hours)
        instance().teams.start_duty(actor(), found.staff_id, given.get("service", ""), until)
    except Invalid as error:
        return _duty(faults(error, {"until": "hours"}))
    except Refused as error:
        return _duty((FieldError(field="staff", message=error.message),))
    say("success", _("%(name)s is on duty.", name=found.name))
    return redirect(url_for("teams.duty"), 303)
