"""What a record consists of: its pages in order, and the forms its content has."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import delete, or_, select
from sqlalchemy.orm import Session

from edrms.records.tables import Record, RecordPage, RecordParting, Rendition
from edrms.uow import UnitOfWork

ORIGINAL = "original"


@dataclass(frozen=True, slots=True)
class RenditionToFile:
    """A stored object that is one form of the record's content."""

    kind: str
    object_key: str
    media_type: str
    size_bytes: int
    sha256: str


def add_content(
    session: Session, record_id: str, pages: Sequence[str], forms: Sequence[RenditionToFile]
) -> None:
    """The content of a record that has none yet."""
    for number, page_id in enumerate(pages, start=1):
        session.add(RecordPage(record_id=record_id, number=number, page_id=page_id))
    for made in forms:
        session.add(
            Rendition(
                record_id=record_id, kind=made.kind, object_key=made.object_key,
                media_type=made.media_type, size_bytes=made.size_bytes, sha256=made.sha256,
            )
        )  # fmt: skip


def set_content(
    work: UnitOfWork, record: Record, pages: Sequence[str], forms: Sequence[RenditionToFile]
) -> None:
    """Have the record consist of these pages, in order, in these forms, whatever it consisted of before."""
    is_same = [page.page_id for page in record.pages] == list(pages)
    before = {(one.kind, one.object_key) for one in record.renditions}
    if is_same and before == {(one.kind, one.object_key) for one in forms}:
        return
    work.session.expire(record, ["pages", "renditions"])
    work.session.execute(delete(RecordPage).where(RecordPage.record_id == record.record_id))
    work.session.execute(delete(Rendition).where(Rendition.record_id == record.record_id))
    add_content(work.session, record.record_id, pages, forms)
    work.session.flush()


def offer_original(session: Session, record_id: str, form: RenditionToFile | None) -> None:
    """Have the file as it came be a form of the record, or no more."""
    known = session.get(Rendition, (record_id, ORIGINAL))
    if form is None and known is not None:
        session.delete(known)
    elif form is not None and known is None:
        add_content(session, record_id, (), [form])


def is_parted(session: Session, record_id: str) -> bool:
    """Whether pages went from this record to another, or came to it so."""
    asked = or_(RecordParting.from_id == record_id, RecordParting.to_id == record_id)
    return session.scalar(select(RecordParting.parting_id).where(asked).limit(1)) is not None
