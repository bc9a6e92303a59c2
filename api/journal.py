"""No request without its event: what a view did not journal is journalled here, before the answer leaves.

Who signed in and asked for anything that is not public has at least one event of the request's id, and
exactly one for what was read or refused. If it cannot be written, the answer is not given (503).
Refusals of strangers are bounded (api/strangers.py). What people typed goes into the personal detail.
"""

import hashlib
import hmac
import json
import logging
import re
import secrets
from typing import Any

from flask import Flask, Response, current_app, g, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.exceptions import HTTPException

from api.arrivals import source
from api.problems import answer, install_problems
from api.strangers import Strangers
from api.wiring import Instance
from edrms.access.model import Actor, Visit
from edrms.errors import EdrmsError
from edrms.ids import StaffId
from edrms.uow import write

log = logging.getLogger("edrms.web")
STRANGER = Actor(StaffId("stranger"), "Nobody signed in", frozenset())
_ID = re.compile(r"[0-9a-f]{32}")
_METHODS = {"GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE", "TRACE", "CONNECT"}
_SAFE = {"GET", "HEAD", "OPTIONS"}
_LONGEST_TYPED = 2000
_APART = {"hold_id"}  # some holds are secret, so of none the log says beside a route which it was
_SOURCE_HEX = 32
_PUBLIC = "public"


class JournalledFlask(Flask):
    """Flask, but no answer leaves without the event of its request."""

    def handle_user_exception(self, e: Exception) -> HTTPException | ResponseReturnValue:
        """Remember why it was refused, also where a view then leads on to another page."""
        g.refused_for = _reason(e)
        return super().handle_user_exception(e)

    def finalize_request(
        self, rv: ResponseReturnValue | HTTPException, from_error_handler: bool = False
    ) -> Response:
        """Journal what was not journalled; an answer whose event cannot be written is thrown away."""
        response = self.make_response(rv)
        try:
            _account_for(response)
        except (EdrmsError, SQLAlchemyError):
            log.exception("request_not_journalled", extra={"request": g.request_id})
            response.close()
            said = _("The service cannot keep its log just now. Try again in half a minute.")
            response = answer(503, "not_journalled", said)
        response = super().finalize_request(response, from_error_handler)
        if g.is_content_host:
            for name in ("Set-Cookie", "Vary"):
                response.headers.remove(name)
        return response


def install_journal(app: Flask) -> None:
    """Give every request its visit. Call before anything that may refuse one."""
    install_problems(app)
    secret: str | bytes = app.config["SECRET_KEY"]
    given = secret.encode() if isinstance(secret, str) else secret
    app.extensions["source_key"] = hmac.new(given, b"edrms source of a visit", "sha256").digest()
    app.extensions["strangers"] = Strangers()
    app.before_request(_begin_visit)


def _begin_visit() -> None:
    g.request_id = secrets.token_hex(8)
    g.actor = None
    g.refused_for = ""
    g.is_content_host = False
    g.visit = Visit(g.request_id, _pseudonym(source()))


def _pseudonym(address: str) -> str:
    """The same for the same address, and nobody without the web's secret can tell which."""
    key: bytes = current_app.extensions["source_key"]
    return hmac.new(key, address.encode(), hashlib.sha256).hexdigest()[:_SOURCE_HEX]


def _account_for(response: Response) -> None:
    visit: Visit = g.visit
    if request.endpoint == "static":
        return
    if response.status_code >= 400 or g.refused_for:
        if not visit.refusals:
            _note_refusal(response.status_code)
    elif g.actor and not visit.events and _needed() != _PUBLIC:
        _note_visit(g.actor)


def _needed() -> str:
    return getattr(current_app.view_functions.get(request.endpoint or ""), "needs", "")


def _note_visit(actor: Actor) -> None:
    """A page of lists, or a request that found nothing to change."""
    instance: Instance = current_app.extensions["instance"]
    ids, typed = _asked()
    with write(instance.database, actor, instance.clock) as work:
        if request.method in _SAFE:
            work.journal(
                "access:route:view", "route", _route(), personal=typed, method=_method(), asked=ids
            )
        else:
            work.journal(
                "access:route:use", "route", _route(), personal=typed, method=_method(), asked=ids
            )


def _note_refusal(status: int) -> None:
    """What was refused, or failed: of what is absent and of what is not theirs alike."""
    instance: Instance = current_app.extensions["instance"]
    actor: Actor | None = g.actor
    reason = (g.refused_for or _WITHOUT_A_NAME.get(status, "refused"))[:500]
    more: dict[str, Any] = {}
    ids, typed = _asked()
    if actor is None:
        unwritten = _unwritten(reason) if request.endpoint else None
        if unwritten is None:
            return
        actor, typed, more = _stranger(), "", {"unwritten": unwritten}
    with write(instance.database, actor, instance.clock) as work:
        work.journal(
            "access:request:refuse", "route", _route(), personal=typed, reason=reason,
            outcome="failed" if status >= 500 else "refused", method=_method(), asked=ids,
            status=status, **more,
        )  # fmt: skip


_WITHOUT_A_NAME = {401: "sign_in_refused", 409: "conflict", 422: "invalid"}


def _stranger() -> Actor:
    return Actor(STRANGER.staff_id, STRANGER.name, STRANGER.roles, visit=g.visit)


def _unwritten(kind: str) -> int | None:
    strangers: Strangers = current_app.extensions["strangers"]
    instance: Instance = current_app.extensions["instance"]
    return strangers.note(g.visit.source, kind, instance.clock.now())


def _reason(error: Exception) -> str:
    """The policy's own words, else the error's code; "" for a redirection that Flask makes itself."""
    if isinstance(error, EdrmsError):
        return str(error.data.get("reason", "")) or error.error_code
    if isinstance(error, HTTPException):
        return error.name.lower().replace(" ", "_") if (error.code or 500) >= 400 else ""
    return "internal_error"


def _route() -> str:
    return request.endpoint or ""


def _method() -> str:
    return request.method if request.method in _METHODS else "other"


def _asked() -> tuple[dict[str, Any], str]:
    """Ids and numbers of the address, for the event; everything else typed, for the personal detail."""
    given = request.view_args or {}
    ids = {name: value for name, value in given.items() if _is_id(value) and name not in _APART}
    others = {name: value for name, value in given.items() if name not in ids}
    typed: dict[str, Any] = {"arguments": others} if others else {}
    if request.endpoint is None:
        typed["path"] = request.path
    if request.query_string and not g.is_content_host:
        typed["query"] = request.query_string.decode("utf-8", "replace")
    return ids, json.dumps(typed, sort_keys=True)[:_LONGEST_TYPED] if typed else ""


def _is_id(value: object) -> bool:
    return isinstance(value, int) or bool(_ID.fullmatch(str(value)))
