"""How staff stand at a moment: an actor with roles, teams and duties, made from the rows of that time."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    CompoundSelect,
    Select,
    bindparam,
    case,
    literal,
    select,
    true,
    union_all,
)
from sqlalchemy.orm import Session

from edrms.access.model import Actor
from edrms.access.tables import DutyTurn, RoleHolding, Team, TeamMembership
from edrms.db import UtcDateTime
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
    asked, given = (_OF_ALL, {}) if len(staff_ids) > _MANY else (_OF_SOME, {"staff": [*staff_ids]})
    for kind, staff_id, word in session.execute(asked, given | {"at": at}):
        standing = found[staff_id]
        match kind:
            case "role":
                standing.roles.add(word)
            case "duty":
                standing.duties.add(word)
            case "supervises":
                standing.supervises.add(word)
                standing.teams.add(word)
            case "works in":
                standing.teams.add(word)
    _add_teams_below(session, found.values())
    return found


_MANY = 500  # more ids than this are not listed to the database: everybody is read


def _live(*, of_all: bool) -> CompoundSelect[Any]:
    """Rows of (kind, staff id, word), in one statement made once: every request asks it."""
    staff: BindParameter[str] = bindparam("staff", expanding=True)
    at: BindParameter[datetime] = bindparam("at", type_=UtcDateTime())

    def held(kind: ColumnElement[str], table: Any, word: Any) -> Select[Any]:
        wanted = true() if of_all else table.staff_id.in_(staff)
        return select(kind.label("kind"), table.staff_id, word).where(table.live(at), wanted)

    how = case((TeamMembership.supervises, "supervises"), else_="works in")
    return union_all(
        held(literal("role"), RoleHolding, RoleHolding.role),
        held(literal("duty"), DutyTurn, DutyTurn.service),
        held(how, TeamMembership, TeamMembership.team_id),
    )


_OF_SOME, _OF_ALL = _live(of_all=False), _live(of_all=True)


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
