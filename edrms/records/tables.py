"""Tables of case files, records, renditions and pages."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    Date,
    Float,
    ForeignKey,
    Integer,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from edrms.db import Base, Big, UtcDateTime

# States of a record. DESTROYING: given up to destruction for good, its keys and objects are going.
# DISPOSED: they are gone, which was looked for; the row that stays says nothing of what it held.
# WITHDRAWN: taken off every file it was on, since it is about somebody else; it waits to be filed again.
FILED, DESTROYING, DISPOSED, WITHDRAWN = "filed", "destroying", "disposed", "withdrawn"
GIVEN_UP = (DESTROYING, DISPOSED)


class CaseFile(Base):
    """What the council keeps of one kind about one client (client x record class)."""

    __tablename__ = "case_files"
    __table_args__ = (UniqueConstraint("client_id", "record_class"),)

    case_file_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    client_id: Mapped[str] = mapped_column(ForeignKey("clients.client_id"), index=True)
    record_class: Mapped[str] = mapped_column(String(8))
    service: Mapped[str] = mapped_column(String(16))
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Record(Base):
    """A filed document. Its content never changes; corrections are new versions.

    version: 0 for what was parted from another and was on no file yet.
    number: in the order of filing, for the product's own use. reference: what people call it; unique,
    never reused, and without order, so that nobody learns from two of them what lies between.
    """

    __tablename__ = "records"

    record_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    number: Mapped[int] = mapped_column(Integer, unique=True)
    reference: Mapped[str] = mapped_column(String(16), unique=True, index=True)
    version: Mapped[int] = mapped_column(Integer, default=1)
    state: Mapped[str] = mapped_column(String(16), default="filed")
    document_type: Mapped[str] = mapped_column(String(8), index=True)
    title: Mapped[str] = mapped_column(Text)
    document_date: Mapped[date | None] = mapped_column(Date)
    received_on: Mapped[date] = mapped_column(Date)
    filed_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    filed_by: Mapped[str] = mapped_column(String(64))
    sensitivity: Mapped[str] = mapped_column(String(16))
    original_name: Mapped[str] = mapped_column(Text)
    batch_id: Mapped[str] = mapped_column(String(32), index=True)
    item_id: Mapped[str] = mapped_column(String(32))
    document_id: Mapped[str] = mapped_column(String(32), unique=True)
    evidence: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    attachments: Mapped[list["RecordAttachment"]] = relationship(
        lazy="selectin", order_by="RecordAttachment.case_file_id"
    )
    renditions: Mapped[list["Rendition"]] = relationship(lazy="selectin", order_by="Rendition.kind")
    pages: Mapped[list["RecordPage"]] = relationship(order_by="RecordPage.number")


class RecordStub(Base):
    """What stays of a destroyed record beside its row: what it had been, and that it is gone.

    Made before anything is erased. ended_at: None until every place was looked at.

    renditions: kind, SHA-256 and size in bytes of each form it had. proofs: for each place that held
    content, what was looked for there and not found. remains_in: references of records whose own file as
    it came still contains pages of this one; it ends with them.
    """

    __tablename__ = "record_stubs"

    record_id: Mapped[str] = mapped_column(ForeignKey("records.record_id"), primary_key=True)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
    page_count: Mapped[int] = mapped_column(Integer)
    renditions: Mapped[list[Any]] = mapped_column(JSON)
    proofs: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    remains_in: Mapped[list[Any]] = mapped_column(JSON, default=list)


class RecordAttachment(Base):
    """A record is on this case file. One document may be on several siblings' files."""

    __tablename__ = "record_attachments"

    record_id: Mapped[str] = mapped_column(ForeignKey("records.record_id"), primary_key=True)
    case_file_id: Mapped[str] = mapped_column(
        ForeignKey("case_files.case_file_id"), primary_key=True, index=True
    )
    case_file: Mapped[CaseFile] = relationship(lazy="joined")


class RecordParting(Base):
    """Pages that a record lost to another while it was off every file (parting.py). Neither has the file as
    it came among its forms any more: that holds both.

    pages: their numbers within the record they left.
    """

    __tablename__ = "record_partings"

    parting_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    from_id: Mapped[str] = mapped_column(ForeignKey("records.record_id"), index=True)
    to_id: Mapped[str] = mapped_column(ForeignKey("records.record_id"), index=True)
    pages: Mapped[list[int]] = mapped_column(JSON)
    parted_at: Mapped[datetime] = mapped_column(UtcDateTime)
    parted_by: Mapped[str] = mapped_column(String(64))


class Rendition(Base):
    """One form of a record's content: "original" (as received) or "searchable_pdf"."""

    __tablename__ = "renditions"

    record_id: Mapped[str] = mapped_column(ForeignKey("records.record_id"), primary_key=True)
    kind: Mapped[str] = mapped_column(String(24), primary_key=True)
    object_key: Mapped[str] = mapped_column(String(32), index=True)
    media_type: Mapped[str] = mapped_column(String(100))
    size_bytes: Mapped[int] = mapped_column(Big)
    sha256: Mapped[str] = mapped_column(String(64))


class RecordPage(Base):
    """A page of a record, in order; number counts from 1 within the record."""

    __tablename__ = "record_pages"

    record_id: Mapped[str] = mapped_column(ForeignKey("records.record_id"), primary_key=True)
    number: Mapped[int] = mapped_column(Integer, primary_key=True)
    page_id: Mapped[str] = mapped_column(String(32), index=True)
    reading: Mapped["PageContent | None"] = relationship(
        primaryjoin="foreign(RecordPage.page_id) == PageContent.page_id",
        viewonly=True,
        lazy="joined",
    )


class PageContent(Base):
    """What reading a page gave: text, word boxes, and the picture a browser can show.

    words: compressed, see edrms/records/words.py. rotation_degrees: the clockwise turn to upright;
    turned_degrees: that turn where a person had said it. Written when the page is read, and again only when
    a person says, before it is filed, that it lies another way.
    """

    __tablename__ = "page_contents"

    page_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    kind: Mapped[str] = mapped_column(String(16))
    text: Mapped[str] = mapped_column(Text)
    words: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    text_source: Mapped[str] = mapped_column(String(16))
    width_px: Mapped[int] = mapped_column(Integer)
    height_px: Mapped[int] = mapped_column(Integer)
    resolution_dpi: Mapped[int] = mapped_column(Integer)
    rotation_degrees: Mapped[int] = mapped_column(Integer)
    turned_degrees: Mapped[int | None] = mapped_column(Integer)
    confidence: Mapped[float | None] = mapped_column(Float)
    notes: Mapped[list[Any]] = mapped_column(JSON, default=list)
    view_key: Mapped[str] = mapped_column(String(32), default="")
    view_media_type: Mapped[str] = mapped_column(String(32), default="")
    text_layer_key: Mapped[str] = mapped_column(String(32), default="")
    barcodes: Mapped[list["PageBarcode"]] = relationship(
        order_by="PageBarcode.ordinal", cascade="all, delete-orphan", passive_deletes=True
    )


class PageBarcode(Base):
    """A barcode on a page, and its box in the page's pixels as its words'. Goes with the page's content.

    digest: of the value without regard to capitals, to look it up by (a QR code may hold a page of text).
    """

    __tablename__ = "page_barcodes"

    page_id: Mapped[str] = mapped_column(
        ForeignKey("page_contents.page_id", ondelete="CASCADE"), primary_key=True
    )
    ordinal: Mapped[int] = mapped_column(Integer, primary_key=True)
    kind: Mapped[str] = mapped_column(String(24))
    value: Mapped[str] = mapped_column(Text)
    digest: Mapped[str] = mapped_column(String(64), index=True)
    x0: Mapped[int] = mapped_column(Integer)
    y0: Mapped[int] = mapped_column(Integer)
    x1: Mapped[int] = mapped_column(Integer)
    y1: Mapped[int] = mapped_column(Integer)
