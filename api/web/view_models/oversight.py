"""View models of those who answer for access: the overview, its lists, reports, teams and the matrix."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from api.web.view_models.notices import SubjectLink
from api.web.view_models.shell import NO_DATE, Choice, DateFields, FieldError


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A number that opens its list. is_alarm: somebody should have acted."""

    label: str
    count: int
    href: str
    detail: str = ""
    is_alarm: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class OversightPage:
    """What waits on whoever answers for access, as of a moment."""

    as_of: datetime
    figures: tuple[Figure, ...]
    links: tuple[SubjectLink, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DueRow:
    """A marking or block whose review falls in this month or before."""

    subject: SubjectLink
    what: str
    reason: str
    by: str
    since: datetime
    review_on: date
    is_overdue: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class StaleRow:
    """A grant that nobody seems to need, and why it is on the list."""

    subject: SubjectLink
    who: str
    how: str
    since: datetime
    until: datetime | None
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DuePage:
    """Restrictions to look at, earliest review first."""

    rows: tuple[DueRow, ...]
    month_end: date


@dataclass(frozen=True, slots=True, kw_only=True)
class StalePage:
    """Grants to look at, the earliest ending first."""

    rows: tuple[StaleRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportsPage:
    """The two questions about a day. Form fields: subject or staff, day-day/-month/-year.

    asked: which of them was asked, when an answer was not possible.
    """

    asked: Literal["subject", "staff", ""] = ""
    subject: str = ""
    staff: str = ""
    day: DateFields = NO_DATE
    errors: tuple[FieldError, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CouldRow:
    """Somebody who could see the subject. how: the relation in words. role: its name."""

    name: str
    href: str
    role: str
    how: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CouldPage:
    """Who could see a client or record on a day. csv_href: the same as a file."""

    title: str
    kind: str
    at: datetime
    rows: tuple[CouldRow, ...]
    csv_href: str
    back_href: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A role, team, turn of duty, client or grant held for a time."""

    text: str
    since: datetime
    until: datetime | None = None
    href: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonPage:
    """What a staff member could see on a day, and by what."""

    name: str
    username: str
    is_active: bool
    at: datetime
    roles: tuple[Held, ...]
    teams: tuple[Held, ...]
    duties: tuple[Held, ...]
    allocations: tuple[Held, ...]
    grants: tuple[Held, ...]
    supervised: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class MatrixRow:
    """A permission and, for each role in the page's order, whether it carries it."""

    permission: str
    words: str
    held: tuple[bool, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReachRow:
    """A relation and, level by level, the services on whose files it suffices ("" for none)."""

    relation: str
    services: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleReach:
    """How far one role reaches when it opens records. () where it reaches no record at all."""

    name: str
    rows: tuple[ReachRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MatrixPage:
    """The policy as a picture, made from the policy itself."""

    roles: tuple[str, ...]
    rows: tuple[MatrixRow, ...]
    levels: tuple[str, ...]
    reaches: tuple[RoleReach, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberRow:
    """Somebody in a team. supervises: answers for its work."""

    staff_id: str
    name: str
    username: str
    supervises: bool
    since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamRow:
    """A team in the list."""

    team_id: str
    name: str
    service: str
    parent: str
    member_count: int
    client_count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamsPage:
    """The teams, and the form of a new one: name, service, parent."""

    teams: tuple[TeamRow, ...]
    services: tuple[Choice, ...]
    name: str = ""
    service: str = ""
    parent: str = ""
    errors: tuple[FieldError, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamPage:
    """One team, and the form of a new member: staff, supervises."""

    team: TeamRow
    members: tuple[MemberRow, ...]
    staff: str = ""
    supervises: bool = False
    errors: tuple[FieldError, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DutyRow:
    """Somebody on duty."""

    name: str
    service: str
    until: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DutyPage:
    """Who is on duty now, and the form of a new turn: staff, service, hours."""

    rows: tuple[DutyRow, ...]
    services: tuple[Choice, ...]
    most_hours: int
    staff: str = ""
    service: str = ""
    hours: str = ""
    errors: tuple[FieldError, ...] = ()
