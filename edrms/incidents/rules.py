"""States of an incident, the 72 hours, and what must be so before it is closed. Pure.

UK GDPR articles 33 and 34: the ICO within 72 hours of becoming aware where there is a risk to people, the
people themselves where the risk is high, every breach documented. The clock begins with the report.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

TELL_WITHIN = timedelta(hours=72)


class State(StrEnum):
    """How far an incident has come. REPORTED: the document is still where it was found."""

    REPORTED = "reported"
    CONTAINED = "contained"
    ASSESSED = "assessed"
    CLOSED = "closed"
    DISMISSED = "dismissed"


class Act(StrEnum):
    """What is done about it. DISMISS: the document is where it belongs."""

    CONTAIN = "contain"
    ASSESS = "assess"
    CLOSE = "close"
    DISMISS = "dismiss"


class Risk(StrEnum):
    """To the rights and freedoms of people, as assessed."""

    UNLIKELY = "unlikely"
    RISK = "risk"
    HIGH = "high"


OPEN = (State.REPORTED, State.CONTAINED, State.ASSESSED)
_NEXT = {
    (State.REPORTED, Act.CONTAIN): State.CONTAINED,
    (State.REPORTED, Act.DISMISS): State.DISMISSED,
    (State.CONTAINED, Act.ASSESS): State.ASSESSED,
    (State.ASSESSED, Act.ASSESS): State.ASSESSED,
    (State.ASSESSED, Act.CLOSE): State.CLOSED,
}


def next_state(state: State, act: Act) -> State | None:
    """The state after this, None where it cannot be done now."""
    return _NEXT.get((state, act))


def due_at(reported_at: datetime) -> datetime:
    """By when the ICO must have been told, if there is a risk."""
    return reported_at + TELL_WITHIN


@dataclass(frozen=True, slots=True)
class Told:
    """What was assessed and who was told; risk "" before it is assessed."""

    risk: str
    regulator_on: date | None
    people_on: date | None


def clock_runs(state: str, told: Told) -> bool:
    """Whether the 72 hours still matter: not once the ICO was told, or no risk is likely, or all is over."""
    return state in OPEN and told.regulator_on is None and told.risk != Risk.UNLIKELY


def is_overdue(state: str, told: Told, reported_at: datetime, now: datetime) -> bool:
    """Whether the 72 hours are over and the clock still runs."""
    return clock_runs(state, told) and now > due_at(reported_at)


def telling_wrong(told: Told, reported_on: date, today: date) -> dict[str, str]:
    """What is wrong with an assessment, by field. Days are civil, in the council's time zone."""
    wrong = {}
    if told.risk not in set(Risk):
        wrong["risk"] = "Choose how great the risk is."
    for field, day in (("regulator_on", told.regulator_on), ("people_on", told.people_on)):
        if day is not None and not reported_on <= day <= today:
            wrong[field] = "Give a day from the report until today."
    return wrong


def closing_wrong(told: Told) -> dict[str, str]:
    """What must be done before an incident of this risk is closed, by field."""
    wrong = {}
    if told.risk in (Risk.RISK, Risk.HIGH) and told.regulator_on is None:
        wrong["regulator_on"] = "Say when the ICO was told, or assess the risk again."
    if told.risk == Risk.HIGH and told.people_on is None:
        wrong["people_on"] = "Say when the people were told, or assess the risk again."
    return wrong
