"""Adding staff members and turning one into an actor. Passwords are stored as Argon2id hashes."""

from collections.abc import Iterable
from datetime import datetime

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError
from sqlalchemy import select
from sqlalchemy.orm import Session

from edrms.access.model import Actor
from edrms.access.roles import ROLES
from edrms.access.standing import actor_at
from edrms.access.tables import RoleHolding
from edrms.db import Database
from edrms.errors import Invalid
from edrms.ids import StaffId, new_id
from edrms.staff.tables import StaffMember
from edrms.uow import UnitOfWork

PASSWORD_MIN_LENGTH = 12
_HASHER = PasswordHasher()  # argon2-cffi's defaults: Argon2id, RFC 9106 low-memory profile
_DUMMY_HASH = _HASHER.hash("a password nobody has")

SYSTEM = Actor(StaffId("system"), "EDRMS", frozenset())


def add_staff_member(
    work: UnitOfWork, username: str, display_name: str, password: str, roles: frozenset[str],
    *, until: datetime | None = None,
) -> StaffId:  # fmt: skip
    """A new account. until: when the roles end of themselves; some need an end.

    Raises Invalid for an unknown role, one without its end, a short password or a name already taken.
    """
    work.alone("staff names")
    wrong = _what_is_wrong(work.session, username, password, roles)
    if until is None and any(ROLES[role].needs_end for role in roles & ROLES.keys()):
        wrong["until"] = "This role is held until a date: give one."
    if wrong:
        raise Invalid("The staff member was not added.", fields=wrong)
    staff_id = StaffId(new_id())
    work.session.add(
        StaffMember(
            staff_id=staff_id,
            username=username,
            display_name=display_name,
            password_hash=_HASHER.hash(password),
            active=True,
            added_at=work.now,
        )
    )
    work.session.flush()
    for role in sorted(roles):
        work.session.add(
            RoleHolding(
                holding_id=new_id(), staff_id=staff_id, role=role, from_at=work.now, until_at=until
            )
        )
    work.journal("staff:account:add", "staff", staff_id, roles=sorted(roles))
    return staff_id


def _what_is_wrong(
    session: Session, username: str, password: str, roles: frozenset[str]
) -> dict[str, str]:
    wrong = {}
    if len(password) < PASSWORD_MIN_LENGTH:
        wrong["password"] = f"Use at least {PASSWORD_MIN_LENGTH} characters."
    if unknown := roles - ROLES.keys():
        wrong["roles"] = f"There is no role {', '.join(sorted(unknown))}."
    if find_by_username(session, username):
        wrong["username"] = "This name is taken."
    return wrong


def find_by_username(session: Session, username: str) -> StaffMember | None:
    """The account with this name, or None."""
    return session.scalar(select(StaffMember).where(StaffMember.username == username))


def password_is_right(member: StaffMember | None, password: str) -> bool:
    """Whether the password fits. Takes as long for an unknown account as for a wrong password."""
    stored = member.password_hash if member else _DUMMY_HASH
    try:
        return _HASHER.verify(stored, password) and member is not None
    except (VerifyMismatchError, InvalidHashError):
        return False


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
