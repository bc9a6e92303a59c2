"""Teams as they are managed: who is in them, who answers for them, who is on duty. Nobody puts
themselves in: another person does, so that a right to manage teams is no way into files."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from edrms.access.model import Actor
from edrms.access.policy import holds, require
from edrms.access.tables import Allocation, DutyTurn, Team, TeamMembership
from edrms.access.work import add_team, join_team, leave_team, put_on_duty
from edrms.clock import Clock
from edrms.db import Database
from edrms.errors import Conflict, Denied, Invalid, Refused, no_such
from edrms.staff.tables import StaffMember
from edrms.uow import write

MANAGE, ALLOCATE = "staff:team:manage", "access:allocation:change"
LONGEST_DUTY = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody in a team. supervises: answers for its work."""

    staff_id: str
    username: str
    name: str
    supervises: bool
    since: datetime


@dataclass(frozen=True, slots=True)
class TeamAccount:
    """A team as it is now. clients: how many are its own; names of the team above, "" if none."""

    team_id: str
    name: str
    service: str
    parent: str
    members: tuple[Member, ...]
    clients: int


@dataclass(frozen=True, slots=True)
class OnDuty:
    """Somebody on duty for a service until then."""

    staff_id: str
    name: str
    service: str
    until: datetime | None


class Teams:
    """The teams, as those see them who manage them."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def choices(self, actor: Actor) -> list[Team]:
        """Every team by name, for whoever manages them or allocates clients to them."""
        if not holds(actor, MANAGE) and not holds(actor, ALLOCATE):
            raise Denied("You may not do that.", permission=MANAGE)
        with self._database.read() as session:
            return list(session.scalars(select(Team).order_by(Team.name)))

    def names(self, team_ids: Iterable[str]) -> dict[str, str]:
        """Names by id."""
        with self._database.read() as session:
            wanted = select(Team.team_id, Team.name).where(Team.team_id.in_(set(team_ids)))
            return dict(session.execute(wanted).all())

    def accounts(self, actor: Actor) -> list[TeamAccount]:
        """Every team with its members, by name."""
        require(actor, MANAGE)
        with self._database.read() as session:
            teams = session.scalars(select(Team).order_by(Team.name)).all()
            return _accounts(session, teams, self._clock.now())

    def account(self, actor: Actor, team_id: str) -> TeamAccount:
        """One team with its members."""
        require(actor, MANAGE)
        with self._database.read() as session:
            team = session.get(Team, team_id)
            if team is None:
                raise no_such("team")
            return _accounts(session, [team], self._clock.now())[0]

    def add(self, actor: Actor, name: str, service: str, parent_id: str | None = None) -> str:
        """A new team; its id. Raises Invalid per field."""
        require(actor, MANAGE)
        with write(self._database, actor, self._clock) as work:
            return add_team(work, name, service, parent_id)

    def join(self, actor: Actor, team_id: str, staff_id: str, *, supervises: bool) -> None:
        """From now on this person works in the team, or answers for it."""
        require(actor, MANAGE)
        _not_oneself(actor, staff_id)
        with write(self._database, actor, self._clock) as work:
            work.alone(f"members of {team_id}")
            join_team(work, team_id, staff_id, supervises=supervises)

    def leave(self, actor: Actor, team_id: str, staff_id: str) -> None:
        """From now on this person is not in the team. Conflict if they are not."""
        require(actor, MANAGE)
        with write(self._database, actor, self._clock) as work:
            if work.session.get(Team, team_id) is None:
                raise no_such("team")
            mine = TeamMembership.team_id == team_id, TeamMembership.staff_id == staff_id
            live = select(TeamMembership).where(TeamMembership.live(work.now), *mine)
            if work.session.scalar(live) is None:
                raise Conflict("This person is not in the team.", code="not_a_member")
            leave_team(work, team_id, staff_id)

    def on_duty(self, actor: Actor) -> list[OnDuty]:
        """Who is on duty now, by name."""
        require(actor, MANAGE)
        statement = (
            select(DutyTurn, StaffMember.display_name)
            .join(StaffMember, StaffMember.staff_id == DutyTurn.staff_id)
            .where(DutyTurn.live(self._clock.now()))
            .order_by(StaffMember.display_name, DutyTurn.service)
        )
        with self._database.read() as session:
            return [
                OnDuty(turn.staff_id, name, turn.service, turn.until_at)
                for turn, name in session.execute(statement)
            ]

    def start_duty(self, actor: Actor, staff_id: str, service: str, until: datetime) -> None:
        """From now until then this person is on duty for the service; a week at most."""
        require(actor, MANAGE)
        _not_oneself(actor, staff_id)
        with write(self._database, actor, self._clock) as work:
            if until > work.now + LONGEST_DUTY:
                raise Invalid("A turn of duty lasts a week at most.",
                              fields={"until": "Choose an end within a week."})  # fmt: skip
            put_on_duty(work, staff_id, service, until)


def _not_oneself(actor: Actor, staff_id: str) -> None:
    if staff_id == actor.staff_id:
        raise Refused("You are put in a team, or on duty, by somebody else.", code="oneself")


def _accounts(session: Session, teams: Iterable[Team], at: datetime) -> list[TeamAccount]:
    clients = dict(
        session.execute(
            select(Allocation.team_id, func.count(Allocation.client_id.distinct()))
            .where(Allocation.live(at))
            .group_by(Allocation.team_id)
        ).all()
    )
    names = dict(session.execute(select(Team.team_id, Team.name)).all())
    return [
        TeamAccount(
            team.team_id, team.name, team.service, names.get(team.parent_id or "", ""),
            _members(session, team.team_id, at), clients.get(team.team_id, 0),
        )
        for team in teams
    ]  # fmt: skip


def _members(session: Session, team_id: str, at: datetime) -> tuple[Member, ...]:
    statement = (
        select(TeamMembership, StaffMember)
        .join(StaffMember, StaffMember.staff_id == TeamMembership.staff_id)
        .where(TeamMembership.team_id == team_id, TeamMembership.live(at))
        .order_by(StaffMember.display_name, StaffMember.username)
    )
    return tuple(
        Member(who.staff_id, who.username, who.display_name, row.supervises, row.from_at)
        for row, who in session.execute(statement)
    )
