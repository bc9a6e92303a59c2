"""Reports of the audit log: whom somebody looked at, who looked at somebody, and odd patterns."""

from collections.abc import Mapping

from flask import render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from api import audit_files, audit_form
from api.authn import actor, permission
from api.web.audit_presenting import errors_of, events_with, subject_words, to_the_second, who
from api.web.audit_words import short
from api.web.context import instance
from api.web.shell import shell
from api.web.view_models import AlertRow, AlertsPage, LookRow, LooksPage
from api.web.views.audit import blueprint
from edrms.access.policy import holds
from edrms.audit.explorer import EXPORT
from edrms.audit.looks import MOST_DAYS, Days, last_days
from edrms.audit.model import Alert, Look, Looks, Named
from edrms.audit.plain import harmless
from edrms.clock import civil_date
from edrms.errors import Invalid

LAST_DAYS = 28
_LONGEST = 200


@blueprint.get("/staff", defaults={"kind": "staff"})
@blueprint.get("/client", defaults={"kind": "client"})
@permission("audit:event:view")
def looks(kind: str) -> ResponseReturnValue:
    """Whom a staff member looked at, or who looked at a client."""
    typed, days, faults = _asked(kind)
    whom = typed[kind]
    if faults or not whom or days is None:
        page = LooksPage(kind=kind, typed=typed, errors=errors_of(faults))
        return render_template("audit_looks.html", page=page, shell=shell()), (
            422 if faults else 200
        )
    found = _report(kind, whom, days, as_file=False)
    words = audit_form.fault_words(found.faults)
    page = LooksPage(
        kind=kind,
        typed=typed,
        errors=errors_of(words),
        about=_about(found),
        whose=found.about,
        rows=tuple(_row(look, found.named) for look in found.looks),
        is_cut=found.is_cut,
        may_export=holds(actor(), EXPORT),
    )
    return render_template("audit_looks.html", page=page, shell=shell())


@blueprint.get("/staff.csv", defaults={"kind": "staff"})
@blueprint.get("/client.csv", defaults={"kind": "client"})
@permission("audit:event:export")
def looks_file(kind: str) -> ResponseReturnValue:
    """The same as a file."""
    typed, days, faults = _asked(kind)
    if faults or days is None or not typed[kind]:
        raise Invalid(_("Nothing was exported."), fields=faults)
    found = _report(kind, typed[kind], days, as_file=True)
    if found.faults:
        words = audit_form.fault_words(found.faults)
        raise Invalid(" ".join(words.values()), fields=words)
    if found.is_cut:
        raise Invalid(_("There is too much for one file. Choose fewer days."))
    name = f"audit-{kind}-{days.first}-{days.last}.csv"
    return audit_files.download(audit_files.looks_csv(found), name, "text/csv")


@blueprint.get("/alerts")
@permission("audit:event:view")
def alerts() -> ResponseReturnValue:
    """Patterns worth a question."""
    typed, days, faults = _asked("")
    if days is None:
        page = AlertsPage(typed=typed, errors=errors_of(faults))
        return render_template("audit_alerts.html", page=page, shell=shell()), 422
    found = instance().audit_reports.alerts(actor(), days)
    rows = tuple(_alert(one, found.named) for one in found.alerts)
    page = AlertsPage(typed=typed, rows=rows, is_cut=found.is_cut)
    return render_template("audit_alerts.html", page=page, shell=shell())


def _report(kind: str, whom: str, days: Days, *, as_file: bool) -> Looks:
    reports = instance().audit_reports
    report = reports.by_staff if kind == "staff" else reports.by_client
    return report(actor(), whom, days, as_file=as_file)


def _asked(kind: str) -> tuple[dict[str, str], Days | None, dict[str, str]]:
    """What is typed, the days asked for (the last four weeks if none), and what is wrong."""
    today = civil_date(instance().clock.now())
    default = last_days(today, LAST_DAYS)
    typed = {name: request.args.get(name, "").strip() for name in (kind, "from", "to") if name}
    typed["from"] = typed["from"] or _as_typed(default.first)
    typed["to"] = typed["to"] or _as_typed(default.last)
    days = {name: audit_form.day_of(typed[name]) for name in ("from", "to")}
    faults = {name: _("Enter a date like 27/3/2026.") for name, day in days.items() if day is None}
    if len(typed.get(kind, "")) > _LONGEST:
        faults[kind] = _("Enter no more than %(most)s characters.", most=_LONGEST)
    first, last = days["from"], days["to"]
    if first is None or last is None:
        return typed, None, faults
    if not 0 <= (last - first).days < MOST_DAYS:
        said = _("Choose at most %(most)s days, the first before the last.", most=MOST_DAYS)
        return typed, None, {**faults, "from": said}
    return typed, Days(first, last), faults


def _as_typed(day: object) -> str:
    return f"{day:%-d/%-m/%Y}"


def _about(found: Looks) -> str:
    if not found.about:
        return ""
    name = found.named.staff.get(found.about) or found.named.clients.get(found.about)
    return harmless(name or short(found.about))


def _row(look: Look, named: Named) -> LookRow:
    clients = () if look.subject_kind == "client" else named.clients_of.get(look.subject_id, ())
    return LookRow(
        day=look.day,
        who=who(look.staff_id, named.staff.get(look.staff_id, "")),
        staff_id=look.staff_id,
        subject=subject_words(look.subject_kind, look.subject_id, named),
        subject_href=_events_on(look.subject_kind, look.subject_id),
        clients=tuple((one, harmless(named.clients.get(one) or short(one))) for one in clients),
        opened=look.opened,
        pages=look.pages,
        downloads=look.downloads,
        first_at=to_the_second(look.first_at),
        last_at=to_the_second(look.last_at),
    )


def _events_on(kind: str, subject_id: str) -> str:
    """Where all events about a client or record are listed."""
    asked: Mapping[str, str] = {kind: subject_id} if kind in ("client", "record") else {}
    return events_with(asked)


def _alert(one: Alert, named: Named) -> AlertRow:
    has_subject = bool(one.subject_id)
    return AlertRow(
        kind=one.kind,
        who=who(one.staff_id, named.staff.get(one.staff_id, "")),
        staff_id=one.staff_id,
        subject=subject_words(one.subject_kind, one.subject_id, named) if has_subject else "",
        subject_href=_events_on(one.subject_kind, one.subject_id) if has_subject else "",
        count=one.count,
        first_at=to_the_second(one.first_at),
        last_at=to_the_second(one.last_at),
        day=civil_date(one.first_at),
    )
