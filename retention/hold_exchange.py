"""Holds as JSON, out and in again with their ids: they must survive a move to another instance.

What is taken in is never weaker than what is here: a hold that is live here is not lifted by a file. A hold
on what is not here (yet) is taken in all the same, and catches it when it comes.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from edrms.access.model import Actor
from edrms.access.policy import require
from edrms.clock import Clock
from edrms.db import Database
from edrms.errors import Invalid
from edrms.records.paper import PaperOfRecords
from edrms.staff.accounts import find_by_username
from edrms.staff.tables import StaffMember
from edrms.uow import UnitOfWork, write
from retention.hold_criteria.rules import stored
from retention.hold_guard import guard_placing
from retention.hold_looks import OPEN_KIND, kind_of
from retention.hold_scopes import PLACE, VIEW, visible_holds
from retention.hold_tables import Hold, HoldReview, HoldScope
from retention.hold_words import LONGEST_WORDS, ScopeKind, works_here
from retention.holds import SECRET_PLACE

FORMAT = "edrms-holds-1"
_TEXTS = (
    "title", "reason", "authority", "placed_by", "lifted_by", "lifted_reason", "lifted_authority",
)  # fmt: skip


class HoldExchange:
    """Giving holds out and taking them in."""

    def __init__(self, database: Database, clock: Clock, paper: PaperOfRecords) -> None:
        self._database = database
        self._clock = clock
        self._paper = paper

    def export(self, actor: Actor) -> dict[str, Any]:
        """Every hold the actor may know of, live and lifted, with its reviews. Journalled."""
        require(actor, VIEW)
        with write(self._database, actor, self._clock) as work:
            known = select(Hold).where(visible_holds(actor, work.now)).order_by(Hold.reference)
            rows = list(work.session.scalars(known))
            found = {"format": FORMAT, "holds": [_plain(work.session, row) for row in rows]}
            work.journal("hold:list:export", OPEN_KIND, "")
        return found

    def take_in(self, actor: Actor, given: Any, *, owner_id: str = "") -> tuple[int, int]:
        """Take in what `export` gave out; how many were new, and how many were here already.

        owner_id: who answers for holds whose owner does not work here. All are taken in or none: raises
        Invalid naming the hold at fault, and for one that is here otherwise.
        """
        require(actor, PLACE)
        if not isinstance(given, Mapping) or given.get("format") != FORMAT:
            raise Invalid(f"This is no export of holds ({FORMAT}).")
        holds = given.get("holds")
        if not isinstance(holds, Sequence) or isinstance(holds, str):
            raise Invalid("The export has no list of holds.")
        with write(self._database, actor, self._clock) as work:
            guard_placing(work)
            new = sum(_take_in(work, one, number, owner_id) for number, one in enumerate(holds, 1))
            work.journal("hold:hold:import", OPEN_KIND, "")
            self._paper.holds_changed(work)
        return new, len(holds) - new


def _plain(session: Session, hold: Hold) -> dict[str, Any]:
    owner = session.get_one(StaffMember, hold.owner_id)
    return {
        "hold_id": hold.hold_id, "reference": hold.reference,
        **{name: getattr(hold, name) for name in _TEXTS},
        "owner": owner.username, "review_on": hold.review_on.isoformat(),
        "is_secret": hold.is_secret, "placed_at": hold.placed_at.isoformat(),
        "lifted_at": hold.lifted_at.isoformat() if hold.lifted_at else None,
        "scopes": [
            {"scope_id": one.scope_id, "kind": one.kind, "subject_id": one.subject_id,
             "criteria": one.criteria}
            for one in hold.scopes
        ],
        "reviews": [
            {"review_id": one.review_id, "at": one.at.isoformat(), "by": one.by, "note": one.note,
             "review_on": one.review_on.isoformat()}
            for one in hold.reviews
        ],
    }  # fmt: skip


def _take_in(work: UnitOfWork, given: Any, number: int, owner_id: str) -> bool:
    try:
        row = _row(work, given, owner_id)
    except Invalid as error:
        raise Invalid(f"Hold {number}: {error.message} Nothing was taken in.") from error
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise Invalid(f"Hold {number} is malformed ({error}). Nothing was taken in.") from error
    if row.is_secret:
        require(work.actor, SECRET_PLACE)
    here = work.session.get(Hold, row.hold_id)
    if here is not None:
        if _what(here) != _what(row):
            raise Invalid(f"Hold {number}: {row.reference} is here already, and is not the same. "
                          "Nothing was taken in.")  # fmt: skip
        return False
    if work.session.scalar(select(Hold.hold_id).where(Hold.reference == row.reference)):
        raise Invalid(f"Hold {number}: another hold has the reference {row.reference}. "
                      "Nothing was taken in.")  # fmt: skip
    work.session.add(row)
    work.session.flush()
    work.journal("hold:hold:import", kind_of(row), row.hold_id,
                 personal=f"{row.title} | {row.reason}")  # fmt: skip
    return True


def _what(hold: Hold) -> tuple[Any, ...]:
    """What makes it the same hold: not who owns it here, nor how far reviews and lifting went here."""
    scopes = sorted((one.kind, one.subject_id, repr(one.criteria)) for one in hold.scopes)
    return hold.reference, hold.reason, hold.authority, hold.is_secret, hold.placed_at, scopes


def _row(work: UnitOfWork, given: Any, owner_id: str) -> Hold:
    lifted_at = _moment(given["lifted_at"]) if given["lifted_at"] else None
    placed_at = _moment(given["placed_at"])
    if placed_at > work.now or (lifted_at and lifted_at > work.now):
        raise Invalid("it was placed or lifted at a time still to come: are both clocks right?")
    return Hold(
        hold_id=_id(given["hold_id"]), reference=str(given["reference"])[:16],
        **{name: _text(given[name]) for name in _TEXTS},
        owner_id=_owner(work.session, given["owner"], owner_id),
        review_on=date.fromisoformat(given["review_on"]), is_secret=_flag(given["is_secret"]),
        placed_at=placed_at, lifted_at=lifted_at,
        scopes=[_scope(one) for one in given["scopes"]],
        reviews=[
            HoldReview(
                review_id=_id(one["review_id"]), at=_moment(one["at"]), by=_text(one["by"]),
                note=_text(one["note"]), review_on=date.fromisoformat(one["review_on"]),
            )
            for one in given["reviews"]
        ],
    )  # fmt: skip


def _scope(given: Any) -> HoldScope:
    kind = ScopeKind(given["kind"])
    if kind is ScopeKind.QUERY:
        stored(given["criteria"])
        return HoldScope(scope_id=_id(given["scope_id"]), kind=kind, subject_id="",
                         criteria=dict(given["criteria"]))  # fmt: skip
    return HoldScope(
        scope_id=_id(given["scope_id"]), kind=kind, subject_id=_text(given["subject_id"])
    )


def _owner(session: Session, username: Any, otherwise: str) -> str:
    member = find_by_username(session, _text(username))
    if member is not None and works_here(session, member.staff_id):
        return member.staff_id
    if otherwise and works_here(session, otherwise):
        return otherwise
    raise Invalid(
        "its owner does not work here. Name somebody (--owner) who answers for such holds."
    )


def _id(given: Any) -> str:
    text = _text(given)
    if len(text) != 32 or not set(text) <= set("0123456789abcdef"):
        raise ValueError(f"{text[:40]!r} is no id")
    return text


def _text(given: Any) -> str:
    if not isinstance(given, str):
        raise TypeError("expected text")
    if len(given) > LONGEST_WORDS:
        raise ValueError(f"a text of {len(given):,} characters; at most {LONGEST_WORDS}")
    return given


def _flag(given: Any) -> bool:
    if not isinstance(given, bool):
        raise TypeError("is_secret is true or false")
    return given


def _moment(given: Any) -> datetime:
    at = datetime.fromisoformat(given)
    if at.tzinfo is None:
        raise ValueError("a time has no offset from UTC")
    return at
