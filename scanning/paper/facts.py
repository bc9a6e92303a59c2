"""What the rules need to know of a stretch of paper, read from rows at the moment of asking."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from edrms.clock import civil_date
from edrms.records.tables import GIVEN_UP, Record
from scanning.batches.tables import Batch, Document
from scanning.batches.totals import account_of_batch
from scanning.paper.keeping import paper_rule, usual_standstill_days
from scanning.paper.model import BoxState, PartState, Quality, Span
from scanning.paper.ports import QualityCheck
from scanning.paper.rules import LineFacts, RecordOnPaper
from scanning.paper.tables import PaperBox, PaperPart
from scanning.paper.where import Place, documents_of_batch


@dataclass(frozen=True, slots=True)
class BatchFacts:
    """A batch as far as its paper goes; read once for all that is asked of it."""

    batch_id: str
    quality: Quality
    is_settled: bool
    documents: tuple[tuple[Document, tuple[Place, ...]], ...]


def batch_facts(session: Session, batch_id: str, quality: QualityCheck) -> BatchFacts:
    """Everything about a batch that bears on its paper."""
    account = account_of_batch(session, batch_id)
    is_closed = session.get_one(Batch, batch_id).closed_at is not None
    return BatchFacts(
        batch_id, quality.of_batch(session, batch_id),
        account.balances and account.is_settled and account.items > 0 and is_closed,
        tuple(documents_of_batch(session, batch_id)),
    )  # fmt: skip


def documents_in(facts: BatchFacts, part_id: str, span: Span) -> list[Document]:
    """The documents some of whose pages lie in this stretch of a part."""
    return [
        document
        for document, places in facts.documents
        if any(one.part and one.part.part_id == part_id and one.span.overlaps(span)
               for one in places)
    ]  # fmt: skip


def record_ids_in(facts: BatchFacts, part_id: str, span: Span) -> list[str]:
    """The records some of whose pages lie there."""
    return [one.record_id for one in documents_in(facts, part_id, span) if one.record_id]


def line_facts(
    session: Session, facts: BatchFacts, row: PaperPart, span: Span, held: Collection[str]
) -> LineFacts:
    """held: ids of records that are on hold, as the asker may know."""
    ids = record_ids_in(facts, row.part_id, span)
    records = session.scalars(select(Record).where(Record.record_id.in_(ids)))
    return LineFacts(
        quality=facts.quality, is_settled=facts.is_settled,
        records=tuple(_on_paper(one, one.record_id in held) for one in records),
        others=len(documents_in(facts, row.part_id, span)) - len(ids),
        part_state=PartState(row.state),
        box_state=BoxState(session.get_one(PaperBox, row.box_id).state),
        kept_because=row.kept_because, standstill_days=usual_standstill_days(),
    )  # fmt: skip


def _on_paper(record: Record, is_held: bool) -> RecordOnPaper:
    rule = paper_rule(record.document_type)
    return RecordOnPaper(
        record_id=record.record_id, filed_on=civil_date(record.filed_at),
        is_ended=record.state in GIVEN_UP, is_held=is_held, standstill_days=rule.standstill_days,
        paper_is_kept=rule.is_kept,
    )  # fmt: skip
