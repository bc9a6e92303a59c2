"""Which accounts are one person's: where two people must act, two accounts of one are not two people.

Accounts are one person's that share an employee number or an e-mail address, over however many accounts.
Only two employee numbers show that two people are two: somebody may have two addresses. Where one is not
recorded it cannot be told, and who must be somebody else is not taken to be.
"""

from collections.abc import Collection

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from edrms.access.model import Actor
from edrms.access.policy import require
from edrms.clients.folding import fold_reference
from edrms.clock import Clock
from edrms.db import Database
from edrms.errors import Invalid
from edrms.staff.tables import StaffMember, StaffPerson
from edrms.uow import UnitOfWork, write

MANAGE = "staff:account:manage"
SET = "staff:person:set"


def set_person(
    database: Database, clock: Clock, actor: Actor, staff_id: str, employee_number: str, email: str,
    *, is_same_person: bool = False,
) -> None:  # fmt: skip
    """Record whose an account is. Not of one's own account. Raises Invalid where neither is given, and
    (number_in_use) where another account has the number or the address, unless it is said that both are
    the same person's.
    """
    require(actor, MANAGE)
    if staff_id == actor.staff_id:
        raise Invalid("Whose your own account is, is recorded by somebody else.")
    number, address = fold_reference(employee_number), email.strip().casefold()
    if len(number) > 32 or len(address) > 254 or not (number or address):
        raise Invalid(
            "Say whose the account is.", fields={"employee_number": "Give a number or an e-mail."}
        )
    if address and (address.count("@") != 1 or address.startswith("@") or address.endswith("@")):
        raise Invalid("Say whose the account is.", fields={"email": "This is no e-mail address."})
    with write(database, actor, clock) as work:
        work.alone("staff persons")
        member = work.session.get(StaffMember, staff_id)
        if member is None or member.kind != "person":
            raise Invalid("Choose a person's account.", fields={"staff": "Choose a person."})
        if not is_same_person:
            _must_be_free(work.session, staff_id, number, address)
        record_person(work, staff_id, number, address)


def record_person(work: UnitOfWork, staff_id: str, number: str, address: str = "") -> None:
    """Record whose an account is, in the caller's transaction. Both folded as set_person folds them."""
    row = work.session.get(StaffPerson, staff_id) or StaffPerson(staff_id=staff_id)
    row.employee_number, row.email = number, address
    work.session.add(row)
    work.journal(SET, "staff", staff_id, personal=f"{number} {address}".strip())


def _must_be_free(session: Session, staff_id: str, number: str, address: str) -> None:
    for field, column, given in (
        ("employee_number", StaffPerson.employee_number, number),
        ("email", StaffPerson.email, address),
    ):
        taken = session.scalar(
            select(StaffMember.username)
            .join(StaffPerson, StaffPerson.staff_id == StaffMember.staff_id)
            .where(column == given, column != "", StaffPerson.staff_id != staff_id)
            .order_by(StaffMember.username)
            .limit(1)
        )
        if taken is not None:
            words = f"The account {taken} has it too. Say so if both are the same person's."
            raise Invalid(words, code="number_in_use", fields={field: words})


def person_of(database: Database, actor: Actor, staff_id: str) -> tuple[str, str]:
    """Employee number and e-mail address recorded for an account, "" for each that is not."""
    require(actor, MANAGE)
    with database.read() as session:
        row = session.get(StaffPerson, staff_id)
        return (row.employee_number, row.email) if row else ("", "")


def is_somebody_else(session: Session, staff_id: str, others: Collection[str]) -> bool | None:
    """Whether this account's person is none of the others' persons; None where that cannot be told."""
    if staff_id in others:
        return False
    accounts = _accounts_of(session, staff_id)
    if accounts & set(others):
        return False
    everybody = {staff_id, *others}
    numbered = select(StaffPerson.staff_id).where(
        StaffPerson.staff_id.in_(everybody), StaffPerson.employee_number != ""
    )
    return True if set(session.scalars(numbered)) == everybody else None


def _accounts_of(session: Session, staff_id: str) -> set[str]:
    """Every account of the person, followed from account to account."""
    found, fresh = {staff_id}, {staff_id}
    while fresh:
        rows = session.execute(
            select(StaffPerson.employee_number, StaffPerson.email).where(
                StaffPerson.staff_id.in_(fresh)
            )
        ).all()
        numbers, emails = {one for one, _ in rows if one}, {one for _, one in rows if one}
        same = select(StaffPerson.staff_id).where(
            or_(
                and_(StaffPerson.employee_number.in_(numbers), StaffPerson.employee_number != ""),
                and_(StaffPerson.email.in_(emails), StaffPerson.email != ""),
            )
        )
        fresh = set(session.scalars(same)) - found
        found |= fresh
    return found
