"""Who answers for a client's file at a moment, and telling them something."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from edrms.access.tables import Allocation, Notice, Team, TeamMembership
from edrms.ids import new_id
from edrms.uow import UnitOfWork


def owners_of(session: Session, client_ids: Collection[str], at: datetime) -> frozenset[str]:
    """Ids of the clients' own workers, and of those who answer for their teams or teams above."""
    rows = session.scalars(
        select(Allocation).where(Allocation.client_id.in_(client_ids), Allocation.live(at))
    ).all()
    teams = {row.team_id for row in rows if row.team_id}
    above = _with_teams_above(session, teams)
    supervisors = session.scalars(
        select(TeamMembership.staff_id).where(
            TeamMembership.team_id.in_(above), TeamMembership.supervises, TeamMembership.live(at)
        )
    )
    return frozenset(supervisors) | {row.staff_id for row in rows if row.staff_id}


def _with_teams_above(session: Session, teams: set[str]) -> set[str]:
    found, waiting = set(teams), list(teams)
    while waiting:
        team = session.get(Team, waiting.pop())
        if team and team.parent_id and team.parent_id not in found:
            found.add(team.parent_id)
            waiting.append(team.parent_id)
    return found


def tell(
    work: UnitOfWork, staff_ids: Collection[str], kind: str, subject_kind: str, subject_id: str
) -> None:
    """A notice to each of these about what the actor did; nobody is told of their own acts."""
    for staff_id in sorted(set(staff_ids) - {work.actor.staff_id}):
        work.session.add(
            Notice(
                notice_id=new_id(), staff_id=staff_id, kind=kind, subject_kind=subject_kind,
                subject_id=subject_id, about_staff_id=work.actor.staff_id, at=work.now,
            )
        )  # fmt: skip
