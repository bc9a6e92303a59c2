"""What the rules answered, in one sentence of plain English for people."""

from collections.abc import Mapping
from datetime import date

from retention.dates import financial_year_end
from retention.model import (
    Action,
    Answer,
    Due,
    Ground,
    Missing,
    NotDue,
    Period,
    Permanent,
    Schedule,
    Status,
    Trigger,
    Unknown,
    Why,
)

MOST_MISSING = 5  # facts named in one sentence; the rest are counted
EVENTS: Mapping[Trigger, str] = {
    Trigger.DOB: "the date of birth",
    Trigger.DOD: "the date of death",
    Trigger.CASE_CLOSED: "the date the case closed",
    Trigger.LAST_CONTACT: "the date of last contact",
    Trigger.SERVICE_END: "the date the service ended",
    Trigger.ORDER_DATE: "the date of the order",
    Trigger.APPROVAL_END: "the date the approval ended",
    Trigger.PLACEMENT_END: "the date the placement ended",
    Trigger.REFUSED_WITHDRAWN: "the date the application was refused or withdrawn",
    Trigger.FY_END: "the date that decides the financial year",
    Trigger.CONTRACT_END: "the date the contract ended",
    Trigger.CLOSED: "the date the matter closed",
    Trigger.EXPIRY: "the date of expiry",
    Trigger.AUTH_END: "the date the authorisation ended",
    Trigger.LAST_ENTRY: "the date of the last entry",
    Trigger.QC_PASS: "the date the quality check passed",
    Trigger.LEAVE_DATE: "the date of leaving",
    Trigger.DECISION: "the date of the decision",
    Trigger.RECEIVED: "the date of receipt",
    Trigger.CAPTURED: "the date of capture",
    Trigger.PROCEEDINGS_END: "the date the proceedings ended",
    Trigger.PROHIBITION: "the date of the prohibition",
}
STATUSES: Mapping[Status, tuple[str, str]] = {
    Status.CHILD_PROTECTION: ("the child", "was under child protection"),
    Status.LOOKED_AFTER: ("the child", "was looked after"),
    Status.CARE_LEAVER: ("the person", "is a care leaver"),
    Status.ADOPTED: ("the child", "was adopted"),
    Status.SPECIAL_GUARDIANSHIP: ("the child", "came under special guardianship"),
    Status.DECEASED: ("the person", "has died"),
}
_DUE = {
    Action.REVIEW: "Due for review",
    Action.DESTROY: "Due to be proposed for destruction",
    Action.ARCHIVE_OFFER: "Due to be offered to an archive",
    Action.RETAIN: "Due for review",
}
_NOT_COUNTED = {
    Why.UNKNOWN: "{event} is not known",
    Why.NOT_YET: "{event} is still to come",
    Why.CONTRADICTED: "more than one date is given for {event}",
    Why.BEGUN_AGAIN: "{event} no longer counts because it was begun again afterwards",
    Why.IMPOSSIBLE: "{event} cannot be right beside the other dates",
}
_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
    "November", "December",
)  # fmt: skip


def sentence(answer: Answer, schedule: Schedule, names: Mapping[str, str] | None = None) -> str:
    """The answer and why, in one sentence.

    schedule: whose titles of classes are used; the version named is the answer's. names: of clients by
    id, for whoever may know them; without them people are "the child" and "the person".
    """
    names, end = names or {}, f", schedule version {answer.schedule_version}."
    match answer:
        case NotDue():
            return f"Kept until {day(answer.until)} because {_because(answer.ground, schedule, names)}{end}"
        case Due():
            since = f"{_DUE[answer.action]} since {day(answer.on)}"
            return f"{since} because {_because(answer.ground, schedule, names)}{end}"
        case Permanent():
            past = ", a day past the year 9999" if answer.ground.event else ""
            return f"Kept for good because {_because(answer.ground, schedule, names)}{past}{end}"
        case Unknown():
            least = f"; kept until {day(answer.not_before)} at least" if answer.not_before else ""
            return f"Not due: {_missing(answer.missing, names)}{least}{end}"


def day(value: date) -> str:
    """14 March 2091."""
    return f"{value.day} {_MONTHS[value.month - 1]} {value.year}"


def length(period: Period) -> str:
    """75 years; 1 year 6 months; 90 days."""
    parts = ((period.years, "year"), (period.months, "month"), (period.days, "day"))
    said = [f"{number} {unit}{'' if number == 1 else 's'}" for number, unit in parts if number]
    return " ".join(said) or "0 days"


def lack(missing: Missing, names: Mapping[str, str] | None = None) -> str:
    """One missing fact, without a full stop: "the date the case closed is not known (class C04)"."""
    if missing.why is Why.NO_FILE:
        return "the record is on no file"
    name = (names or {}).get(missing.client_id)
    whose = f", {name}" if name else ""
    if missing.why is Why.NO_RULE or missing.trigger is None:
        wanted = f"class {missing.class_id}" if missing.class_id else "a file without a class"
        return f"the schedule has no rule for {wanted}{f' ({name})' if name else ''}"
    said = _NOT_COUNTED[missing.why].format(event=EVENTS[missing.trigger])
    return f"{said} (class {missing.class_id}{whose})"


def _missing(missing: tuple[Missing, ...], names: Mapping[str, str]) -> str:
    said = "; ".join(lack(one, names) for one in missing[:MOST_MISSING])
    more = len(missing) - MOST_MISSING
    return f"{said}; and {more} more" if more > 0 else said


def _because(ground: Ground, schedule: Schedule, names: Mapping[str, str]) -> str:
    if ground.is_extension:
        reason = ground.reason.strip().rstrip(".")
        return f"a person extended it: {reason}" if reason else "a person extended it"
    basis = f" ({ground.authority})" if ground.authority else ""
    return f"{_whose(ground, schedule, names)}: {_counted(ground)}{basis}"


def _whose(ground: Ground, schedule: Schedule, names: Mapping[str, str]) -> str:
    name = names.get(ground.client_id)
    if ground.status is not None:
        who, did = STATUSES[ground.status]
        return f"{name or who} {did}"
    rule = schedule.rules.get(ground.class_id)
    title = f" ({rule.title})" if rule else ""
    of_whom = f" of {name}" if name else ""
    return f"it is on a file{of_whom} of class {ground.class_id}{title}"


def _counted(ground: Ground) -> str:
    if ground.event is None or ground.event_on is None or ground.period is None:
        return "the schedule retains it"
    start = f"{EVENTS[ground.event].removeprefix('the ')}, {day(ground.event_on)}"
    ends = financial_year_end(ground.event_on) if ground.event is Trigger.FY_END else None
    if ends is not None:
        start = f"the end of the financial year, {day(ends)}"
    elif ground.event not in (Trigger.DOB, Trigger.DOD):
        start = f"the {start}"
    return f"{length(ground.period)} from {start}"
