"""Pages parted from a record that is off every file: they are another record's from then on (ADR 0027).

What guarded the first guards the other too: in doubt less is seen. What was written of the pages while they
were together (title, reasons of filing) goes. The caller has locked the records and the document,
and has retention follow (moving.py).
"""

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.orm import InstrumentedAttribute, Session

from edrms.access.guards import PLACE_BLOCK, PLACE_MARKING
from edrms.access.tables import Block, Marking
from edrms.ids import new_id
from edrms.records.filing import next_number, next_reference
from edrms.records.tables import WITHDRAWN, Record, RecordParting
from edrms.uow import UnitOfWork

PART = "record:page:part"
_GUARD = ("subject_kind", "reason", "placed_by", "review_on")


def record_parted(work: UnitOfWork, like: Record, document_id: str) -> Record:
    """A record for pages that left this one: off every file, with a number, reference and key of its own.

    Its type is that of the first until somebody says another, and so is what guards it. The caller is alone
    with "filing".
    """
    record = Record(
        record_id=new_id(), number=next_number(work.session),
        reference=next_reference(work.session), version=0, state=WITHDRAWN,
        document_type=like.document_type, sensitivity=like.sensitivity, title="",
        document_date=None, received_on=like.received_on, filed_at=work.now,
        filed_by=work.actor.staff_id, original_name=like.original_name, batch_id=like.batch_id,
        item_id=like.item_id, document_id=document_id, evidence={"parted_from": like.record_id},
    )  # fmt: skip
    work.session.add(record)
    work.session.flush()
    return record


def part(work: UnitOfWork, record: Record, pages: Mapping[str, Sequence[int]]) -> None:
    """Journal and keep which of its pages went to which records, with its guards; a new version of it.

    pages: numbers within this record as it was, by the record they are now in.
    """
    record.version += 1
    record.title, record.evidence = "", {"parted": sorted(pages)}
    work.journal(
        PART, "record", record.record_id, version=record.version,
        to={record_id: list(numbers) for record_id, numbers in sorted(pages.items())},
        forms={one.kind: one.sha256 for one in record.renditions},
    )  # fmt: skip
    for record_id, numbers in sorted(pages.items()):
        work.session.add(
            RecordParting(
                parting_id=new_id(), from_id=record.record_id, to_id=record_id,
                pages=list(numbers), parted_at=work.now, parted_by=work.actor.staff_id,
            )
        )  # fmt: skip
        work.journal(PART, "record", record_id, of=record.record_id, pages=list(numbers))
        _guard_alike(work, record.record_id, record_id)
    work.session.flush()


def parted_from(session: Session, record_ids: Collection[str]) -> set[str]:
    """These records, and all of which pages came to them, however often they were parted."""
    return _followed(session, record_ids, RecordParting.to_id, RecordParting.from_id)


def parted_to(session: Session, record_id: str) -> set[str]:
    """All records that have pages of this one, however often they were parted; without itself."""
    found = _followed(session, [record_id], RecordParting.from_id, RecordParting.to_id)
    return found - {record_id}


def _followed(
    session: Session, record_ids: Collection[str],
    step: InstrumentedAttribute[str], onto: InstrumentedAttribute[str],
) -> set[str]:  # fmt: skip
    """These, and all that are reached from them."""
    found, fresh = set(record_ids), set(record_ids)
    while fresh:
        fresh = set(session.scalars(select(onto).where(step.in_(fresh)))) - found
        found |= fresh
    return found


def _guard_alike(work: UnitOfWork, from_id: str, to_id: str) -> None:
    """Markings and blocks of the first are the other's too; who was let in is let in to neither."""
    there = set(
        work.session.scalars(
            select(Marking.marking).where(Marking.subject_id == to_id, Marking.live(work.now))
        )
    )
    marked = select(Marking).where(Marking.subject_id == from_id, Marking.live(work.now))
    for row in work.session.scalars(marked.order_by(Marking.marking_id)).all():
        if row.marking in there:
            continue
        told = {name: getattr(row, name) for name in _GUARD}
        work.session.add(
            Marking(
                marking_id=new_id(), marking=row.marking, subject_id=to_id, from_at=work.now, **told
            )
        )
        work.journal(
            PLACE_MARKING, "record", to_id, personal=row.reason, marking=row.marking, of=from_id,
            review_on=row.review_on.isoformat() if row.review_on else "",
        )  # fmt: skip
    _block_alike(work, from_id, to_id)


def _block_alike(work: UnitOfWork, from_id: str, to_id: str) -> None:
    there = set(
        work.session.scalars(
            select(Block.staff_id).where(Block.subject_id == to_id, Block.live(work.now))
        )
    )
    blocked = select(Block).where(Block.subject_id == from_id, Block.live(work.now))
    for row in work.session.scalars(blocked.order_by(Block.block_id)).all():
        if row.staff_id in there:
            continue
        told = {name: getattr(row, name) for name in _GUARD}
        block = Block(
            block_id=new_id(), staff_id=row.staff_id, subject_id=to_id, from_at=work.now, **told
        )
        work.session.add(block)
        work.journal(
            PLACE_BLOCK, "record", to_id, personal=row.reason, block=block.block_id,
            staff=row.staff_id, of=from_id,
        )  # fmt: skip
