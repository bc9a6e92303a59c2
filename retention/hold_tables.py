"""Tables of holds: why and by whom, what each is on, and each look whether it is still needed.

What is placed is never changed but for its next review, and ends once, by lifting. Whether a hold is live
does not depend on when it was placed: with a clock set back it must not fall away.
"""

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    ColumnElement,
    Date,
    ForeignKey,
    Index,
    String,
    Text,
    or_,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from edrms.db import Base, UtcDateTime


class Hold(Base):
    """An order to keep. owner_id: who answers for it. authority: the letter, order or Act it rests on.

    is_secret: known only to holders of `hold:secret:view`. lifted_at: None while it is live.
    """

    __tablename__ = "holds"

    hold_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    reference: Mapped[str] = mapped_column(String(16), unique=True)
    title: Mapped[str] = mapped_column(String(200))
    reason: Mapped[str] = mapped_column(Text)
    authority: Mapped[str] = mapped_column(Text)
    owner_id: Mapped[str] = mapped_column(ForeignKey("staff.staff_id"), index=True)
    review_on: Mapped[date] = mapped_column(Date)
    is_secret: Mapped[bool] = mapped_column(Boolean, default=False)
    placed_by: Mapped[str] = mapped_column(String(64))
    placed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    lifted_by: Mapped[str] = mapped_column(String(64), default="")
    lifted_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
    lifted_reason: Mapped[str] = mapped_column(Text, default="")
    lifted_authority: Mapped[str] = mapped_column(Text, default="")
    scopes: Mapped[list["HoldScope"]] = relationship(
        lazy="selectin", order_by="HoldScope.scope_id", back_populates="hold"
    )
    reviews: Mapped[list["HoldReview"]] = relationship(order_by="HoldReview.at")

    @classmethod
    def live(cls, at: datetime) -> ColumnElement[bool]:
        """Whether the hold keeps things at this moment: it was not lifted, or only afterwards."""
        return or_(cls.lifted_at.is_(None), cls.lifted_at > at)

    def is_live(self, at: datetime) -> bool:
        """The same for a row in hand."""
        return self.lifted_at is None or self.lifted_at > at


class HoldScope(Base):
    """One thing a hold is on. kind: see ScopeKind in hold_words.py.

    subject_id: the record, case file, client or record class; "" for a saved query. criteria: of a saved
    query, as hold_criteria/rules.py writes them.
    """

    __tablename__ = "hold_scopes"
    __table_args__ = (Index("ix_hold_scopes_subject", "subject_id", "kind"),)

    scope_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    hold_id: Mapped[str] = mapped_column(ForeignKey("holds.hold_id"), index=True)
    kind: Mapped[str] = mapped_column(String(16))
    subject_id: Mapped[str] = mapped_column(String(32), default="")
    criteria: Mapped[dict[str, Any] | None] = mapped_column(JSON, default=None)
    hold: Mapped[Hold] = relationship(back_populates="scopes")


class HoldReview(Base):
    """A look whether the hold is still needed. review_on: the next one, decided then."""

    __tablename__ = "hold_reviews"

    review_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    hold_id: Mapped[str] = mapped_column(ForeignKey("holds.hold_id"), index=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    by: Mapped[str] = mapped_column(String(64))
    note: Mapped[str] = mapped_column(Text)
    review_on: Mapped[date] = mapped_column(Date)
