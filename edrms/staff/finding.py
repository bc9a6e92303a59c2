"""Finding a staff member by what somebody types into a form: the user name, or the whole name."""

from dataclasses import dataclass

from sqlalchemy import func, or_, select

from edrms.db import Database
from edrms.errors import Invalid
from edrms.staff.tables import StaffMember

_MOST_NAMED = 5


@dataclass(frozen=True, slots=True)
class StaffFound:
    """A staff member, active or not."""

    staff_id: str
    username: str
    name: str


def find_staff(database: Database, typed: str, *, field: str = "staff") -> StaffFound:
    """The one person typed. Raises Invalid when there is none, or several of the name (who are then
    named by their user names)."""
    words = " ".join(typed.split())
    statement = (
        select(StaffMember)
        .where(
            or_(
                StaffMember.username == words,
                func.lower(StaffMember.display_name) == words.lower(),
            )
        )
        .order_by(StaffMember.username)
        .limit(_MOST_NAMED)
    )
    with database.read() as session:
        found = list(session.scalars(statement))
    exact = [one for one in found if one.username == words] or found
    if words and len(exact) == 1:
        return StaffFound(exact[0].staff_id, exact[0].username, exact[0].display_name)
    message = "Enter the user name or the whole name of a staff member."
    if len(exact) > 1:
        names = ", ".join(one.username for one in exact)
        message = f"Several people have this name. Enter one of these user names: {names}."
    raise Invalid(message, fields={field: message})


def staff_id_of(database: Database, username: str) -> str:
    """The id behind a user name; "" where there is none, for whoever names all faults at once."""
    wanted = select(StaffMember.staff_id).where(StaffMember.username == username)
    with database.read() as session:
        return session.scalar(wanted) or ""
