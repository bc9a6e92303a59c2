"""What one staff member could see on a day: roles, teams, turns of duty, own clients, grants.

Read from the rows of that day. What the person did see is in the audit log.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from edrms.access.model import Actor
from edrms.access.policy import require
from edrms.access.reports import REPORT, within_reach
from edrms.access.sql import visible_clients
from edrms.access.standing import actor_at
from edrms.access.tables import Allocation, DutyTurn, Grant, RoleHolding, Team, TeamMembership
from edrms.clients.tables import ClientRow
from edrms.clock import Clock
from edrms.db import Database
from edrms.errors import no_such
from edrms.staff.tables import StaffMember
from edrms.uow import write

Row = TypeVar("Row", RoleHolding, TeamMembership, DutyTurn)


@dataclass(frozen=True, slots=True)
class PersonCould:
    """Somebody's standing at a moment.

    supervised: names of the teams whose work the person answered for, those below included.
    allocations, grants: those on files that the asker may see.
    """

    staff_id: str
    username: str
    name: str
    is_active: bool
    roles: tuple[RoleHolding, ...]
    teams: tuple[tuple[str, TeamMembership], ...]
    supervised: tuple[str, ...]
    duties: tuple[DutyTurn, ...]
    allocations: tuple[Allocation, ...]
    grants: tuple[Grant, ...]


class PersonReports:
    """Reads how a staff member stood."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def what_could_see(self, actor: Actor, staff_id: str, at: datetime) -> PersonCould:
        """How this person stood at a moment, past or present. Journalled."""
        require(actor, REPORT)
        with write(self._database, actor, self._clock) as work:
            session, now = work.session, work.now
            person = session.get(StaffMember, staff_id)
            if person is None:
                raise no_such("staff member")
            work.journal(REPORT, "staff", staff_id, report="what_could_see", at=at.isoformat())
            then = actor_at(session, staff_id, person.display_name, at)
            teams = dict(session.execute(select(Team.team_id, Team.name)).all())
            members = _live(session, TeamMembership, staff_id, at)
            return PersonCould(
                staff_id, person.username, person.display_name, person.active,
                roles=tuple(_live(session, RoleHolding, staff_id, at)),
                teams=tuple((teams[row.team_id], row) for row in members),
                supervised=tuple(sorted(teams[one] for one in then.supervises)),
                duties=tuple(_live(session, DutyTurn, staff_id, at)),
                allocations=_allocations(session, actor, staff_id, at, now),
                grants=_grants(session, actor, staff_id, at, now),
            )  # fmt: skip


def _live(session: Session, table: type[Row], staff_id: str, at: datetime) -> Sequence[Row]:
    mine = select(table).where(table.staff_id == staff_id, table.live(at))
    return session.scalars(mine.order_by(table.from_at)).all()


def _allocations(
    session: Session, actor: Actor, staff_id: str, at: datetime, now: datetime
) -> tuple[Allocation, ...]:
    statement = (
        select(Allocation)
        .join(ClientRow, ClientRow.client_id == Allocation.client_id)
        .where(
            Allocation.staff_id == staff_id, Allocation.live(at),
            visible_clients(actor, REPORT, now),
        )
        .order_by(Allocation.from_at)
    )  # fmt: skip
    return tuple(session.scalars(statement))


def _grants(
    session: Session, actor: Actor, staff_id: str, at: datetime, now: datetime
) -> tuple[Grant, ...]:
    statement = (
        select(Grant)
        .where(
            Grant.staff_id == staff_id, Grant.live(at), within_reach(actor, Grant, now, REPORT)
        )
        .order_by(Grant.from_at)
    )  # fmt: skip
    return tuple(session.scalars(statement))
