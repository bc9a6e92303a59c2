"""Tokens of programs: the list, a new one (shown once), revoking."""

from datetime import date, datetime, time, timedelta

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from api.authn import actor, permission, step_up
from api.web.accounts_presenting import errors_of, role_choices
from api.web.context import instance
from api.web.shell import say, shell
from api.web.view_models import FieldError, TokenMadePage, TokenRow, TokensPage
from edrms.access.roles import PERMISSIONS
from edrms.clock import COUNCIL_ZONE
from edrms.errors import Invalid
from edrms.staff.tokens import TokenEntry

blueprint = Blueprint("tokens", __name__)
FIELDS = ("program", "purpose", "expires_on", "name", "display_name", "role")


@blueprint.get("/tokens")
@permission("staff:token:manage")
def index() -> ResponseReturnValue:
    """Every token, the newest first, and the forms for a program and a token."""
    return _page()


def _page(errors: tuple[FieldError, ...] = ()) -> ResponseReturnValue:
    page = TokensPage(
        rows=tuple(_row(entry) for entry in instance().tokens.list(actor())),
        programs=tuple(instance().tokens.programs(actor())),
        roles=role_choices(),
        scopes=tuple(sorted(PERMISSIONS)),
        form={name: request.form.get(name, "") for name in FIELDS},
        chosen=tuple(request.form.getlist("scopes")),
        errors=errors,
    )
    status = 422 if errors else 200
    return render_template("tokens.html", page=page, shell=shell()), status


def _row(entry: TokenEntry) -> TokenRow:
    is_over = entry.expires_at <= instance().clock.now()
    return TokenRow(
        token_id=entry.token_id,
        program=entry.program,
        prefix=entry.prefix,
        purpose=entry.purpose,
        scopes=entry.scopes,
        made_at=entry.made_at,
        expires_at=entry.expires_at,
        last_used_at=entry.last_used_at,
        state="revoked" if entry.revoked_at else "expired" if is_over else "live",
    )


@blueprint.post("/tokens/programs")
@permission("staff:token:manage")
@step_up
def add_program() -> ResponseReturnValue:
    """A new program, with one role."""
    form = request.form
    name, display_name = form.get("name", "").strip(), form.get("display_name", "").strip()
    try:
        instance().tokens.add_program(
            actor(), name, display_name or name, frozenset({form.get("role", "")})
        )
    except Invalid as error:
        names = {"username": "name", "roles": "role"}
        return _page(
            tuple(
                FieldError(field=names.get(one.field, one.field), message=one.message)
                for one in errors_of(error)
            )
        )
    say("success", _("%(name)s has been added. Now make it a token.", name=name))
    return redirect(url_for("tokens.index"), 303)


@blueprint.post("/tokens")
@permission("staff:token:manage")
@step_up
def issue() -> ResponseReturnValue:
    """A new token, shown on the answering page and never again."""
    form = request.form
    program, purpose = form.get("program", ""), form.get("purpose", "").strip()
    scopes = frozenset(form.getlist("scopes"))
    try:
        expires_at = _end_of_day(form.get("expires_on", "").strip())
        token = instance().tokens.issue(actor(), program, purpose, scopes, expires_at)
    except Invalid as error:
        return _page(errors_of(error))
    page = TokenMadePage(token=token, program=program, expires_at=expires_at)
    return render_template("token_made.html", page=page, shell=shell())


def _end_of_day(given: str) -> datetime:
    """Midnight after this day in the council's time."""
    try:
        return datetime.combine(date.fromisoformat(given) + timedelta(days=1), time(), COUNCIL_ZONE)
    except (ValueError, OverflowError) as error:
        wrong = _("Enter a real day within a year, such as 2027-03-31.")
        raise Invalid(wrong, fields={"expires_on": wrong}) from error


@blueprint.post("/tokens/<token_id>/revoke")
@permission("staff:token:manage")
@step_up
def revoke(token_id: str) -> ResponseReturnValue:
    """The token is worth nothing from the next request on."""
    instance().tokens.revoke(actor(), token_id)
    say("success", _("The token has been revoked."))
    return redirect(url_for("tokens.index"), 303)
