"""Tables of disposal: cases, what is in each, and what was done with it. States: workflow.py."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, Date, ForeignKey, Index, Integer, LargeBinary, String, Text
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


class DisposalGround(Base):
    """What the decision on an item rests on: as it was when proposed, then appraised, at last when done.

    file_ids: the case files the record is on. class_id, authority, action, due_on: of the rule that gave
    the date. schedule_version: of that answer.
    """

    __tablename__ = "disposal_grounds"

    item_id: Mapped[str] = mapped_column(ForeignKey("disposal_items.item_id"), primary_key=True)
    file_ids: Mapped[list[Any]] = mapped_column(JSON)
    class_id: Mapped[str] = mapped_column(String(8))
    authority: Mapped[str] = mapped_column(Text)
    action: Mapped[str] = mapped_column(String(16))
    due_on: Mapped[date | None] = mapped_column(Date, default=None)
    schedule_version: Mapped[int] = mapped_column(Integer)


class DisposalCertificate(Base):
    """A certificate as it was issued. It names no client; kept for good (class X19). Never changed.

    document: the signed JSON, byte for byte as it is given out. sha256: of what it certifies. pdf: the
    same for reading.
    """

    __tablename__ = "disposal_certificates"

    case_id: Mapped[str] = mapped_column(ForeignKey("disposal_cases.case_id"), primary_key=True)
    issued_at: Mapped[datetime] = mapped_column(UtcDateTime)
    document: Mapped[str] = mapped_column(Text)
    sha256: Mapped[str] = mapped_column(String(64))
    pdf: Mapped[bytes] = mapped_column(LargeBinary)
    pdf_sha256: Mapped[str] = mapped_column(String(64), index=True)
