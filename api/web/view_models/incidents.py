"""View models of documents on the wrong file: the forms, the list of incidents, and one of them."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from api.web.view_models.finding import ClientSummary
from api.web.view_models.notices import SubjectLink
from api.web.view_models.shell import NO_DATE, Choice, DateFields, FieldError, Pagination


@dataclass(frozen=True, slots=True, kw_only=True)
class WrongPersonPage:
    """A record that is about somebody else. is_report: the reader can only report it.

    reported_at: when somebody reported it already. Form fields: version; wrong (of clients); belongs
    ("found", "stays" where it is on several files, or "unknown"); right (of found); query; reason. found:
    None before anybody was looked for.
    """

    record_id: str
    reference: str
    title: str
    type_name: str
    document_date: date | None
    version: int
    clients: tuple[ClientSummary, ...]
    is_report: bool
    back_href: str
    reported_at: datetime | None = None
    reported_reason: str = ""
    wrong: tuple[str, ...] = ()
    belongs: str = ""
    right: tuple[str, ...] = ()
    found: tuple[ClientSummary, ...] | None = None
    query: str = ""
    reason: str = ""
    errors: tuple[FieldError, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentRow:
    """An incident in a list. due_at: None once nobody need be told within the 72 hours; left: in words."""

    incident_id: str
    reference: str
    record_reference: str
    wrong: tuple[SubjectLink, ...]
    state_name: str
    state_colour: str
    reported_at: datetime
    readers: int
    due_at: datetime | None
    left: str
    is_overdue: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentsPage:
    """Incidents the reader may know of. show: which of shows."""

    rows: tuple[IncidentRow, ...]
    show: str
    shows: tuple[Choice, ...]
    pagination: Pagination


@dataclass(frozen=True, slots=True, kw_only=True)
class ReaderRow:
    """Somebody who opened it, or saw it listed, meanwhile. Counts of how often."""

    name: str
    href: str
    opened: int
    pages: int
    taken: int
    printed: int
    listed: int
    first_at: datetime
    last_at: datetime
    sees_it: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentPage:
    """One incident: the facts, and the form of what can be done now ("assess", "dismiss", or none).

    barred: why there is none for whoever caused it.

    Form fields: risk, regulator_on-day/-month/-year, people_on-..., note; of closing: closing. is_assessing:
    what was typed of the assessment is at fault.
    """

    row: IncidentRow
    record: SubjectLink
    right: tuple[SubjectLink, ...]
    became: str
    since: datetime | None
    misfiled_by: str
    reported_by: str
    reason: str
    contained_at: datetime | None
    contained_by: str
    repair_reason: str
    repair_href: str
    readers: tuple[ReaderRow, ...]
    risk_name: str
    assessment: str
    assessed_by: str
    assessed_at: datetime | None
    regulator_told_on: date | None
    people_told_on: date | None
    closed_at: datetime | None
    closed_by: str
    closing: str
    act: Literal["assess", "dismiss", ""]
    may_close: bool
    barred: str
    risks: tuple[Choice, ...]
    risk: str = ""
    regulator_on: DateFields = NO_DATE
    people_on: DateFields = NO_DATE
    note: str = ""
    is_assessing: bool = False
    other_parts: tuple[str, ...] = ()
    errors: tuple[FieldError, ...] = ()
