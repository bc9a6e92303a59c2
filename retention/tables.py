"""Tables of retention: life events, schedules, and what the rules answered when they were last asked.

Life events, schedules and extensions are of record. The answers are derived from them: they can be made
again at any time, and nothing is ever destroyed on their word alone.
"""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, Date, ForeignKey, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from edrms.db import Base, Big, UtcDateTime

_DERIVED = {"info": {"journalled": False}}


class LifeEvent(Base):
    """Something that happened to a person, a case or a record, as one source says it.

    Never changed: what was wrong is withdrawn with a reason, and what is right is added. kind: see
    retention/life.py. source, source_id: what the system it came from calls it; by hand, its own id.
    authority: why we believe it.
    """

    __tablename__ = "life_events"

    event_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    subject_kind: Mapped[str] = mapped_column(String(16))
    subject_id: Mapped[str] = mapped_column(String(32), index=True)
    kind: Mapped[str] = mapped_column(String(24))
    on: Mapped[date] = mapped_column("happened_on", Date)
    until: Mapped[date | None] = mapped_column("until_on", Date, default=None)
    source: Mapped[str] = mapped_column(String(32))
    source_id: Mapped[str] = mapped_column(String(64))
    authority: Mapped[str] = mapped_column(Text)
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    recorded_by: Mapped[str] = mapped_column(String(64))
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
    withdrawn_by: Mapped[str] = mapped_column(String(64), default="")
    withdrawn_because: Mapped[str] = mapped_column(Text, default="")

    __table_args__ = (
        Index(
            "ix_life_events_source", "source", "source_id", unique=True,
            sqlite_where=withdrawn_at.is_(None), postgresql_where=withdrawn_at.is_(None),
        ),
        Index("ix_life_events_history", "source", "source_id", "recorded_at"),
    )  # fmt: skip


class ScheduleVersion(Base):
    """A schedule under its number: proposed, then in force, then replaced. Its text is never changed.

    text: as retention/schedule.py writes it. drawn: classes that statuses draw, as JSON.
    """

    __tablename__ = "retention_schedules"

    version: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    profile: Mapped[str] = mapped_column(String(64))
    text: Mapped[str] = mapped_column(Text)
    drawn: Mapped[list[Any]] = mapped_column(JSON)
    note: Mapped[str] = mapped_column(Text)
    proposed_by: Mapped[str] = mapped_column(String(64))
    proposed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    in_force_from: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
    enacted_by: Mapped[str] = mapped_column(String(64), default="")
    enacted_because: Mapped[str] = mapped_column(Text, default="")
    replaced_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)


class Extension(Base):
    """A person decided that a record is kept until then, whatever the rules say. The latest counts."""

    __tablename__ = "retention_extensions"

    extension_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    record_id: Mapped[str] = mapped_column(ForeignKey("records.record_id"), index=True)
    until: Mapped[date] = mapped_column("until_on", Date)
    because: Mapped[str] = mapped_column(Text)
    given_at: Mapped[datetime] = mapped_column(UtcDateTime)
    given_by: Mapped[str] = mapped_column(String(64))


class StoredAnswer(Base):
    """What the rules last answered for a record.

    state: dated, unknown or permanent; whether a dated one is due is for today's date to say.
    not_before: of an unknown one, the latest date already certain. due_month: year * 100 + month.
    """

    __tablename__ = "retention_answers"

    record_id: Mapped[str] = mapped_column(ForeignKey("records.record_id"), primary_key=True)
    state: Mapped[str] = mapped_column(String(16))
    due_on: Mapped[date | None] = mapped_column(Date)
    not_before: Mapped[date | None] = mapped_column(Date)
    action: Mapped[str] = mapped_column(String(16))
    class_id: Mapped[str] = mapped_column(String(8))
    due_month: Mapped[int | None] = mapped_column(Integer)
    ground: Mapped[dict[str, Any]] = mapped_column(JSON)
    schedule_version: Mapped[int] = mapped_column(Integer)
    evaluated_at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (
        Index("ix_retention_answers_due", "state", "due_on"),
        Index("ix_retention_answers_month", "due_month", "class_id"),
        _DERIVED,
    )


class MissingFact(Base):
    """A fact without which a record has no date: the work list, one row per fact and record."""

    __tablename__ = "retention_missing_facts"

    record_id: Mapped[str] = mapped_column(ForeignKey("records.record_id"), primary_key=True)
    client_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    class_id: Mapped[str] = mapped_column(String(8), primary_key=True)
    trigger: Mapped[str] = mapped_column("missing_trigger", String(24), primary_key=True)
    why: Mapped[str] = mapped_column(String(16), primary_key=True)

    __table_args__ = (
        Index("ix_retention_missing_facts_what", "client_id", "missing_trigger", "why"),
        _DERIVED,
    )


class PastAnswer(Base):
    """An answer that another replaced, since its state or date was different."""

    __tablename__ = "retention_past_answers"
    __table_args__ = _DERIVED

    number: Mapped[int] = mapped_column(Big, primary_key=True, autoincrement=True)
    record_id: Mapped[str] = mapped_column(ForeignKey("records.record_id"), index=True)
    state: Mapped[str] = mapped_column(String(16))
    due_on: Mapped[date | None] = mapped_column(Date)
    not_before: Mapped[date | None] = mapped_column(Date)
    action: Mapped[str] = mapped_column(String(16))
    class_id: Mapped[str] = mapped_column(String(8))
    ground: Mapped[dict[str, Any]] = mapped_column(JSON)
    missing: Mapped[list[Any]] = mapped_column(JSON)
    schedule_version: Mapped[int] = mapped_column(Integer)
    evaluated_at: Mapped[datetime] = mapped_column(UtcDateTime)
    replaced_at: Mapped[datetime] = mapped_column(UtcDateTime)


class ToRenew(Base):
    """A client with too many records to answer for at once: how far renewing has come (by number)."""

    __tablename__ = "retention_to_renew"
    __table_args__ = _DERIVED

    client_id: Mapped[str] = mapped_column(ForeignKey("clients.client_id"), primary_key=True)
    last_number: Mapped[int] = mapped_column(Integer)
    since: Mapped[datetime] = mapped_column(UtcDateTime)


class Sweep(Base):
    """How far a walk over records has come: "new" over those just filed, "all" over every one.

    last_number: of the last record answered for. seen, changed: of the walk now or last under way.
    """

    __tablename__ = "retention_sweeps"
    __table_args__ = _DERIVED

    name: Mapped[str] = mapped_column(String(8), primary_key=True)
    last_number: Mapped[int] = mapped_column(Integer)
    schedule_version: Mapped[int] = mapped_column(Integer)
    seen: Mapped[int] = mapped_column(Integer)
    changed: Mapped[int] = mapped_column(Integer)
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
