"""Keeping accounts: who works here, with which roles, and passwords. Nobody keeps their own account."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, select

from edrms.access.model import Actor
from edrms.access.policy import require
from edrms.clock import Clock
from edrms.db import Database
from edrms.errors import Invalid, Refused, no_such
from edrms.staff.accounts import PERSON, add_staff_member, give_role, roles_held, take_role
from edrms.staff.passwords import fault_of, hash_password, password_is_right
from edrms.staff.second_factor import with_factor
from edrms.staff.session_lists import end_sessions
from edrms.staff.tables import KnownDevice, StaffMember
from edrms.uow import UnitOfWork, write

MANAGE = "staff:account:manage"


@dataclass(frozen=True, slots=True)
class StaffEntry:
    """An account as an administrator sees it. roles: those held now, and until when."""

    staff_id: str
    username: str
    display_name: str
    kind: str
    is_active: bool
    roles: dict[str, datetime | None]
    has_second_factor: bool
    must_change_password: bool
    added_at: datetime


class StaffAdministration:
    """What an administrator does with accounts, and everybody with their own password."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def count(self, actor: Actor) -> int:
        """How many accounts there are."""
        require(actor, MANAGE)
        with self._database.read() as session:
            return session.scalar(select(func.count()).select_from(StaffMember)) or 0

    def page(self, actor: Actor, size: int, offset: int) -> Sequence[StaffEntry]:
        """Accounts by user name."""
        require(actor, MANAGE)
        statement = select(StaffMember).order_by(StaffMember.username).limit(size).offset(offset)
        with write(self._database, actor, self._clock) as work:
            found = _entries(work, tuple(work.session.scalars(statement)))
            work.journal("staff:account:view", "staff", "", count=len(found))
        return found

    def show(self, actor: Actor, staff_id: str) -> StaffEntry:
        """One account. Raises NotFound if there is none."""
        require(actor, MANAGE)
        with write(self._database, actor, self._clock) as work:
            entry = _entries(work, [_member(work, staff_id)])[0]
            work.journal("staff:account:view", "staff", staff_id)
        return entry

    def add(
        self, actor: Actor, username: str, display_name: str, password: str, roles: frozenset[str],
        until: datetime | None = None,
    ) -> str:  # fmt: skip
        """A new person, whose first act will be to choose another password. until: end of the roles."""
        require(actor, MANAGE)
        with write(self._database, actor, self._clock) as work:
            return add_staff_member(
                work, username, display_name, password, roles, until=until,
                must_change_password=True,
            )  # fmt: skip

    def deactivate(self, actor: Actor, staff_id: str) -> None:
        """Nothing of this account works from the next request on: sessions, devices, tokens."""
        with write(self._database, actor, self._clock) as work:
            member = _another(work, actor, staff_id)
            member.active = False
            end_sessions(work, staff_id)
            _forget_devices(work, staff_id)
            work.journal("staff:account:deactivate", "staff", staff_id)

    def reactivate(self, actor: Actor, staff_id: str) -> None:
        """The account may sign in again, with the password and factor it had."""
        with write(self._database, actor, self._clock) as work:
            _another(work, actor, staff_id).active = True
            work.journal("staff:account:reactivate", "staff", staff_id)

    def give(self, actor: Actor, staff_id: str, role: str, until: datetime | None = None) -> None:
        """Give a role, until then. Raises Refused for one's own account, Invalid for the past."""
        with write(self._database, actor, self._clock) as work:
            _another(work, actor, staff_id)
            if until is not None and until <= work.now:
                wrong = {"until": "Choose a date after today."}
                raise Invalid("The role was not given.", fields=wrong)
            give_role(work, staff_id, role, until)

    def take(self, actor: Actor, staff_id: str, role: str) -> None:
        """Take a role away. Raises Refused for one's own account."""
        with write(self._database, actor, self._clock) as work:
            _another(work, actor, staff_id)
            take_role(work, staff_id, role)

    def set_password(self, actor: Actor, staff_id: str, password: str) -> None:
        """A password for somebody who forgot theirs; it ends their sessions and must be changed."""
        with write(self._database, actor, self._clock) as work:
            member = _another(work, actor, staff_id)
            if member.kind != PERSON:
                raise Refused("A program has no password. Make it a token.")
            _put_password(work, member, password)
            member.must_change_password = True
            end_sessions(work, staff_id)
            _forget_devices(work, staff_id)
            work.journal("staff:password:set", "staff", staff_id)

    def change_own_password(self, actor: Actor, session_id: str, password: str) -> None:
        """Another password for oneself. Every other session ends, every device becomes unknown."""
        with write(self._database, actor, self._clock) as work:
            member = _member(work, actor.staff_id)
            if password_is_right(member.password_hash, password):
                wrong = {"password": "Choose one that you do not have now."}
                raise Invalid("The password was not changed.", fields=wrong)
            _put_password(work, member, password)
            member.must_change_password = False
            end_sessions(work, member.staff_id, but=session_id)
            _forget_devices(work, member.staff_id)
            work.journal("staff:password:change", "staff", member.staff_id)


def _put_password(work: UnitOfWork, member: StaffMember, password: str) -> None:
    if fault := fault_of(password, member.username, member.display_name):
        raise Invalid("The password was not changed.", fields={"password": fault})
    member.password_hash = hash_password(password)


def _forget_devices(work: UnitOfWork, staff_id: str) -> None:
    work.session.execute(delete(KnownDevice).where(KnownDevice.staff_id == staff_id))


def _another(work: UnitOfWork, actor: Actor, staff_id: str) -> StaffMember:
    """The account to change. Two administrators who change each other's do so one after the other, and
    who has been deactivated by then changes nothing."""
    require(actor, MANAGE)
    work.alone("staff administration")
    if staff_id == actor.staff_id:
        raise Refused("Another administrator must change your account.", code="own_account")
    acting = work.session.get(StaffMember, actor.staff_id)
    if acting is not None and not acting.active:
        raise no_such("staff member")
    return _member(work, staff_id)


def _member(work: UnitOfWork, staff_id: str) -> StaffMember:
    member = work.session.get(StaffMember, staff_id)
    if member is None:
        raise no_such("staff member")
    return member


def _entries(work: UnitOfWork, members: Sequence[StaffMember]) -> tuple[StaffEntry, ...]:
    ids = [member.staff_id for member in members]
    factors = with_factor(work.session, ids)
    roles = roles_held(work.session, ids, work.now)
    return tuple(
        StaffEntry(
            staff_id=member.staff_id,
            username=member.username,
            display_name=member.display_name,
            kind=member.kind,
            is_active=member.active,
            roles=roles.get(member.staff_id, {}),
            has_second_factor=member.staff_id in factors,
            must_change_password=member.must_change_password,
            added_at=member.added_at,
        )
        for member in members
    )
