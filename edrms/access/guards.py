"""Guarding: conflict blocks, markings, seals, and grants for a time. One transaction each, with its event.

What is placed is never changed afterwards, only ended, so that the past can be read back. Reasons are
people's words: they stand in the row and go into the event as personal detail.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from edrms.access.markings import OF_CLIENTS, OF_RECORDS
from edrms.access.model import Actor, Relation
from edrms.access.policy import require
from edrms.access.subjects import Subject, SubjectKind, facts_within
from edrms.access.tables import Block, Grant, Guard, Marking
from edrms.clock import Clock, civil_date
from edrms.db import Database
from edrms.errors import Conflict, Invalid, Refused, no_such
from edrms.fileplan import Sensitivity
from edrms.ids import new_id
from edrms.staff.tables import StaffMember
from edrms.uow import UnitOfWork, write

PLACE_BLOCK = "access:block:place"
LIFT_BLOCK = "access:block:lift"
PLACE_MARKING = "access:marking:place"
LIFT_MARKING = "access:marking:lift"
GIVE = "access:grant:give"
END_GRANT = "access:grant:end"
ADMIT = "access:seal:admit"
BY_HAND = {
    Relation.GRANTED: GIVE, Relation.LISTED: GIVE, Relation.PANEL: GIVE, Relation.ADMITTED: ADMIT,
}  # fmt: skip
SHORTEST_REASON = 10
LONGEST_GRANT = timedelta(days=366)
Ended = TypeVar("Ended", Block, Marking, Grant)


class Guards:
    """Places and lifts what guards clients and records."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def block(
        self, actor: Actor, subject: Subject, staff_id: str, reason: str,
        review_on: date | None = None,
    ) -> str:  # fmt: skip
        """From now on this person may not see the subject, whatever their roles. Returns the id."""
        require(actor, PLACE_BLOCK)
        if staff_id == actor.staff_id:
            raise Refused("A block on yourself is placed by somebody else.", code="own_block")
        with self._placing(actor, PLACE_BLOCK, subject) as work:
            _must_be_staff(work.session, staff_id)
            _refuse_twice(work, Block, Block.subject_id == subject.subject_id,
                          Block.staff_id == staff_id)  # fmt: skip
            block = Block(
                block_id=new_id(), staff_id=staff_id,
                **_placed(work, subject, reason, review_on),
            )  # fmt: skip
            work.session.add(block)
            work.journal(PLACE_BLOCK, subject.kind, subject.subject_id, personal=block.reason,
                         block=block.block_id, staff=staff_id)  # fmt: skip
        return block.block_id

    def lift_block(
        self, actor: Actor, block_id: str, reason: str, about: Subject | None = None
    ) -> None:
        """The conflict is over. about: what the block must be on; NotFound for any other."""
        with self._ending(actor, LIFT_BLOCK, Block, block_id, about) as (work, block):
            if block.staff_id == actor.staff_id:
                raise no_such("block")
            work.journal(LIFT_BLOCK, block.subject_kind, block.subject_id,
                         personal=said(reason), block=block_id, staff=block.staff_id)  # fmt: skip

    def mark(
        self, actor: Actor, subject: Subject, marking: str, reason: str,
        review_on: date | None = None,
    ) -> str:  # fmt: skip
        """Guard the subject beyond its type. Returns the id.

        review_on: needed for "restricted". A seal is placed with edrms/access/seals.py.
        """
        require(actor, PLACE_MARKING)
        known = OF_CLIENTS if subject.kind is SubjectKind.CLIENT else OF_RECORDS
        if marking not in known or marking == Sensitivity.SEALED:
            raise Invalid("Choose a marking.", fields={"marking": "Choose a marking."})
        if marking == Sensitivity.RESTRICTED and review_on is None:
            raise Invalid("Say when the restriction is looked at again.",
                          fields={"review_on": "Give a date."})  # fmt: skip
        with self._placing(actor, PLACE_MARKING, subject) as work:
            return place_marking(work, subject, marking, reason, review_on)

    def lift_marking(
        self, actor: Actor, marking_id: str, reason: str, about: Subject | None = None
    ) -> None:
        """The subject is no longer guarded so. A seal stays."""
        with self._ending(actor, LIFT_MARKING, Marking, marking_id, about) as (work, row):
            if row.marking == Sensitivity.SEALED:
                raise Refused("A seal is not lifted.", code="sealed")
            work.journal(LIFT_MARKING, row.subject_kind, row.subject_id, personal=said(reason),
                         marking=row.marking)  # fmt: skip

    def grant(
        self, actor: Actor, subject: Subject, staff_id: str, relation: Relation, until: datetime,
        reason: str,
    ) -> str:  # fmt: skip
        """Let somebody in until then, as far as their roles reach by this relation. Returns the id."""
        permission = BY_HAND.get(relation)
        if permission is None:
            raise Invalid("Choose how to let them in.", fields={"relation": "Choose one."})
        require(actor, permission)
        if staff_id == actor.staff_id:
            raise Refused("A grant to yourself is given by somebody else.", code="own_grant")
        with self._placing(actor, permission, subject) as work:
            _must_be_staff(work.session, staff_id)
            if not work.now < until <= work.now + LONGEST_GRANT:
                raise Invalid("The grant needs an end within a year.",
                              fields={"until": "A date within a year."})  # fmt: skip
            grant = Grant(
                grant_id=new_id(), staff_id=staff_id, relation=relation,
                **_placed(work, subject, reason) | {"until_at": until},
            )  # fmt: skip
            work.session.add(grant)
            work.journal(GIVE, subject.kind, subject.subject_id, personal=grant.reason,
                         grant=grant.grant_id, staff=staff_id, relation=relation,
                         until=until.isoformat())  # fmt: skip
        return grant.grant_id

    def end_grant(
        self, actor: Actor, grant_id: str, reason: str, about: Subject | None = None
    ) -> None:
        """The person is let in no more, from the next request on."""
        with self._ending(actor, END_GRANT, Grant, grant_id, about) as (work, grant):
            work.journal(END_GRANT, grant.subject_kind, grant.subject_id, personal=said(reason),
                         grant=grant_id, staff=grant.staff_id)  # fmt: skip

    @contextmanager
    def _placing(self, actor: Actor, permission: str, subject: Subject) -> Iterator[UnitOfWork]:
        with write(self._database, actor, self._clock) as work:
            work.alone(f"guards of {subject.subject_id}")
            facts_within(work.session, actor, permission, subject, work.now)
            yield work

    @contextmanager
    def _ending(
        self, actor: Actor, permission: str, table: type[Ended], guard_id: str,
        about: Subject | None,
    ) -> Iterator[tuple[UnitOfWork, Ended]]:  # fmt: skip
        require(actor, permission)
        with write(self._database, actor, self._clock) as work:
            row = work.session.get(table, guard_id, with_for_update=True)
            if row is None:
                raise no_such("guard")
            subject = Subject(SubjectKind(row.subject_kind), row.subject_id)
            if about not in (None, subject):
                raise no_such("guard")
            facts_within(work.session, actor, permission, subject, work.now)
            if not row.is_live(work.now):
                raise Conflict("This has ended already.", code="ended")
            yield work, row
            row.until_at, row.ended_by = work.now, actor.staff_id


def place_marking(
    work: UnitOfWork, subject: Subject, marking: str, reason: str, review_on: date | None = None
) -> str:
    """A marking in the caller's transaction, who has asked the policy. Returns the id."""
    _refuse_twice(
        work, Marking, Marking.subject_id == subject.subject_id, Marking.marking == marking
    )
    row = Marking(marking_id=new_id(), marking=marking, **_placed(work, subject, reason, review_on))
    work.session.add(row)
    work.journal(
        PLACE_MARKING, subject.kind, subject.subject_id, personal=row.reason, marking=marking,
        review_on=review_on.isoformat() if review_on else "",
    )  # fmt: skip
    return row.marking_id


def said(reason: str) -> str:
    """A reason as typed, in one line. Raises Invalid for one that says nothing."""
    words = " ".join(reason.split())[:2000]
    if len(words) < SHORTEST_REASON:
        raise Invalid(
            "Say why, in a few words.",
            fields={"reason": f"At least {SHORTEST_REASON} characters."},
        )
    return words


def _placed(
    work: UnitOfWork, subject: Subject, reason: str, review_on: date | None = None
) -> dict[str, Any]:
    if review_on is not None and review_on < civil_date(work.now):
        raise Invalid("The review lies in the past.", fields={"review_on": "Give a later date."})
    return {
        "subject_kind": subject.kind.value, "subject_id": subject.subject_id,
        "reason": said(reason), "placed_by": work.actor.staff_id, "from_at": work.now,
        "review_on": review_on,
    }  # fmt: skip


def _must_be_staff(session: Session, staff_id: str) -> None:
    member = session.get(StaffMember, staff_id)
    if member is None or not member.active:
        raise Invalid("Choose a staff member.", fields={"staff": "Choose a staff member."})


def _refuse_twice(work: UnitOfWork, table: type[Guard], *same: ColumnElement[bool]) -> None:
    if work.session.scalar(select(table).where(table.live(work.now), *same)) is not None:
        raise Conflict("This is so already.", code="already")
