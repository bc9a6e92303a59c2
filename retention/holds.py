"""Holds: placing, looking at again, lifting, and seeing what they are on. One transaction each.

What is held is decided in hold_guard.py alone; who may know of it in hold_scopes.py. Lifting ends that
hold for good, and what was approved for its end while it was held is appraised afresh. Reasons are
people's words: in the row, and as personal detail of the event. Events of secret holds have a kind of
subject of their own, which the audit explorer shows to nobody else.
"""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from sqlalchemy import ColumnElement, and_, func, or_, select, true
from sqlalchemy.orm import Session

from edrms.access.model import Actor
from edrms.access.policy import require
from edrms.access.tables import Team
from edrms.clock import Clock, civil_date
from edrms.db import Database
from edrms.errors import Conflict, Invalid, Refused, no_such
from edrms.ids import new_id, new_reference
from edrms.records.tables import DESTROYING, CaseFile, Record
from edrms.staff.tables import StaffMember
from edrms.uow import UnitOfWork, write
from retention.fresh_appraisal import appraise_afresh
from retention.hold_guard import covered, guard_placing, live_holds_on
from retention.hold_scopes import (
    PLACE,
    VIEW,
    check_case_file,
    check_catch,
    count_seen,
    rows_of,
    seen,
    visible_holds,
)
from retention.hold_tables import Hold, HoldReview, HoldScope
from retention.hold_words import (
    Placing,
    one_line,
    placing_wrong,
    review_wrong,
    words_wrong,
    works_here,
)

LIFT = "hold:hold:lift"
REVIEW = "hold:hold:review"
SECRET_PLACE = "hold:secret:place"  # noqa: S105 - a permission
PAGE_SIZE = 50
OPEN_KIND, SECRET_KIND = "hold", "secret_hold"
Which = Literal["live", "due", "lifted"]


@dataclass(frozen=True, slots=True)
class Placed:
    """A hold that is live now. too_late: records it is on that were given up to destruction before."""

    hold_id: str
    reference: str
    too_late: int


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


class Holds:
    """The holds of an instance."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def place(self, actor: Actor, said: Placing) -> Placed:
        """From its commit on nothing this is on is destroyed.

        Raises Invalid by field; NotFound for what is absent or forbidden; Refused for a saved query that
        catches everything (holds_everything) or nothing (holds_nothing) unless confirmed.
        """
        require(actor, PLACE)
        if said.is_secret:
            require(actor, SECRET_PLACE)
        with write(self._database, actor, self._clock) as work:
            guard_placing(work)
            if wrong := placing_wrong(work.session, said, civil_date(work.now)):
                raise Invalid("The hold was not placed.", fields=wrong)
            scopes = rows_of(work.session, actor, said.scopes, work.now)
            if not said.is_confirmed:
                check_catch(work.session, actor, scopes, work.now)
            hold = _row(work, said, scopes)
            work.session.add(hold)
            work.session.flush()
            journal_placed(work, hold)
            late = seen(actor, scopes, work.now, state=DESTROYING)
            too_late = work.session.scalar(select(func.count()).select_from(late.subquery())) or 0
        return Placed(hold.hold_id, hold.reference, too_late)

    def review(self, actor: Actor, hold_id: str, note: str, review_on: date | None) -> None:
        """The hold is still needed, and is looked at again that day."""
        with self._changing(actor, REVIEW, hold_id) as (work, hold):
            wrong = words_wrong("note", note) | review_wrong(review_on, civil_date(work.now))
            if wrong or review_on is None:
                raise Invalid("The review was not recorded.", fields=wrong)
            hold.review_on = review_on
            work.session.add(
                HoldReview(
                    review_id=new_id(), hold_id=hold_id, at=work.now, by=actor.staff_id,
                    note=one_line(note), review_on=review_on,
                )
            )  # fmt: skip
            work.journal("hold:hold:review", kind_of(hold), hold_id, personal=one_line(note))

    def hand_over(self, actor: Actor, hold_id: str, owner_id: str, note: str) -> None:
        """Somebody else answers for the hold from now on."""
        with self._changing(actor, REVIEW, hold_id) as (work, hold):
            wrong = words_wrong("note", note)
            if not works_here(work.session, owner_id):
                wrong["owner"] = "Choose somebody who works here now."
            if wrong:
                raise Invalid("The owner was not changed.", fields=wrong)
            hold.owner_id = owner_id
            work.journal("hold:owner:change", kind_of(hold), hold_id, personal=one_line(note))

    def lift(self, actor: Actor, hold_id: str, reason: str, authority: str) -> int:
        """End the hold for good; returns how many items of disposal are appraised afresh.

        Raises Conflict (lifted) the second time, Refused (clock) where the clock is behind its placing.
        """
        with self._changing(actor, LIFT, hold_id) as (work, hold):
            wrong = words_wrong("reason", reason) | words_wrong("authority", authority, least=3)
            if wrong:
                raise Invalid("The hold was not lifted.", fields=wrong)
            hold.lifted_by, hold.lifted_at = actor.staff_id, work.now
            hold.lifted_reason, hold.lifted_authority = one_line(reason), one_line(authority)
            work.session.flush()
            items = appraise_afresh(work, covered(hold.scopes))
            said = f"{one_line(reason)} | {one_line(authority)}"
            known: dict[str, Any] = {} if hold.is_secret else {"appraised_afresh": items}
            work.journal(LIFT, kind_of(hold), hold_id, personal=said, **known)
        return len(items)

    @contextmanager
    def _changing(
        self, actor: Actor, permission: str, hold_id: str
    ) -> Iterator[tuple[UnitOfWork, Hold]]:
        require(actor, permission)
        with write(self._database, actor, self._clock) as work:
            guard_placing(work)
            hold = _known(work.session, actor, hold_id, work)
            if hold.lifted_at is not None:
                raise Conflict("This hold was lifted already.", code="lifted")
            if work.now < hold.placed_at:
                raise Refused(
                    "The clock of this machine is behind the moment the hold was placed. Nothing was "
                    "changed: have the clock put right.", code="clock",
                )  # fmt: skip
            yield work, hold

    def listed(self, actor: Actor, which: Which = "live") -> tuple[Listed, ...]:
        """The holds the actor may know of, earliest review first; those lifted latest first. Journalled."""
        require(actor, VIEW)
        with write(self._database, actor, self._clock) as work:
            today = civil_date(work.now)
            statement = select(Hold).where(visible_holds(actor, work.now), _of(which, work, today))
            order = Hold.lifted_at.desc() if which == "lifted" else Hold.review_on
            found = list(work.session.scalars(statement.order_by(order, Hold.reference)))
            rows = _listed(work.session, found, today)
            work.journal(VIEW, OPEN_KIND, "")
        return rows

    def open(self, actor: Actor, hold_id: str) -> OpenHold:
        """One hold with its reviews, and how much it is on; journalled. NotFound also for a secret one."""
        require(actor, VIEW)
        with write(self._database, actor, self._clock) as work:
            hold = _known(work.session, actor, hold_id, work)
            [listed] = _listed(work.session, [hold], civil_date(work.now))
            count = count_seen(work.session, actor, hold.scopes, work.now)
            reviews = tuple(hold.reviews)
            work.journal(VIEW, kind_of(hold), hold_id)
        return OpenHold(listed, reviews, count)

    def on(
        self, actor: Actor, hold_id: str, page: int = 1, *, size: int = PAGE_SIZE
    ) -> tuple[tuple[Record, ...], int]:
        """A page of the records it is on, by reference, and how many in all; as far as the actor may
        see them. Journalled. Pages count from 1."""
        require(actor, VIEW)
        with write(self._database, actor, self._clock) as work:
            hold = _known(work.session, actor, hold_id, work)
            ids = seen(actor, hold.scopes, work.now)
            statement = select(Record).where(Record.record_id.in_(ids)).order_by(Record.reference)
            some = statement.limit(size).offset(size * (max(1, page) - 1))
            found = tuple(work.session.scalars(some))
            total = count_seen(work.session, actor, hold.scopes, work.now)
            work.journal(VIEW, kind_of(hold), hold_id)
        return found, total

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


def journal_placed(work: UnitOfWork, hold: Hold) -> None:
    """The event of a new hold. What it is on is kept apart, as it says of whom; of a secret one all is."""
    scopes = [
        {"kind": one.kind, "id": one.subject_id, "criteria": one.criteria} for one in hold.scopes
    ]
    words = [hold.title, hold.reason, hold.authority, json.dumps(scopes, sort_keys=True)]
    detail: dict[str, Any] = {
        "kinds": sorted(one.kind for one in hold.scopes), "owner": hold.owner_id,
        "review_on": hold.review_on.isoformat(),
    }  # fmt: skip
    known = {} if hold.is_secret else detail
    work.journal(PLACE, kind_of(hold), hold.hold_id, personal=" | ".join(words), **known)


def free_reference(session: Session) -> str:
    """A reference no hold had yet."""
    while True:
        reference = new_reference("H")
        if session.scalar(select(Hold.hold_id).where(Hold.reference == reference)) is None:
            return reference


def _row(work: UnitOfWork, said: Placing, scopes: list[HoldScope]) -> Hold:
    for scope in scopes:
        scope.scope_id = new_id()
    assert said.review_on is not None  # noqa: S101 - placing_wrong has refused it
    return Hold(
        hold_id=new_id(), reference=free_reference(work.session), title=one_line(said.title),
        reason=one_line(said.reason), authority=one_line(said.authority), owner_id=said.owner_id,
        review_on=said.review_on, is_secret=said.is_secret, placed_by=work.actor.staff_id,
        placed_at=work.now, lifted_by="", lifted_reason="", lifted_authority="", scopes=scopes,
    )  # fmt: skip


def _known(session: Session, actor: Actor, hold_id: str, work: UnitOfWork) -> Hold:
    wanted = select(Hold).where(Hold.hold_id == hold_id, visible_holds(actor, work.now))
    hold = session.scalar(wanted.with_for_update(of=Hold))
    if hold is None:
        raise no_such("hold")
    return hold


def _of(which: Which, work: UnitOfWork, today: date) -> ColumnElement[bool]:
    match which:
        case "lifted":
            return Hold.lifted_at.is_not(None)
        case "due":
            gone = select(StaffMember.staff_id).where(StaffMember.active.is_(False))
            late = or_(Hold.review_on <= today, Hold.owner_id.in_(gone))
            return and_(Hold.lifted_at.is_(None), late)
    return and_(Hold.lifted_at.is_(None), true())


def _listed(session: Session, found: Sequence[Hold], today: date) -> tuple[Listed, ...]:
    owners = {hold.owner_id for hold in found}
    rows = session.scalars(select(StaffMember).where(StaffMember.staff_id.in_(owners)))
    people = {one.staff_id: one for one in rows}
    return tuple(_one(hold, people[hold.owner_id], today) for hold in found)


def _one(hold: Hold, owner: StaffMember, today: date) -> Listed:
    late = hold.review_on <= today or not owner.active
    return Listed(hold, owner.display_name, owner.active, hold.lifted_at is None and late)
