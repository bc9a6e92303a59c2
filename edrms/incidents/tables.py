"""Tables of incidents: a document on the wrong person's file, who opened it meanwhile, what was decided."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, Date, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from edrms.db import Base, UtcDateTime

WRONG, RIGHT = "wrong", "right"  # what part a person has in an incident
MOVED, QUEUED, TAKEN_OFF = "moved", "queued", "taken_off"  # what became of the document


class Incident(Base):
    """From the report to what was decided. States and risks: rules.py.

    reported_at: when the council became aware, from which the 72 hours count. since: from when it was on the
    wrong file, None until it is taken off; misfiled_by: who had put it there. became: MOVED to another
    file, QUEUED to be indexed again, or TAKEN_OFF one of several; "" while it is still there. reason: as
    reported; repair_reason: as said by whoever took it off.
    readers: who opened it meanwhile, frozen when it was taken off (readers.py). people_told_on: the persons
    it is about, or whose file it was on, were told.
    """

    __tablename__ = "incidents"
    __table_args__ = (Index("ix_incidents_state", "state", "reported_at"),)

    incident_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    reference: Mapped[str] = mapped_column(String(16), unique=True)
    record_id: Mapped[str] = mapped_column(ForeignKey("records.record_id"), index=True)
    state: Mapped[str] = mapped_column(String(16))
    reported_by: Mapped[str] = mapped_column(String(64))
    reported_at: Mapped[datetime] = mapped_column(UtcDateTime)
    reason: Mapped[str] = mapped_column(Text)
    since: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
    misfiled_by: Mapped[str] = mapped_column(String(64), default="")
    repair_reason: Mapped[str] = mapped_column(Text, default="")
    contained_by: Mapped[str] = mapped_column(String(64), default="")
    contained_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
    became: Mapped[str] = mapped_column(String(16), default="")
    readers: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    risk: Mapped[str] = mapped_column(String(8), default="")
    assessment: Mapped[str] = mapped_column(Text, default="")
    assessed_by: Mapped[str] = mapped_column(String(64), default="")
    assessed_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
    regulator_told_on: Mapped[date | None] = mapped_column(Date, default=None)
    people_told_on: Mapped[date | None] = mapped_column(Date, default=None)
    closed_by: Mapped[str] = mapped_column(String(64), default="")
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
    closing: Mapped[str] = mapped_column(Text, default="")
    people: Mapped[list["IncidentPerson"]] = relationship(
        lazy="selectin", order_by="IncidentPerson.client_id", cascade="all, delete-orphan"
    )


class IncidentPerson(Base):
    """Whose file the document was wrongly on (WRONG), or was put on instead (RIGHT)."""

    __tablename__ = "incident_people"

    incident_id: Mapped[str] = mapped_column(ForeignKey("incidents.incident_id"), primary_key=True)
    client_id: Mapped[str] = mapped_column(
        ForeignKey("clients.client_id"), primary_key=True, index=True
    )
    part: Mapped[str] = mapped_column(String(8), primary_key=True)
