"""Tables of access: roles held, teams, who works with whom, what is guarded, who was let in beside that.

Every row is true for a period, from `from_at` until `until_at` (not included; None is open), and is
never changed otherwise: who could see what on a past date is read from the same rows.
"""

from datetime import date, datetime

from sqlalchemy import (
    BindParameter,
    Boolean,
    ColumnElement,
    Date,
    ForeignKey,
    Index,
    String,
    Text,
    and_,
    or_,
)
from sqlalchemy.orm import Mapped, mapped_column

from edrms.db import Base, UtcDateTime


class Period:
    """A row that holds for a time."""

    from_at: Mapped[datetime] = mapped_column(UtcDateTime)
    until_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)

    @classmethod
    def live(cls, at: datetime | BindParameter[datetime]) -> ColumnElement[bool]:
        """Whether the row holds at this moment."""
        return and_(cls.from_at <= at, or_(cls.until_at.is_(None), cls.until_at > at))

    def is_live(self, at: datetime) -> bool:
        """The same for a row in hand."""
        return self.from_at <= at and (self.until_at is None or self.until_at > at)


class RoleHolding(Period, Base):
    """One role held by one staff member for a time."""

    __tablename__ = "role_holdings"

    holding_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    staff_id: Mapped[str] = mapped_column(ForeignKey("staff.staff_id"), index=True)
    role: Mapped[str] = mapped_column(String(64))


class Team(Base):
    """A team; who supervises it supervises the teams below it too."""

    __tablename__ = "teams"

    team_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    name: Mapped[str] = mapped_column(String(200), unique=True)
    service: Mapped[str] = mapped_column(String(16))
    parent_id: Mapped[str | None] = mapped_column(ForeignKey("teams.team_id"), index=True)


class TeamMembership(Period, Base):
    """A staff member works in a team, or answers for its work."""

    __tablename__ = "team_memberships"

    membership_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    team_id: Mapped[str] = mapped_column(ForeignKey("teams.team_id"), index=True)
    staff_id: Mapped[str] = mapped_column(ForeignKey("staff.staff_id"), index=True)
    supervises: Mapped[bool] = mapped_column(Boolean, default=False)


class Allocation(Period, Base):
    """A client is a team's, and may be one staff member's in particular."""

    __tablename__ = "allocations"

    allocation_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    client_id: Mapped[str] = mapped_column(ForeignKey("clients.client_id"), index=True)
    team_id: Mapped[str | None] = mapped_column(ForeignKey("teams.team_id"), index=True)
    staff_id: Mapped[str | None] = mapped_column(ForeignKey("staff.staff_id"), index=True)


class DutyTurn(Period, Base):
    """A staff member is on duty for a service."""

    __tablename__ = "duty_turns"

    turn_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    staff_id: Mapped[str] = mapped_column(ForeignKey("staff.staff_id"), index=True)
    service: Mapped[str] = mapped_column(String(16))


class Guard(Period):
    """What blocks, markings and grants share: what they are about, by whom, why, looked at when.

    subject_kind: "client" or "record". review_on: by when somebody must look whether it still holds.
    """

    subject_kind: Mapped[str] = mapped_column(String(16))
    subject_id: Mapped[str] = mapped_column(String(32))
    reason: Mapped[str] = mapped_column(Text)
    placed_by: Mapped[str] = mapped_column(String(64))
    ended_by: Mapped[str] = mapped_column(String(64), default="")
    review_on: Mapped[date | None] = mapped_column(Date, default=None)


class Block(Guard, Base):
    """A conflict of interest: this person may not see this client or record, whatever their roles."""

    __tablename__ = "access_blocks"
    __table_args__ = (Index("ix_access_blocks_subject", "subject_id", "staff_id"),)

    block_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    staff_id: Mapped[str] = mapped_column(ForeignKey("staff.staff_id"), index=True)


class Marking(Guard, Base):
    """A client or record is guarded beyond its type: see edrms/access/markings.py for the words."""

    __tablename__ = "access_markings"
    __table_args__ = (
        Index("ix_access_markings_subject", "subject_id", "marking"),
        Index("ix_access_markings_marking", "marking", "subject_kind"),
    )

    marking_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    marking: Mapped[str] = mapped_column(String(16))


class Grant(Guard, Base):
    """Somebody stands in a relation to a client or record for a time, without a tie of work.

    relation: one of GRANTABLE.
    """

    __tablename__ = "access_grants"
    __table_args__ = (
        Index("ix_access_grants_subject", "subject_id", "staff_id"),
        Index("ix_access_grants_relation", "relation", "from_at"),
    )

    grant_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    staff_id: Mapped[str] = mapped_column(ForeignKey("staff.staff_id"), index=True)
    relation: Mapped[str] = mapped_column(String(16))


class Review(Base):
    """A look that somebody else must look at: a broken glass, or a view on duty.

    kind: "glass" or "duty". subject: the grant, or the record viewed. outcome: "" until decided, then
    "justified" or "not_justified".
    """

    __tablename__ = "access_reviews"
    __table_args__ = (Index("ix_access_reviews_open", "outcome", "at"),)

    review_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    kind: Mapped[str] = mapped_column(String(16))
    staff_id: Mapped[str] = mapped_column(ForeignKey("staff.staff_id"), index=True)
    subject_kind: Mapped[str] = mapped_column(String(16))
    subject_id: Mapped[str] = mapped_column(String(32), index=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    outcome: Mapped[str] = mapped_column(String(16), default="")
    decided_by: Mapped[str] = mapped_column(String(64), default="")
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
    note: Mapped[str] = mapped_column(Text, default="")


class Notice(Base):
    """Something a staff member must be told: see edrms/access/notices.py."""

    __tablename__ = "access_notices"

    notice_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    staff_id: Mapped[str] = mapped_column(ForeignKey("staff.staff_id"), index=True)
    kind: Mapped[str] = mapped_column(String(32))
    subject_kind: Mapped[str] = mapped_column(String(16))
    subject_id: Mapped[str] = mapped_column(String(32))
    about_staff_id: Mapped[str] = mapped_column(String(64), default="")
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    seen_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)


class SealedLink(Base):
    """Whose earlier identity a sealed client is. Shown to nobody without `client:identity:link`."""

    __tablename__ = "sealed_links"

    sealed_id: Mapped[str] = mapped_column(ForeignKey("clients.client_id"), primary_key=True)
    new_id: Mapped[str] = mapped_column(ForeignKey("clients.client_id"), primary_key=True)
    linked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    linked_by: Mapped[str] = mapped_column(String(64))
