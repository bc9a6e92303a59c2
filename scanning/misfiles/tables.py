"""Tables of misfiles: what was found, whose files that is wrong on, how far the walks have come."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Float, ForeignKey, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from edrms.db import Base, UtcDateTime


class MisfileFinding(Base):
    """A record whose pages name another client better. Gone with the record when it is destroyed.

    client_id: that other client. words: how the pages agree with him, and where. kinds: see Misfile. matcher:
    versions of the scores and of the rule. settled_by, reason: of a person; the product itself gives none.
    """

    __tablename__ = "misfile_findings"

    finding_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    record_id: Mapped[str] = mapped_column(ForeignKey("records.record_id"), index=True)
    client_id: Mapped[str] = mapped_column(ForeignKey("clients.client_id"), index=True)
    score: Mapped[float] = mapped_column(Float)
    words: Mapped[str] = mapped_column(Text)
    kinds: Mapped[list[Any]] = mapped_column(JSON)
    page: Mapped[int] = mapped_column(Integer)
    line: Mapped[int] = mapped_column(Integer)
    matcher: Mapped[str] = mapped_column(String(48))
    found_at: Mapped[datetime] = mapped_column(UtcDateTime)
    state: Mapped[str] = mapped_column(String(16), index=True)
    settled_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
    settled_by: Mapped[str] = mapped_column(String(64), default="")
    reason: Mapped[str] = mapped_column(Text, default="")
    filed: Mapped[list["MisfileFiledOn"]] = relationship(
        lazy="selectin", order_by="MisfileFiledOn.client_id"
    )


class MisfileFiledOn(Base):
    """A client on whose file the record was found to be wrongly, and what its pages say of him."""

    __tablename__ = "misfile_filed_on"

    finding_id: Mapped[str] = mapped_column(
        ForeignKey("misfile_findings.finding_id"), primary_key=True
    )
    client_id: Mapped[str] = mapped_column(
        ForeignKey("clients.client_id"), primary_key=True, index=True
    )
    words: Mapped[str] = mapped_column(Text)


class MisfileWalk(Base):
    """How far a walk has come: "new" upwards over what is filed, "all" downwards over everything.

    last_number: of the record looked at last. matcher: of the walk now or last under way, as seen and found.
    """

    __tablename__ = "misfile_walks"
    __table_args__ = {"info": {"journalled": False}}

    name: Mapped[str] = mapped_column(String(8), primary_key=True)
    last_number: Mapped[int] = mapped_column(Integer)
    matcher: Mapped[str] = mapped_column(String(48))
    seen: Mapped[int] = mapped_column(Integer)
    found: Mapped[int] = mapped_column(Integer)
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class MisfileLook(Base):
    """A record that was taken off a file since it was filed: its version when it was looked at last."""

    __tablename__ = "misfile_looks"
    __table_args__ = {"info": {"journalled": False}}

    record_id: Mapped[str] = mapped_column(ForeignKey("records.record_id"), primary_key=True)
    version: Mapped[int] = mapped_column(Integer)
