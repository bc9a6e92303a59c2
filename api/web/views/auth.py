"""Signing in and out."""

from urllib.parse import urlsplit

from flask import Blueprint, current_app, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from api.authn import COOKIE, actor, public, signed_in
from api.web.context import instance
from api.web.shell import shell
from api.web.view_models import SignInPage
from edrms.errors import Refused

blueprint = Blueprint("auth", __name__)


@blueprint.route("/sign-in", methods=["GET", "POST"])
@public
def sign_in() -> ResponseReturnValue:
    """The sign-in form; posted, it starts a session and goes where the person was heading."""
    if request.method == "POST":
        return _start_session()
    if g.actor:
        return redirect(url_for("home.index"))
    page = SignInPage(next_path=_own_path(request.args.get("next", "")))
    return render_template("sign_in.html", page=page, shell=shell())


def _start_session() -> ResponseReturnValue:
    username = request.form.get("username", "").strip()
    next_path = _own_path(request.form.get("next", ""))
    try:
        token = instance().sessions.start(username, request.form.get("password", ""), g.visit)
    except Refused:
        page = SignInPage(username=username, failed=True, next_path=next_path)
        return render_template("sign_in.html", page=page, shell=shell()), 401
    response = redirect(next_path or url_for("home.index"))
    response.set_cookie(
        COOKIE, token, httponly=True, samesite="Strict", secure=instance().settings.secure_cookies
    )
    return response


@blueprint.post("/sign-out")
@signed_in
def sign_out() -> ResponseReturnValue:
    """End the session; its token is worth nothing from now on."""
    current_app.extensions["sessions"].end(g.session_token, actor())
    response = redirect(url_for("auth.sign_in"))
    response.delete_cookie(COOKIE, httponly=True, samesite="Strict")
    return response


def _own_path(path: str) -> str:
    """The path if it is one of our own, else empty: no sign-in sends anybody to another site."""
    parts = urlsplit(path)
    is_own = path.startswith("/") and not path.startswith(("//", "/\\"))
    return path if is_own and not parts.scheme and not parts.netloc else ""
