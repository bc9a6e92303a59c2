"""Breaking the glass: letting oneself in for a time by saying why, never through a seal or a block.

The file's owners are told at once, and somebody else looks at it the next day.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select

from edrms.access.guards import said
from edrms.access.model import Actor, Relation
from edrms.access.owners import owners_of, tell
from edrms.access.policy import BREAK_GLASS, may_break_glass, require
from edrms.access.subjects import Subject, SubjectKind, clients_of, facts_of
from edrms.access.tables import Grant, Review
from edrms.clock import Clock
from edrms.db import Database
from edrms.errors import Conflict, Invalid, NotFound, no_such
from edrms.ids import new_id
from edrms.uow import write


@dataclass(frozen=True, slots=True)
class BrokenGlass:
    """A glass somebody has broken and that is still open."""

    grant_id: str
    subject: Subject
    until: datetime


class Glass:
    """Breaks the glass, and closes it again. most_hours: the longest it may stay open."""

    def __init__(self, database: Database, clock: Clock, most_hours: int) -> None:
        self._database = database
        self._clock = clock
        self.most_hours = most_hours

    def is_possible(self, actor: Actor, subject: Subject) -> bool:
        """Whether breaking it would let the actor in. False too for what does not exist."""
        with self._database.read() as session:
            try:
                facts = facts_of(session, subject, self._clock.now())
            except NotFound:
                return False
        return may_break_glass(actor, facts).allowed

    def break_for(self, actor: Actor, subject: Subject, reason: str, hours: int) -> BrokenGlass:
        """Let the actor in now. Raises Invalid without a reason, NotFound where it is not possible."""
        require(actor, BREAK_GLASS)
        if not 1 <= hours <= self.most_hours:
            raise Invalid(
                "Choose how long.", fields={"hours": f"From 1 to {self.most_hours} hours."}
            )
        words = said(reason)
        with write(self._database, actor, self._clock) as work:
            work.alone(f"guards of {subject.subject_id}")
            facts = facts_of(work.session, subject, work.now)
            decision = may_break_glass(actor, facts)
            if not decision.allowed:
                raise no_such(subject.kind, reason=decision.reason)
            grant = Grant(
                grant_id=new_id(), staff_id=actor.staff_id, relation=Relation.GLASS,
                subject_kind=subject.kind.value, subject_id=subject.subject_id, reason=words,
                placed_by=actor.staff_id, from_at=work.now,
                until_at=work.now + timedelta(hours=hours),
            )  # fmt: skip
            work.session.add(grant)
            work.session.add(
                Review(
                    review_id=new_id(), kind="glass", staff_id=actor.staff_id,
                    subject_kind="grant", subject_id=grant.grant_id, at=work.now,
                )
            )  # fmt: skip
            owners = owners_of(work.session, clients_of(facts), work.now)
            tell(work, owners, "glass", subject.kind, subject.subject_id)
            work.journal(BREAK_GLASS, subject.kind, subject.subject_id, personal=words,
                         grant=grant.grant_id, hours=hours, told=len(owners))  # fmt: skip
        return BrokenGlass(grant.grant_id, subject, work.now + timedelta(hours=hours))

    def end(self, actor: Actor, grant_id: str) -> None:
        """The actor is done: the glass is closed before its time."""
        with write(self._database, actor, self._clock) as work:
            grant = work.session.get(Grant, grant_id, with_for_update=True)
            if grant is None or grant.staff_id != actor.staff_id or grant.relation != "glass":
                raise no_such("grant")
            if not grant.is_live(work.now):
                raise Conflict("It has ended already.", code="ended")
            grant.until_at, grant.ended_by = work.now, actor.staff_id
            work.journal("access:glass:end", grant.subject_kind, grant.subject_id, grant=grant_id)

    def open_for(self, actor: Actor) -> list[BrokenGlass]:
        """The actor's own that are open now, for the banner."""
        statement = (
            select(Grant)
            .where(
                Grant.staff_id == actor.staff_id,
                Grant.relation == Relation.GLASS,
                Grant.live(self._clock.now()),
            )
            .order_by(Grant.from_at)
        )
        with self._database.read() as session:
            return [
                BrokenGlass(
                    row.grant_id, Subject(SubjectKind(row.subject_kind), row.subject_id),
                    row.until_at or row.from_at,
                )
                for row in session.scalars(statement)
            ]  # fmt: skip
