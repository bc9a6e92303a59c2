"""Random small councils for the tests of access: rows as dicts, and the same rows put into a database.

Everything that a decision may depend on comes up often: periods that end, begin or are open at the very
moment, brothers' joint records, types of no service of care, an unknown sensitivity, rings of teams.
"""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

from sqlalchemy import Table, insert
from sqlalchemy.orm import Session

from edrms.access.tables import (
    Allocation,
    Block,
    DutyTurn,
    Grant,
    Marking,
    RoleHolding,
    Team,
    TeamMembership,
)
from edrms.clients.tables import ClientRow
from edrms.db import Base
from edrms.ids import new_reference
from edrms.records.tables import CaseFile, Record, RecordAttachment
from edrms.staff.tables import StaffMember
from tests.access_reference import GRANTS, World
from tests.factories import MONDAY

TYPES = (
    "D01", "D05", "D08", "D02", "D31", "D28", "D38", "D46", "D46", "D47", "D50", "D51", "D62", "D13",
)  # fmt: skip
SENSITIVITIES = ("normal",) * 6 + ("restricted",) * 3 + ("sealed",) + ("secret",)
MARKS = ("restricted", "sealed", "address", "exempt-1", "exempt-5")
SHIPPED_ROLES = (
    "business_support", "business_support_children", "social_worker_children",
    "social_worker_adults", "team_manager", "emergency_duty", "independent_reviewing_officer",
    "adoption_team", "finance", "complaints", "records_manager", "information_governance", "auditor",
    "system_administrator", "partner_guest", "integration_client", "indexer", "superuser",
)  # fmt: skip
ASKED = (
    "record:content:view", "record:content:download", "record:content:print",
    "client:summary:search", "client:file:view",
)  # fmt: skip
RELATIONS = ("any", "allocated", "team", "supervised", "duty", *GRANTS)
MOMENT = timedelta(microseconds=1)


def random_world(dice: Random, *, staff: int = 20, clients: int = 24, records: int = 120) -> World:
    """A council of this size; one in three has roles of its own making."""
    world = World(at=MONDAY + timedelta(minutes=dice.randrange(10_000)))
    roles = SHIPPED_ROLES
    if dice.random() < 0.35:
        world.roles_text, roles = _roles(dice)
    people = [_id(dice) for _ in range(staff)]
    for one in people:
        world.only[one] = None if dice.random() < 0.9 else frozenset(dice.sample(ASKED, 2))
        for role in dice.sample(roles, dice.choice((1, 1, 1, 2, 3))):
            world.holdings.append({"staff_id": one, "role": role} | _period(dice, world.at))
    _teams(dice, world, people)
    for _ in range(clients):
        world.clients[_id(dice)] = dice.choice(("children", "adults"))
    for _ in range(records):
        about = dice.sample(list(world.clients), dice.choice((1, 1, 1, 2, 2, 3)))
        world.records[_id(dice)] = {
            "document_type": dice.choice(TYPES), "sensitivity": dice.choice(SENSITIVITIES),
            "clients": tuple(about),
        }  # fmt: skip
    _ties(dice, world, people)
    _guards(dice, world, people)
    return world


def _id(dice: Random) -> str:
    return f"{dice.getrandbits(128):032x}"


def _period(dice: Random, at: datetime) -> dict[str, Any]:
    """Mostly live; the bounds are often the very moment, or one tick beside it."""
    day = timedelta(days=1)
    live = ((at - day, None), (at, None), (at - day, at + MOMENT), (at - day, at + day))
    dead = ((at - day, at), (at - day, at - MOMENT), (at + MOMENT, None), (at + day, at + 2 * day))
    from_at, until_at = dice.choice(live if dice.random() < 0.8 else dead)
    return {"from_at": from_at, "until_at": until_at}


def _teams(dice: Random, world: World, people: list[str]) -> None:
    teams = [_id(dice) for _ in range(5)]
    for number, team in enumerate(teams):
        world.parents[team] = (
            dice.choice(teams[:number]) if number and dice.random() < 0.7 else None
        )
    if dice.random() < 0.2:
        world.parents[teams[0]] = teams[-1]  # rings are nonsense, but must not hang or leak
    for _ in range(len(people)):
        world.memberships.append(
            {"team_id": dice.choice(teams), "staff_id": dice.choice(people),
             "supervises": dice.random() < 0.4} | _period(dice, world.at)
        )  # fmt: skip


def _ties(dice: Random, world: World, people: list[str]) -> None:
    teams, clients = list(world.parents), list(world.clients)
    for _ in range(len(people)):
        service = dice.choice(("children", "adults", "children", "adults", "general", "finance"))
        world.duties.append(
            {"staff_id": dice.choice(people), "service": service} | _period(dice, world.at)
        )
    for _ in range(2 * len(clients)):
        kind = dice.randrange(3)
        world.allocations.append(
            {"client_id": dice.choice(clients),
             "team_id": dice.choice(teams) if kind != 1 else None,
             "staff_id": dice.choice(people) if kind != 0 else None} | _period(dice, world.at)
        )  # fmt: skip
    for _ in range(3 * len(people)):
        world.grants.append(
            _about(dice, world) | _period(dice, world.at)
            | {"staff_id": dice.choice(people), "relation": dice.choice(GRANTS)}
        )  # fmt: skip


def _guards(dice: Random, world: World, people: list[str]) -> None:
    for _ in range(len(people)):
        world.blocks.append(
            _about(dice, world) | _period(dice, world.at) | {"staff_id": dice.choice(people)}
        )
    for _ in range(len(world.records) // 4):
        world.markings.append(
            _about(dice, world) | _period(dice, world.at) | {"marking": dice.choice(MARKS)}
        )


def _about(dice: Random, world: World) -> dict[str, str]:
    kind = dice.choice(("client", "record", "record"))
    things = world.clients if kind == "client" else world.records
    return {"subject_kind": kind, "subject_id": dice.choice(list(things))}


def _roles(dice: Random) -> tuple[str, tuple[str, ...]]:
    """A table of invented roles that keeps the one law: no higher level by less."""
    lines, codes = ["[bundles]", 'read = ["client:summary:search", "client:file:view"]'], []
    for number in range(6):
        codes.append(f"role_{number}")
        wanted = ["read", *dice.sample(ASKED, 3), *dice.sample(["access:glass:break"], 1)]
        lines += [f"[roles.role_{number}]", f'name = "Role {number}"', f"permissions = {wanted}"]
        lines.append(f'finds = "{dice.choice(("everyone", "theirs"))}"')
        lines += [
            f"{flag} = {dice.choice(('true', 'false'))}"
            for flag in ("sees_addresses", "is_outside", "is_reviewed")
        ]
        for _ in range(dice.randint(0, 2)):
            lines += _reach(dice, f"role_{number}")
    return "\n".join(lines), tuple(codes)


def _reach(dice: Random, code: str) -> list[str]:
    services = dice.sample(("children", "adults", "finance", "general"), dice.randint(1, 3))
    normal = dice.sample(RELATIONS, dice.randint(1, 5))
    above = list(RELATIONS) if "any" in normal else normal
    restricted = dice.sample(above, dice.randint(0, min(3, len(above))))
    above = list(RELATIONS) if "any" in restricted else restricted
    sealed = dice.sample(above, dice.randint(0, min(2, len(above))))
    return [
        f"[[roles.{code}.reach]]", f"services = {services}", f"normal = {normal}",
        f"restricted = {restricted}", f"sealed = {sealed}",
    ]  # fmt: skip


def put(session: Session, world: World, first_number: int, dice: Random) -> None:
    """Write the world's rows. first_number: of its records, which must be free."""
    _all(session, StaffMember, [
        {"staff_id": one, "username": one, "display_name": one[:6], "password_hash": "",
         "active": True, "added_at": world.at} for one in world.only
    ])  # fmt: skip
    _all(session, Team, [
        {"team_id": one, "name": one, "service": "children", "parent_id": None}
        for one in world.parents
    ])  # fmt: skip
    for one, parent in world.parents.items():
        session.get_one(Team, one).parent_id = parent
    session.flush()
    for table, key, rows in (
        (RoleHolding, "holding_id", world.holdings),
        (TeamMembership, "membership_id", world.memberships),
        (DutyTurn, "turn_id", world.duties),
    ):
        _all(session, table, [row | {key: _id(dice)} for row in rows])
    _put_files(session, world, first_number, dice)
    _all(session, Allocation, [row | {"allocation_id": _id(dice)} for row in world.allocations])
    why = {"reason": "invented", "placed_by": "system", "ended_by": ""}
    for table, key, rows in (
        (Block, "block_id", world.blocks),
        (Marking, "marking_id", world.markings),
        (Grant, "grant_id", world.grants),
    ):
        _all(session, table, [row | why | {key: _id(dice)} for row in rows])


def _put_files(session: Session, world: World, first_number: int, dice: Random) -> None:
    _all(session, ClientRow, [
        {"client_id": one, "forename": "A", "surname": "B", "service": service,
         "other_names": [], "address_lines": [], "forename_folded": "a", "surname_folded": "b"}
        for one, service in world.clients.items()
    ])  # fmt: skip
    files = {(client, kind): _id(dice) for client in world.clients for kind in ("X1", "X2")}
    _all(session, CaseFile, [
        {"case_file_id": file, "client_id": client, "record_class": kind,
         "service": world.clients[client], "opened_at": world.at}
        for (client, kind), file in files.items()
    ])  # fmt: skip
    filed = {"received_on": date(2026, 6, 1), "filed_at": world.at, "filed_by": "system",
             "original_name": "", "batch_id": "", "item_id": "", "title": "", "state": "filed",
             "evidence": {}, "version": 1}  # fmt: skip
    _all(session, Record, [
        filed | {"record_id": one, "number": number, "reference": new_reference("R"),
                 "document_type": row["document_type"], "sensitivity": row["sensitivity"],
                 "document_id": one}
        for number, (one, row) in enumerate(world.records.items(), first_number)
    ])  # fmt: skip
    _all(session, RecordAttachment, [
        {"record_id": one, "case_file_id": files[client, kind]}
        for one, row in world.records.items()
        for client in row["clients"]
        for kind in dice.choice((["X1"], ["X2"], ["X1", "X2"]))
    ])  # fmt: skip


def _all(session: Session, table: type[Base], rows: Iterable[Any]) -> None:
    listed = list(rows)
    if listed:
        target = table.__table__
        assert isinstance(target, Table)
        session.execute(insert(target), listed)
