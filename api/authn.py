"""Who is asking, and may they ask it: sessions, named permissions on every route, forged forms refused.

A route says what it needs with @permission("thing:part:verb"), or @public. A route that says neither
stops the application from starting. @step_up wants its actor proved within the last minutes.
"""

import hmac
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TypeVar
from urllib.parse import urlsplit

from flask import Flask, Response, current_app, g, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response as AnyResponse

from api.arrivals import SESSION, cookie, source
from api.limits import RequestLimits, kind_of
from api.problems import wants_json
from api.wiring import Instance
from edrms.access.model import Actor
from edrms.access.policy import require
from edrms.access.roles import PERMISSIONS
from edrms.errors import CannotStart, Invalid, NotSignedIn, StepUpRequired
from edrms.staff.sessions import CHANGE_PASSWORD, SignedIn
from edrms.staff.tokens import is_api_token

PUBLIC = "public"
SIGNED_IN = "signed_in"
TICKET = "ticket"
SMALL_BODY_BYTES = 1 << 20
PROVED_WITHIN = timedelta(minutes=5)
_NEVER = datetime(1, 1, 1, tzinfo=UTC)
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


def step_up(view: View) -> View:
    """The view is destructive or powerful: password and second factor were given minutes ago, or are
    asked for now. Applied to a view as the permission is."""
    view.step_up = True  # type: ignore[attr-defined]
    return view


def before_all_else(view: View) -> View:
    """The view stays open to who must first change a password or set up a second factor."""
    view.before_all_else = True  # type: ignore[attr-defined]
    return view


def takes_files(view: View) -> View:
    """The view may be sent files; every other view refuses a body over SMALL_BODY_BYTES."""
    view.takes_files = True  # type: ignore[attr-defined]
    return view


def _mark(name: str) -> Callable[[View], View]:
    def mark(view: View) -> View:
        view.needs = name  # type: ignore[attr-defined]
        return view

    return mark


def install_authn(app: Flask, instance: Instance) -> None:
    """Check every request before its view runs, and every route before the first request."""
    app.extensions["limits"] = RequestLimits(instance.settings)
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
    g.csrf_token = g.session_token = g.session_id = ""
    view = current_app.view_functions.get(request.endpoint or "")
    if not getattr(view, "takes_files", False):
        request.max_content_length = SMALL_BODY_BYTES


def act_as(found: Actor | None) -> Actor:
    """Whoever was recognised becomes the actor of this request. Raises NotSignedIn if nobody was."""
    if found is None:
        raise NotSignedIn(_("Sign in first."), reason="session_unknown_or_ended")
    acting: Actor = replace(found, visit=g.visit)
    g.actor = acting
    return acting


def _admit() -> AnyResponse | None:
    if g.is_content_host:
        return None
    token, from_cookie = _token()
    found = _recognise(token, from_cookie=from_cookie) if token else None
    if found:
        act_as(found.actor)
        g.csrf_token, g.session_token, g.session_id = found.csrf_token, token, found.session_id
    _count(found)
    needs = needed_by(current_app, request.endpoint) if request.endpoint else PUBLIC
    if needs == TICKET:
        raise NotFound
    if needs == PUBLIC:
        _refuse_foreign_origin()
        return None
    if found is None:
        g.refused_for = "session_unknown_or_ended" if token else "not_signed_in"
        return _ask_to_sign_in()
    if found.must and not getattr(_view(), "before_all_else", False):
        return _ask_for_first_things(found.must)
    if needs != SIGNED_IN:
        require(g.actor, needs or "")
    if from_cookie and request.method not in _SAFE:
        _refuse_forged(found.csrf_token)
    if getattr(_view(), "step_up", False) and not _is_fresh(found):
        return _ask_for_proof()
    return None


def _view() -> object:
    return current_app.view_functions.get(request.endpoint or "")


def _recognise(token: str, *, from_cookie: bool) -> SignedIn | None:
    """A session by its token; a program's token only in the header, and only for the JSON API."""
    instance: Instance = current_app.extensions["instance"]
    if not is_api_token(token):
        return instance.sessions.find(token)
    if from_cookie or not request.path.startswith("/api/"):
        return None
    program = instance.tokens.find(token)
    return SignedIn(program, "", "", _NEVER) if program else None


def _count(found: SignedIn | None) -> None:
    limits: RequestLimits = current_app.extensions["limits"]
    kind = kind_of(_view())
    if kind == "sign_ins":
        if request.method not in _SAFE:
            limits.count(kind, source())
    elif found and request.endpoint != "static":
        limits.count(kind, found.actor.staff_id)


def _is_fresh(found: SignedIn) -> bool:
    instance: Instance = current_app.extensions["instance"]
    return instance.clock.now() <= found.proved_at + PROVED_WITHIN


def _ask_for_proof() -> AnyResponse:
    """The page that asks for it leads back to where one was; nothing of this request was done."""
    if wants_json():
        raise StepUpRequired(
            _("Give your password and code again (POST /api/v1/sessions/current/proof) first.")
        )
    here = request.full_path.rstrip("?") if request.method in _SAFE else _came_from()
    return redirect(url_for("auth.prove", next=here), 303)


def _came_from() -> str:
    """The page of ours that the form was on; the start page if that is not known."""
    parts = urlsplit(request.referrer or "")
    if parts.netloc != request.host:
        return "/"
    return parts.path + (f"?{parts.query}" if parts.query else "")


def _ask_for_first_things(must: str) -> AnyResponse:
    if wants_json():
        raise StepUpRequired(
            _("Sign in on the pages first: there is something to set up there."), code=must
        )
    endpoint = "account.password" if must == CHANGE_PASSWORD else "account.second_factor"
    return redirect(url_for(endpoint), 303)


def _token() -> tuple[str, bool]:
    header = request.headers.get("Authorization", "")
    if header.startswith("Bearer "):
        return header.removeprefix("Bearer ").strip(), False
    return cookie(SESSION), True


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
