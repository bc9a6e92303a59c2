"""Tables of disposal: cases, what is in each, and what was done with it. States: workflow.py."""

from datetime import date, datetime

from sqlalchemy import Date, ForeignKey, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from edrms.db import Base, UtcDateTime


class DisposalCase(Base):
    """Records appraised, approved and ended together.

    state: a CaseState. list_sha256: of the list of items and their decisions as approved; the list is
    frozen then. waiting_days: the setting of that day. schedule_version: the rules it was proposed under.
    """

    __tablename__ = "disposal_cases"
    __table_args__ = (Index("ix_disposal_cases_state", "state", "proposed_at"),)

    case_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    reference: Mapped[str] = mapped_column(String(16), unique=True)
    title: Mapped[str] = mapped_column(String(200))
    state: Mapped[str] = mapped_column(String(16))
    schedule_version: Mapped[int] = mapped_column(Integer)
    proposed_by: Mapped[str] = mapped_column(String(64))
    proposed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    approved_by: Mapped[str] = mapped_column(String(64), default="")
    approved_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
    approval_reason: Mapped[str] = mapped_column(Text, default="")
    list_sha256: Mapped[str] = mapped_column(String(64), default="")
    waiting_days: Mapped[int | None] = mapped_column(Integer, default=None)
    executed_by: Mapped[str] = mapped_column(String(64), default="")
    executing_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
    certified_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
    declined_by: Mapped[str] = mapped_column(String(64), default="")
    declined_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
    declined_reason: Mapped[str] = mapped_column(Text, default="")


class DisposalItem(Base):
    """One record in a case, or waiting for one (case_id None).

    state: an ItemState. decision: a Decision, "" before appraisal. due_on: as it was when proposed.
    extend_until, to_class: of those two decisions. skipped_because: a Skip, for those who may know;
    others are shown words that do not depend on it. follows_item_id: the skipped item this one is the
    fresh appraisal of.
    """

    __tablename__ = "disposal_items"
    __table_args__ = (
        Index("ix_disposal_items_record", "record_id", "state"),
        Index("ix_disposal_items_case", "case_id", "state"),
    )

    item_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    case_id: Mapped[str | None] = mapped_column(ForeignKey("disposal_cases.case_id"), default=None)
    record_id: Mapped[str] = mapped_column(ForeignKey("records.record_id"))
    state: Mapped[str] = mapped_column(String(16))
    proposed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    due_on: Mapped[date | None] = mapped_column(Date, default=None)
    decision: Mapped[str] = mapped_column(String(16), default="")
    reason: Mapped[str] = mapped_column(Text, default="")
    extend_until: Mapped[date | None] = mapped_column(Date, default=None)
    to_class: Mapped[str] = mapped_column(String(8), default="")
    appraised_by: Mapped[str] = mapped_column(String(64), default="")
    appraised_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
    skipped_because: Mapped[str] = mapped_column(String(24), default="")
    follows_item_id: Mapped[str] = mapped_column(String(32), default="")
