"""The frame around every page: who is signed in and the links that person may follow."""

from collections.abc import Mapping
from typing import Literal, cast

from flask import current_app, flash, g, get_flashed_messages, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from api.web.view_models import Message, NavItem, OpenGlass, Shell
from api.wiring import Instance
from edrms.access.glass import BrokenGlass
from edrms.access.model import Actor
from edrms.access.policy import BREAK_GLASS, holds
from edrms.access.subjects import Subject, SubjectKind

_Kind = Literal["success", "information", "warning", "error"]
_Flashed = list[tuple[_Kind, str]]
_LINKS = (
    ("home.index", _l("Home"), None),
    ("post.upload", _l("Upload post"), "batch:list:open"),
    ("post.batches", _l("Batches"), "batch:own:view"),
    ("queue.index", _l("Indexing queue"), "document:queue:view"),
    ("search.index", _l("Search"), "search:index:query"),
    ("clients.find", _l("Clients"), "client:file:view"),
    ("paper.index", _l("Paper"), "paper:box:view"),
    ("quality.index", _l("Quality check"), "batch:quality:check"),
    ("quality.figures", _l("Scanning quality"), "quality:figure:view"),
    ("misfiles.index", _l("Possible misfiles"), "record:misfile:view"),
    ("holds.index", _l("Holds"), "hold:hold:view"),
    ("retention_desk.index", _l("Retention"), "retention:desk:view"),
    ("retention_schedule.index", _l("Retention schedule"), "retention:schedule:view"),
    ("disposal.index", _l("Disposal"), "disposal:case:view"),
    ("oversight.index", _l("Access"), "access:guard:view"),
    ("incidents.index", _l("Incidents"), "incident:case:view"),
    ("access_reports.index", _l("Reports on access"), "access:report:view"),
    ("teams.index", _l("Teams"), "staff:team:manage"),
    ("staff.index", _l("Staff"), "staff:account:manage"),
    ("tokens.index", _l("Tokens"), "staff:token:manage"),
    ("audit.index", _l("Audit log"), "audit:event:view"),
    ("status.index", _l("Status"), "system:status:view"),
)


_MOST_NOTICES = 50


def shell(*, is_working: bool = True) -> Shell:
    """The frame for this request; without a session there is no navigation.

    is_working: False on the page of a fault, which must not ask the database again.
    """
    actor: Actor | None = g.get("actor")
    asks = actor if is_working else None
    return Shell(
        council_name=current_app.config["COUNCIL_NAME"],
        csrf_token=g.get("csrf_token", ""),
        staff_name=actor.name if actor else None,
        navigation=_navigation(actor, _notices(asks)) if actor else (),
        messages=tuple(
            Message(kind=kind, text=text)
            for kind, text in cast(_Flashed, get_flashed_messages(with_categories=True))
        ),
        glasses=_glasses(asks),
    )


def _glasses(actor: Actor | None) -> tuple[OpenGlass, ...]:
    """What the person has open in an emergency, so that no page lets them forget it."""
    if actor is None or not holds(actor, BREAK_GLASS):
        return ()
    instance: Instance = current_app.extensions["instance"]
    found = instance.glass.open_for(actor)
    names = instance.names.of(actor, [one.subject for one in found]) if found else {}
    return tuple(_open_glass(one, names) for one in found)


def _open_glass(one: BrokenGlass, names: Mapping[Subject, str]) -> OpenGlass:
    name = names.get(one.subject, "")
    is_client = one.subject.kind is SubjectKind.CLIENT
    return OpenGlass(
        grant_id=one.grant_id, name=name, until=one.until,
        href=url_for("clients.show", client_id=one.subject.subject_id)
        if name and is_client
        else "",
    )  # fmt: skip


def _notices(actor: Actor | None) -> int:
    """How many notices wait for the person."""
    if actor is None:
        return 0
    instance: Instance = current_app.extensions["instance"]
    return len(instance.notices.unseen(actor, _MOST_NOTICES))


def say(kind: _Kind, text: str) -> None:
    """Show a message at the top of the next page. kind: success, information, warning or error."""
    flash(text, kind)


def _navigation(actor: Actor, notices: int) -> tuple[NavItem, ...]:
    section = (request.endpoint or "").split(".")[0]
    links = [
        NavItem(text=str(text), href=url_for(endpoint), current=_is_here(endpoint, section))
        for endpoint, text, needs in _LINKS
        if (needs is None or holds(actor, needs) or _oversees(actor, endpoint))
        and not _is_within(actor, endpoint)
    ]
    if notices:
        here = section == "notices"
        told = NavItem(
            text=_("Notices"), href=url_for("notices.index"), current=here, count=notices
        )
        links.insert(1, told)
    return tuple(links)


def _oversees(actor: Actor, endpoint: str) -> bool:
    return endpoint == "post.batches" and holds(actor, "batch:all:view")


def _is_within(actor: Actor, endpoint: str) -> bool:
    """The schedule is a part of the desk for whoever has one, and the figures of the quality check."""
    if endpoint == "quality.figures":
        return holds(actor, "batch:quality:check")
    return endpoint == "retention_schedule.index" and holds(actor, "retention:desk:view")


def _is_here(endpoint: str, section: str) -> bool:
    if section == "post":
        return endpoint == ("post.upload" if request.endpoint == "post.upload" else "post.batches")
    if section in ("reviews", "guarding"):
        section = "oversight"
    if endpoint == "retention_desk.index" and section == "retention_schedule":
        return True
    return endpoint.split(".")[0] == section
