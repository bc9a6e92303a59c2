"""What somebody says when a hold is placed, looked at or lifted, and what is wrong with it.

Checks of words, days and people only; whether the things exist is asked in hold_scopes.py.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy.orm import Session

from edrms.staff.accounts import PERSON
from edrms.staff.tables import StaffMember

SHORTEST_REASON, LONGEST_WORDS, LONGEST_TITLE = 10, 2000, 200
LONGEST_UNREVIEWED = timedelta(days=731)  # two years, a leap day among them
_WHICH = {"reason": "a reason", "authority": "an authority", "note": "a reason"}
NO_OWNER = "Choose somebody who works here now: the owner answers for the hold."


class ScopeKind(StrEnum):
    """What a hold can be on. MOVED: a record that was on what is held, and was moved; nobody names it."""

    RECORD = "record"
    MOVED = "moved"
    CASE_FILE = "case_file"
    CLIENT = "client"
    RECORD_CLASS = "record_class"
    QUERY = "query"


@dataclass(frozen=True, slots=True)
class Scope:
    """One thing to hold: an id (of a record class its code), or the criteria of a saved query."""

    kind: ScopeKind
    subject_id: str = ""
    criteria: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Placing:
    """What is said when a hold is placed.

    is_confirmed: the one who places it has been told that a saved query catches everything, or nothing,
    and wants it so.
    """

    title: str
    reason: str
    authority: str
    owner_id: str
    review_on: date | None
    scopes: tuple[Scope, ...]
    is_secret: bool = False
    is_confirmed: bool = False


def words_wrong(field: str, typed: str, *, least: int = SHORTEST_REASON) -> dict[str, str]:
    """What is wrong with words typed, by field: nothing is cut off in silence."""
    if len(typed) > LONGEST_WORDS:
        return {field: f"The {field} may have {LONGEST_WORDS} characters; this has {len(typed):,}."}
    if len(" ".join(typed.split())) < least:
        return {field: f"Give {_WHICH[field]} of at least {least} characters."}
    return {}


def one_line(typed: str) -> str:
    """Words as typed, without the line ends."""
    return " ".join(typed.split())


def review_wrong(review_on: date | None, today: date) -> dict[str, str]:
    """What is wrong with the day of the next review."""
    if review_on is None:
        return {"review_on": "Say when the hold is looked at again, within two years."}
    if review_on <= today:
        return {"review_on": "This day is not in the future. Give a later date."}
    if review_on > today + LONGEST_UNREVIEWED:
        return {"review_on": "This is more than two years ahead. Give an earlier date."}
    return {}


def said_wrong(said: Placing, today: date) -> dict[str, str]:
    """What is wrong with the words and the day of a new hold, whatever it is on."""
    wrong = words_wrong("reason", said.reason) | words_wrong("authority", said.authority, least=3)
    title = one_line(said.title)
    if not 3 <= len(title) <= LONGEST_TITLE:
        wrong["title"] = f"Give it a name of 3 to {LONGEST_TITLE} characters."
    return wrong | review_wrong(said.review_on, today)


def placing_wrong(session: Session, said: Placing, today: date) -> dict[str, str]:
    """Everything wrong with what is said of a new hold."""
    wrong = said_wrong(said, today)
    if not works_here(session, said.owner_id):
        wrong["owner"] = NO_OWNER
    if not said.scopes:
        wrong["scopes"] = "Say what is held."
    return wrong


def works_here(session: Session, staff_id: str) -> bool:
    """Whether this is a person with an open account."""
    member = session.get(StaffMember, staff_id)
    return member is not None and member.active and member.kind == PERSON
