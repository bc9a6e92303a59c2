"""How staff stand at a moment: an actor with roles, teams and duties, made from the rows of that time."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import ColumnElement, select, true
from sqlalchemy.orm import InstrumentedAttribute, Session

from edrms.access.model import Actor
from edrms.access.tables import DutyTurn, RoleHolding, Team, TeamMembership
from edrms.ids import StaffId


@dataclass(slots=True)
class _Standing:
    roles: set[str] = field(default_factory=set)
    teams: set[str] = field(default_factory=set)
    supervises: set[str] = field(default_factory=set)
    duties: set[str] = field(default_factory=set)


def actor_at(session: Session, staff_id: str, name: str, at: datetime) -> Actor:
    """The actor this staff member is, or was, at a moment; whether the account is active is not
    looked at."""
    return actors_at(session, {staff_id: name}, at)[0]


def actors_at(session: Session, names: Mapping[str, str], at: datetime) -> list[Actor]:
    """The same for many at once. names: display name by staff id; the order is kept."""
    found = _standings(session, names, at)
    return [_actor(staff_id, name, found[staff_id]) for staff_id, name in names.items()]


def _actor(staff_id: str, name: str, found: _Standing) -> Actor:
    return Actor(
        StaffId(staff_id), name, frozenset(found.roles), teams=frozenset(found.teams),
        supervises=frozenset(found.supervises), duties=frozenset(found.duties),
    )  # fmt: skip


def _standings(
    session: Session, staff_ids: Collection[str], at: datetime
) -> defaultdict[str, _Standing]:
    found: defaultdict[str, _Standing] = defaultdict(_Standing)
    roles = select(RoleHolding.staff_id, RoleHolding.role)
    wanted = _among(RoleHolding.staff_id, staff_ids)
    for staff_id, role in session.execute(roles.where(RoleHolding.live(at), wanted)):
        found[staff_id].roles.add(role)
    duties = select(DutyTurn.staff_id, DutyTurn.service)
    wanted = _among(DutyTurn.staff_id, staff_ids)
    for staff_id, service in session.execute(duties.where(DutyTurn.live(at), wanted)):
        found[staff_id].duties.add(service)
    members = select(TeamMembership).where(
        TeamMembership.live(at), _among(TeamMembership.staff_id, staff_ids)
    )
    for member in session.scalars(members):
        found[member.staff_id].teams.add(member.team_id)
        if member.supervises:
            found[member.staff_id].supervises.add(member.team_id)
    _add_teams_below(session, found.values())
    return found


_MANY = 500  # more ids than this are not listed to the database: everybody is read


def _among(column: InstrumentedAttribute[str], ids: Collection[str]) -> ColumnElement[bool]:
    return true() if len(ids) > _MANY else column.in_(ids)


def _add_teams_below(session: Session, standings: Iterable[_Standing]) -> None:
    supervising = [one for one in standings if one.supervises]
    if not supervising:
        return
    below: defaultdict[str, set[str]] = defaultdict(set)
    for team_id, parent_id in session.execute(select(Team.team_id, Team.parent_id)):
        if parent_id is not None:
            below[parent_id].add(team_id)
    for standing in supervising:
        waiting = list(standing.supervises)
        while waiting:
            new = below[waiting.pop()] - standing.supervises
            standing.supervises |= new
            waiting += new
