"""What the JSON API sends and receives about retention, as pydantic models."""

from datetime import date, datetime
from typing import Literal

from pydantic import Field

from api.v1.schema import Model


class LackedFact(Model):
    """What nobody knows, or what cannot be true, without which there is no date."""

    client_id: str = Field(description="Empty where it is no person's.")
    class_id: str
    trigger: str = Field(description="Empty where it is a rule or a file that lacks.")
    why: str


State = Literal["due", "not_due", "unknown", "permanent"]


class KeptBefore(Model):
    sentence: str
    on: date | None
    schedule_version: int
    since: datetime
    until: datetime


class Kept(Model):
    """Until when a record is kept, by the facts and the schedule of now."""

    record_id: str
    state: State
    on: date | None = Field(description="Due since then, or kept until then.")
    not_before: date | None = Field(description="If unknown: the latest date that is certain.")
    action: str
    sentence: str
    schedule_version: int
    missing: list[LackedFact] = Field(description="Of people whom you may know of.")
    before: list[KeptBefore] = Field(description="What was said of it before, latest first.")


class LifeEvent(Model):
    event_id: str
    subject_kind: str
    subject_id: str
    kind: str
    on: date
    until: date | None
    source: str
    authority: str
    recorded_at: datetime
    recorded_by: str
    withdrawn_at: datetime | None
    withdrawn_by: str
    withdrawn_because: str


class Contradiction(Model):
    clash: str
    words: str
    event_ids: list[str] = Field(description="The register's own dates have no id.")


class Life(Model):
    """What is known of a person, in the order in which it happened."""

    client_id: str
    events: list[LifeEvent]
    contradictions: list[Contradiction]


class NewLifeEvent(Model):
    kind: str = Field(description="A trigger such as CASE_CLOSED; began, reopened; or a status.")
    on: date
    until: date | None = Field(None, description="Of a status only.")
    authority: str = Field(description="Why we believe it: a document, a register, a person.")
    case_file_id: str = Field("", description="This file of the person alone.")
    record_id: str = Field("", description="This record of the person alone.")


class NewFedEvent(Model):
    """A row of a feed: dates are YYYY-MM-DD, and the person is named by another system's number."""

    system: str
    reference: str
    kind: str
    on: str
    authority: str
    source_id: str = Field(
        description="The source's own id of the event: said again, it changes it."
    )
    until: str = ""
    source: str = ""
    record_class: str = ""


class Feed(Model):
    events: list[NewFedEvent]
    accept_good_rows: bool = Field(
        False, description="Take the good rows in even if others are wrong."
    )


class FeedFault(Model):
    line: int = Field(description="Of the file; of a list, counted from 1.")
    reason: str


class FeedTaken(Model):
    added: int
    corrected: int
    unchanged: int
    left_out: int = Field(description="Said before, and withdrawn since by a person.")
    faults: list[FeedFault]


class LackingFact(Model):
    client_id: str
    trigger: str
    why: str
    class_ids: list[str]
    records: int = Field(description="How many records wait for it.")


class LackingFacts(Model):
    total: int
    facts: list[LackingFact]


class Schedule(Model):
    version: int
    profile: str
    note: str
    state: Literal["proposed", "in_force", "replaced"]
    proposed_by: str
    proposed_at: datetime
    in_force_from: datetime | None
    enacted_by: str
    replaced_at: datetime | None


class ScheduleList(Model):
    schedules: list[Schedule]


class NewSchedule(Model):
    text: str = Field(description="CSV, one row a class; as the export gives it.")
    profile: str = Field(description="What the council calls it, such as cornwall-2026.")
    note: str = ""
    drawn: str = Field(
        "", description="CSV of the classes that statuses draw; the shipped if empty."
    )


class ScheduleMade(Model):
    version: int


class ScheduleChange(Model):
    record_id: str
    class_id: str
    effect: str
    before_on: date | None
    after_on: date | None
    why: str


class PreviewAsked(Model):
    preview_id: str


class SchedulePreview(Model):
    """What would change for the records that you may see, were this version in force."""

    version: int
    state: str = Field(description="waiting, finished, failed; empty where none was asked for.")
    percent: int = Field(description="How much was looked at.")
    against: int | None = Field(description="The version in force when it was asked for.")
    is_current: bool = Field(description="That version is in force still.")
    begun_at: datetime | None = Field(description="Facts are those of then or later.")
    finished_at: datetime | None
    records: int
    changed: int
    become_due: int = Field(description="Records that would be due at once.")
    by_class: dict[str, dict[str, int]]
    listed: list[ScheduleChange] = Field(description="A page of them.")
