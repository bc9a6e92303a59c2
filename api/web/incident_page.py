"""From incidents to their view models."""

from datetime import date, datetime
from typing import Literal

from flask import url_for
from flask_babel import gettext as _

from api.authn import actor
from api.web.context import instance
from api.web.incident_wording import BARRED, BECAME, RISKS, STATES, time_left
from api.web.subjects import links_to
from api.web.view_models import (
    Choice,
    DateFields,
    Figure,
    IncidentPage,
    IncidentRow,
    ReaderRow,
    SubjectLink,
)
from edrms.access.policy import holds
from edrms.access.subjects import Subject, SubjectKind
from edrms.incidents.cases import DECIDE, VIEW_CASES, Case, told_of
from edrms.incidents.causing import Bar
from edrms.incidents.readers import REPAIR, has_opened
from edrms.incidents.rules import Act, State, clock_runs, due_at, next_state
from edrms.incidents.tables import RIGHT, WRONG
from edrms.records.tables import FILED


def home_figures() -> tuple[Figure, ...]:
    """What waits for whoever answers for documents on the wrong file; nothing for others."""
    if not holds(actor(), VIEW_CASES):
        return ()
    waiting = instance().incidents.waiting(actor())
    late = _("%(count)s past the 72 hours.", count=waiting.overdue) if waiting.overdue else ""
    on_file = _("%(count)s still on the wrong file.", count=waiting.reported)
    details = [late, on_file if waiting.reported else ""]
    return (
        Figure(
            label=_("Documents on the wrong file"), count=waiting.open,
            href=url_for("incidents.index"), detail=" ".join(filter(None, details)),
            is_alarm=bool(waiting.overdue or waiting.reported),
        ),
    )  # fmt: skip


def incident_row(case: Case) -> IncidentRow:
    """An incident in a list."""
    one, now = case.incident, instance().clock.now()
    name, colour = STATES[one.state]
    due = due_at(one.reported_at) if clock_runs(one.state, told_of(one)) else None
    return IncidentRow(
        incident_id=one.incident_id, reference=one.reference,
        record_reference=case.record_reference, wrong=people_of(case, WRONG),
        state_name=str(name), state_colour=colour, reported_at=one.reported_at,
        readers=sum(map(has_opened, one.readers)), due_at=due,
        left=time_left(due, now) if due else "", is_overdue=case.is_overdue,
    )  # fmt: skip


def people_of(case: Case, part: str) -> tuple[SubjectLink, ...]:
    """Whose file it was wrongly on, or is on now, as far as the reader may know them."""
    subjects = [
        Subject(SubjectKind.CLIENT, one.client_id)
        for one in case.incident.people
        if one.part == part
    ]
    links = links_to(subjects)
    return tuple(links[one] for one in subjects)


def reader_rows(case: Case) -> tuple[ReaderRow, ...]:
    """Who opened it meanwhile, then who saw it only listed."""
    readers = case.incident.readers
    names = instance().staff.names(one["staff_id"] for one in readers)
    asks_log = holds(actor(), "audit:event:view")
    return tuple(
        ReaderRow(
            name=names[one["staff_id"]],
            href=url_for("audit.index", staff=one["staff_id"], record=case.record_reference)
            if asks_log
            else "",
            opened=one["opened"], pages=one["pages"],
            taken=one["downloads"] + one["transfers"], printed=one["prints"],
            listed=one["listed"], first_at=datetime.fromisoformat(one["first_at"]),
            last_at=datetime.fromisoformat(one["last_at"]), sees_it=one["staff_id"] in case.sees_it,
        )
        for one in readers
    )  # fmt: skip


def incident_page(case: Case) -> IncidentPage:
    """One incident with its facts and what the reader may do."""
    one = case.incident
    about = Subject(SubjectKind.RECORD, one.record_id)
    link = links_to([about])[about]
    by = (one.misfiled_by, one.reported_by, one.contained_by, one.assessed_by, one.closed_by)
    names = instance().staff.names(filter(None, by))
    risk = RISKS.get(one.risk, ("", ""))[0]
    return IncidentPage(
        row=incident_row(case),
        record=link if link.href else SubjectLink(text=case.record_reference),
        other_parts=case.other_parts,
        right=people_of(case, RIGHT), became=str(BECAME[one.became]), since=one.since,
        misfiled_by=names.get(one.misfiled_by, ""), reported_by=names.get(one.reported_by, ""),
        reason=one.reason, contained_at=one.contained_at,
        contained_by=names.get(one.contained_by, ""), repair_reason=one.repair_reason,
        repair_href=_repair_href(case), readers=reader_rows(case), risk_name=str(risk),
        assessment=one.assessment, assessed_by=names.get(one.assessed_by, ""),
        assessed_at=one.assessed_at, regulator_told_on=one.regulator_told_on,
        people_told_on=one.people_told_on, closed_at=one.closed_at,
        closed_by=names.get(one.closed_by, ""), closing=one.closing, act=_act(case),
        may_close=_may(case, Act.CLOSE), barred=_barred(case),
        risks=tuple(
            Choice(value=code, label=str(label), hint=str(hint))
            for code, (label, hint) in RISKS.items()
        ),
        risk=one.risk, note=one.assessment, regulator_on=_fields(one.regulator_told_on),
        people_on=_fields(one.people_told_on),
    )  # fmt: skip


def _fields(day: date | None) -> DateFields:
    return DateFields.of(day) if day else DateFields()


def _may(case: Case, act: Act) -> bool:
    return _comes_next(case, act) and case.bar is Bar.NONE


def _comes_next(case: Case, act: Act) -> bool:
    return holds(actor(), DECIDE) and next_state(State(case.incident.state), act) is not None


def _barred(case: Case) -> str:
    """Why there is nothing to decide with, for whoever otherwise could."""
    could = any(_comes_next(case, act) for act in (Act.DISMISS, Act.ASSESS, Act.CLOSE))
    return str(BARRED[case.bar]) if could and case.bar is not Bar.NONE else ""


def _act(case: Case) -> Literal["assess", "dismiss", ""]:
    if _may(case, Act.DISMISS):
        return "dismiss"
    return "assess" if _may(case, Act.ASSESS) else ""


def _repair_href(case: Case) -> str:
    is_there = case.incident.state == State.REPORTED and case.record_state == FILED
    if not (is_there and holds(actor(), REPAIR)):
        return ""
    return url_for("wrong_person.repair", record_id=case.incident.record_id)
