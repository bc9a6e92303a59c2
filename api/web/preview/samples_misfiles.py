"""Sample values of the pages about documents on the wrong person's file, found or reported."""

from dataclasses import replace
from datetime import date, timedelta

from api.web.preview.samples_finding import AMARA, NO_DATE_CLIENT, PAGES, TOBY
from api.web.preview.samples_post import NOW, ONE_PAGE
from api.web.view_models import (
    Choice,
    DateFields,
    FieldError,
    IncidentPage,
    IncidentRow,
    IncidentsPage,
    ReaderRow,
    SubjectLink,
    WrongPersonPage,
)
from api.web.view_models.misfiles import MisfilePage, MisfileRow, MisfilesPage

_WHY = "The letter names another child, born on 21 September 2016."
_SHORT = "Say it in at least 10 characters."
AMARA_LINK = SubjectLink(text="Amara Testwell", href="/clients/c1")
TOBY_LINK = SubjectLink(text="Toby Testwell", href="/clients/c2")

# --- found by the product ---------------------------------------------------------------------------

ROW = MisfileRow(
    finding_id="f1",
    reference="R-7K2M-94QF",
    title="Discharge summary",
    filed=(
        (
            "Toby Testwell (Case system 100483)",
            "Date of birth differs, page 1 line 5; name is another name, page 1 line 4.",
        ),
    ),
    also=(),
    named="Amara Testwell (Case system 100482)",
    why="NHS number, date of birth and name agree, page 1 lines 4, 5 and 6.",
    found_at=NOW,
    is_open=True,
    href="/misfiles/f1",
    record_href="/records/r1",
    repair_href="/records/r1/wrong-person",
)
BESIDE = replace(
    ROW, finding_id="f2", reference="R-3H8P-55TW", title="Letter from the school", href="/misfiles/f2",
    filed=(("Olive Stranger (Case system 204417)", "Nothing on the document agrees."),),
    also=("Amara Testwell (Case system 100482)", "Toby Testwell (Case system 100483)"), record_href="",
)  # fmt: skip
SETTLED = replace(
    ROW, is_open=False, repair_href="",
    settled="Said to be right, 3 November 2026, Rhian Sample: He is her carer, it is his copy",
)  # fmt: skip
_SHOWS = (
    Choice(value="open", label="To look at"),
    Choice(value="dismissed", label="Said to be right"),
    Choice(value="repaired", label="Put right"),
    Choice(value="withdrawn", label="No longer so"),
)
MISFILES = MisfilesPage(
    rows=(ROW, BESIDE, replace(ROW, finding_id="f3", title="Wheelchair assessment " * 8)),
    shows=_SHOWS,
    show="open",
    batch="",
    paging=ONE_PAGE,
)
DISMISSED = replace(MISFILES, rows=(SETTLED,), show="dismissed")
NO_MISFILES = replace(MISFILES, rows=(), batch="B-00012")
MISFILE = MisfilePage(
    row=BESIDE,
    pages=PAGES,
    page_number=2,
    may_dismiss=True,
    before=("Said to be right, 3 August 2026, Rhian Sample: She is his aunt",),
)
MISFILE_FAULTS = replace(
    MISFILE, row=ROW, errors=(FieldError(field="reason", message="Say why the document is right here."),)
)  # fmt: skip
MISFILE_SETTLED = replace(MISFILE, row=SETTLED, may_dismiss=False, before=())

# --- reporting, and taking it off -------------------------------------------------------------------

REPORT = WrongPersonPage(
    record_id="r1",
    reference=ROW.reference,
    title=ROW.title,
    type_name="Discharge summary / clinic letter",
    document_date=date(2026, 10, 13),
    version=1,
    clients=(TOBY,),
    is_report=True,
    back_href="/records/r1",
    wrong=("c2",),
)
REPORTED = replace(REPORT, reported_at=NOW)
REPAIR = replace(
    REPORT, is_report=False, clients=(AMARA, TOBY), belongs="stays", reported_at=NOW,
    reported_reason=_WHY,
)  # fmt: skip
REPAIR_FOUND = replace(
    REPAIR, clients=(TOBY,), belongs="found", found=(AMARA, NO_DATE_CLIENT), query="testwell",
    right=("c1",), reason=_WHY,
)  # fmt: skip
REPAIR_FAULTS = replace(
    REPAIR, wrong=(), belongs="found", found=(), query="zzyzx", reason="no",
    errors=(
        FieldError(field="wrong", message="Choose whose file is wrong."),
        FieldError(field="right", message="Find the right person and tick the name."),
        FieldError(field="reason", message=_SHORT),
    ),
)  # fmt: skip

# --- incidents --------------------------------------------------------------------------------------

TO_ASSESS = IncidentRow(
    incident_id="i1",
    reference="M-7QK2-94RF",
    record_reference=ROW.reference,
    wrong=(TOBY_LINK,),
    state_name="To assess",
    state_colour="yellow",
    reported_at=NOW,
    readers=2,
    due_at=NOW + timedelta(hours=72),
    left="61 hours left",
    is_overdue=False,
)
OVERDUE = replace(
    TO_ASSESS, incident_id="i2", reference="M-8HT4-22WP", state_name="Reported", state_colour="red",
    wrong=(TOBY_LINK, SubjectLink(text="Somebody you may not find")), left="Overdue by 5 hours",
    is_overdue=True,
)  # fmt: skip
ASSESSED = replace(TO_ASSESS, state_name="Assessed", state_colour="blue", due_at=None, left="")
CLOSED = replace(ASSESSED, state_name="Closed", state_colour="grey")
_WHICH = (
    Choice(value="open", label="Open"),
    Choice(value="overdue", label="Overdue"),
    Choice(value="closed", label="Closed"),
    Choice(value="all", label="All"),
)
INCIDENTS = IncidentsPage(
    rows=(OVERDUE, TO_ASSESS, ASSESSED), show="open", shows=_WHICH, pagination=ONE_PAGE
)
NO_INCIDENTS = replace(INCIDENTS, rows=(), show="overdue")
_READERS = (
    ReaderRow(
        name="Wren Sample", href="/status", opened=2, pages=3, taken=1, printed=1, listed=2,
        first_at=NOW, last_at=NOW + timedelta(days=1), sees_it=False,
    ),
    ReaderRow(
        name="Tom Sample", href="", opened=0, pages=0, taken=0, printed=0, listed=1, first_at=NOW,
        last_at=NOW, sees_it=True,
    ),
)  # fmt: skip
INCIDENT = IncidentPage(
    row=TO_ASSESS,
    record=SubjectLink(text=f"Discharge summary, {ROW.reference}", href="/records/r1"),
    right=(AMARA_LINK,),
    became="Moved to another file",
    since=NOW - timedelta(days=9),
    misfiled_by="Ina Sample",
    reported_by="Wren Sample",
    reason=_WHY,
    contained_at=NOW + timedelta(hours=2),
    contained_by="Rhian Sample",
    repair_reason="Seen at once: another child.",
    repair_href="",
    readers=_READERS,
    risk_name="",
    assessment="",
    assessed_by="",
    assessed_at=None,
    regulator_told_on=None,
    people_told_on=None,
    closed_at=None,
    closed_by="",
    closing="",
    act="assess",
    may_close=False,
    barred="",
    risks=(
        Choice(value="unlikely", label="A risk to people is unlikely", hint="The ICO need not be told."),
        Choice(value="risk", label="A risk to people", hint="Tell the ICO within 72 hours of the report."),
        Choice(value="high", label="A high risk to people", hint="Tell the ICO, and the people themselves."),
    ),
)  # fmt: skip
INCIDENT_FAULTS = replace(
    INCIDENT, risk="high", regulator_on=DateFields(day="31", month="2", year="2026"), is_assessing=True,
    errors=(
        FieldError(field="regulator_on", message="Give a day from the report until today."),
        FieldError(field="note", message=_SHORT),
    ),
)  # fmt: skip
INCIDENT_REPORTED = replace(
    INCIDENT, row=OVERDUE, right=(), became="Still on the wrong file", since=None, misfiled_by="",
    contained_at=None, contained_by="", repair_reason="", readers=(), act="dismiss",
    repair_href="/records/r1/wrong-person",
)  # fmt: skip
INCIDENT_BARRED = replace(
    INCIDENT, act="",
    barred="You put this document on the wrong file yourself, under this account or another of yours, "
           "so somebody else decides the incident.",
)  # fmt: skip
INCIDENT_ASSESSED = replace(
    INCIDENT, row=ASSESSED, may_close=True, risk="risk", risk_name="A risk to people", assessment=_WHY,
    assessed_by="Rhian Sample", assessed_at=NOW + timedelta(days=1),
    regulator_told_on=date(2026, 11, 3), regulator_on=DateFields.of(date(2026, 11, 3)), note=_WHY,
    readers=(),
)  # fmt: skip
INCIDENT_CLOSED = replace(
    INCIDENT_ASSESSED, row=CLOSED, act="", may_close=False, closed_at=NOW + timedelta(days=2),
    closed_by="Rhian Sample", closing="Checks of two identifiers were taught again.",
)  # fmt: skip
