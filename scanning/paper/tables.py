"""Tables of paper: boxes, the parts in them, what happened to either, tasks, and destruction.

Rows name nobody a file is about: a part is a stretch of a batch. States: model.py.
"""

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from edrms.db import Base, UtcDateTime
from scanning.paper.model import Part, PartState, Span


class PaperBox(Base):
    """A box and where it is. custodian: who answers for it now; of one that is out, who has it."""

    __tablename__ = "paper_boxes"
    __table_args__ = (Index("ix_paper_boxes_state", "state", "due_back_on"),)

    box_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    barcode: Mapped[str] = mapped_column(String(32), unique=True)
    location: Mapped[str] = mapped_column(String(200))
    custodian: Mapped[str] = mapped_column(String(120))
    state: Mapped[str] = mapped_column(String(16))
    due_back_on: Mapped[date | None] = mapped_column(Date, default=None)
    made_by: Mapped[str] = mapped_column(String(64))
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)


class PaperPart(Base):
    """Paper in a box: a span of a batch. No stretch is registered twice.

    item_id "", pages 0: see Span. kept_because: it was marked as an original that is never destroyed.
    destruction_id: by which it ended.
    """

    __tablename__ = "paper_parts"
    __table_args__ = (UniqueConstraint("batch_id", "item_id", "first_page", "last_page"),)

    part_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    batch_id: Mapped[str] = mapped_column(ForeignKey("batches.batch_id"))
    item_id: Mapped[str] = mapped_column(String(32), default="")
    first_page: Mapped[int] = mapped_column(Integer, default=0)
    last_page: Mapped[int] = mapped_column(Integer, default=0)
    narrowness: Mapped[int] = mapped_column(Integer)
    box_id: Mapped[str] = mapped_column(ForeignKey("paper_boxes.box_id"), index=True)
    state: Mapped[str] = mapped_column(String(16))
    kept_because: Mapped[str] = mapped_column(Text, default="")
    destruction_id: Mapped[str] = mapped_column(String(32), default="", index=True)
    placed_at: Mapped[datetime] = mapped_column(UtcDateTime)

    @property
    def span(self) -> Span:
        """What of its batch it is."""
        return Span(self.batch_id, self.item_id, self.first_page, self.last_page)

    @property
    def part(self) -> Part:
        """The row as the rules see it."""
        return Part(self.part_id, self.box_id, self.span, PartState(self.state))


class PaperMove(Base):
    """Something that happened to a box, or to a part (part_id) in it. number: in order. Never changed."""

    __tablename__ = "paper_moves"

    number: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    box_id: Mapped[str] = mapped_column(ForeignKey("paper_boxes.box_id"), index=True)
    part_id: Mapped[str] = mapped_column(String(32), default="", index=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    by: Mapped[str] = mapped_column(String(64))
    act: Mapped[str] = mapped_column(String(24))
    location: Mapped[str] = mapped_column(String(200))
    custodian: Mapped[str] = mapped_column(String(120))
    due_back_on: Mapped[date | None] = mapped_column(Date, default=None)
    reason: Mapped[str] = mapped_column(Text, default="")


class BatchQualityCheck(Base):
    """A person's check of the quality of a batch's scans. documents: how many were looked at."""

    __tablename__ = "batch_quality_checks"

    check_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    batch_id: Mapped[str] = mapped_column(ForeignKey("batches.batch_id"), index=True)
    number: Mapped[int] = mapped_column(Integer)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    by: Mapped[str] = mapped_column(String(64))
    has_passed: Mapped[bool] = mapped_column(Boolean)
    documents: Mapped[int] = mapped_column(Integer)
    note: Mapped[str] = mapped_column(Text)


class PaperTask(Base):
    """Work on paper that something else brought about. record_id: of a task to destroy. hold_id, box_id: of
    one to isolate; is_secret: of a hold that few may know of. answer: how it was closed, and reason."""

    __tablename__ = "paper_tasks"
    __table_args__ = (Index("ix_paper_tasks_state", "state", "kind"),)

    task_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    kind: Mapped[str] = mapped_column(String(16))
    state: Mapped[str] = mapped_column(String(16))
    record_id: Mapped[str] = mapped_column(String(32), default="", index=True)
    hold_id: Mapped[str] = mapped_column(String(32), default="", index=True)
    box_id: Mapped[str] = mapped_column(String(32), default="")
    is_secret: Mapped[bool] = mapped_column(Boolean, default=False)
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime)
    isolated_by: Mapped[str] = mapped_column(String(64), default="")
    isolated_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
    closed_by: Mapped[str] = mapped_column(String(64), default="")
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
    answer: Mapped[str] = mapped_column(String(24), default="")
    reason: Mapped[str] = mapped_column(Text, default="")


class PaperDestruction(Base):
    """Paper destroyed together: proposed by one person, confirmed as done by another.

    list_sha256: of the list as proposed. number: of the contractor's own certificate.
    """

    __tablename__ = "paper_destructions"
    __table_args__ = (Index("ix_paper_destructions_state", "state", "proposed_at"),)

    destruction_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    reference: Mapped[str] = mapped_column(String(16), unique=True)
    state: Mapped[str] = mapped_column(String(16))
    reason: Mapped[str] = mapped_column(Text)
    list_sha256: Mapped[str] = mapped_column(String(64))
    proposed_by: Mapped[str] = mapped_column(String(64))
    proposed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    confirmed_by: Mapped[str] = mapped_column(String(64), default="")
    confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
    destroyed_on: Mapped[date | None] = mapped_column(Date, default=None)
    method: Mapped[str] = mapped_column(String(16), default="")
    witness: Mapped[str] = mapped_column(String(120), default="")
    contractor: Mapped[str] = mapped_column(String(120), default="")
    number: Mapped[str] = mapped_column(String(60), default="")
    declined_by: Mapped[str] = mapped_column(String(64), default="")
    declined_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
    declined_reason: Mapped[str] = mapped_column(Text, default="")


class PaperDestructionLine(Base):
    """A stretch of a part on the list of a destruction. met: the conditions as they were asked when it was
    confirmed, with why."""

    __tablename__ = "paper_destruction_lines"

    line_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    destruction_id: Mapped[str] = mapped_column(
        ForeignKey("paper_destructions.destruction_id"), index=True
    )
    part_id: Mapped[str] = mapped_column(ForeignKey("paper_parts.part_id"), index=True)
    item_id: Mapped[str] = mapped_column(String(32), default="")
    first_page: Mapped[int] = mapped_column(Integer, default=0)
    last_page: Mapped[int] = mapped_column(Integer, default=0)
    met: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)


class PaperCertificate(Base):
    """A certificate as it was issued. It names no client; kept for good (class X19). Never changed.

    document: the signed JSON, byte for byte as it is given out. sha256: of what it certifies.
    """

    __tablename__ = "paper_certificates"

    destruction_id: Mapped[str] = mapped_column(
        ForeignKey("paper_destructions.destruction_id"), primary_key=True
    )
    issued_at: Mapped[datetime] = mapped_column(UtcDateTime)
    document: Mapped[str] = mapped_column(Text)
    sha256: Mapped[str] = mapped_column(String(64))
    pdf: Mapped[bytes] = mapped_column(LargeBinary)
    pdf_sha256: Mapped[str] = mapped_column(String(64), index=True)
