"""The table of tickets. Rows are short-lived; issuing and using one is told of in the audit log."""

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from edrms.db import Base, UtcDateTime


class ContentTicket(Base):
    """Leave for one session to fetch one file once. Only hashes of ticket and session are kept.

    subject_kind: "record" or "item". rendition: of a record; "" for an item.
    """

    __tablename__ = "content_tickets"
    __table_args__ = {"info": {"journalled": False}}

    ticket_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    session_hash: Mapped[str] = mapped_column(String(64))
    subject_kind: Mapped[str] = mapped_column(String(16))
    subject_id: Mapped[str] = mapped_column(String(32))
    rendition: Mapped[str] = mapped_column(String(24), default="")
    issued_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
