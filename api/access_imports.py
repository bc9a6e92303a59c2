"""Taking in teams and allocations from CSV: all lines of a file, or none with the line at fault."""

from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.csv_files import rows_of, wrong_line
from api.wiring import Instance
from edrms.access.tables import Allocation, Team, TeamMembership
from edrms.access.work import add_team, allocate, join_team
from edrms.clients.folding import fold_reference
from edrms.clients.tables import ClientIdentifier
from edrms.errors import Invalid
from edrms.staff.accounts import SYSTEM, find_by_username
from edrms.uow import UnitOfWork, write

TEAM_COLUMNS = ("team", "service", "parent", "member", "supervises")
ALLOCATION_COLUMNS = ("system", "reference", "team", "worker")
_YES = {"": False, "no": False, "yes": True}


def import_teams(instance: Instance, path: Path) -> tuple[int, int]:
    """Teams and members of a file; how many of each were new. A parent must stand above its teams."""
    added = joined = 0
    with write(instance.database, SYSTEM, instance.clock) as work:
        for number, row in list(rows_of(path, TEAM_COLUMNS)):
            row = {name: " ".join(value.split()) for name, value in row.items()}
            try:
                is_new, team_id = _team(work, row)
                added += is_new
                if row["member"]:
                    joined += _join(work, team_id, row)
                work.session.flush()
            except Invalid as error:
                raise wrong_line(path, number, _words(error)) from error
    return added, joined


def _words(error: Invalid) -> str:
    return " ".join(error.fields.values()) or error.message


def _team(work: UnitOfWork, row: dict[str, str]) -> tuple[bool, str]:
    parent_id = _team_id(work.session, row["parent"]) if row["parent"] else None
    existing = work.session.scalar(select(Team).where(Team.name == row["team"]))
    if existing is None:
        return True, add_team(work, row["team"], row["service"], parent_id)
    if (existing.service, existing.parent_id) != (row["service"], parent_id):
        raise Invalid(f"the team {row['team']} is there with another service or parent")
    return False, existing.team_id


def _team_id(session: Session, name: str) -> str:
    found = session.scalar(select(Team.team_id).where(Team.name == name))
    if found is None:
        raise Invalid(f"there is no team {name}")
    return found


def _staff_id(session: Session, username: str) -> str:
    member = find_by_username(session, username)
    if member is None or not member.active:
        raise Invalid(f"there is no active user {username}")
    return member.staff_id


def _join(work: UnitOfWork, team_id: str, row: dict[str, str]) -> bool:
    if row["supervises"].lower() not in _YES:
        raise Invalid("supervises is yes or empty")
    supervises, staff_id = _YES[row["supervises"].lower()], _staff_id(work.session, row["member"])
    same = select(TeamMembership).where(
        TeamMembership.team_id == team_id,
        TeamMembership.staff_id == staff_id,
        TeamMembership.supervises == supervises,
        TeamMembership.live(work.now),
    )
    if work.session.scalar(same) is not None:
        return False
    join_team(work, team_id, staff_id, supervises=supervises)
    return True


def import_allocations(instance: Instance, path: Path) -> int:
    """Allocations of a file; how many were new."""
    made = 0
    with write(instance.database, SYSTEM, instance.clock) as work:
        for number, row in list(rows_of(path, ALLOCATION_COLUMNS)):
            row = {name: " ".join(value.split()) for name, value in row.items()}
            try:
                made += _allocate(work, row)
                work.session.flush()
            except Invalid as error:
                raise wrong_line(path, number, _words(error)) from error
    return made


def _allocate(work: UnitOfWork, row: dict[str, str]) -> bool:
    client_id = _client_id(work.session, row["system"], row["reference"])
    team_id = _team_id(work.session, row["team"]) if row["team"] else None
    staff_id = _staff_id(work.session, row["worker"]) if row["worker"] else None
    same = select(Allocation).where(
        Allocation.client_id == client_id,
        Allocation.team_id == team_id,
        Allocation.staff_id == staff_id,
        Allocation.live(work.now),
    )
    if work.session.scalar(same) is not None:
        return False
    allocate(work, client_id, team_id=team_id, staff_id=staff_id)
    return True


def _client_id(session: Session, system: str, reference: str) -> str:
    found = session.scalars(
        select(ClientIdentifier.client_id).where(
            ClientIdentifier.system == system,
            ClientIdentifier.value_folded == fold_reference(reference),
        )
    ).all()
    if len(found) != 1:
        several = "several people have" if found else "nobody has"
        raise Invalid(f"{several} the number {reference} in {system}")
    return found[0]
