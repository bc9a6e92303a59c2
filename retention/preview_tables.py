"""Tables of previews: what a proposed schedule would change, as it was found. Derived, and thrown away when
another preview takes its place."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, Boolean, Date, ForeignKey, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from edrms.db import Base, UtcDateTime

WAITING, FINISHED, FAILED, SUPERSEDED = "waiting", "finished", "failed", "superseded"
_DERIVED = {"info": {"journalled": False}}


class SchedulePreview(Base):
    """A look ahead at one version against the one in force when it was asked for.

    state: waiting (or under way) > finished | failed; superseded once another was asked for. as_of: the
    day for which the rules are asked. last_number: of the last record looked at, of `to_look_at` records.
    begun_at: facts are those of then or later.
    """

    __tablename__ = "retention_previews"
    __table_args__ = (Index("ix_retention_previews_version", "version", "asked_at"), _DERIVED)

    preview_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    version: Mapped[int] = mapped_column(ForeignKey("retention_schedules.version"))
    against: Mapped[int | None] = mapped_column(Integer, default=None)
    state: Mapped[str] = mapped_column(String(16))
    as_of: Mapped[date] = mapped_column(Date)
    asked_by: Mapped[str] = mapped_column(String(64))
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    begun_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
    last_number: Mapped[int] = mapped_column(Integer, default=0)
    looked_at: Mapped[int] = mapped_column(Integer, default=0)
    to_look_at: Mapped[int] = mapped_column(Integer, default=0)


class PreviewedChange(Base):
    """A record whose answer would be another. number: of the record. before: None without a schedule.

    before, after: as retention/answers.py writes an answer.
    """

    __tablename__ = "retention_previewed_changes"
    __table_args__ = _DERIVED

    preview_id: Mapped[str] = mapped_column(
        ForeignKey("retention_previews.preview_id"), primary_key=True
    )
    number: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    record_id: Mapped[str] = mapped_column(ForeignKey("records.record_id"))
    class_id: Mapped[str] = mapped_column(String(8))
    effect: Mapped[str] = mapped_column(String(24))
    becomes_due: Mapped[bool] = mapped_column(Boolean)
    before: Mapped[dict[str, Any] | None] = mapped_column("answer_before", JSON(none_as_null=True))
    after: Mapped[dict[str, Any]] = mapped_column("answer_after", JSON)
