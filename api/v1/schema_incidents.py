"""What the JSON API sends and receives about documents on the wrong file, as pydantic models."""

from datetime import date, datetime

from pydantic import Field

from api.v1.schema import Model


class WrongPersonReport(Model):
    wrong: list[str] = Field(description="Ids of those of its clients whom it is not about.")
    reason: str = Field(description="At least 10 characters.")


class WrongPerson(Model):
    version: int = Field(description="Of the record, as it was looked at.")
    wrong: list[str] = Field(description="Ids of the clients on whose files it is wrongly.")
    right: list[str] = Field(
        default=[],
        description="Ids of the clients it belongs to; empty where that is not known: then it stays on the "
        "other files it is on, or goes back to the indexing queue.",
    )
    reason: str = Field(description="At least 10 characters; whoever indexes it again sees it.")


class Misfiled(Model):
    incident_id: str
    reference: str
    became: str = Field(
        description="`moved`, `queued`, `taken_off`; empty while it is only reported."
    )


class Reader(Model):
    """Somebody who opened it, or saw it listed, while it was on the wrong file; how often."""

    staff_id: str
    opened: int
    pages: int
    downloads: int
    prints: int
    transfers: int
    listed: int
    first_at: datetime
    last_at: datetime


class Incident(Model):
    incident_id: str
    reference: str
    record_id: str
    state: str = Field(description="`reported`, `contained`, `assessed`, `closed` or `dismissed`.")
    wrong: list[str] = Field(description="Ids of clients.")
    right: list[str] = Field(description="Ids of clients.")
    became: str
    reported_by: str
    reported_at: datetime
    reason: str
    tell_regulator_by: datetime
    is_overdue: bool
    since: datetime | None = Field(description="From when it was on the wrong file.")
    misfiled_by: str
    contained_by: str
    contained_at: datetime | None
    repair_reason: str
    readers: list[Reader]
    risk: str = Field(description="`unlikely`, `risk`, `high`; empty before it is assessed.")
    assessment: str
    regulator_told_on: date | None
    people_told_on: date | None
    closed_at: datetime | None
    closing: str


class IncidentList(Model):
    total: int
    incidents: list[Incident]


class Assessment(Model):
    risk: str = Field(description="`unlikely`, `risk` or `high`.")
    note: str = Field(description="At least 10 characters.")
    regulator_told_on: date | None = None
    people_told_on: date | None = None


class Note(Model):
    note: str = Field(description="At least 10 characters.")
