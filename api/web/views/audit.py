"""The audit log: its events by a filter, over time, one by one, and as files."""

from datetime import timedelta

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue
from flask_babel import format_datetime

from api import audit_files, audit_form
from api.authn import actor, permission
from api.web.audit_presenting import (
    fields_of,
    filter_of,
    rows_of,
    seal_now,
    seal_of,
)
from api.web.audit_words import sentence
from api.web.context import instance
from api.web.shell import shell
from api.web.view_models import (
    AuditBar,
    AuditEventPage,
    AuditPage,
    AuditTimelinePage,
)
from edrms.access.policy import holds
from edrms.audit.explorer import VIEW_DETAIL, OpenEvent
from edrms.audit.model import Bar, Detail
from edrms.audit.plain import harmless
from edrms.clock import civil_date
from edrms.errors import Invalid

blueprint = Blueprint("audit", __name__, url_prefix="/audit")
MOST_OF_A_DETAIL = 20_000
_WRITERS = {
    "csv": (audit_files.events_csv, "text/csv"),
    "jsonl": (audit_files.events_jsonl, "application/jsonl"),
}
_LABELS = {"hour": "d MMM HH:mm", "day": "EEE d MMM y", "month": "MMMM y"}


@blueprint.get("")
@permission("audit:event:view")
def index() -> ResponseReturnValue:
    """A page of events, newest first."""
    typed = audit_form.typed()
    asked, faults = audit_form.asked_of(typed)
    before = audit_form.before()
    if faults:
        page = AuditPage(filter=filter_of(typed, faults), seal=seal_now())
        return render_template("audit.html", page=page, shell=shell()), 422
    found = instance().audit.events(actor(), asked, before)
    page = AuditPage(
        filter=filter_of(typed, audit_form.fault_words(found.faults), found.staff),
        seal=seal_now(),
        rows=rows_of(found.entries),
        older=found.older,
        is_first=before is None,
    )
    return render_template("audit.html", page=page, shell=shell())


@blueprint.get("/timeline")
@permission("audit:event:view")
def timeline() -> ResponseReturnValue:
    """How many events each hour, day or month had."""
    typed = audit_form.typed()
    asked, faults = audit_form.asked_of(typed)
    if faults:
        page = AuditTimelinePage(filter=filter_of(typed, faults))
        return render_template("audit_timeline.html", page=page, shell=shell()), 422
    found = instance().audit.timeline(actor(), asked)
    page = AuditTimelinePage(
        filter=filter_of(typed, audit_form.fault_words(found.faults), found.staff),
        bars=tuple(_bar(bar, found.each) for bar in found.bars),
        most=max((bar.count for bar in found.bars), default=0),
        total=sum(bar.count for bar in found.bars),
    )
    return render_template("audit_timeline.html", page=page, shell=shell())


def _bar(bar: Bar, each: str) -> AuditBar:
    return AuditBar(
        label=str(format_datetime(bar.from_at, _LABELS[each])),
        count=bar.count,
        from_day=civil_date(bar.from_at),
        to_day=civil_date(bar.until_at - timedelta(microseconds=1)),
    )


@blueprint.get("/events/<event_id>")
@permission("audit:event:view")
def event(event_id: str) -> ResponseReturnValue:
    """One event with all its fields."""
    opened = instance().audit.event(actor(), event_id)
    return render_template("audit_event.html", page=_event_page(opened), shell=shell())


@blueprint.get("/events/<event_id>/detail")
@permission("audit:detail:view")
def detail(event_id: str) -> ResponseReturnValue:
    """The same with its personal detail, or what became of it."""
    opened, found = instance().audit.detail(actor(), event_id)
    return render_template("audit_event.html", page=_event_page(opened, found), shell=shell())


def _event_page(opened: OpenEvent, found: Detail | None = None) -> AuditEventPage:
    entry = opened.entry
    return AuditEventPage(
        event_id=entry.event_id,
        title=harmless(sentence(entry)),
        fields=fields_of(opened),
        has_detail=entry.has_detail,
        may_see_detail=holds(actor(), VIEW_DETAIL),
        detail_state=found.state if found else "",
        detail_text=harmless(found.text, MOST_OF_A_DETAIL) if found else "",
        place=opened.place,
        seal=seal_of(opened.seal),
    )


@blueprint.get("/events.csv", defaults={"form": "csv"})
@blueprint.get("/events.jsonl", defaults={"form": "jsonl"})
@permission("audit:event:export")
def export(form: str) -> ResponseReturnValue:
    """Every event asked for as a file."""
    asked, faults = audit_form.asked_of(audit_form.typed())
    if faults:
        raise Invalid("; ".join(faults.values()), fields=faults)
    entries = instance().audit.export(actor(), asked, form)
    write, media_type = _WRITERS[form]
    name = f"audit-{civil_date(instance().clock.now())}.{form}"
    return audit_files.download(write(entries), name, media_type)
