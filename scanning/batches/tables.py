"""Tables of the custody ledger: batch, item (a file as it came), page, and document (a run of pages)."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, Date, ForeignKey, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from edrms.db import Base, Big, UtcDateTime


class UploadTotal(Base):
    """How many bytes a person has sent in on one day (the council's), for the quota."""

    __tablename__ = "upload_totals"
    __table_args__ = {"info": {"journalled": False}}

    staff_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    day: Mapped[date] = mapped_column(Date, primary_key=True)
    size_bytes: Mapped[int] = mapped_column(Big, default=0)


class Batch(Base):
    """What came in together: a delivery of post, one upload, one run of `edrms ingest`.

    What was counted and said beforehand: scanning/intake/delivery.py. faults: what does not agree between
    its manifest and what came, in words. closed_at: None while files may
    still come. closing_reason: why it was closed although counts differ.
    """

    __tablename__ = "batches"
    __table_args__ = (
        Index("ix_batches_opened_by_sender_key", "opened_by", "sender_key", unique=True),
    )

    batch_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    number: Mapped[int] = mapped_column(Integer, unique=True)
    channel: Mapped[str] = mapped_column(String(16))
    stream: Mapped[str] = mapped_column(String(32), default="")
    note: Mapped[str] = mapped_column(Text, default="")
    received_on: Mapped[date] = mapped_column(Date)
    origin: Mapped[str] = mapped_column(Text, default="")
    device: Mapped[str] = mapped_column(String(64), default="", index=True)
    settings: Mapped[dict[str, str]] = mapped_column(JSON, default=dict)
    sides: Mapped[str] = mapped_column(String(8), default="")
    expected_sheets: Mapped[int | None] = mapped_column(Integer)
    expected_documents: Mapped[int | None] = mapped_column(Integer)
    announced_files: Mapped[int | None] = mapped_column(Integer)
    scanned_from: Mapped[datetime | None] = mapped_column(UtcDateTime)
    scanned_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    sender_key: Mapped[str | None] = mapped_column(String(200))
    opened_by: Mapped[str] = mapped_column(String(32), index=True)
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime)
    faults: Mapped[list[str]] = mapped_column(JSON, default=list)
    closed_by: Mapped[str] = mapped_column(String(32), default="")
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    closing_reason: Mapped[str] = mapped_column(Text, default="")
    items: Mapped[list["Item"]] = relationship(back_populates="batch", order_by="Item.ordinal")

    @property
    def reference(self) -> str:
        """What people call it: unique, never reused."""
        return f"B-{self.number:05d}"


class Item(Base):
    """One file as it came, and where its untouched bytes lie. States: scanning/batches/model.py.

    expected_pages: how many its manifest says, None once a person has accepted another number.
    """

    __tablename__ = "items"
    __table_args__ = (
        UniqueConstraint("batch_id", "sender_key"),
        UniqueConstraint("batch_id", "ordinal"),
    )

    item_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    batch_id: Mapped[str] = mapped_column(ForeignKey("batches.batch_id"), index=True)
    parent_id: Mapped[str | None] = mapped_column(ForeignKey("items.item_id"), index=True)
    depth: Mapped[int] = mapped_column(Integer, default=0)
    ordinal: Mapped[int] = mapped_column(Integer)
    sender_key: Mapped[str | None] = mapped_column(String(200))
    name: Mapped[str] = mapped_column(Text)
    object_key: Mapped[str] = mapped_column(String(32), index=True)
    sha256: Mapped[str] = mapped_column(String(64), index=True)
    size_bytes: Mapped[int] = mapped_column(Big)
    identical_to: Mapped[str | None] = mapped_column(String(32))
    state: Mapped[str] = mapped_column(String(16), default="received", index=True)
    held_reason: Mapped[str] = mapped_column(String(32), default="")
    held_detail: Mapped[str] = mapped_column(Text, default="")
    media_type: Mapped[str] = mapped_column(String(100), default="")
    page_count: Mapped[int | None] = mapped_column(Integer)
    expected_pages: Mapped[int | None] = mapped_column(Integer)
    notes: Mapped[list[Any]] = mapped_column(JSON, default=list)
    received_at: Mapped[datetime] = mapped_column(UtcDateTime)
    batch: Mapped[Batch] = relationship(back_populates="items")
    pages: Mapped[list["ItemPage"]] = relationship(order_by="ItemPage.number")
    documents: Mapped[list["Document"]] = relationship(order_by="Document.ordinal")


class ItemPage(Base):
    """One page of an item. kind is known once read; document_id once the item is divided.

    number: in the file as it came. position: in its document. Said by hand (scanning/arranging):
    turned_degrees, the clockwise turn to upright; scan_fault, what is wrong with the scan; rescan_of, the
    page this one is a rescan of.
    """

    __tablename__ = "item_pages"

    page_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    item_id: Mapped[str] = mapped_column(ForeignKey("items.item_id"), index=True)
    number: Mapped[int] = mapped_column(Integer)
    state: Mapped[str] = mapped_column(String(16), default="waiting")
    kind: Mapped[str] = mapped_column(String(16), default="")
    reason: Mapped[str] = mapped_column(Text, default="")
    document_id: Mapped[str | None] = mapped_column(ForeignKey("documents.document_id"), index=True)
    position: Mapped[int] = mapped_column(Integer)
    turned_degrees: Mapped[int | None] = mapped_column(Integer)
    scan_fault: Mapped[str] = mapped_column(String(16), default="")
    rescan_of: Mapped[str | None] = mapped_column(String(32), index=True)


class Document(Base):
    """Pages of an item that are one letter, form or report, on its way to being filed.

    first_page, last_page: the lowest and highest number of its pages in the file, which need not be in that
    order once a person has arranged them. revision, made_revision: how often its pages were arranged by hand,
    and how often when its PDF and suggestion were last made; while they differ it is being made anew.
    envelope_page_id: the sheet of the envelope it came in, None where none was scanned.
    """

    __tablename__ = "documents"
    __table_args__ = (  # the first as the queue gives them out, the second for what is in hand
        Index("ix_documents_queue", "state", "skipped", "waiting_since", "document_id"),
        Index("ix_documents_taken_by", "taken_by", "state"),
    )

    document_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    item_id: Mapped[str] = mapped_column(ForeignKey("items.item_id"), index=True)
    ordinal: Mapped[int] = mapped_column(Integer)
    first_page: Mapped[int] = mapped_column(Integer)
    last_page: Mapped[int] = mapped_column(Integer)
    page_count: Mapped[int] = mapped_column(Integer)
    revision: Mapped[int] = mapped_column(Integer, default=0)
    made_revision: Mapped[int] = mapped_column(Integer, default=0)
    state: Mapped[str] = mapped_column(String(16))
    reason: Mapped[str] = mapped_column(Text, default="")
    suggestion: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    pdf_key: Mapped[str] = mapped_column(String(32), default="")
    pdf_sha256: Mapped[str] = mapped_column(String(64), default="")
    pdf_size_bytes: Mapped[int] = mapped_column(Big, default=0)
    record_id: Mapped[str | None] = mapped_column(String(32), index=True)
    envelope_page_id: Mapped[str | None] = mapped_column(String(32), index=True)
    waiting_since: Mapped[datetime] = mapped_column(UtcDateTime)
    taken_by: Mapped[str] = mapped_column(String(32), default="")
    taken_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    skipped: Mapped[int] = mapped_column(Integer, default=0)
    item: Mapped[Item] = relationship(back_populates="documents")
    pages: Mapped[list[ItemPage]] = relationship(order_by="ItemPage.position")


class SuggestedClient(Base):
    """A client whom a document's suggestion names: whoever may not find that client is not shown the
    document while it waits (scanning/indexing/desk_guard.py)."""

    __tablename__ = "suggested_clients"

    document_id: Mapped[str] = mapped_column(ForeignKey("documents.document_id"), primary_key=True)
    client_id: Mapped[str] = mapped_column(
        ForeignKey("clients.client_id"), primary_key=True, index=True
    )


class ClientConfirmation(Base):
    """A person filed a document that bears this name or reference on this client's file alone.

    kind: "name" or "reference". value: folded. What several people say alike is believed a little
    (scanning/indexing/confirmations.py); the rows end with their document.
    """

    __tablename__ = "client_confirmations"
    __table_args__ = (Index("ix_client_confirmations_kind_value", "kind", "value"),)

    document_id: Mapped[str] = mapped_column(ForeignKey("documents.document_id"), primary_key=True)
    client_id: Mapped[str] = mapped_column(
        ForeignKey("clients.client_id"), primary_key=True, index=True
    )
    kind: Mapped[str] = mapped_column(String(16), primary_key=True)
    value: Mapped[str] = mapped_column(String(200), primary_key=True)
    staff_id: Mapped[str] = mapped_column(String(64))
