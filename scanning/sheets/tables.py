"""Table of the sheets that were printed, so that a header's barcode leads to what it says."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from edrms.db import Base, UtcDateTime


class PostSheet(Base):
    """A sheet made by the product.

    facts: of a batch header (HeaderFacts as JSON), else empty. used_for: its batch, once it was scanned.
    """

    __tablename__ = "post_sheets"

    sheet_id: Mapped[str] = mapped_column(String(8), primary_key=True)
    kind: Mapped[str] = mapped_column(String(8))
    facts: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    used_for: Mapped[str | None] = mapped_column(ForeignKey("batches.batch_id"), index=True)
    made_by: Mapped[str] = mapped_column(String(32))
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
