"""Tables of the desk's sums: how each filed record stands in a few narrow columns, and which records those
columns may be wrong of. Derived from records, files and answers; made again at any time.

Whatever changes a record's state, type, sensitivity, files or answer leaves its id in `Unsettled`: triggers
see to it (migration 0032), so that no writer can forget. See docs/adr/0028.
"""

from sqlalchemy import Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from edrms.db import Base, Big

_DERIVED = {"info": {"journalled": False}}


class KindRow(Base):
    """What the policy asks of a record: see edrms/access/plain.py. services: with commas, in order."""

    __tablename__ = "retention_kinds"

    kind_id: Mapped[int] = mapped_column(Integer, primary_key=True)
    sensitivity: Mapped[str] = mapped_column(String(16))
    document_type: Mapped[str] = mapped_column(String(8))
    services: Mapped[str] = mapped_column(String(80))

    __table_args__ = (UniqueConstraint("sensitivity", "document_type", "services"), _DERIVED)


class StandingRow(Base):
    """How a filed record stands. state: "" while no answer was worked out; else as in StoredAnswer.

    classes: as retention/desk_totals.py writes them. due_month: year * 100 + month of a dated one.
    """

    __tablename__ = "retention_standings"

    record_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    kind_id: Mapped[int] = mapped_column(Integer)
    state: Mapped[str] = mapped_column(String(16))
    classes: Mapped[str] = mapped_column(Text)
    due_month: Mapped[int | None] = mapped_column(Integer)

    __table_args__ = (
        Index("ix_retention_standings_sums", "state", "due_month", "classes", "kind_id"),
        _DERIVED,
    )


class Unsettled(Base):
    """A record whose standing may be wrong. Only ever added to by whoever changes something, once for each
    change: then nobody waits for anybody, and a change that is committed late is not lost."""

    __tablename__ = "retention_unsettled"
    __table_args__ = _DERIVED

    number: Mapped[int] = mapped_column(Big, primary_key=True, autoincrement=True)
    record_id: Mapped[str] = mapped_column(String(32), index=True)
