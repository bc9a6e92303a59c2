"""The form of a new hold: what was typed as a Placing, and the page to type it on."""

from collections.abc import Mapping
from typing import Any

from flask import request
from flask_babel import gettext as _

from api.authn import actor
from api.web import wording
from api.web.context import instance
from api.web.forms import date_of, typed_date
from api.web.hold_wording import KINDS, class_names
from api.web.view_models import Choice, DateFields, FieldError, NewHoldPage
from edrms.access.policy import holds
from edrms.access.subjects import SubjectKind
from edrms.clock import civil_date
from edrms.errors import Invalid
from edrms.fileplan import load_document_types
from edrms.staff.finding import find_staff
from retention.hold_words import Placing, Scope, ScopeKind, said_wrong
from retention.holds import SECRET_PLACE

RANGES = ("dated_from", "dated_to", "received_from", "received_to")
CHOSEN = {
    "record_classes": "query_class", "document_types": "document_type", "services": "service",
    "teams": "team",
}  # fmt: skip
FIELDS = {
    "review_on": "day", "scopes": "kind", "record_classes": "query_class", "teams": "team",
    "document_types": "document_type", "services": "service", "subject": "about",
}  # fmt: skip


def typed_hold() -> Placing:
    """What was typed. Raises Invalid for whatever of it cannot be read, and then tells of everything else
    that is wrong with the words too: nobody is sent back to the form for one fault after another."""
    given = request.form
    wrong: dict[str, str] = {}
    owner_id = _try(wrong, lambda: find_staff(instance().database, given.get("owner", ""),
                                              field="owner").staff_id)  # fmt: skip
    day = _try(wrong, lambda: date_of(typed_date(given, "day"), "day"))
    scope = _try(wrong, _typed_scope)
    said = Placing(
        title=given.get("title", ""), reason=given.get("reason", ""),
        authority=given.get("authority", ""), owner_id=owner_id or "", review_on=day,
        scopes=(scope,) if scope else (),
        is_secret=given.get("secret") == "yes", is_confirmed=given.get("confirmed") == "yes",
    )  # fmt: skip
    if wrong:
        told = said_wrong(said, civil_date(instance().clock.now()))
        if "day" in wrong:
            told.pop("review_on", None)
        raise Invalid(_("The hold was not placed."), fields=told | wrong)
    return said


def _try(wrong: dict[str, str], read: Any) -> Any:
    try:
        return read()
    except Invalid as error:
        wrong |= error.fields
        return None


def _typed_scope() -> Scope:
    given = request.form
    match given.get("kind"):
        case "subject":
            found = instance().names.typed(actor(), given.get("about", ""), field="about")
            return Scope(ScopeKind(found.kind.value), found.subject_id)
        case "case_file":
            return _typed_file()
        case "record_class":
            return Scope(ScopeKind.RECORD_CLASS, given.get("record_class", ""))
        case "query":
            return Scope(ScopeKind.QUERY, criteria=_typed_criteria())
    raise Invalid(_("Say what is held."), fields={"kind": _("Choose what is held.")})


def _typed_file() -> Scope:
    found = instance().names.typed(actor(), request.form.get("file_of", ""), field="file_of")
    if found.kind is not SubjectKind.CLIENT:
        wrong = {"file_of": _("Enter a person's case number or NHS number.")}
        raise Invalid(_("This is a record."), fields=wrong)
    record_class = request.form.get("file_class", "")
    file_id = instance().holds.case_file(actor(), found.subject_id, record_class)
    return Scope(ScopeKind.CASE_FILE, file_id)


def _typed_criteria() -> dict[str, Any]:
    given = request.form
    criteria: dict[str, Any] = {
        name: [value for value in given.getlist(field) if value] for name, field in CHOSEN.items()
    }
    wrong: dict[str, str] = {}
    for name in RANGES:
        criteria[name] = _try(wrong, lambda name=name: date_of(typed_date(given, name), name))
    if wrong:
        raise Invalid(_("The saved query cannot be used."), fields=wrong)
    return {name: value for name, value in (criteria | {"phrase": given.get("phrase", "")}).items()
            if value}  # fmt: skip


def new_hold_page(
    errors: tuple[FieldError, ...] = (), to_confirm: str = "", about: str = ""
) -> NewHoldPage:
    """The form, as typed."""
    given: Mapping[str, str] = request.form
    classes = tuple(Choice(value=key, label=f"{key} {name}") for key, name in class_names().items())
    return NewHoldPage(
        kinds=tuple(
            Choice(value=key, label=str(name), hint=str(hint))
            for key, (name, hint) in KINDS.items()
        ),
        classes=classes,
        types=tuple(Choice(value=one.code, label=one.name) for one in load_document_types()),
        services=tuple(
            Choice(value=code, label=str(name)) for code, name in wording.SERVICES.items()
        ),
        teams=tuple(
            Choice(value=team_id, label=name)
            for team_id, name in instance().holds.teams(actor()).items()
        ),
        given={"about": about, "kind": "subject" if about else ""} | dict(given.items()),
        day=_day("day"),
        days={name: _day(name) for name in RANGES},
        may_be_secret=holds(actor(), SECRET_PLACE),
        to_confirm=to_confirm,
        errors=errors,
    )  # fmt: skip


def _day(name: str) -> DateFields:
    return typed_date(request.form, name)
