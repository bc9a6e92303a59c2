"""What the JSON API sends and receives about holds, as pydantic models."""

from datetime import date, datetime
from typing import Literal

from pydantic import Field

from api.v1.schema import Model


class Criteria(Model):
    """A saved query: every part given must fit, and of a list any one. In doubt a record is caught."""

    record_classes: list[str] = []
    document_types: list[str] = []
    services: list[str] = []
    teams: list[str] = Field(default=[], description="Ids; allocated now or ever.")
    dated_from: date | None = None
    dated_to: date | None = None
    received_from: date | None = None
    received_to: date | None = None
    phrase: str = Field(
        default="", description="On one page; case, accents and signs do not matter."
    )


class HoldScope(Model):
    kind: Literal["record", "case_file", "client", "record_class", "query", "moved"] = Field(
        description="moved: a record that was on what is held and was moved; never placed so."
    )
    id: str = Field(default="", description="Of a record class its code; empty for a query.")
    criteria: Criteria | None = None


class NewHold(Model):
    title: str
    reason: str
    authority: str = Field(description="The letter, order or Act it rests on.")
    owner: str = Field(description="User name of who answers for it.")
    review_on: date | None = Field(default=None, description="Needed; within two years.")
    scopes: list[HoldScope]
    is_secret: bool = False
    is_confirmed: bool = Field(
        default=False, description="A query may catch everything, or nothing yet."
    )


class HoldPlaced(Model):
    hold_id: str
    reference: str
    too_late: int = Field(description="Records it is on that were given up to destruction before.")


class HoldReview(Model):
    at: datetime
    by: str
    note: str
    review_on: date


class Hold(Model):
    hold_id: str
    reference: str
    title: str
    reason: str
    authority: str
    owner_id: str
    owner_works_here: bool
    review_on: date
    needs_look: bool
    is_secret: bool
    placed_by: str
    placed_at: datetime
    lifted_by: str
    lifted_at: datetime | None
    lifted_reason: str
    lifted_authority: str
    scopes: list[HoldScope]


class HoldList(Model):
    holds: list[Hold]


class OneHold(Model):
    hold: Hold
    reviews: list[HoldReview]
    records: int = Field(description="How many filed records it is on, of those you may see.")


class HeldRecord(Model):
    record_id: str
    reference: str
    title: str
    document_type: str


class HeldRecords(Model):
    records: list[HeldRecord]
    total: int


class Lifting(Model):
    reason: str
    authority: str


class Lifted(Model):
    appraised_afresh: int = Field(description="Items of disposal that go back to appraisal.")


class Reviewing(Model):
    note: str
    review_on: date | None


class NewOwner(Model):
    owner: str
    note: str
