"""Records that were taken off every file, and whose pages were put into other documents since: as soon as one
of these documents is filed, each of them is a record of its own (docs/adr/0027).

Until then nothing of a record changes, so that dividing can be undone. From then on no page is two records',
and nothing that was made of pages of both stays: forms are made anew, keys follow, words go.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from edrms.errors import Conflict
from edrms.records.content import set_content
from edrms.records.moving import RecordsKept
from edrms.records.parting import part, record_parted
from edrms.records.tables import WITHDRAWN, Record
from edrms.uow import UnitOfWork
from scanning.arranging.rows import arrangement_of, loaded
from scanning.arranging.rules import Partings, partings, together
from scanning.batches.tables import Document, Item
from scanning.custody.replaced import ask_to_settle
from scanning.indexing.filing import forms_of
from scanning.misfiles.tables import MisfileFiledOn, MisfileFinding


@dataclass(frozen=True, slots=True)
class Waiting:
    """A file of which records wait to be filed again, locked. held: ids of the holds on each of these."""

    item: Item
    held: Mapping[str, tuple[str, ...]]


def lock_waiting(work: UnitOfWork, kept: RecordsKept, document_id: str) -> Waiting | None:
    """Before anything else is locked, for whoever files this document: the file it came in, where a record
    of that waits to be filed again; else None. Raises Conflict where one came to wait meanwhile."""
    known = _withdrawn(work.session, document_id)
    if not known:
        return None
    held = kept.guard(work, sorted(known))
    item = loaded(work, next(iter(known.values())))
    if item is None or not _withdrawn(work.session, document_id).keys() <= known.keys():
        raise _changed()
    return Waiting(item, held)


def part_records(work: UnitOfWork, waiting: Waiting | None, document: Document) -> dict[
    str, tuple[str, ...]
]:  # fmt: skip
    """What is to hold the records concerned, by record, once this document is filed: its own, where it was on
    file before, and those that pages went to or came from. The caller has retention follow."""
    if waiting is None:
        if _withdrawn(work.session, document.document_id):
            raise _changed()
        return {}
    work.alone("filing")
    documents = {one.document_id: one for one in waiting.item.documents}
    records = _records(work.session, waiting)
    was = {key: [page.page_id for page in one.pages] for key, one in records.items()}
    found = partings(arrangement_of(waiting.item), was)
    concerned = together(found, document.document_id)
    found = {key: left for key, left in found.items() if key in concerned}
    if found:
        _add_records(work, documents, records, found)
        held = _inherited(records, found, waiting.held)
        _part(work, documents, records, found)
        ask_to_settle(work, waiting.item.item_id)
        return held
    own = document.record_id
    return {own: waiting.held.get(own, ())} if own else {}


def _changed() -> Conflict:
    return Conflict(
        "Another document of this file was taken off a file just now. Look at this one again.",
        code="changed_meanwhile",
    )


def _withdrawn(session: Session, document_id: str) -> dict[str, str]:
    """Records that wait to be filed again, of the file this document came in; each with that file's id."""
    of_document = select(Document.item_id).where(Document.document_id == document_id)
    asked = (
        select(Record.record_id, Document.item_id)
        .join(Document, Document.record_id == Record.record_id)
        .where(Document.item_id.in_(of_document), Record.state == WITHDRAWN)
    )
    return dict(session.execute(asked).all())


def _records(session: Session, waiting: Waiting) -> dict[str, Record]:
    """Records of the file that wait, by the document each was filed from."""
    ids = [one.record_id for one in waiting.item.documents if one.record_id]
    asked = select(Record).where(Record.record_id.in_(ids), Record.state == WITHDRAWN)
    rows = session.scalars(asked.order_by(Record.number).with_for_update())
    return {row.document_id: row for row in rows}


def _add_records(
    work: UnitOfWork, documents: Mapping[str, Document], records: dict[str, Record], found: Partings
) -> None:
    """To `records`, for each document that pages went to and that is none yet."""
    for from_document, left in sorted(found.items()):
        for document_id in sorted(left.keys() - records.keys()):
            record = record_parted(work, records[from_document], document_id)
            records[document_id], documents[document_id].record_id = record, record.record_id


def _inherited(
    records: Mapping[str, Record], found: Partings, held: Mapping[str, tuple[str, ...]]
) -> dict[str, tuple[str, ...]]:
    """Each record is to be held by what holds it, and by what holds those that its pages came from."""
    concerned = found.keys() | {one for left in found.values() for one in left}
    inherited = {
        document_id: set(held.get(records[document_id].record_id, ())) for document_id in concerned
    }
    for from_document, left in found.items():
        for document_id in left:
            inherited[document_id] |= set(held.get(records[from_document].record_id, ()))
    return {records[key].record_id: tuple(sorted(holds)) for key, holds in inherited.items()}


def _part(
    work: UnitOfWork, documents: Mapping[str, Document], records: Mapping[str, Record],
    found: Partings,
) -> None:  # fmt: skip
    """Journal what went where, then have each record consist of the pages of its document."""
    for from_document, left in sorted(found.items()):
        record = records[from_document]
        numbers = {page.page_id: page.number for page in record.pages}
        part(
            work, record,
            {records[to].record_id: [numbers[one] for one in ids] for to, ids in left.items()},
        )  # fmt: skip
        _forget_words(work, record.record_id)
    for document_id in sorted(found.keys() | {one for left in found.values() for one in left}):
        document, record = documents[document_id], records[document_id]
        pages = [page.page_id for page in document.pages]
        set_content(work, record, pages, forms_of(document))


def _forget_words(work: UnitOfWork, record_id: str) -> None:
    """What was found of whom the pages name, while they were together, is not this record's alone."""
    findings = select(MisfileFinding.finding_id).where(MisfileFinding.record_id == record_id)
    for change in (
        update(MisfileFiledOn).where(MisfileFiledOn.finding_id.in_(findings)).values(words=""),
        update(MisfileFinding).where(MisfileFinding.record_id == record_id).values(words=""),
    ):
        work.session.execute(change, execution_options={"synchronize_session": False})
