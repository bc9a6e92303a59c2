"""What is typed about a disposal: which records to propose, what becomes of them. Values and their faults."""

from dataclasses import dataclass
from datetime import date

from edrms.fileplan import load_record_classes
from retention.dates import add
from retention.model import Action, Period
from retention.workflow import SHORTEST_REASON, Decision

LONGEST_EXTENSION = Period(years=25)
LONGEST_TITLE, LONGEST_REASON = 200, 4000
# What is offered first for the action of the rule that made a record due; a review is decided by people.
DEFAULTS = {Action.DESTROY: Decision.DESTROY, Action.ARCHIVE_OFFER: Decision.TRANSFER}


@dataclass(frozen=True, slots=True)
class DueFilter:
    """Records that are due: of this class ("" any), due on or before this day (None: by today)."""

    class_id: str = ""
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Appraisal:
    """What becomes of records and why. extend_until, to_class: of those two decisions alone."""

    decision: str
    reason: str
    extend_until: date | None = None
    to_class: str = ""


def plain_line(text: str) -> str:
    """As it is kept: on one line."""
    return " ".join(text.split())


def title_wrong(title: str) -> dict[str, str]:
    """What is wrong with a title, by field."""
    if not title.strip():
        return {"title": "Give the case a name. It is kept for good: name nobody in it."}
    return {} if len(title) <= LONGEST_TITLE else {"title": f"At most {LONGEST_TITLE} characters."}


def reason_wrong(reason: str) -> dict[str, str]:
    """What is wrong with a reason, by field."""
    if len(reason.strip()) < SHORTEST_REASON:
        return {"reason": f"Say why, in at least {SHORTEST_REASON} characters."}
    return (
        {} if len(reason) <= LONGEST_REASON else {"reason": f"At most {LONGEST_REASON} characters."}
    )


def filter_wrong(said: DueFilter, today: date) -> dict[str, str]:
    """What is wrong with a filter, by field."""
    wrong = {}
    if said.class_id and said.class_id not in {one.id for one in load_record_classes()}:
        wrong["class_id"] = "There is no such record class."
    if said.until is not None and said.until > today:
        wrong["until"] = "This day is still to come: only what is due already is proposed."
    return wrong


def appraisal_wrong(said: Appraisal, today: date, classes: frozenset[str]) -> dict[str, str]:
    """What is wrong with an appraisal, by field. classes: those the schedule in force has a rule for."""
    wrong = reason_wrong(said.reason)
    if said.decision not in set(Decision):
        wrong["decision"] = "Choose: extend, reclass, transfer or destroy."
    elif said.decision == Decision.EXTEND:
        wrong |= _until_wrong(said.extend_until, today)
    elif said.decision == Decision.RECLASS and said.to_class not in classes:
        wrong["to_class"] = "Choose a record class that the schedule has a rule for."
    return wrong


def _until_wrong(until: date | None, today: date) -> dict[str, str]:
    if until is None:
        return {"extend_until": "Say until when it is kept."}
    if until <= today:
        return {"extend_until": "Give a day that is still to come."}
    latest = add(today, LONGEST_EXTENSION)
    if latest is not None and until > latest:
        return {"extend_until": "At most 25 years; longer is another class."}
    return {}
