"""Who is asking, and may they ask it: sessions, named permissions on every route, forged forms refused.

A route says what it needs with @permission("thing:part:verb"), or @public. A route that says neither
stops the application from starting.
"""

import hmac
from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar
from urllib.parse import urlsplit

from flask import Flask, Response, current_app, g, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response as AnyResponse

from api.problems import wants_json
from edrms.access.model import Actor
from edrms.access.policy import require
from edrms.access.roles import PERMISSIONS
from edrms.errors import CannotStart, Invalid, NotSignedIn
from edrms.staff.sessions import Sessions, SignedIn

COOKIE = "edrms_session"
PUBLIC = "public"
SIGNED_IN = "signed_in"
TICKET = "ticket"
SMALL_BODY_BYTES = 1 << 20
_SAFE = {"GET", "HEAD", "OPTIONS"}
View = TypeVar("View", bound=Callable[..., object])


def permission(name: str) -> Callable[[View], View]:
    """The view may be called by whoever holds this permission."""
    if name not in PERMISSIONS:
        raise CannotStart(f"a route names an unknown permission: {name}")
    return _mark(name)


def public(view: View) -> View:
    """The view may be called by anybody, signed in or not."""
    return _mark(PUBLIC)(view)


def by_ticket(view: View) -> View:
    """The view gives out a file to whoever has a ticket, on the host without cookies, and nowhere else."""
    return _mark(TICKET)(view)


def signed_in(view: View) -> View:
    """The view may be called by any staff member (it shows only what is their own)."""
    return _mark(SIGNED_IN)(view)


def takes_files(view: View) -> View:
    """The view may be sent files; every other view refuses a body over SMALL_BODY_BYTES."""
    view.takes_files = True  # type: ignore[attr-defined]
    return view


def _mark(name: str) -> Callable[[View], View]:
    def mark(view: View) -> View:
        view.needs = name  # type: ignore[attr-defined]
        return view

    return mark


def install_authn(app: Flask, sessions: Sessions) -> None:
    """Check every request before its view runs, and every route before the first request."""
    app.extensions["sessions"] = sessions
    app.before_request(_limit_body)
    app.before_request(_admit)


def check_routes(app: Flask) -> None:
    """Raises CannotStart if any route does not say who may call it."""
    silent = [
        rule.endpoint for rule in app.url_map.iter_rules() if needed_by(app, rule.endpoint) is None
    ]
    if silent:
        raise CannotStart(f"routes without a permission: {', '.join(sorted(set(silent)))}")


def needed_by(app: Flask, endpoint: str) -> str | None:
    """The permission a route names, PUBLIC, SIGNED_IN, or None when it says nothing."""
    if endpoint == "static":
        return PUBLIC
    return getattr(app.view_functions[endpoint], "needs", None)


def _limit_body() -> None:
    g.csrf_token = g.session_token = ""
    view = current_app.view_functions.get(request.endpoint or "")
    if not getattr(view, "takes_files", False):
        request.max_content_length = SMALL_BODY_BYTES


def act_as(found: SignedIn | None) -> Actor:
    """The person of a session becomes the actor of this request. Raises NotSignedIn if it has ended."""
    if found is None:
        raise NotSignedIn(_("Sign in first."), reason="session_unknown_or_ended")
    acting: Actor = replace(found.actor, visit=g.visit)
    g.actor = acting
    return acting


def _admit() -> AnyResponse | None:
    if g.is_content_host:
        return None
    token, from_cookie = _token()
    sessions: Sessions = current_app.extensions["sessions"]
    found = sessions.find(token) if token else None
    if found:
        act_as(found)
        g.csrf_token, g.session_token = found.csrf_token, token
    needs = needed_by(current_app, request.endpoint) if request.endpoint else PUBLIC
    if needs == TICKET:
        raise NotFound
    if needs == PUBLIC:
        _refuse_foreign_origin()
        return None
    if found is None:
        g.refused_for = "session_unknown_or_ended" if token else "not_signed_in"
        return _ask_to_sign_in()
    if needs != SIGNED_IN:
        require(g.actor, needs or "")
    if from_cookie and request.method not in _SAFE:
        _refuse_forged(found.csrf_token)
    return None


def _token() -> tuple[str, bool]:
    header = request.headers.get("Authorization", "")
    if header.startswith("Bearer "):
        return header.removeprefix("Bearer ").strip(), False
    return request.cookies.get(COOKIE, ""), True


def _ask_to_sign_in() -> AnyResponse:
    if request.endpoint == "auth.sign_out":
        return redirect(url_for("auth.sign_in"))
    if wants_json() or request.method not in _SAFE:
        said = _("Sign in first: there is no session, or it has ended.")
        raise NotSignedIn(said, reason=g.refused_for)
    return redirect(url_for("auth.sign_in", next=request.full_path.rstrip("?")))


def _refuse_foreign_origin() -> None:
    """A public form (sign-in) must come from our own pages."""
    origin = request.headers.get("Origin")
    if request.method in _SAFE or origin is None:
        return
    if urlsplit(origin).netloc != request.host:
        raise Invalid(_("This form did not come from this service."), code="foreign_origin")


def _refuse_forged(expected: str) -> None:
    _refuse_foreign_origin()
    given = request.headers.get("X-CSRF-Token") or _form_token()
    if not hmac.compare_digest(given.encode(), expected.encode()):
        raise Invalid(
            _(
                "The page was open too long or came from elsewhere. "
                "Go back, reload it and try again."
            ),
            code="forged_form",
        )


def _form_token() -> str:
    if request.mimetype in ("application/x-www-form-urlencoded", "multipart/form-data"):
        return request.form.get("csrf_token", "")
    return ""


def actor() -> Actor:
    """The signed-in actor of this request."""
    found: Actor | None = g.actor
    if found is None:
        raise NotSignedIn(_("Sign in first."))
    return found


def harden(response: Response) -> Response:
    """Headers every answer carries: nothing cached, nothing sniffed, framed, or loaded from elsewhere."""
    headers = response.headers
    headers.setdefault("Cache-Control", "no-store")
    headers.setdefault("X-Content-Type-Options", "nosniff")
    headers.setdefault("Referrer-Policy", "same-origin")
    headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
    headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
    headers.setdefault(
        "Content-Security-Policy",
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; "
        "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    )
    if request.endpoint != "static":
        headers.add("Vary", "Cookie")
    return response
