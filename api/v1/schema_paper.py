"""What the JSON API sends and receives about paper, as pydantic models."""

from datetime import date, datetime
from typing import Literal

from pydantic import Field

from api.v1.schema import Model


class PaperBox(Model):
    box_id: str
    barcode: str
    location: str
    custodian: str
    state: str
    due_back_on: date | None


class PaperBoxList(Model):
    boxes: list[PaperBox]
    total: int


class NewPaperBox(Model):
    barcode: str = Field(default="", description="Left empty, one is made.")
    location: str
    custodian: str


class PaperBoxMade(Model):
    box_id: str


class PaperPart(Model):
    part_id: str
    batch: str
    file: int | None = Field(description="Number of the file within the batch; none for all of it.")
    first_page: int
    last_page: int
    state: str
    kept_because: str
    destruction_id: str


class PaperMove(Model):
    at: datetime
    by: str
    act: str
    part_id: str
    location: str
    custodian: str
    due_back_on: date | None
    reason: str


class OnePaperBox(Model):
    box: PaperBox
    is_overdue: bool
    parts: list[PaperPart]
    history: list[PaperMove]


class PaperBoxAct(Model):
    act: Literal["move", "lend", "give_back", "lose", "find"]
    location: str = ""
    custodian: str = ""
    due_back_on: date | None = None
    reason: str = ""


class PaperToPlace(Model):
    batch: str = Field(description="Its reference, such as B-00012.")
    file: int | None = None
    pages: str = Field(default="", description="Such as 3-6; empty for the whole file.")
    kept_because: str = Field(default="", description="An original never to be destroyed, and why.")
    is_taken_out: bool = Field(
        default=False, description="It is taken out of something wider that lies in a box."
    )


class PaperPlaced(Model):
    part_id: str


class PaperPlace(Model):
    batch: str
    file: int
    first_page: int
    last_page: int
    state: str = Field(description="Empty where no paper is registered.")
    box: str
    location: str
    destruction: str
    number: str = Field(description="Of the contractor's certificate.")


class PaperPlaces(Model):
    places: list[PaperPlace]


class PaperTask(Model):
    task_id: str
    kind: str
    state: str
    opened_at: datetime
    record: str
    box_id: str
    places: list[PaperPlace]
    answer: str
    reason: str


class PaperTaskList(Model):
    tasks: list[PaperTask]
    total: int


class PaperAnswer(Model):
    answer: str = Field(description="already_destroyed, never_existed or returned")
    reason: str


class PaperDestruction(Model):
    destruction_id: str
    reference: str
    state: str
    proposed_by: str
    proposed_at: datetime
    confirmed_by: str
    confirmed_at: datetime | None
    destroyed_on: date | None
    method: str
    number: str


class PaperDestructionList(Model):
    destructions: list[PaperDestruction]
