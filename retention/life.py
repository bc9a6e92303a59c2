"""Words of life events, what may be said of one, and where what is said cannot all be true.

Values and decisions only: today is passed in. Rows are in tables.py, keeping them in life_events.py.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from retention.model import Status, Trigger


class SubjectKind(StrEnum):
    """What a life event is about: a person, one of the person's case files, or a single record."""

    CLIENT = "client"
    CASE_FILE = "case_file"
    RECORD = "record"


BEGAN, REOPENED = (
    "began",
    "reopened",
)  # a case or service was opened; what had ended was begun again
HAND, REGISTER = "hand", "register"  # sources: somebody typed it; the register of clients says so
KNOWN_ALREADY = frozenset({Trigger.RECEIVED, Trigger.CAPTURED})  # the product's own dates
KINDS: tuple[str, ...] = (
    *(str(one) for one in Trigger if one not in KNOWN_ALREADY),
    BEGAN,
    REOPENED,
    *(str(one) for one in Status),
)
STATUSES = frozenset(str(one) for one in Status)
DIED_SOME_DAY = str(Status.DECEASED)  # learnt on that day; when it was is not known yet
OF_A_PERSON = STATUSES | {str(Trigger.DOB), str(Trigger.DOD)}
ENDS = frozenset(
    str(one)
    for one in (
        Trigger.CASE_CLOSED, Trigger.CLOSED, Trigger.SERVICE_END, Trigger.LAST_CONTACT,
        Trigger.LAST_ENTRY, Trigger.APPROVAL_END, Trigger.PLACEMENT_END, Trigger.CONTRACT_END,
        Trigger.EXPIRY, Trigger.AUTH_END, Trigger.LEAVE_DATE, Trigger.PROCEEDINGS_END,
    )
)  # fmt: skip
_WITH_AN_END = STATUSES - {DIED_SOME_DAY}
_KNOWN_AHEAD = _WITH_AN_END | {
    str(one)
    for one in (
        Trigger.CONTRACT_END, Trigger.EXPIRY, Trigger.AUTH_END, Trigger.APPROVAL_END,
        Trigger.PLACEMENT_END, Trigger.LEAVE_DATE,
    )
}  # fmt: skip
EARLIEST = date(1850, 1, 1)
_FURTHEST_AHEAD = timedelta(days=50 * 366)
_SHORTEST_AUTHORITY = 5
_BEFORE_BIRTH = timedelta(days=300)  # an unborn child may have a plan, a conference and contacts


@dataclass(frozen=True, slots=True)
class NewEvent:
    """What somebody, or a feed, says has happened. until: of a status only.

    source_id: what the source calls it, so that it may be said again; "" by hand.
    """

    subject_kind: SubjectKind
    subject_id: str
    kind: str
    on: date
    authority: str
    until: date | None = None
    source: str = HAND
    source_id: str = ""


def faults_of(event: NewEvent, today: date) -> dict[str, str]:
    """What is wrong with what is said of an event, by field; empty where nothing is."""
    wrong: dict[str, str] = {}
    if fault := fault_of_kind(event.kind):
        wrong["kind"] = fault
    elif event.kind in OF_A_PERSON and event.subject_kind is not SubjectKind.CLIENT:
        wrong["kind"] = f"{event.kind} is about a person: record it on the client."
    if fault := _fault_of_date(event.kind, event.on, today):
        wrong["on"] = fault
    if fault := _fault_of_end(event, today):
        wrong["until"] = fault
    if len(event.authority.strip()) < _SHORTEST_AUTHORITY:
        wrong["authority"] = (
            "Say why we believe it: a document, a register, a person "
            f"(at least {_SHORTEST_AUTHORITY} characters)."
        )
    return wrong


def fault_of_kind(kind: str) -> str:
    """Why this is no kind of life event; "" where it is one."""
    if kind in KINDS:
        return ""
    if kind in KNOWN_ALREADY:
        return f"{kind} is known from the record itself and cannot be given."
    return f"There is no kind {kind[:40]!r}. Choose one of {', '.join(KINDS)}."


def _fault_of_date(kind: str, on: date, today: date) -> str:
    if on < EARLIEST:
        return f"{on} is before {EARLIEST.year}: check the year."
    if on <= today:
        return ""
    if kind not in _KNOWN_AHEAD:
        return f"{on} lies in the future: give it when it has happened."
    if on > today + _FURTHEST_AHEAD:
        return f"{on} is more than 50 years ahead: check the year."
    return ""


def _fault_of_end(event: NewEvent, today: date) -> str:
    if event.until is None:
        return ""
    if event.kind in KINDS and event.kind not in _WITH_AN_END:
        return "Only a status has an end; leave this empty."
    if event.until < event.on:
        return f"The end {event.until} is before the beginning {event.on}."
    if event.until > today + _FURTHEST_AHEAD:
        return f"{event.until} is more than 50 years ahead: check the year."
    return ""


@dataclass(frozen=True, slots=True)
class Stated:
    """One thing said of a person and not withdrawn. event_id: "" for what the register says."""

    event_id: str
    subject_kind: SubjectKind
    subject_id: str
    kind: str
    on: date


class Clash(StrEnum):
    """Why things said of one person cannot all be true. TWO_DATES: one of them may be right; the
    others are impossible in themselves."""

    TWO_DATES = "two_dates"
    DIED_BEFORE_BIRTH = "died_before_birth"
    ENDED_BEFORE_BEGAN = "ended_before_began"
    BEFORE_BIRTH = "before_birth"
    AFTER_DEATH = "after_death"


@dataclass(frozen=True, slots=True)
class Contradiction:
    """Statements that cannot all be true, earliest first, and in words what is wrong."""

    clash: Clash
    between: tuple[Stated, ...]
    words: str


def contradictions(stated: Iterable[Stated]) -> list[Contradiction]:
    """Everything said of one person that cannot be true together.

    stated: of the person, of the person's case files and of the records on them.
    """
    every = sorted(stated, key=lambda one: (one.on, one.kind, one.event_id))
    births = [one for one in every if one.kind == Trigger.DOB]
    deaths = [one for one in every if one.kind == Trigger.DOD]
    return [
        *_two_dates(births),
        *_two_dates(deaths),
        *_died_before_birth(births, deaths),
        *_ended_before_began(every),
        *_outside_life(every, births, deaths),
    ]


def _two_dates(given: Sequence[Stated]) -> Iterable[Contradiction]:
    dates = sorted({one.on for one in given})
    if len(dates) > 1:
        what = "birth" if given[0].kind == Trigger.DOB else "death"
        words = " and ".join(f"{one}" for one in dates)
        yield Contradiction(Clash.TWO_DATES, tuple(given), f"The dates of {what} differ: {words}.")


def _died_before_birth(
    births: Sequence[Stated], deaths: Sequence[Stated]
) -> Iterable[Contradiction]:
    if births and deaths and deaths[0].on < births[-1].on:
        words = f"Died {deaths[0].on}, before the birth on {births[-1].on}."
        yield Contradiction(Clash.DIED_BEFORE_BIRTH, (deaths[0], births[-1]), words)


def _ended_before_began(every: Sequence[Stated]) -> Iterable[Contradiction]:
    for end in every:
        if end.kind not in ENDS:
            continue
        began = [
            one
            for one in every
            if one.kind == BEGAN
            and (one.subject_id == end.subject_id or one.subject_kind is SubjectKind.CLIENT)
        ]
        if began and end.on < began[0].on:
            words = f"{end.kind} {end.on} is before the opening on {began[0].on}."
            yield Contradiction(Clash.ENDED_BEFORE_BEGAN, (end, began[0]), words)


def _outside_life(
    every: Sequence[Stated], births: Sequence[Stated], deaths: Sequence[Stated]
) -> Iterable[Contradiction]:
    for one in every:
        if births and one.kind != Trigger.DOD and one.on < births[0].on - _BEFORE_BIRTH:
            words = f"{one.kind} {one.on} is before the birth on {births[0].on}."
            yield Contradiction(Clash.BEFORE_BIRTH, (one, births[0]), words)
        if deaths and one.kind in _WITH_AN_END and one.on > deaths[-1].on:
            words = f"{one.kind} {one.on} is after the death on {deaths[-1].on}."
            yield Contradiction(Clash.AFTER_DEATH, (deaths[-1], one), words)
