"""What the JSON API sends and receives about disposal, as pydantic models."""

from datetime import date, datetime
from typing import Literal

from pydantic import Field

from api.v1.schema import Model


class NewCase(Model):
    title: str = Field(description="Kept for good: it names nobody.")
    records: list[str] = Field(default=[], description="Ids; or none, and what is due is proposed.")
    class_id: str = Field(default="", description="Of a proposal of what is due: of this class.")
    until: date | None = Field(default=None, description="Due on or before this day.")


class CaseMade(Model):
    case_id: str


class Case(Model):
    case_id: str
    reference: str
    title: str
    state: str
    schedule_version: int
    records: int
    waits_for_me: bool
    proposed_by: str
    proposed_at: datetime
    approved_by: str
    approved_at: datetime | None
    waiting_until: datetime | None
    executed_by: str
    executing_at: datetime | None
    certified_at: datetime | None
    declined_by: str
    declined_at: datetime | None


class CaseList(Model):
    cases: list[Case]


class Alike(Model):
    class_id: str
    action: str
    authority: str
    records: int
    undecided: int


class CaseItem(Model):
    item_id: str
    record_id: str
    reference: str
    title: str = Field(description="Empty once the record is gone.")
    state: str
    due_on: date | None
    class_id: str
    decision: str
    reason: str
    extend_until: date | None
    to_class: str
    why_not: str


class OneCase(Model):
    case: Case
    may: list[str] = Field(description="Acts that you could try now.")
    alike: list[Alike]
    items: list[CaseItem] = Field(description="A page of those you may see.")
    total: int
    hidden_here: int = Field(description="Records on this page that you may not see.")
    list_sha256: str = Field(description="Of the list as it is now; give it with an approval.")
    has_certificate: bool


class Appraising(Model):
    decision: Literal["extend", "reclass", "transfer", "destroy"]
    reason: str
    extend_until: date | None = None
    to_class: str = ""
    items: list[str] = Field(default=[], description="Ids; or class_id and action.")
    class_id: str = Field(default="", description="With action: all alike not yet decided.")
    action: str = ""


class Approving(Model):
    reason: str
    list_sha256: str = Field(description="Of the list that you looked at.")


class Declining(Model):
    reason: str


class Stub(Model):
    record_id: str
    reference: str
    document_type: str
    document_date: date | None
    received_on: date
    filed_at: datetime
    pages: int
    destroyed_at: datetime
    places: list[str] = Field(description="Where it was looked for afterwards and not found.")
    remains_in: list[str] = Field(description="References of records whose file still contains it.")
    case_id: str
    case_reference: str
    is_certified: bool


class StubList(Model):
    stubs: list[Stub]
