"""Reports on access: who could see this on a day, what guards it now, which guards and grants are due.

What somebody did see is in the audit log (edrms/audit/explorer.py); here stands what they could see.
"""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, exists, or_, select
from sqlalchemy.orm import Session

from edrms.access.model import Actor, ClientFacts, Decision, RecordFacts, levels_up_to
from edrms.access.policy import OPEN_FILE, VIEW, decide, holds, require
from edrms.access.sql import visible_clients, visible_records
from edrms.access.standing import actors_at
from edrms.access.subjects import Subject, SubjectKind, facts_of, facts_within
from edrms.access.tables import Allocation, Block, Grant, Marking, RoleHolding
from edrms.audit.tables import AuditEvent
from edrms.clients.tables import ClientRow
from edrms.clock import Clock
from edrms.db import Database
from edrms.errors import no_such
from edrms.fileplan import Sensitivity
from edrms.records.tables import Record
from edrms.staff.tables import StaffMember
from edrms.uow import write

REPORT = "access:report:view"
GUARDS = "access:guard:view"


@dataclass(frozen=True, slots=True)
class Could:
    """A staff member who could see a thing, and why."""

    staff_id: str
    name: str
    decision: Decision


@dataclass(frozen=True, slots=True)
class Guarding:
    """All that is live about a client or record. blocks: () for whoever may not know of them."""

    allocations: tuple[Allocation, ...]
    grants: tuple[Grant, ...]
    markings: tuple[Marking, ...]
    blocks: tuple[Block, ...]

    @property
    def ids(self) -> frozenset[str]:
        """Of the grants, markings and blocks."""
        grants, markings = self.grants, self.markings
        found = {one.grant_id for one in grants} | {one.marking_id for one in markings}
        return frozenset(found | {one.block_id for one in self.blocks})


@dataclass(frozen=True, slots=True)
class StaleGrant:
    """A live grant that nobody seems to need. why: "inactive" (the account), "no_role" (the holder has
    none), "unused" or "ending"."""

    grant: Grant
    why: str


class AccessReports:
    """Reads access as those see it who answer for it."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def who_could_see(self, actor: Actor, subject: Subject, at: datetime) -> list[Could]:
        """Everybody who could open the subject at a moment, past or present, by name. Journalled.

        Decided by the policy of today over the roles, ties and guards of that moment, and the files
        the record is on now. NotFound for a sealed subject out of the actor's reach, and for one with
        which the actor has a conflict of interest.
        """
        require(actor, REPORT)
        permission = OPEN_FILE if subject.kind is SubjectKind.CLIENT else VIEW
        with write(self._database, actor, self._clock) as work:
            if not is_reportable(actor, facts_of(work.session, subject, work.now)):
                raise no_such(subject.kind, reason="a seal or a conflict of interest")
            facts = facts_of(work.session, subject, at)
            found = [
                Could(one.staff_id, one.name, decision)
                for one in _staff_at(work.session, at)
                if (decision := decide(one, permission, facts)).allowed
            ]
            work.journal(REPORT, subject.kind, subject.subject_id, report="who_could_see",
                         at=at.isoformat(), shown=len(found))  # fmt: skip
        return found

    def guarding(self, actor: Actor, subject: Subject, guard_id: str = "") -> Guarding:
        """What guards the subject now and who is let in. Journalled.

        guard_id: one that must be among them, whatever its kind; NotFound if it is not.
        """
        require(actor, GUARDS)
        knows_blocks = _knows_blocks(actor)
        with write(self._database, actor, self._clock) as work:
            facts_within(work.session, actor, GUARDS, subject, work.now)
            work.journal(GUARDS, subject.kind, subject.subject_id)
            session, at, one = work.session, work.now, subject.subject_id
            found = Guarding(
                allocations=tuple(
                    session.scalars(
                        select(Allocation)
                        .where(Allocation.client_id == one, Allocation.live(at))
                        .order_by(Allocation.from_at)
                    )
                ),
                grants=tuple(
                    session.scalars(
                        select(Grant)
                        .where(Grant.subject_id == one, Grant.live(at))
                        .order_by(Grant.from_at)
                    )
                ),
                markings=tuple(
                    session.scalars(
                        select(Marking)
                        .where(Marking.subject_id == one, Marking.live(at))
                        .order_by(Marking.from_at)
                    )
                ),
                blocks=tuple(
                    session.scalars(
                        select(Block)
                        .where(
                            Block.subject_id == one, Block.live(at),
                            Block.staff_id != actor.staff_id,
                        )
                        .order_by(Block.from_at)
                    )
                )
                if knows_blocks
                else (),
            )  # fmt: skip
            if guard_id and guard_id not in found.ids:
                raise no_such("guard")
        return found

    def due_for_review(self, actor: Actor, by: date) -> list[Marking | Block]:
        """Live markings and blocks, of what the actor may see, whose review falls on that day or
        before; earliest first."""
        require(actor, GUARDS)
        at = self._clock.now()
        found: list[Marking | Block] = []
        with self._database.read() as session:
            for table in (Marking, Block) if _knows_blocks(actor) else (Marking,):
                within = within_reach(actor, table, at, GUARDS)
                due = select(table).where(table.live(at), table.review_on <= by, within)
                found += session.scalars(due)
        return sorted(found, key=lambda one: (one.review_on or by, one.subject_id))

    def stale_grants(self, actor: Actor, ending_before: datetime) -> list[StaleGrant]:
        """Live grants, on what the actor may see, that were never used, whose holder's account is
        closed or has no role left, or that end before then."""
        require(actor, GUARDS)
        at = self._clock.now()
        used = exists().where(
            AuditEvent.actor_id == Grant.staff_id,
            AuditEvent.at >= Grant.from_at,
            AuditEvent.action.in_([VIEW, OPEN_FILE]),
            AuditEvent.subject_id == Grant.subject_id,
        )
        has_role = exists().where(RoleHolding.staff_id == Grant.staff_id, RoleHolding.live(at))
        statement = (
            select(Grant, StaffMember.active, has_role, used)
            .join(StaffMember, StaffMember.staff_id == Grant.staff_id)
            .where(Grant.live(at), within_reach(actor, Grant, at, GUARDS))
            .order_by(Grant.until_at)
        )
        with self._database.read() as session:
            rows = session.execute(statement).all()
        return [
            StaleGrant(grant, why)
            for grant, active, has_role, is_used in rows
            if (why := _why_stale(grant, active, has_role, is_used, ending_before))
        ]


def _why_stale(
    grant: Grant, active: bool, has_role: bool, is_used: bool, ending_before: datetime
) -> str:
    if not active:
        return "inactive"
    if not has_role:
        return "no_role"
    if not is_used:
        return "unused"
    return "ending" if grant.until_at and grant.until_at < ending_before else ""


def _knows_blocks(actor: Actor) -> bool:
    return holds(actor, "access:block:place") or holds(actor, "access:block:lift")


def is_reportable(actor: Actor, facts: RecordFacts | ClientFacts) -> bool:
    """Whether the actor may be told who sees a thing: not through a conflict of interest, and of a
    sealed one only within reach. An auditor need not see the thing itself."""
    if not holds(actor, REPORT) or actor.staff_id in facts.blocked:
        return False
    is_sealed = facts.level not in levels_up_to(Sensitivity.RESTRICTED)
    return not is_sealed or decide(actor, REPORT, facts).allowed


def within_reach(
    actor: Actor, table: type[Marking] | type[Block] | type[Grant], at: datetime, permission: str
) -> ColumnElement[bool]:
    """A condition on guards true for those on clients and records that the actor may use so."""
    return or_(
        exists().where(
            table.subject_kind == "record",
            Record.record_id == table.subject_id,
            visible_records(actor, permission, at),
        ),
        exists().where(
            table.subject_kind == "client",
            ClientRow.client_id == table.subject_id,
            visible_clients(actor, permission, at),
        ),
    )


def _staff_at(session: Session, at: datetime) -> list[Actor]:
    rows = session.execute(
        select(StaffMember.staff_id, StaffMember.display_name)
        .where(StaffMember.added_at <= at)
        .order_by(StaffMember.display_name, StaffMember.staff_id)
    ).all()
    return actors_at(session, dict(rows), at)
