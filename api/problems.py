"""Errors as answers: one table from error families to HTTP statuses, for JSON and for pages alike.

JSON errors are RFC 9457 problem details with `code`, `fields` and `request_id`. What outsiders may not
know (Denied) is answered exactly as what does not exist.
"""

import errno
import logging
from typing import Any

from flask import Flask, Response, g, jsonify, render_template, request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import HTTPException

from api.web.shell import shell
from api.web.view_models import ErrorPage
from edrms import errors

log = logging.getLogger("edrms.web")
RETRY_AFTER_S = 30

_STATUSES: tuple[tuple[type[errors.EdrmsError], int], ...] = (
    (errors.NotSignedIn, 401),
    (errors.Closed, 403),
    (errors.StepUpRequired, 403),
    (errors.TooMany, 429),
    (errors.Denied, 404),
    (errors.NotFound, 404),
    (errors.TooLarge, 413),
    (errors.Invalid, 422),
    (errors.Refused, 409),
    (errors.NoSpace, 507),
    (errors.Unavailable, 503),
    (errors.Damaged, 500),
)
_TITLES = {
    400: _l("The request cannot be understood"),
    401: _l("Sign in first"),
    403: _l("Closed to you"),
    404: _l("Not found"),
    405: _l("Not possible this way"),
    409: _l("Not possible now"),
    413: _l("Too large"),
    422: _l("Something is missing or wrong"),
    429: _l("Too many requests"),
    500: _l("Something went wrong here"),
    503: _l("Not available just now"),
    507: _l("No space left"),
}
_NOT_FOUND = _l("There is no such thing here, or you may not see it.")


def status_of(error: errors.EdrmsError) -> int:
    """The HTTP status of an error's family."""
    return next((status for family, status in _STATUSES if isinstance(error, family)), 500)


def answer(status: int, code: str, detail: str, fields: dict[str, str] | None = None) -> Response:
    """The error as JSON to programs, as a page to people."""
    if g.is_content_host:
        return _with_retry(Response(f"{status}\n", status=status, mimetype="text/plain"))
    if wants_json():
        return problem(status, code, detail, fields)
    page = ErrorPage(
        status=status if status in _PAGES else (500 if status >= 500 else 400),
        request_id=g.request_id,
        detail="" if status == 404 else detail,
        retry_after_s=_retry_after_s(status),
    )
    frame = shell(is_working=status < 500)
    response = Response(render_template("error.html", page=page, shell=frame), status=status)
    return _with_retry(response)


_PAGES = {400, 401, 403, 404, 409, 413, 429, 500, 503, 507}


def wants_json() -> bool:
    """Whether the asker is a program: anything under /api, or a script that prefers JSON to a page."""
    if request.path.startswith("/api/"):
        return True
    return request.accept_mimetypes.best_match(["text/html", "application/json"]) == (
        "application/json"
    )


def problem(status: int, code: str, detail: str, fields: dict[str, str] | None = None) -> Response:
    """RFC 9457 problem details."""
    body: dict[str, Any] = {
        "type": "about:blank",
        "title": str(_TITLES.get(status, _l("Error"))),
        "status": status,
        "detail": detail,
        "code": code,
        "fields": fields or {},
        "request_id": g.request_id,
    }
    response = jsonify(body)
    response.status_code = status
    response.content_type = "application/problem+json"
    return _with_retry(response)


def _with_retry(response: Response) -> Response:
    if seconds := _retry_after_s(response.status_code):
        response.headers["Retry-After"] = str(seconds)
    return response


def _retry_after_s(status: int) -> int | None:
    if status == 429:
        return int(g.get("retry_after_s", RETRY_AFTER_S))
    return RETRY_AFTER_S if status in (503, 507) else None


def install_problems(app: Flask) -> None:
    """Hand every error to the functions above."""
    app.register_error_handler(errors.EdrmsError, _on_edrms_error)
    app.register_error_handler(HTTPException, _on_http_error)
    app.register_error_handler(OperationalError, _on_database_error)
    app.register_error_handler(OSError, _on_os_error)
    app.register_error_handler(Exception, _on_anything)


def _on_edrms_error(error: errors.EdrmsError) -> Response:
    status = status_of(error)
    g.retry_after_s = error.data.get("retry_after_s", RETRY_AFTER_S)
    if status >= 500:
        log.error("request_failed", extra={"code": error.error_code, "request": g.request_id})
    if status == 404:
        return answer(404, "not_found", str(_NOT_FOUND))
    return answer(status, error.error_code, error.message, error.fields)


def _on_http_error(error: HTTPException) -> Response:
    status = error.code or 500
    detail = str(_NOT_FOUND) if status == 404 else (error.description or "")
    return answer(status, error.name.lower().replace(" ", "_"), detail)


def _on_database_error(_error: OperationalError) -> Response:
    log.exception("database_unavailable", extra={"request": g.request_id})
    return answer(503, "unavailable", _("The database is busy. Try again in half a minute."))


def _on_os_error(error: OSError) -> Response:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        detail = _("The disk is full: nothing of this request was kept.")
        return answer(507, "no_space", detail)
    return _on_anything(error)


def _on_anything(_error: Exception) -> Response:
    log.exception("request_crashed", extra={"request": g.request_id})
    return answer(500, "internal_error", _("The fault has been noted. Try again."))
