"""Events, their personal detail, their seals. Triggers of the database refuse to change what was written."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Index, Integer, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from edrms.db import Base, Big, UtcDateTime


class AuditEvent(Base):
    """One thing that happened: who did what to which thing, and how it ended.

    request_id: of the request it happened in, "" outside one. source: keyed pseudonym of the address
    asked from. detail_digest: commits to the personal detail kept apart, "" where there is none.
    """

    __tablename__ = "audit_events"
    __table_args__ = (
        Index("ix_audit_events_when", "at", "number"),
        Index("ix_audit_events_who", "actor_id", "at", "number"),
        Index("ix_audit_events_about", "subject_id", "at", "number"),
        Index("ix_audit_events_what", "action", "at", "number"),
        Index("ix_audit_events_request", "request_id"),
        {"info": {"journalled": False}},
    )

    number: Mapped[int] = mapped_column(Big, primary_key=True, autoincrement=True)
    event_id: Mapped[str] = mapped_column(String(32), unique=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    actor_id: Mapped[str] = mapped_column(String(64))
    action: Mapped[str] = mapped_column(String(64))
    subject_kind: Mapped[str] = mapped_column(String(32))
    subject_id: Mapped[str] = mapped_column(String(64))
    outcome: Mapped[str] = mapped_column(String(16))
    reason: Mapped[str] = mapped_column(Text, default="")
    detail: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    request_id: Mapped[str] = mapped_column(String(16), default="")
    source: Mapped[str] = mapped_column(String(32), default="")
    detail_digest: Mapped[str] = mapped_column(String(64), default="")


class AuditDetail(Base):
    """Personal detail of an event (what was searched for), kept apart so that it can lawfully be
    erased while the event stays.

    key: 32 fresh random bytes (hex); the event holds HMAC-SHA256(key, text), so that what is here can
    be shown to be what was written, and what was erased cannot be guessed from the event.
    """

    __tablename__ = "audit_details"
    __table_args__ = {"info": {"journalled": False}}

    event_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    text: Mapped[str] = mapped_column(Text)
    key: Mapped[str] = mapped_column(String(64))


class AuditWaiting(Base):
    """An event not yet under a published checkpoint. The database itself adds it with the event.

    since: when, by the clock of leases (edrms/jobs/lease_clock.py).
    """

    __tablename__ = "audit_waiting"
    __table_args__ = {"info": {"journalled": False}}

    number: Mapped[int] = mapped_column(Big, primary_key=True, autoincrement=False)
    since: Mapped[datetime] = mapped_column(UtcDateTime)


class AuditSeal(Base):
    """The place of an event in the log: dense from 0, in the order of sealing. Only ever inserted."""

    __tablename__ = "audit_seals"
    __table_args__ = {"info": {"journalled": False}}

    seq: Mapped[int] = mapped_column(Big, primary_key=True, autoincrement=False)
    number: Mapped[int] = mapped_column(Big, unique=True)
    leaf_hash: Mapped[bytes] = mapped_column(LargeBinary(32))


class AuditNode(Base):
    """Root of a full subtree of the log, kept for heights 8, 16, 24... Only ever inserted."""

    __tablename__ = "audit_nodes"
    __table_args__ = {"info": {"journalled": False}}

    height: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    place: Mapped[int] = mapped_column(Big, primary_key=True, autoincrement=False)
    hash: Mapped[bytes] = mapped_column(LargeBinary(32))


class AuditCheckpoint(Base):
    """A tree head we signed. at: by the sealer's clock, for people; nothing is decided by it."""

    __tablename__ = "audit_checkpoints"
    __table_args__ = {"info": {"journalled": False}}

    size: Mapped[int] = mapped_column(Big, primary_key=True, autoincrement=False)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    note: Mapped[str] = mapped_column(Text)


class AuditSealing(Base):
    """What the sealer and the nightly check last had to say: one row for each, "" if all is well."""

    __tablename__ = "audit_sealing"
    __table_args__ = {"info": {"journalled": False}}

    part: Mapped[str] = mapped_column(String(16), primary_key=True)
    problem: Mapped[str] = mapped_column(Text, default="")
    at: Mapped[datetime] = mapped_column(UtcDateTime)
