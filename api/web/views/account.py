"""One's own account: sessions, password, second factor."""

from flask import Blueprint, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from api.authn import actor, before_all_else, signed_in, step_up
from api.web.accounts_presenting import errors_of, role_names, session_rows
from api.web.context import instance
from api.web.qr_code import qr_code
from api.web.shell import say, shell
from api.web.view_models import (
    AccountPage,
    FactorPage,
    FieldError,
    PasswordPage,
    RecoveryCodesPage,
)
from edrms.errors import Invalid, Refused
from edrms.staff.second_factor import Offer

blueprint = Blueprint("account", __name__)


@blueprint.get("/account")
@signed_in
def show() -> ResponseReturnValue:
    """The account's own page."""
    who = actor()
    page = AccountPage(
        username=instance().staff.username(who),
        role_names=role_names(sorted(who.roles)),
        has_second_factor=instance().factors.is_set(who),
        recovery_codes_left=instance().factors.recovery_codes_left(who),
        sessions=session_rows(
            instance().session_lists.own(who),
            lambda one: url_for("account.end_session", session_id=one),
            g.session_id,
        ),
    )
    return render_template("account.html", page=page, shell=shell())


@blueprint.post("/account/sessions/<session_id>/end")
@signed_in
def end_session(session_id: str) -> ResponseReturnValue:
    """End one of one's own sessions."""
    instance().session_lists.end_own(actor(), session_id)
    say("success", _("The session has been ended."))
    return redirect(url_for("account.show"), 303)


@blueprint.route("/account/password", methods=["GET", "POST"])
@signed_in
@before_all_else
@step_up
def password() -> ResponseReturnValue:
    """Choose another password."""
    if request.method == "GET":
        return _password_form()
    given, again = request.form.get("password", ""), request.form.get("again", "")
    try:
        if given != again:
            wrong = _("The two are not the same. Type the new password twice.")
            raise Invalid(wrong, fields={"again": wrong})
        instance().administration.change_own_password(actor(), g.session_id, given)
    except Invalid as error:
        return _password_form(errors_of(error))
    say("success", _("Your password has been changed. Other sessions of yours have ended."))
    return redirect(url_for("home.index"), 303)


def _password_form(errors: tuple[FieldError, ...] = ()) -> ResponseReturnValue:
    page = PasswordPage(
        is_forced=instance().staff.must_change_password(actor()),
        username=instance().staff.username(actor()),
        errors=errors,
    )
    status = 422 if errors else 200
    return render_template("password.html", page=page, shell=shell()), status


@blueprint.route("/account/second-factor", methods=["GET", "POST"])
@signed_in
@before_all_else
@step_up
def second_factor() -> ResponseReturnValue:
    """Set up an authenticator, confirmed by its first code; then the recovery codes."""
    username = instance().staff.username(actor())
    if request.method == "GET":
        return _factor_form(instance().factors.offer(actor(), username))
    sealed = request.form.get("sealed", "")
    try:
        codes = instance().factors.confirm(actor(), sealed, request.form.get("code", ""))
    except Invalid as error:
        offer = instance().factors.offered_again(actor(), username, sealed)
        return _factor_form(offer, errors_of(error))
    except Refused as error:
        say("error", error.message)
        return redirect(url_for("account.second_factor"), 303)
    page = RecoveryCodesPage(codes=codes)
    return render_template("recovery_codes.html", page=page, shell=shell())


def _factor_form(offer: Offer, errors: tuple[FieldError, ...] = ()) -> ResponseReturnValue:
    is_set = instance().factors.is_set(actor())
    page = FactorPage(
        picture=qr_code(offer.address, _("QR code for your authenticator")),
        secret=" ".join(offer.secret[at : at + 4] for at in range(0, len(offer.secret), 4)),
        sealed=offer.sealed,
        is_forced=instance().settings.require_second_factor and not is_set,
        replaces=is_set,
        errors=errors,
    )
    status = 422 if errors else 200
    return render_template("second_factor.html", page=page, shell=shell()), status


@blueprint.post("/account/recovery-codes")
@signed_in
@step_up
def recovery_codes() -> ResponseReturnValue:
    """Ten new recovery codes in the place of the old ones."""
    page = RecoveryCodesPage(codes=instance().factors.renew_recovery_codes(actor()))
    return render_template("recovery_codes.html", page=page, shell=shell())
