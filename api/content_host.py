"""The host name that gives out files as they came: no cookies, no pages, nothing but tickets.

Where EDRMS_CONTENT_URL is set, a download's own route decides, journals and leads to a ticket on that
host; the host decides again. Without it the file comes from the one host there is, under the same
headers. A file can then never act in the name of our pages, whatever is in it.
"""

import re
from collections.abc import Iterable
from urllib.parse import urlencode, urlsplit
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from flask import Flask, Response, current_app, g, redirect, request
from werkzeug.exceptions import NotFound

from api.file_names import attachment, content_type, safe_name
from api.web.context import instance, send
from edrms.errors import CannotStart
from edrms.records.viewing import Content
from edrms.settings import Settings
from edrms.tickets.service import Subject

ENDPOINT = "content.fetch"
PATH = "/file"
SANDBOX = "sandbox; default-src 'none'; frame-ancestors 'none'"


def content_netloc(settings: Settings) -> str:
    """Host (and port) of EDRMS_CONTENT_URL, "" where it is not set. Raises CannotStart for another kind
    of URL: only scheme and host are expected."""
    if not settings.content_url:
        return ""
    url = urlsplit(settings.content_url)
    is_bare = url.scheme in ("http", "https") and url.netloc and url.path in ("", "/")
    if not is_bare or url.query or url.fragment or "@" in url.netloc:
        raise CannotStart("EDRMS_CONTENT_URL: expected https://host and nothing behind it.")
    return _plain(url.netloc)


def _plain(host: str) -> str:
    """A host as it is compared: however it is written, and without the port of its scheme."""
    return re.sub(r"\.?(:80|:443)?$", "", host.strip().lower())


def install_content_host(app: Flask, settings: Settings) -> None:
    """Keep the two hosts apart. Call before anything that looks at sessions."""
    app.config["CONTENT_HOST"] = content_netloc(settings)
    if app.config["CONTENT_HOST"]:
        app.wsgi_app = _without_cookies(app.wsgi_app, app.config["CONTENT_HOST"])  # type: ignore[assignment,method-assign]
    app.before_request(_keep_apart)


def _without_cookies(inner: WSGIApplication, netloc: str) -> WSGIApplication:
    """Cookies and credentials sent to the content host are not even seen."""

    def outer(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if _plain(environ.get("HTTP_HOST", "")) == netloc:
            environ.pop("HTTP_COOKIE", None)
            environ.pop("HTTP_AUTHORIZATION", None)
        return inner(environ, start_response)

    return outer


def is_content_host() -> bool:
    """Whether this request came to the host that gives out files."""
    netloc = current_app.config["CONTENT_HOST"]
    return bool(netloc) and _plain(request.headers.get("Host", "")) == netloc


def _keep_apart() -> None:
    g.is_content_host = is_content_host()
    if g.is_content_host and request.endpoint != ENDPOINT:
        raise NotFound


def offer(subject: Subject, name: str, content: Content) -> Response:
    """Give out a file that the caller has decided on and journalled: itself, or a ticket for it."""
    if not current_app.config["CONTENT_HOST"]:
        return as_file(name, content)
    content.stream.close()
    ticket = instance().tickets.issue(g.actor, g.session_token, subject)
    there = instance().settings.content_url.rstrip("/")
    response = redirect(f"{there}{PATH}?{urlencode({'ticket': ticket})}", 303)
    return current_app.make_response(response)


def as_file(name: str, content: Content) -> Response:
    """The file to be saved, never shown: under a safe name, and powerless should it be opened here."""
    media_type = content_type(content.media_type)
    response = send(Content(content.stream, media_type, content.size_bytes))
    response.headers["Content-Disposition"] = attachment(safe_name(name, media_type))
    response.headers["Content-Security-Policy"] = SANDBOX
    return response
