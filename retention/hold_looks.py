"""Seeing holds: the list, one of them, what it is on, and which are on a record; each look is an event.

The rows are read first and the look journalled after, before anything is handed out: a long question
never holds up those who write. Placing and lifting: holds.py.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from edrms.access.model import Actor
from edrms.access.policy import require
from edrms.access.tables import Team
from edrms.clock import Clock, civil_date
from edrms.db import Database
from edrms.errors import no_such
from edrms.records.tables import CaseFile, Record
from edrms.staff.tables import StaffMember
from edrms.uow import write
from retention.hold_guard import live_holds_on
from retention.hold_scopes import (
    PLACE,
    VIEW,
    check_case_file,
    count_seen,
    seen,
    visible_holds,
)
from retention.hold_tables import Hold, HoldReview

PAGE_SIZE = 50
OPEN_KIND, SECRET_KIND = "hold", "secret_hold"
Which = Literal["live", "due", "lifted"]


@dataclass(frozen=True, slots=True)
class Listed:
    """A hold in a list. needs_look: live, and past its review day or its owner works here no more."""

    hold: Hold
    owner_name: str
    owner_works_here: bool
    needs_look: bool


@dataclass(frozen=True, slots=True)
class OpenHold:
    """One hold, and how many records it is on, of those the reader may see."""

    listed: Listed
    reviews: tuple[HoldReview, ...]
    count: int


class HoldLooks:
    """What may be seen of the holds of an instance."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def listed(self, actor: Actor, which: Which = "live") -> tuple[Listed, ...]:
        """The holds the actor may know of, earliest review first; those lifted latest first. Journalled."""
        require(actor, VIEW)
        now = self._clock.now()
        today = civil_date(now)
        with self._database.read() as session:
            statement = select(Hold).where(visible_holds(actor, now), _of(which, today))
            order = Hold.lifted_at.desc() if which == "lifted" else Hold.review_on
            found = list(session.scalars(statement.order_by(order, Hold.reference)))
            rows = _listed(session, found, today)
        self._look(actor, OPEN_KIND, "")
        return rows

    def to_review(self, actor: Actor) -> int:
        """How many holds the actor may know of wait to be looked at."""
        require(actor, VIEW)
        now = self._clock.now()
        with self._database.read() as session:
            waiting = visible_holds(actor, now), _of("due", civil_date(now))
            return session.scalar(select(func.count(Hold.hold_id)).where(*waiting)) or 0

    def open(self, actor: Actor, hold_id: str) -> OpenHold:
        """One hold with its reviews, and how much it is on; journalled. NotFound also for a secret one."""
        require(actor, VIEW)
        now = self._clock.now()
        with self._database.read() as session:
            hold = known_hold(session, actor, hold_id, now)
            [listed] = _listed(session, [hold], civil_date(now))
            count = count_seen(session, actor, hold.scopes, now)
            reviews = tuple(hold.reviews)
        self._look(actor, kind_of(hold), hold_id)
        return OpenHold(listed, reviews, count)

    def on(
        self, actor: Actor, hold_id: str, page: int = 1, *, size: int = PAGE_SIZE
    ) -> tuple[tuple[Record, ...], int]:
        """A page of the records it is on, by reference, and how many in all; as far as the actor may
        see them. Journalled. Pages count from 1."""
        require(actor, VIEW)
        now = self._clock.now()
        with self._database.read() as session:
            hold = known_hold(session, actor, hold_id, now)
            ids = seen(actor, hold.scopes, now)
            statement = select(Record).where(Record.record_id.in_(ids)).order_by(Record.reference)
            some = statement.limit(size).offset(size * (max(1, page) - 1))
            found = tuple(session.scalars(some))
            total = count_seen(session, actor, hold.scopes, now)
        self._look(actor, kind_of(hold), hold_id)
        return found, total

    def _look(self, actor: Actor, kind: str, hold_id: str) -> None:
        with write(self._database, actor, self._clock) as work:
            work.journal(VIEW, kind, hold_id)

    def of_record(self, actor: Actor, record_id: str) -> tuple[Hold, ...]:
        """The live holds a record is under that the actor may know of, by reference. Whether the record
        is the actor's to see is for the caller."""
        require(actor, VIEW)
        with self._database.read() as session:
            now = self._clock.now()
            ids = live_holds_on(session, [record_id], now).get(record_id, ())
            known = select(Hold).where(Hold.hold_id.in_(ids), visible_holds(actor, now))
            return tuple(session.scalars(known.order_by(Hold.reference)))

    def case_file(self, actor: Actor, client_id: str, record_class: str) -> str:
        """The id of a person's file of a class. NotFound alike for none and for one out of reach."""
        require(actor, PLACE)
        wanted = select(CaseFile.case_file_id).where(
            CaseFile.client_id == client_id, CaseFile.record_class == record_class
        )
        with self._database.read() as session:
            found = session.scalar(wanted)
            if found is None:
                raise no_such("case file")
            check_case_file(session, actor, found, self._clock.now())
        return found

    def teams(self, actor: Actor) -> dict[str, str]:
        """Names of teams by id, as a saved query may name them."""
        require(actor, VIEW)
        with self._database.read() as session:
            rows = session.execute(select(Team.team_id, Team.name).order_by(Team.name)).all()
        return dict(rows)


def kind_of(hold: Hold) -> str:
    """What its events are about, so that those of a secret one can be kept from others."""
    return SECRET_KIND if hold.is_secret else OPEN_KIND


def known_hold(
    session: Session, actor: Actor, hold_id: str, at: datetime, *, to_change: bool = False
) -> Hold:
    """The hold, if the actor may know of it; NotFound alike for an absent and for a secret one."""
    wanted = select(Hold).where(Hold.hold_id == hold_id, visible_holds(actor, at))
    hold = session.scalar(wanted.with_for_update(of=Hold) if to_change else wanted)
    if hold is None:
        raise no_such("hold")
    return hold


def _of(which: Which, today: date) -> ColumnElement[bool]:
    match which:
        case "lifted":
            return Hold.lifted_at.is_not(None)
        case "due":
            gone = select(StaffMember.staff_id).where(StaffMember.active.is_(False))
            late = or_(Hold.review_on <= today, Hold.owner_id.in_(gone))
            return and_(Hold.lifted_at.is_(None), late)
    return Hold.lifted_at.is_(None)


def _listed(session: Session, found: Sequence[Hold], today: date) -> tuple[Listed, ...]:
    owners = {hold.owner_id for hold in found}
    rows = session.scalars(select(StaffMember).where(StaffMember.staff_id.in_(owners)))
    people = {one.staff_id: one for one in rows}
    return tuple(_one(hold, people[hold.owner_id], today) for hold in found)


def _one(hold: Hold, owner: StaffMember, today: date) -> Listed:
    late = hold.review_on <= today or not owner.active
    return Listed(hold, owner.display_name, owner.active, hold.lifted_at is None and late)
