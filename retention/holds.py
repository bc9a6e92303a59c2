"""Holds: placing, looking at again, handing over and lifting. One transaction each.

What is held is decided in hold_guard.py alone; who may know of it in hold_scopes.py. Lifting ends that
hold for good, and what was approved for its end while it was held is appraised afresh. Reasons are
people's words: in the row, and as personal detail of the event. Events of secret holds have a kind of
subject of their own, which the audit explorer shows to nobody else.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from edrms.access.model import Actor
from edrms.access.policy import require
from edrms.clock import Clock, civil_date
from edrms.db import Database
from edrms.errors import Conflict, Invalid, Refused
from edrms.ids import new_id, new_reference
from edrms.records.paper import PaperOfRecords
from edrms.records.tables import DESTROYING
from edrms.uow import UnitOfWork, write
from retention.fresh_appraisal import appraise_afresh
from retention.hold_guard import covered, guard_placing
from retention.hold_looks import HoldLooks, kind_of, known_hold
from retention.hold_scopes import (
    PLACE,
    check_catch,
    rows_of,
    seen,
)
from retention.hold_tables import Hold, HoldReview, HoldScope
from retention.hold_words import (
    Placing,
    Scope,
    one_line,
    placing_wrong,
    review_wrong,
    words_wrong,
    works_here,
)

LIFT = "hold:hold:lift"
REVIEW = "hold:hold:review"
SECRET_PLACE = "hold:secret:place"  # noqa: S105 - a permission


@dataclass(frozen=True, slots=True)
class Placed:
    """A hold that is live now. too_late: records it is on that were given up to destruction before."""

    hold_id: str
    reference: str
    too_late: int


class Holds(HoldLooks):
    """The holds of an instance: seeing them, and placing and lifting them. paper: told of either."""

    def __init__(self, database: Database, clock: Clock, paper: PaperOfRecords) -> None:
        super().__init__(database, clock)
        self._paper = paper

    def place(self, actor: Actor, said: Placing) -> Placed:
        """From its commit on nothing this is on is destroyed.

        Raises Invalid by field; NotFound for what is absent or forbidden; Refused for a saved query that
        catches everything (holds_everything) or nothing (holds_nothing) unless confirmed.
        """
        require(actor, PLACE)
        if said.is_secret:
            require(actor, SECRET_PLACE)
        if not said.is_confirmed:
            self._check_catch(actor, said.scopes)
        with write(self._database, actor, self._clock) as work:
            guard_placing(work)
            if wrong := placing_wrong(work.session, said, civil_date(work.now)):
                raise Invalid("The hold was not placed.", fields=wrong)
            scopes = rows_of(work.session, actor, said.scopes, work.now)
            hold = _row(work, said, scopes)
            work.session.add(hold)
            work.session.flush()
            journal_placed(work, hold)
            self._paper.holds_changed(work, hold.hold_id)
            late = seen(actor, scopes, work.now, state=DESTROYING)
            too_late = work.session.scalar(select(func.count()).select_from(late.subquery())) or 0
        return Placed(hold.hold_id, hold.reference, too_late)

    def _check_catch(self, actor: Actor, scopes: tuple[Scope, ...]) -> None:
        """Beforehand, since to look through every page may take long and holds nobody up here."""
        with self._database.read() as session:
            now = self._clock.now()
            check_catch(session, actor, rows_of(session, actor, scopes, now), now)

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
            self._paper.holds_changed(work, hold_id)
        return len(items)

    @contextmanager
    def _changing(
        self, actor: Actor, permission: str, hold_id: str
    ) -> Iterator[tuple[UnitOfWork, Hold]]:
        require(actor, permission)
        with write(self._database, actor, self._clock) as work:
            guard_placing(work)
            hold = known_hold(work.session, actor, hold_id, work.now, to_change=True)
            if hold.lifted_at is not None:
                raise Conflict("This hold was lifted already.", code="lifted")
            if work.now < hold.placed_at:
                raise Refused(
                    "The clock of this machine is behind the moment the hold was placed. Nothing was "
                    "changed: have the clock put right.", code="clock",
                )  # fmt: skip
            yield work, hold


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
