"""Whose client somebody is: started and ended by those who may, and by a case management system.

Whoever sees files by working with people may pass on only those people whom they work with already:
an allocation made for anybody else would let its maker in. Whoever sees no file at all (a case
management system) may allocate everybody whom it finds.
"""

from datetime import datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from edrms.access.model import Actor, Relation
from edrms.access.policy import FIND, decide, require, roles_of
from edrms.access.subjects import Subject, SubjectKind, facts_of
from edrms.access.tables import Allocation
from edrms.access.work import allocate
from edrms.clock import Clock
from edrms.db import Database
from edrms.errors import Conflict, no_such
from edrms.uow import write

CHANGE = "access:allocation:change"
OF_WORK = frozenset({Relation.ALLOCATED, Relation.TEAM, Relation.SUPERVISED})


class Allocations:
    """Starts and ends allocations. NotFound alike for a client who is absent and one out of reach."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def of(self, actor: Actor, client_id: str) -> list[Allocation]:
        """The client's allocations of now, earliest first."""
        require(actor, CHANGE)
        now = self._clock.now()
        with self._database.read() as session:
            _must_be_changeable(session, actor, client_id, now)
            return list(session.scalars(_live(client_id, now)))

    def may_change(self, actor: Actor, client_id: str) -> bool:
        """Whether the actor may start and end this client's allocations, for showing the form."""
        with self._database.read() as session:
            return _is_changeable(session, actor, client_id, self._clock.now())

    def start(
        self, actor: Actor, client_id: str, *, team_id: str | None = None,
        staff_id: str | None = None,
    ) -> Allocation:  # fmt: skip
        """From now on the client is this team's, this worker's, or both. Conflict if it is so already."""
        require(actor, CHANGE)
        with write(self._database, actor, self._clock) as work:
            work.alone(f"guards of {client_id}")
            _must_be_changeable(work.session, actor, client_id, work.now)
            same = Allocation.team_id == team_id, Allocation.staff_id == staff_id
            if work.session.scalar(_live(client_id, work.now).where(*same)) is not None:
                raise Conflict("This is so already.", code="already")
            return allocate(work, client_id, team_id=team_id, staff_id=staff_id)

    def end(self, actor: Actor, client_id: str, allocation_id: str) -> None:
        """The allocation is over; from the next request on nobody gets in by it."""
        require(actor, CHANGE)
        with write(self._database, actor, self._clock) as work:
            _must_be_changeable(work.session, actor, client_id, work.now)
            row = work.session.get(Allocation, allocation_id, with_for_update=True)
            if row is None or row.client_id != client_id:
                raise no_such("allocation")
            if not row.is_live(work.now):
                raise Conflict("This has ended already.", code="ended")
            row.until_at = work.now
            work.journal("client:allocation:end", "client", client_id,
                         team=row.team_id or "", staff=row.staff_id or "")  # fmt: skip


def _live(client_id: str, at: datetime) -> Select[Allocation]:
    mine = select(Allocation).where(Allocation.client_id == client_id, Allocation.live(at))
    return mine.order_by(Allocation.from_at, Allocation.allocation_id)


def _must_be_changeable(session: Session, actor: Actor, client_id: str, at: datetime) -> None:
    if not _is_changeable(session, actor, client_id, at):
        raise no_such("client", reason="not one whose allocation the actor may change")


def _is_changeable(session: Session, actor: Actor, client_id: str, at: datetime) -> bool:
    facts = facts_of(session, Subject(SubjectKind.CLIENT, client_id), at)
    if not any(role.reaches for role in roles_of(actor)):
        may = decide(actor, CHANGE).allowed
        return may and decide(actor, FIND, facts).allowed
    decision = decide(actor, CHANGE, facts)
    return decision.allowed and decision.relation in OF_WORK
