"""Signing in, in one step or two, proving oneself again, and signing out."""

from urllib.parse import urlsplit

from flask import Blueprint, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from api.arrivals import SESSION, arrival, cookie, drop_session, keep
from api.authn import actor, before_all_else, public, signed_in
from api.limits import counted_as
from api.web.context import instance
from api.web.shell import shell
from api.web.view_models import CodePage, ProvePage, SignInPage
from edrms.access.policy import holds
from edrms.errors import NotSignedIn, Refused

blueprint = Blueprint("auth", __name__)


@blueprint.route("/sign-in", methods=["GET", "POST"])
@public
@counted_as("sign_ins")
def sign_in() -> ResponseReturnValue:
    """The sign-in form; posted, it starts a session and goes where the person was heading."""
    if request.method == "POST":
        return _start_session()
    if g.actor:
        return redirect(url_for("home.index"))
    page = SignInPage(next_path=own_path(request.args.get("next", "")))
    return render_template("sign_in.html", page=page, shell=shell())


def _start_session() -> ResponseReturnValue:
    username = request.form.get("username", "").strip()
    next_path = own_path(request.form.get("next", ""))
    password = request.form.get("password", "")
    try:
        begun = instance().sessions.begin(username, password, arrival())
    except Refused:
        page = SignInPage(username=username, failed=True, next_path=next_path)
        return render_template("sign_in.html", page=page, shell=shell()), 401
    second_step = url_for("auth.code", next=next_path or None)
    response = redirect(second_step if begun.needs_code else next_path or url_for("home.index"))
    keep(response, begun)
    return response


@blueprint.route("/sign-in/code", methods=["GET", "POST"])
@public
@counted_as("sign_ins")
def code() -> ResponseReturnValue:
    """The second step: a code of the authenticator, or a recovery code."""
    next_path = own_path(request.values.get("next", ""))
    if request.method == "GET":
        if not instance().sessions.is_waiting_for_code(cookie(SESSION)):
            return redirect(url_for("auth.sign_in", next=next_path or None))
        page = CodePage(next_path=next_path)
        return render_template("sign_in_code.html", page=page, shell=shell())
    try:
        begun = instance().sessions.finish(cookie(SESSION), request.form.get("code", ""), arrival())
    except NotSignedIn:
        return redirect(url_for("auth.sign_in", next=next_path or None))
    except Refused:
        page = CodePage(next_path=next_path, failed=True)
        return render_template("sign_in_code.html", page=page, shell=shell()), 401
    response = redirect(next_path or url_for("home.index"))
    keep(response, begun)
    return response


@blueprint.route("/prove", methods=["GET", "POST"])
@signed_in
@before_all_else
def prove() -> ResponseReturnValue:
    """Password and code once more, before an act that wants them fresh; then back to where one was."""
    next_path = own_path(request.values.get("next", ""))
    if request.method == "GET":
        return _ask_for_proof(next_path)
    given = request.form.get("password", ""), request.form.get("code", "")
    try:
        begun = instance().sessions.prove(g.session_token, *given, arrival())
    except Refused:
        return _ask_for_proof(next_path, failed=True)
    response = redirect(next_path or url_for("home.index"), 303)
    keep(response, begun)
    return response


def _ask_for_proof(next_path: str, *, failed: bool = False) -> ResponseReturnValue:
    page = ProvePage(
        needs_code=instance().factors.is_set(actor()),
        username=instance().staff.username(actor()),
        next_path=next_path,
        failed=failed,
    )
    status = 401 if failed else 200
    return render_template("prove.html", page=page, shell=shell()), status


@blueprint.post("/sign-out")
@signed_in
@before_all_else
def sign_out() -> ResponseReturnValue:
    """End the session; its token is worth nothing from now on. What its holder had in hand is free."""
    if holds(actor(), "document:index:file"):
        instance().hands.release_all(actor())
    instance().sessions.end(g.session_token, actor())
    response = redirect(url_for("auth.sign_in"))
    drop_session(response)
    return response


def own_path(path: str) -> str:
    """The path if it is one of our own, else empty: no sign-in sends anybody to another site."""
    parts = urlsplit(path)
    is_own = path.startswith("/") and not path.startswith(("//", "/\\"))
    is_plain = is_own and path.isprintable()
    return path if is_plain and not parts.scheme and not parts.netloc else ""
