"""What the JSON API sends and receives about access, as pydantic models."""

from datetime import date, datetime

from pydantic import AwareDatetime, Field

from api.v1.schema import Model
from edrms.access.model import Relation


class Member(Model):
    username: str
    supervises: bool = Field(description="Answers for the team's work.")
    since: datetime


class Team(Model):
    team_id: str
    name: str
    service: str
    parent: str = Field(description="Name of the team above; empty if there is none.")
    clients: int
    members: list[Member]


class TeamList(Model):
    teams: list[Team]


class NewTeam(Model):
    name: str
    service: str
    parent_id: str | None = None


class NewMember(Model):
    username: str
    supervises: bool = False


class Allocation(Model):
    allocation_id: str
    client_id: str
    team_id: str | None
    staff_id: str | None
    since: datetime


class AllocationList(Model):
    allocations: list[Allocation]


class NewAllocation(Model):
    """A team, a worker by user name, or both."""

    team_id: str | None = None
    username: str | None = None


class BreakGlass(Model):
    reason: str = Field(description="At least 10 characters.")
    hours: int


class BrokenGlass(Model):
    grant_id: str
    client_id: str
    until: datetime


class Notice(Model):
    notice_id: str
    kind: str
    subject_kind: str
    subject_id: str
    about_staff_id: str
    at: datetime


class NoticeList(Model):
    notices: list[Notice]


class Review(Model):
    review_id: str
    kind: str
    staff_id: str
    subject_kind: str
    subject_id: str
    reason: str
    at: datetime
    until: datetime | None
    is_overdue: bool


class ReviewList(Model):
    waiting: int
    reviews: list[Review]


class Verdict(Model):
    outcome: str = Field(description="`justified` or `not_justified`.")
    note: str = ""


class Grant(Model):
    grant_id: str
    staff_id: str
    relation: str
    reason: str
    since: datetime
    until: datetime | None


class Marking(Model):
    marking_id: str
    marking: str
    reason: str
    since: datetime
    review_on: date | None


class Block(Model):
    block_id: str
    staff_id: str
    reason: str
    since: datetime
    review_on: date | None


class Guarding(Model):
    """All that is live about a client or record."""

    grants: list[Grant]
    markings: list[Marking]
    blocks: list[Block]


class NewGrant(Model):
    username: str
    relation: Relation
    until: AwareDatetime
    reason: str


class NewMarking(Model):
    marking: str
    reason: str
    review_on: date | None = Field(None, description="Needed for `restricted`.")


class NewBlock(Model):
    username: str
    reason: str
    review_on: date | None = None


class NewSeal(Model):
    reason: str
    new_client_id: str | None = None


class Sealed(Model):
    """A seal placed. naming: records on the new file that still have the old name in their text."""

    id: str
    naming: list[str]


class Made(Model):
    id: str


class Why(Model):
    reason: str


class Could(Model):
    staff_id: str
    name: str
    relation: str
    reason: str


class CouldSee(Model):
    at: datetime
    staff: list[Could]
