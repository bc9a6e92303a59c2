"""Adding accounts, giving and taking their roles, and turning one into an actor."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from edrms.access.model import Actor
from edrms.access.roles import ROLES
from edrms.access.standing import actor_at
from edrms.access.tables import RoleHolding
from edrms.db import Database
from edrms.errors import Invalid, no_such
from edrms.ids import StaffId, new_id
from edrms.staff.passwords import fault_of, hash_password
from edrms.staff.tables import StaffMember
from edrms.uow import UnitOfWork

LONGEST_NAME = 64
PERSON, PROGRAM = "person", "program"
SYSTEM = Actor(StaffId("system"), "EDRMS", frozenset())
_NEEDS_END = "This role is held until a date: give one."


def add_staff_member(
    work: UnitOfWork, username: str, display_name: str, password: str, roles: frozenset[str],
    *, until: datetime | None = None, must_change_password: bool = False,
) -> StaffId:  # fmt: skip
    """A new account. until: when the roles end of themselves; some need an end. must_change_password:
    its owner did not choose the password.

    Raises Invalid for an unknown role, one without its end, a bad password or a name already taken.
    """
    work.alone("staff names")
    wrong = _what_is_wrong(work.session, username, roles, until)
    if fault := fault_of(password, username, display_name):
        wrong["password"] = fault
    if wrong:
        raise Invalid("The staff member was not added.", fields=wrong)
    member = _added(work, username, display_name, roles, until)
    member.password_hash = hash_password(password)
    member.must_change_password = must_change_password
    work.journal("staff:account:add", "staff", member.staff_id, roles=sorted(roles))
    return StaffId(member.staff_id)


def add_program(work: UnitOfWork, name: str, display_name: str, roles: frozenset[str]) -> StaffId:
    """An account for a program, which has tokens and no password. Raises Invalid as for people."""
    work.alone("staff names")
    if wrong := _what_is_wrong(work.session, name, roles, None):
        raise Invalid("The program was not added.", fields=wrong)
    member = _added(work, name, display_name, roles, None)
    member.kind = PROGRAM
    work.journal("staff:account:add", "staff", member.staff_id, roles=sorted(roles), kind=PROGRAM)
    return StaffId(member.staff_id)


def _added(
    work: UnitOfWork, username: str, display_name: str, roles: frozenset[str],
    until: datetime | None,
) -> StaffMember:  # fmt: skip
    member = StaffMember(
        staff_id=new_id(), username=username, display_name=display_name, password_hash="",
        active=True, added_at=work.now, kind=PERSON, must_change_password=False,
    )  # fmt: skip
    work.session.add(member)
    work.session.flush()
    for role in sorted(roles):
        _hold(work, member.staff_id, role, until)
    return member


def _hold(work: UnitOfWork, staff_id: str, role: str, until: datetime | None) -> None:
    work.session.add(
        RoleHolding(
            holding_id=new_id(), staff_id=staff_id, role=role, from_at=work.now, until_at=until
        )
    )


def _what_is_wrong(
    session: Session, username: str, roles: frozenset[str], until: datetime | None
) -> dict[str, str]:
    wrong = {}
    if not 0 < len(username) <= LONGEST_NAME or username != username.strip():
        wrong["username"] = f"Use 1 to {LONGEST_NAME} characters."
    if unknown := roles - ROLES.keys():
        wrong["roles"] = f"There is no role {', '.join(sorted(unknown))}."
    if until is None and any(ROLES[role].needs_end for role in roles & ROLES.keys()):
        wrong["until"] = _NEEDS_END
    if find_by_username(session, username):
        wrong["username"] = "This name is taken."
    return wrong


def find_by_username(session: Session, username: str) -> StaffMember | None:
    """The account with this name, or None."""
    if len(username) > LONGEST_NAME or not username.isprintable():
        return None
    return session.scalar(select(StaffMember).where(StaffMember.username == username))


def give_role(work: UnitOfWork, staff_id: str, role: str, until: datetime | None = None) -> None:
    """Let this person hold the role from now on, until then (None: until it is taken away).

    A holding of before ends. Raises Invalid for an unknown role or one without the end it needs.
    """
    if role not in ROLES:
        raise Invalid("The role was not given.", fields={"role": f"There is no role {role}."})
    if until is None and ROLES[role].needs_end:
        raise Invalid("The role was not given.", fields={"until": _NEEDS_END})
    _end_holdings(work, staff_id, role)
    _hold(work, staff_id, role, until)
    end = until.isoformat() if until else ""
    work.journal("staff:role:give", "staff", staff_id, role=role, until=end)


def take_role(work: UnitOfWork, staff_id: str, role: str) -> None:
    """End this person's holding of the role, from the next request on."""
    _end_holdings(work, staff_id, role)
    work.journal("staff:role:take", "staff", staff_id, role=role)


def _end_holdings(work: UnitOfWork, staff_id: str, role: str) -> None:
    work.alone(f"roles of {staff_id}")
    if work.session.get(StaffMember, staff_id) is None:
        raise no_such("staff member")
    held = RoleHolding.staff_id == staff_id, RoleHolding.role == role, RoleHolding.live(work.now)
    for holding in work.session.scalars(select(RoleHolding).where(*held)):
        holding.until_at = work.now


def roles_held(
    session: Session, staff_ids: Iterable[str], at: datetime
) -> dict[str, dict[str, datetime | None]]:
    """The roles each of these people holds at a moment, and until when (None: no end)."""
    wanted = RoleHolding.staff_id.in_(set(staff_ids)), RoleHolding.live(at)
    found: dict[str, dict[str, datetime | None]] = defaultdict(dict)
    statement = select(RoleHolding).where(*wanted).order_by(RoleHolding.role)
    for holding in session.scalars(statement):
        found[holding.staff_id][holding.role] = holding.until_at
    return found


def actor_for(session: Session, member: StaffMember, at: datetime) -> Actor:
    """The actor a staff member is at this moment."""
    return actor_at(session, member.staff_id, member.display_name, at)


class StaffDirectory:
    """Names of staff members, for showing who did what."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def names(self, staff_ids: Iterable[str]) -> dict[str, str]:
        """Display names by id; an id that is no staff member's is a part of the product itself."""
        wanted = set(staff_ids)
        with self._database.read() as session:
            rows = session.execute(
                select(StaffMember.staff_id, StaffMember.display_name).where(
                    StaffMember.staff_id.in_(wanted)
                )
            ).all()
        known = dict(rows)
        return {staff_id: known.get(staff_id, "EDRMS") for staff_id in wanted}

    def username(self, actor: Actor) -> str:
        """The name this person signs in with."""
        with self._database.read() as session:
            return session.get_one(StaffMember, actor.staff_id).username

    def must_change_password(self, actor: Actor) -> bool:
        """Whether this person's password was chosen by somebody else."""
        with self._database.read() as session:
            return session.get_one(StaffMember, actor.staff_id).must_change_password
