"""Words of retention: triggers, periods, rules, facts, and what the rules answer. Frozen values only.

Reading a schedule is in schedule.py, deciding in rules.py; what is stored in tables.py.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum


class Trigger(StrEnum):
    """The event a period counts from. Source: the retention schedule's column of that name."""

    DOB = "DOB"
    DOD = "DOD"
    CASE_CLOSED = "CASE_CLOSED"
    LAST_CONTACT = "LAST_CONTACT"
    SERVICE_END = "SERVICE_END"
    ORDER_DATE = "ORDER_DATE"
    APPROVAL_END = "APPROVAL_END"
    PLACEMENT_END = "PLACEMENT_END"
    REFUSED_WITHDRAWN = "REFUSED_WITHDRAWN"
    FY_END = "FY_END"
    CONTRACT_END = "CONTRACT_END"
    CLOSED = "CLOSED"
    EXPIRY = "EXPIRY"
    AUTH_END = "AUTH_END"
    LAST_ENTRY = "LAST_ENTRY"
    QC_PASS = "QC_PASS"  # noqa: S105 - the schedule's word for a quality check
    LEAVE_DATE = "LEAVE_DATE"
    DECISION = "DECISION"
    RECEIVED = "RECEIVED"
    CAPTURED = "CAPTURED"
    PROCEEDINGS_END = "PROCEEDINGS_END"
    PROHIBITION = "PROHIBITION"


class Action(StrEnum):
    """What a rule proposes once its period has passed; RETAIN: nothing, ever."""

    REVIEW = "REVIEW"
    DESTROY = "DESTROY"
    ARCHIVE_OFFER = "ARCHIVE_OFFER"
    RETAIN = "RETAIN"


class Basis(StrEnum):
    """How firm a period is: statute, statutory minimum, national guidance, local choice, uncertain."""

    STATUTE = "S"
    MINIMUM = "M"
    GUIDANCE = "G"
    LOCAL = "L"
    UNCERTAIN = "U"


class Status(StrEnum):
    """A legal status a person reaches; it draws further record classes onto what is already on file."""

    CHILD_PROTECTION = "child_protection"
    LOOKED_AFTER = "looked_after"
    CARE_LEAVER = "care_leaver"
    ADOPTED = "adopted"
    SPECIAL_GUARDIANSHIP = "special_guardianship"
    DECEASED = "deceased"


@dataclass(frozen=True, slots=True)
class Period:
    """A length of time in whole years, months and days (ISO 8601 duration without a time part)."""

    years: int = 0
    months: int = 0
    days: int = 0


class AlternativeKind(StrEnum):
    """How an alternative bears on its rule's main period."""

    DIED_UNDER = "died_under"
    REPLACE = "replace"
    MAX = "max"
    LATER = "later"


@dataclass(frozen=True, slots=True)
class Alternative:
    """`DOD<18:P6Y` (died under age), `replace:DOD:P10Y`, `max:DOD:P8Y`, `later:SERVICE_END:P8Y`.

    event: what its period counts from. age_years: of DIED_UNDER only; died before that birthday.
    MAX needs its event, save a death, which may never have come; LATER counts once its event is known.
    """

    kind: AlternativeKind
    event: Trigger
    period: Period
    age_years: int = 0


@dataclass(frozen=True, slots=True)
class Rule:
    """One row of a schedule. period is the least time to keep; maximum, where set, the longest lawful."""

    class_id: str
    title: str
    trigger: Trigger
    period: Period
    alternatives: tuple[Alternative, ...]
    action: Action
    basis: Basis
    authority: str
    owner: str = ""
    review_on: date | None = None
    maximum: Period | None = None
    source: str = ""
    notes: str = ""


@dataclass(frozen=True, slots=True)
class Drawn:
    """Whoever reaches `status` has `class_id` applied to what is on their files of `from_classes` too."""

    status: Status
    class_id: str
    from_classes: frozenset[str]


@dataclass(frozen=True, slots=True)
class Schedule:
    """A council's rules under one version number. rules: by record class."""

    version: int
    profile: str
    rules: Mapping[str, Rule]
    drawn: tuple[Drawn, ...]


@dataclass(frozen=True, slots=True)
class Happening:
    """What is known of one event: every date anyone gave for it that has not been withdrawn.

    For an event that may recur (a case closed, a placement ended) the dates are its occurrences and
    the last counts; for one that cannot (birth, death) two dates contradict each other.
    began_again_on: what the event ended was begun again (a case reopened): none of the dates before
    or on that day ends it any more.
    """

    dates: frozenset[date] = frozenset()
    began_again_on: date | None = None


@dataclass(frozen=True, slots=True)
class FileFacts:
    """One case file a record is on: whose, of which class, and what is known of that person and file.

    happenings: events of the person, the file and the record together. statuses: those ever reached,
    each with the day it was reached first. began_on: when the case or service opened, if known.
    """

    client_id: str
    class_id: str
    happenings: Mapping[Trigger, Happening] = field(default_factory=dict)
    statuses: Mapping[Status, date] = field(default_factory=dict)
    began_on: date | None = None


@dataclass(frozen=True, slots=True)
class RecordFacts:
    """All that retention looks at in a record. kept_until: the latest extension, given by a person."""

    record_id: str
    files: tuple[FileFacts, ...]
    kept_until: date | None = None
    kept_because: str = ""


class Why(StrEnum):
    """Why a fact cannot be counted from. NOT_YET: its only or last date is still to come."""

    UNKNOWN = "unknown"
    NOT_YET = "not_yet"
    CONTRADICTED = "contradicted"
    BEGUN_AGAIN = "begun_again"
    IMPOSSIBLE = "impossible"
    NO_RULE = "no_rule"
    NO_FILE = "no_file"


@dataclass(frozen=True, slots=True)
class Missing:
    """A fact without which no date can be given. trigger is None for NO_RULE and NO_FILE."""

    client_id: str
    class_id: str
    trigger: Trigger | None
    why: Why


@dataclass(frozen=True, slots=True)
class Ground:
    """What a date rests on: whose file, which class by which status, the event and its day, the period.

    is_extension: a person kept the record longer; then reason says why and the rest is empty.
    """

    client_id: str = ""
    class_id: str = ""
    status: Status | None = None
    event: Trigger | None = None
    event_on: date | None = None
    period: Period | None = None
    authority: str = ""
    is_extension: bool = False
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Due:
    """The record may be appraised for its end since this day (the day itself counts)."""

    on: date
    action: Action
    ground: Ground
    schedule_version: int


@dataclass(frozen=True, slots=True)
class NotDue:
    """Kept until this day."""

    until: date
    action: Action
    ground: Ground
    schedule_version: int


@dataclass(frozen=True, slots=True)
class Unknown:
    """No date can be given: a fact is missing. not_before: the latest date already certain, if any."""

    missing: tuple[Missing, ...]
    not_before: date | None
    schedule_version: int


@dataclass(frozen=True, slots=True)
class Permanent:
    """Kept for good: a rule says RETAIN, or its date lies past the year 9999 (then event is set)."""

    ground: Ground
    schedule_version: int


Answer = Due | NotDue | Unknown | Permanent
