"""View models of notices: what a person is told about the files they answer for."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SubjectLink:
    """A client or record in a list. href: "" where the reader may not know it; text then says so."""

    text: str
    href: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeRow:
    """Something the reader is told. kind: "glass", who opened which file in an emergency, or "misfile", that
    a document the reader opened was wrongly on this file."""

    kind: str
    notice_id: str
    who: str
    subject: SubjectLink
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticesPage:
    """Everything the reader has not put away yet, latest first."""

    notices: tuple[NoticeRow, ...]
