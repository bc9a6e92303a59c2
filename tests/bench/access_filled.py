"""A council of a million records for the bench of access: rows made by the database itself, in bulk.

Ids of records are random, as in life, so that its indexes are as scattered as a real council's.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import ColumnElement, Integer, Select, case, cast, func, insert, literal, select
from sqlalchemy.orm import Session

from edrms.access.tables import (
    Allocation,
    Block,
    Grant,
    Marking,
    RoleHolding,
    Team,
    TeamMembership,
)
from edrms.clients.tables import ClientRow
from edrms.db import Base, Database
from edrms.records.tables import CaseFile, Record, RecordAttachment
from edrms.staff.tables import StaffMember

NOW = datetime(2026, 11, 2, 9, tzinfo=UTC)
BEGAN = NOW - timedelta(days=400)
ROLES = ("social_worker_adults", "social_worker_children", "business_support", "team_manager",
         "independent_reviewing_officer", "finance", "records_manager", "emergency_duty")  # fmt: skip
TYPES = ("D05", "D28", "D30", "D31", "D39", "D46", "D17", "D13")
SENSITIVITIES = ("normal", "normal", "normal", "restricted", "normal", "normal", "restricted",
                 "sealed")  # fmt: skip
MARKS = ("restricted", "sealed", "address", "exempt-5")
MANAGER = "m" * 32


@dataclass(frozen=True)
class Size:
    """How large the council is. Every team has its share of the clients."""

    records: int = 1_000_000
    staff: int = 1_200
    teams: int = 100
    clients: int = 40_000
    markings: int = 1_000


def fill(database: Database, size: Size) -> None:
    """Put the council into an empty database with its tables."""
    with database.session() as session, session.begin():
        _staff(session, size)
        _clients(session, size)
        _records(session, size)
        _guards(session, size)


def _numbers(count: int) -> Select[int]:
    first = select(literal(0).label("n")).cte("numbers", recursive=True)
    every = first.union_all(select(first.c.n + 1).where(first.c.n + 1 < count))
    return select(every.c.n)


def _put(session: Session, table: type[Base], count: int, **columns: object) -> None:
    """As many rows, each column a function of the row's number or the same in all."""
    numbers = _numbers(count).subquery()
    types = table.__table__.c
    made = [
        (value(numbers.c.n) if callable(value) else literal(value, types[name].type)).label(name)
        for name, value in columns.items()
    ]
    rows = select(*made).select_from(numbers)
    session.execute(insert(table).from_select(list(columns), rows))


def _name(letter: str, number: ColumnElement[int]) -> ColumnElement[str]:
    return func.printf(f"{letter}%031d", number)


def _one_of(words: tuple[str, ...], number: ColumnElement[int]) -> ColumnElement[str]:
    return case(*((number % len(words) == at, word) for at, word in enumerate(words)))


def _staff(session: Session, size: Size) -> None:
    _put(session, StaffMember, size.staff, staff_id=lambda n: _name("s", n),
         username=lambda n: _name("s", n), display_name="Pat", password_hash="", active=True,
         added_at=BEGAN)  # fmt: skip
    _put(session, RoleHolding, size.staff, holding_id=lambda n: _name("h", n),
         staff_id=lambda n: _name("s", n), role=lambda n: _one_of(ROLES, n), from_at=BEGAN)  # fmt: skip
    _put(session, Team, size.teams, team_id=lambda n: _name("t", n), name=lambda n: _name("t", n),
         service="adults")  # fmt: skip
    _put(session, TeamMembership, 2 * size.staff, membership_id=lambda n: _name("y", n),
         team_id=lambda n: _name("t", (n * 7) % size.teams),
         staff_id=lambda n: _name("s", n % size.staff), supervises=False, from_at=BEGAN)  # fmt: skip
    _manager(session, size)


def _manager(session: Session, size: Size) -> None:
    """One manager above a team with eight teams below it, whose clients are some 3,000."""
    session.add(StaffMember(staff_id=MANAGER, username="manager", display_name="Sam",
                            password_hash="", active=True, added_at=BEGAN))  # fmt: skip
    session.add(Team(team_id=MANAGER, name="Above", service="adults", parent_id=None))
    session.flush()
    session.add(RoleHolding(holding_id=MANAGER, staff_id=MANAGER, role="team_manager",
                            from_at=BEGAN))  # fmt: skip
    session.add(TeamMembership(membership_id=MANAGER, team_id=MANAGER, staff_id=MANAGER,
                               supervises=True, from_at=BEGAN))  # fmt: skip
    for team in list(session.scalars(select(Team).where(Team.team_id != MANAGER).limit(8))):
        team.parent_id = MANAGER


def _clients(session: Session, size: Size) -> None:
    service = {"service": lambda n: _one_of(("adults", "children"), n)}
    _put(session, ClientRow, size.clients, client_id=lambda n: _name("c", n), forename="Forename",
         surname=lambda n: _name("Surname", n), other_names=[], address_lines=[], nhs_number="",
         postcode="", uprn="", household="", forename_folded="forename", postcode_folded="",
         surname_folded=lambda n: _name("surname", n), **service)  # fmt: skip
    _put(session, CaseFile, size.clients, case_file_id=lambda n: _name("f", n),
         client_id=lambda n: _name("c", n), record_class="A02", opened_at=BEGAN, **service)  # fmt: skip
    _put(session, Allocation, size.clients, allocation_id=lambda n: _name("a", n),
         client_id=lambda n: _name("c", n), team_id=lambda n: _name("t", n % size.teams),
         staff_id=lambda n: _name("s", (n * 11) % size.staff), from_at=BEGAN)  # fmt: skip


def _records(session: Session, size: Size) -> None:
    identity = lambda _n: func.lower(func.hex(func.randomblob(16)))  # noqa: E731
    _put(session, Record, size.records, record_id=identity, number=lambda n: n + 1,
         reference=lambda n: func.printf("R-%08X", n), version=1, state="filed",
         document_type=lambda n: _one_of(TYPES, n), title="Plan", document_date=date(2026, 5, 18),
         received_on=date(2026, 6, 1), filed_at=BEGAN, filed_by="bench", original_name="scan.pdf",
         sensitivity=lambda n: _one_of(SENSITIVITIES, n), batch_id=lambda n: _name("b", n / 20),
         item_id="", document_id=lambda n: _name("d", n), evidence={})  # fmt: skip
    file = func.printf("f%031d", cast(Record.number * 13, Integer) % size.clients)
    session.execute(
        insert(RecordAttachment).from_select(
            ["record_id", "case_file_id"], select(Record.record_id, file)
        )
    )
    brother = func.printf("f%031d", (Record.number * 13 + 2) % size.clients)
    joint = select(Record.record_id, brother).where(Record.number % 20 == 0)
    session.execute(insert(RecordAttachment).from_select(["record_id", "case_file_id"], joint))


def _guards(session: Session, size: Size) -> None:
    placed = {"reason": "bench", "placed_by": "bench", "ended_by": "", "from_at": BEGAN}
    client = {"subject_kind": "client", "subject_id": lambda n: _name("c", (n * 37) % size.clients)}
    _put(session, Marking, size.markings, marking_id=lambda n: _name("k", n),
         marking=lambda n: _one_of(MARKS, n), **client, **placed)  # fmt: skip
    _put(session, Marking, 10 * size.markings, marking_id=lambda n: _name("o", n),
         marking=lambda n: _one_of(MARKS, n), until_at=BEGAN + timedelta(days=1), **client,
         **placed)  # fmt: skip
    _put(session, Block, size.staff, block_id=lambda n: _name("l", n),
         staff_id=lambda n: _name("s", n), **client, **placed)  # fmt: skip
    _put(session, Grant, 5 * size.staff, grant_id=lambda n: _name("g", n), relation="granted",
         staff_id=lambda n: _name("s", n % size.staff), until_at=NOW + timedelta(days=1),
         **client, **placed)  # fmt: skip
