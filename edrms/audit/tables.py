"""The event table. Rows are only ever inserted; on SQLite triggers refuse the rest."""

from datetime import datetime
from typing import Any

from sqlalchemy import DDL, JSON, Integer, String, Text, event
from sqlalchemy.orm import Mapped, mapped_column

from edrms.db import Base, UtcDateTime


class AuditEvent(Base):
    """One thing that happened: who did what to which thing, and how it ended."""

    __tablename__ = "audit_events"
    __table_args__ = {"info": {"journalled": False}}

    number: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True)
    event_id: Mapped[str] = mapped_column(String(32), unique=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    actor_id: Mapped[str] = mapped_column(String(64), index=True)
    action: Mapped[str] = mapped_column(String(64), index=True)
    subject_kind: Mapped[str] = mapped_column(String(32))
    subject_id: Mapped[str] = mapped_column(String(64), index=True)
    outcome: Mapped[str] = mapped_column(String(16))
    reason: Mapped[str] = mapped_column(Text, default="")
    detail: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)


class AuditDetail(Base):
    """Personal detail of an event (what was searched for), kept apart so that it can lawfully be
    erased while the event stays."""

    __tablename__ = "audit_details"
    __table_args__ = {"info": {"journalled": False}}

    event_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    text: Mapped[str] = mapped_column(Text)


_NEVER = "BEGIN SELECT RAISE(ABORT, 'audit events are never changed'); END"
_TAKEN = "EXISTS (SELECT 1 FROM audit_events WHERE number = NEW.number OR event_id = NEW.event_id)"
for _name, _when in (
    ("update", "BEFORE UPDATE ON audit_events"),
    ("delete", "BEFORE DELETE ON audit_events"),
    # INSERT OR REPLACE deletes without firing the trigger above.
    ("replace", f"BEFORE INSERT ON audit_events WHEN {_TAKEN}"),
):
    event.listen(
        AuditEvent.__table__,
        "after_create",
        DDL(  # type: ignore[no-untyped-call]
            f"CREATE TRIGGER audit_events_no_{_name} {_when} {_NEVER}"
        ).execute_if(dialect="sqlite"),
    )
