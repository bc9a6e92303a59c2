"""Tables of quality: what was measured and found, which documents people look at, and what they said."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    Date,
    Float,
    ForeignKey,
    Integer,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from edrms.db import Base, UtcDateTime


class PageCheck(Base):
    """A page that was checked as it was read. measures: as PageMeasures in JSON; empty for a page that
    could not be read, and once its record is destroyed. rules_version: of the thresholds."""

    __tablename__ = "page_checks"

    page_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    batch_id: Mapped[str] = mapped_column(ForeignKey("batches.batch_id"), index=True)
    item_id: Mapped[str] = mapped_column(ForeignKey("items.item_id"), index=True)
    checked_on: Mapped[date] = mapped_column(Date, index=True)
    rules_version: Mapped[int] = mapped_column(Integer)
    measures: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)


class QualityFinding(Base):
    """What a check found. page_id: of a page; document_id: of a document; neither: of a file as it came.

    pages: numbers printed on pages that it is about; none once the record is destroyed.
    """

    __tablename__ = "quality_findings"

    finding_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    batch_id: Mapped[str] = mapped_column(ForeignKey("batches.batch_id"), index=True)
    item_id: Mapped[str] = mapped_column(ForeignKey("items.item_id"), index=True)
    page_id: Mapped[str | None] = mapped_column(String(32), index=True)
    document_id: Mapped[str | None] = mapped_column(ForeignKey("documents.document_id"), index=True)
    fault: Mapped[str] = mapped_column(String(24))
    value: Mapped[float | None] = mapped_column(Float)
    limit_value: Mapped[float | None] = mapped_column(Float)
    pages: Mapped[list[Any]] = mapped_column(JSON, default=list)
    found_on: Mapped[date] = mapped_column(Date, index=True)
    rules_version: Mapped[int] = mapped_column(Integer)


class QualitySample(Base):
    """A document that was drawn from, in the sample or not. round: documents that came after a round was
    judged are the next. why: by which rule it is in the sample. outcome: of the latest judgement."""

    __tablename__ = "quality_samples"

    document_id: Mapped[str] = mapped_column(ForeignKey("documents.document_id"), primary_key=True)
    batch_id: Mapped[str] = mapped_column(ForeignKey("batches.batch_id"), index=True)
    round: Mapped[int] = mapped_column(Integer)
    rate: Mapped[float] = mapped_column(Float)
    is_sampled: Mapped[bool] = mapped_column(Boolean)
    why: Mapped[str] = mapped_column(String(16), default="")
    drawn_at: Mapped[datetime] = mapped_column(UtcDateTime)
    outcome: Mapped[str] = mapped_column(String(8), default="", index=True)
    judged_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    taken_by: Mapped[str] = mapped_column(String(32), default="")
    taken_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class QualityJudgement(Base):
    """What a person said of a sampled document; never changed, but that its words go with the record.

    number: from 1 for each document. outcome: "passed" or "failed". fault: what was seen, of a failed one.
    """

    __tablename__ = "quality_judgements"
    __table_args__ = (UniqueConstraint("document_id", "number"),)

    judgement_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    document_id: Mapped[str] = mapped_column(ForeignKey("documents.document_id"), index=True)
    batch_id: Mapped[str] = mapped_column(ForeignKey("batches.batch_id"), index=True)
    number: Mapped[int] = mapped_column(Integer)
    outcome: Mapped[str] = mapped_column(String(8))
    fault: Mapped[str] = mapped_column(String(24), default="")
    reason: Mapped[str] = mapped_column(Text, default="")
    by: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    judged_on: Mapped[date] = mapped_column(Date, index=True)


class BatchQualityCheck(Base):
    """The check of a batch, each time it came to an end: passed or failed, by the judgement of whom.

    documents: how many had been looked at. note: why it failed, in the words of the judgement.
    """

    __tablename__ = "batch_quality_checks"

    check_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    batch_id: Mapped[str] = mapped_column(ForeignKey("batches.batch_id"), index=True)
    number: Mapped[int] = mapped_column(Integer)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    by: Mapped[str] = mapped_column(String(64))
    has_passed: Mapped[bool] = mapped_column(Boolean)
    documents: Mapped[int] = mapped_column(Integer)
    note: Mapped[str] = mapped_column(Text)
