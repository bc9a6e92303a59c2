"""Who works with whom: teams, who is in them, whose client somebody is, who is on duty.

Functions of a unit of work, each with its event. Whoever calls has asked the policy already
(`staff:team:manage`, `access:allocation:change`); what the product does by itself acts as the product.
"""

from datetime import datetime

from sqlalchemy import select

from edrms.access.tables import Allocation, DutyTurn, Period, Team, TeamMembership
from edrms.clients.tables import ClientRow
from edrms.errors import Invalid, no_such
from edrms.fileplan import Service
from edrms.ids import new_id
from edrms.staff.tables import StaffMember
from edrms.uow import UnitOfWork


def add_team(work: UnitOfWork, name: str, service: str, parent_id: str | None = None) -> str:
    """A new team. Raises Invalid for a name already taken, an unknown service or no such parent."""
    work.alone("team names")
    name, wrong = " ".join(name.split()), {}
    if not name or work.session.scalar(select(Team.team_id).where(Team.name == name)):
        wrong["name"] = "Give the team a name that no other has."
    if service not in set(Service):
        wrong["service"] = f"Choose one of {', '.join(Service)}."
    if parent_id and work.session.get(Team, parent_id) is None:
        wrong["parent"] = "There is no such team."
    if wrong:
        raise Invalid("The team was not added.", fields=wrong)
    team = Team(team_id=new_id(), name=name, service=service, parent_id=parent_id)
    work.session.add(team)
    work.session.flush()
    work.journal("staff:team:add", "team", team.team_id, service=service, parent=parent_id or "")
    return team.team_id


def join_team(
    work: UnitOfWork, team_id: str, staff_id: str, *, supervises: bool = False,
    until: datetime | None = None,
) -> None:  # fmt: skip
    """From now on the staff member works in the team, or answers for its work."""
    _must_exist(work, team_id=team_id, staff_id=staff_id)
    leave_team(work, team_id, staff_id)
    work.session.add(
        TeamMembership(
            membership_id=new_id(), team_id=team_id, staff_id=staff_id, supervises=supervises,
            from_at=work.now, until_at=until,
        )
    )  # fmt: skip
    work.journal("staff:team:join", "staff", staff_id, team=team_id, supervises=supervises)


def leave_team(work: UnitOfWork, team_id: str, staff_id: str) -> None:
    """The staff member is not in the team any more. Nothing happens if they were not."""
    mine = TeamMembership.team_id == team_id, TeamMembership.staff_id == staff_id
    if _end(work, TeamMembership, *mine):
        work.journal("staff:team:leave", "staff", staff_id, team=team_id)


def allocate(
    work: UnitOfWork, client_id: str, *, team_id: str | None = None, staff_id: str | None = None
) -> Allocation:
    """From now on the client is this team's, this worker's, or both."""
    if not team_id and not staff_id:
        raise Invalid("Choose a team or a worker.", fields={"team": "Choose a team or a worker."})
    _must_exist(work, client_id=client_id, team_id=team_id, staff_id=staff_id)
    started = Allocation(
        allocation_id=new_id(), client_id=client_id, team_id=team_id, staff_id=staff_id,
        from_at=work.now,
    )  # fmt: skip
    work.session.add(started)
    work.journal(
        "client:allocation:start", "client", client_id, team=team_id or "", staff=staff_id or ""
    )
    return started


def deallocate(
    work: UnitOfWork, client_id: str, *, team_id: str | None = None, staff_id: str | None = None
) -> None:
    """The client is not this team's or this worker's any more. Nothing happens if they were not."""
    conditions = [Allocation.client_id == client_id]
    if team_id:
        conditions.append(Allocation.team_id == team_id)
    if staff_id:
        conditions.append(Allocation.staff_id == staff_id)
    if _end(work, Allocation, *conditions):
        work.journal(
            "client:allocation:end", "client", client_id, team=team_id or "", staff=staff_id or ""
        )


def put_on_duty(work: UnitOfWork, staff_id: str, service: str, until: datetime) -> None:
    """The staff member is on duty for a service from now until then."""
    _must_exist(work, staff_id=staff_id)
    if service not in set(Service):
        raise Invalid("Unknown service.", fields={"service": f"One of {', '.join(Service)}."})
    if until <= work.now:
        raise Invalid("Duty ends before it begins.", fields={"until": "Choose a later time."})
    work.session.add(
        DutyTurn(
            turn_id=new_id(), staff_id=staff_id, service=service, from_at=work.now, until_at=until
        )
    )
    work.journal("staff:duty:start", "staff", staff_id, service=service, until=until.isoformat())


def _end(work: UnitOfWork, table: type[Period], *conditions: object) -> bool:
    rows = work.session.scalars(select(table).where(table.live(work.now), *conditions)).all()  # type: ignore[arg-type]
    for row in rows:
        row.until_at = work.now
    return bool(rows)


def _must_exist(
    work: UnitOfWork, *, team_id: str | None = None, staff_id: str | None = None,
    client_id: str | None = None,
) -> None:  # fmt: skip
    for table, key, thing in (
        (Team, team_id, "team"),
        (StaffMember, staff_id, "staff member"),
        (ClientRow, client_id, "client"),
    ):
        if key is not None and work.session.get(table, key) is None:
            raise no_such(thing)
