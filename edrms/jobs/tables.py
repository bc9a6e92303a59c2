"""The tables of work: jobs, who leads which duty, which workers there are. None is state of record."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from edrms.db import Base, Big, UtcDateTime

_UNJOURNALLED = {"info": {"journalled": False}}


class Job(Base):
    """One piece of work. state: queued > leased > done.

    line: what one kind of worker claims from. share, turn: see edrms/jobs/turns.py.
    """

    __tablename__ = "jobs"
    __table_args__ = (
        Index("ix_jobs_claim", "state", "line", "turn", "number"),
        Index("ix_jobs_share", "line", "share", "turn", "number"),
        _UNJOURNALLED,
    )

    number: Mapped[int] = mapped_column(Big, primary_key=True, autoincrement=True)
    job_id: Mapped[str] = mapped_column(String(32), unique=True)
    kind: Mapped[str] = mapped_column(String(32))
    subject_id: Mapped[str] = mapped_column(String(32), index=True)
    payload: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    line: Mapped[str] = mapped_column(String(16), default="work")
    share: Mapped[str] = mapped_column(String(32), default="")
    turn: Mapped[int] = mapped_column(Big, default=0)
    state: Mapped[str] = mapped_column(String(16), default="queued")
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    fence: Mapped[int] = mapped_column(Integer, default=0)
    worker: Mapped[str] = mapped_column(String(64), default="")
    lease_until: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
    not_before: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
    queued_at: Mapped[datetime] = mapped_column(UtcDateTime)
    last_error: Mapped[str] = mapped_column(Text, default="")


class Duty(Base):
    """One kind of periodic work: who leads it until when, and when it was last done."""

    __tablename__ = "duties"
    __table_args__ = _UNJOURNALLED

    duty: Mapped[str] = mapped_column(String(32), primary_key=True)
    holder: Mapped[str] = mapped_column(String(64), default="")
    fence: Mapped[int] = mapped_column(Integer, default=0)
    lease_until: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
    done_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)


class WorkerSeen(Base):
    """A process that works, when it was last seen, and what it was doing then."""

    __tablename__ = "workers"
    __table_args__ = _UNJOURNALLED

    name: Mapped[str] = mapped_column(String(64), primary_key=True)
    host: Mapped[str] = mapped_column(String(64))
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    doing: Mapped[str] = mapped_column(String(64), default="")
