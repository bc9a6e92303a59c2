"""Table of what was done to the pages of a file by hand, in order: what is undone is the last not undone."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from edrms.db import Base, UtcDateTime


class PageChange(Base):
    """One change. before, after: the arrangement as JSON (scanning/arranging/plain.py): ids and kinds only.

    ordinal: counts from 1 within the file.
    """

    __tablename__ = "page_changes"
    __table_args__ = (UniqueConstraint("item_id", "ordinal"),)

    change_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    item_id: Mapped[str] = mapped_column(ForeignKey("items.item_id"), index=True)
    ordinal: Mapped[int] = mapped_column(Integer)
    act: Mapped[str] = mapped_column(String(16))
    page_id: Mapped[str] = mapped_column(String(32))
    before: Mapped[dict[str, Any]] = mapped_column(JSON)
    after: Mapped[dict[str, Any]] = mapped_column(JSON)
    made_by: Mapped[str] = mapped_column(String(32))
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    undone_by: Mapped[str] = mapped_column(String(32), default="")
    undone_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
