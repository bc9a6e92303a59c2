"""What the JSON API sends and receives about transfers, as pydantic models."""

from datetime import datetime
from typing import Literal

from pydantic import Field

from api.v1.schema import Model


class NewTransfer(Model):
    recipient: str
    authority: str = Field(description="On what ground: an agreement, a regulation.")
    references: list[str] = Field(default=[], description="Of records; or case_id.")
    case_id: str = Field(default="", description="What this case of disposal decided to transfer.")


class Transfer(Model):
    reference: str
    state: Literal["begun", "made", "received"]
    recipient: str
    authority: str
    made_by: str
    begun_at: datetime
    made_at: datetime | None = Field(description="When the bag last taken was whole.")
    files: int
    size_bytes: int
    checked_at: datetime | None = Field(description="When a receipt for that bag was given in.")
    checked_by: str
    receipt_sha256: str
    received_at: datetime | None


class ListedTransfer(Model):
    transfer: Transfer
    records: int


class TransferList(Model):
    transfers: list[ListedTransfer]


class TransferRecord(Model):
    record_id: str
    reference: str
    title: str = Field(description="Empty once the copy here is gone.")
    is_here: bool
    files: int
    agreeing: int


class TransferFile(Model):
    path: str
    sha256: str
    receipt: Literal["agrees", "differs", "absent"] | None


class OneTransfer(Model):
    transfer: Transfer
    records: list[TransferRecord] = Field(description="Those you may hand over.")
    hidden: int = Field(description="Records of it that you may not hand over.")
    files: list[TransferFile] = Field(description="A page of them, those at fault first.")
    total_files: int
