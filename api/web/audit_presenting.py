"""From the log's values to its view models: words, links, and text that cannot do anything."""

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from urllib.parse import urlencode

from flask import url_for
from flask_babel import format_datetime
from flask_babel import gettext as _

from api import audit_form
from api.authn import actor
from api.web import audit_words
from api.web.context import instance
from api.web.view_models import (
    AuditField,
    AuditFilter,
    AuditRow,
    AuditSeal,
    Choice,
    ChoiceGroup,
    FieldError,
)
from edrms.access.policy import holds
from edrms.audit.explorer import EXPORT, OpenEvent
from edrms.audit.model import Entry, Named
from edrms.audit.plain import harmless
from edrms.audit.seal_view import SealState


def to_the_second(at: datetime) -> str:
    """3 Nov 2026 14:05:09, in the council's time zone."""
    return str(format_datetime(at, "d MMM y HH:mm:ss"))


def filter_of(
    typed: Mapping[str, str], faults: Mapping[str, str], staff: Mapping[str, str] | None = None
) -> AuditFilter:
    """The filter panel as it was filled in."""
    return AuditFilter(
        typed=typed,
        args={name: value for name, value in typed.items() if value},
        errors=errors_of(faults),
        actions=_actions(),
        staff=staff if staff and len(staff) > 1 else {},
        may_export=holds(actor(), EXPORT),
    )


def errors_of(faults: Mapping[str, str]) -> tuple[FieldError, ...]:
    """Faults of fields, in the order of the form."""
    order = [*audit_form.FIELDS, *faults]
    named = sorted(faults.items(), key=lambda item: order.index(item[0]))
    return tuple(FieldError(field=name, message=message) for name, message in named)


def _actions() -> tuple[ChoiceGroup, ...]:
    return tuple(
        ChoiceGroup(
            label=str(group.name),
            choices=(
                Choice(
                    value=audit_words.GROUP + group.code,
                    label=_("Anything: %(group)s", group=group.name),
                ),
                *(
                    Choice(value=action, label=audit_words.action_name(action))
                    for action in group.sentences
                ),
            ),
        )
        for group in audit_words.GROUPS
    )


def seal_of(state: SealState) -> AuditSeal:
    """How sealing stands, for the page."""
    return AuditSeal(
        sealed_to=state.sealed_to, unsealed=state.unsealed,
        oldest_unsealed_s=round(abs(state.oldest_unsealed_s)),
        last_checkpoint=state.last_checkpoint, wrong=state.wrong,
    )  # fmt: skip


def rows_of(entries: Iterable[Entry]) -> tuple[AuditRow, ...]:
    """Events for a list."""
    return tuple(
        AuditRow(
            event_id=entry.event_id,
            at=to_the_second(entry.at),
            who=who(entry.actor_id, entry.actor_name),
            staff_id=entry.actor_id,
            what=harmless(audit_words.sentence(entry)),
            outcome=outcome(entry.outcome),
        )
        for entry in entries
    )


def outcome(code: str) -> str:
    """How it ended, in a word; "" for what was simply done."""
    return "" if code == "done" else str(audit_words.OUTCOMES.get(code, harmless(code)))


def who(staff_id: str, name: str) -> str:
    """A name, or the id of what acted without being a member of staff."""
    return harmless(name or audit_words.short(staff_id))


def subject_words(kind: str, subject_id: str, named: Named) -> str:
    """What a report calls a client or record by."""
    name = named.clients.get(subject_id) or named.references.get(subject_id)
    shown = name or audit_words.short(subject_id)
    kinds = {"client": _("File of %(it)s", it=shown), "record": _("Record %(it)s", it=shown)}
    return harmless(kinds.get(kind, shown))


def fields_of(opened: OpenEvent) -> tuple[AuditField, ...]:
    """Every field of an event, the empty ones left out."""
    one = opened.entry
    detail = json.dumps(one.detail, sort_keys=True) if one.detail else ""
    found = (
        _field(_("When"), to_the_second(one.at)),
        _field(_("Who"), one.actor_name or one.actor_id, {"staff": one.actor_id}),
        _field(_("Staff id"), one.actor_id),
        _field(_("What"), audit_words.sentence(one)),
        _field(_("Action"), one.action, {"what": one.action}),
        _field(_("Outcome"), str(audit_words.OUTCOMES.get(one.outcome, one.outcome))),
        _field(_("About"), _kind(one.subject_kind)),
        _field(_("Known as"), one.subject_name),
        _field(_("Id of that"), one.subject_id, _of_subject(one)),
        _field(_("Reason"), one.reason),
        _field(_("Detail"), detail),
        _field(_("Request"), one.request_id, {"request": one.request_id}),
        _field(_("Asked from (pseudonym)"), one.source, {"source": one.source}),
        _field(_("Number"), str(one.number)),
        _field(_("Event id"), one.event_id),
    )
    return tuple(one for one in found if one.value)


def _kind(kind: str) -> str:
    return str(audit_words.KINDS.get(kind, kind))


def _of_subject(entry: Entry) -> dict[str, str]:
    is_known = entry.subject_kind in ("staff", "client", "record")
    return {entry.subject_kind: entry.subject_id} if is_known else {}


def _field(name: str, value: str, link: Mapping[str, str] | None = None) -> AuditField:
    if not value or not link:
        return AuditField(name=name, value=harmless(value))
    return AuditField(
        name=name, value=harmless(value), href=events_with(link), link=_("All events")
    )


def events_with(asked: Mapping[str, str]) -> str:
    """Address of the list of events that this filter lets through."""
    return f"{url_for('audit.index')}?{urlencode(asked)}" if asked else url_for("audit.index")


def seal_now() -> AuditSeal:
    """How sealing stands at this moment."""
    return seal_of(instance().audit.seal_state())
