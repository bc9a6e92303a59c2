"""Tables of transfers: what was handed to whom, and what they said they have."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from edrms.db import Base, Big, UtcDateTime

BEGUN, MADE, RECEIVED = "begun", "made", "received"


class Transfer(Base):
    """Records packed for an archive or another authority.

    state: begun (no bag is whole yet) > made > received (the receipt agrees, file by file). authority: on
    what ground it is handed over. made_at: when the bag last taken was whole. receipt_sha256, checked_at,
    checked_by: of the last receipt given in for that bag, whether it agreed or not.
    """

    __tablename__ = "transfers"

    transfer_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    reference: Mapped[str] = mapped_column(String(16), unique=True)
    state: Mapped[str] = mapped_column(String(16))
    recipient: Mapped[str] = mapped_column(String(200))
    authority: Mapped[str] = mapped_column(Text)
    made_by: Mapped[str] = mapped_column(String(64))
    begun_at: Mapped[datetime] = mapped_column(UtcDateTime)
    made_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
    files: Mapped[int] = mapped_column(Integer, default=0)
    size_bytes: Mapped[int] = mapped_column(Big, default=0)
    received_by: Mapped[str] = mapped_column(String(64), default="")
    received_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
    receipt_sha256: Mapped[str] = mapped_column(String(64), default="")
    checked_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
    checked_by: Mapped[str] = mapped_column(String(64), default="")


class TransferItem(Base):
    """A record in a transfer. payload: SHA-256 of each of its files by path within the bag last taken.
    said: the same as the receiver's last receipt has it, of those files that it names."""

    __tablename__ = "transfer_items"
    __table_args__ = (Index("ix_transfer_items_record", "record_id"),)

    transfer_id: Mapped[str] = mapped_column(ForeignKey("transfers.transfer_id"), primary_key=True)
    record_id: Mapped[str] = mapped_column(ForeignKey("records.record_id"), primary_key=True)
    payload: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    said: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
