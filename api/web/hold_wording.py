"""What a hold is on, in plain words, as links where the reader may follow them. Decides nothing."""

from collections.abc import Iterable, Mapping
from datetime import date

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from api.web import wording
from api.web.subjects import links_to
from api.web.templating import civil_date
from api.web.view_models import SubjectLink
from edrms.access.subjects import Subject, SubjectKind
from edrms.fileplan import document_type, load_record_classes
from retention.hold_criteria.model import Criteria
from retention.hold_criteria.rules import stored
from retention.hold_tables import HoldScope
from retention.hold_words import ScopeKind

KINDS: Mapping[str, tuple[str, str]] = {
    "subject": (_l("One record, or everything about one person"), _l("By reference or number")),
    "case_file": (_l("One file of a person"), _l("By the person's number and the record class")),
    "record_class": (_l("Every record of a class"), _l("On whoever's file, and whatever comes later")),
    "query": (_l("Whatever fits a description"), _l("Now, and whatever comes later")),
}  # fmt: skip
_SUBJECTS = {
    ScopeKind.RECORD: SubjectKind.RECORD, ScopeKind.MOVED: SubjectKind.RECORD,
    ScopeKind.CLIENT: SubjectKind.CLIENT,
}  # fmt: skip


def class_names() -> dict[str, str]:
    """Record classes by code."""
    return {one.id: one.name for one in load_record_classes()}


def about(scopes: Iterable[HoldScope], teams: Mapping[str, str]) -> tuple[SubjectLink, ...]:
    """Each thing a hold is on."""
    rows = list(scopes)
    subjects = {
        one.scope_id: Subject(_SUBJECTS[ScopeKind(one.kind)], one.subject_id)
        for one in rows
        if one.kind in _SUBJECTS
    }
    links = links_to(subjects.values())
    return tuple(
        links[subjects[one.scope_id]] if one.scope_id in subjects else _other(one, teams)
        for one in rows
    )


def _other(scope: HoldScope, teams: Mapping[str, str]) -> SubjectLink:
    match ScopeKind(scope.kind):
        case ScopeKind.CASE_FILE:
            return SubjectLink(text=_("One file of a person (%(id)s)", id=scope.subject_id[:12]))
        case ScopeKind.RECORD_CLASS:
            name = class_names().get(scope.subject_id, "")
            words = _("Every record of class %(code)s %(name)s", code=scope.subject_id, name=name)
            return SubjectLink(text=words.strip())
    return SubjectLink(text=criteria_words(stored(scope.criteria or {}), teams))


def criteria_words(criteria: Criteria, teams: Mapping[str, str]) -> str:
    """A saved query as one sentence."""
    classes = class_names()
    parts = [
        _list(_("class"), (f"{one} {classes.get(one, '')}".strip() for one in criteria.record_classes)),
        _list(_("type"), (_type_name(one) for one in criteria.document_types)),
        _list(_("service"), (str(wording.SERVICES.get(one, one)) for one in criteria.services)),
        _list(_("team, now or ever"), (teams.get(one, one[:12]) for one in criteria.teams)),
        _range(_("dated"), criteria.dated_from, criteria.dated_to),
        _range(_("received"), criteria.received_from, criteria.received_to),
        _("with the words “%(phrase)s”", phrase=criteria.phrase) if criteria.phrase else "",
    ]  # fmt: skip
    found = "; ".join(part for part in parts if part)
    return str(_("Whatever fits: %(parts)s", parts=found) if found else _("Every record"))


def _list(name: str, words: Iterable[str]) -> str:
    found = sorted(words)
    return f"{name} {_(' or ').join(found)}" if found else ""


def _type_name(code: str) -> str:
    try:
        return document_type(code).name
    except KeyError:
        return code


def _range(name: str, first: date | None, last: date | None) -> str:
    days = {"name": name, "first": civil_date(first), "last": civil_date(last)}
    if first and last:
        return str(_("%(name)s from %(first)s to %(last)s", **days))
    if first:
        return str(_("%(name)s since %(first)s", **days))
    return str(_("%(name)s until %(last)s", **days)) if last else ""


def hold_href(hold_id: str) -> str:
    """The page of a hold."""
    return url_for("holds.show", hold_id=hold_id)
