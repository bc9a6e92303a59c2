"""Tables of indexing: what the classifier has learned from filing, each time with its figures."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Boolean, Integer, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from edrms.db import Base, UtcDateTime


class TypeModel(Base):
    """One learning: from how many documents, how it did on those held back, and whether it is used.

    figures: of the model and of the cues on the same documents (type_figures.py). thresholds: for each type
    the least score that was right 99 times in 100. weights: see linear_model.py; only the one in use keeps
    them.
    reason: why it is, or is not, used.
    """

    __tablename__ = "type_models"

    number: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    documents: Mapped[int] = mapped_column(Integer)
    figures: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    thresholds: Mapped[dict[str, float]] = mapped_column(JSON, default=dict)
    is_active: Mapped[bool] = mapped_column(Boolean, default=False)
    reason: Mapped[str] = mapped_column(Text, default="")
    sha256: Mapped[str] = mapped_column(String(64), default="")
    weights: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)
