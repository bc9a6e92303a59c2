"""The frame around every page: who is signed in and the links that person may follow."""

from typing import Literal, cast

from flask import current_app, flash, g, get_flashed_messages, request, url_for
from flask_babel import lazy_gettext as _l

from api.web.view_models import Message, NavItem, Shell
from edrms.access.model import Actor
from edrms.access.policy import holds

_Kind = Literal["success", "information", "warning", "error"]
_Flashed = list[tuple[_Kind, str]]
_LINKS = (
    ("home.index", _l("Home"), None),
    ("post.upload", _l("Upload post"), "batch:list:open"),
    ("post.batches", _l("Batches"), "batch:own:view"),
    ("queue.index", _l("Indexing queue"), "document:queue:view"),
    ("search.index", _l("Search"), "search:index:query"),
    ("clients.find", _l("Clients"), "client:file:view"),
    ("staff.index", _l("Staff"), "staff:account:manage"),
    ("tokens.index", _l("Tokens"), "staff:token:manage"),
    ("status.index", _l("Status"), "system:status:view"),
)


def shell() -> Shell:
    """The frame for this request; without a session there is no navigation."""
    actor: Actor | None = g.get("actor")
    return Shell(
        council_name=current_app.config["COUNCIL_NAME"],
        csrf_token=g.get("csrf_token", ""),
        staff_name=actor.name if actor else None,
        navigation=_navigation(actor) if actor else (),
        messages=tuple(
            Message(kind=kind, text=text)
            for kind, text in cast(_Flashed, get_flashed_messages(with_categories=True))
        ),
    )


def say(kind: _Kind, text: str) -> None:
    """Show a message at the top of the next page. kind: success, information, warning or error."""
    flash(text, kind)


def _navigation(actor: Actor) -> tuple[NavItem, ...]:
    section = (request.endpoint or "").split(".")[0]
    return tuple(
        NavItem(text=str(text), href=url_for(endpoint), current=_is_here(endpoint, section))
        for endpoint, text, needs in _LINKS
        if needs is None or holds(actor, needs) or _oversees(actor, endpoint)
    )


def _oversees(actor: Actor, endpoint: str) -> bool:
    return endpoint == "post.batches" and holds(actor, "batch:all:view")


def _is_here(endpoint: str, section: str) -> bool:
    if section == "post":
        return endpoint == ("post.upload" if request.endpoint == "post.upload" else "post.batches")
    return endpoint.split(".")[0] == section
