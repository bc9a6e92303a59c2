"""Drawing a batch's sample from its rows, and asking how its check stands."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session

from edrms.records.tables import CaseFile, Record, RecordAttachment
from edrms.staff.tables import StaffMember
from edrms.uow import UnitOfWork
from scanning.batches.model import DocumentState, ItemState
from scanning.batches.tables import Batch, Document, Item
from scanning.quality.model import BatchResult, SamplingRates
from scanning.quality.sampling_rules import (
    Candidate,
    DocumentFacts,
    Drawn,
    Source,
    Why,
    chosen,
    classes_of_type,
    open_round,
    rate_of,
    result,
    sealed_types,
)
from scanning.quality.tables import QualitySample

DRAW = "quality:sample:draw"
_UNFINISHED = (ItemState.RECEIVED, ItemState.READING, ItemState.HELD)
_IN_READING = (ItemState.RECEIVED, ItemState.READING)


def alone_with(work: UnitOfWork, batch_id: str) -> None:
    """Until this transaction ends nobody else draws or judges in this batch."""
    work.alone(f"quality of batch {batch_id}")


def draw_if_read(work: UnitOfWork, batch_id: str, rates: SamplingRates) -> None:
    """Draw the batch's sample if none of its files is being read any more."""
    alone_with(work, batch_id)
    work.session.flush()
    waiting = select(func.count()).where(Item.batch_id == batch_id, Item.state.in_(_IN_READING))
    if work.session.scalar(waiting) == 0:
        draw(work, batch_id, rates)


def draw(work: UnitOfWork, batch_id: str, rates: SamplingRates) -> None:
    """Draw, or draw again while nobody has judged all of the round. Journalled where anything changed.

    A document that must be looked at by what it is comes into the sample whenever that came out.
    """
    session = work.session
    known = _known(session, batch_id, rates)
    if not known.facts:
        return
    current = open_round(known.drawn)
    in_round = [one for one in known.drawn if one.round in (0, current)]
    candidates = [
        Candidate(one.document_id, known.rates[one.document_id][0], known.is_fixed(one))
        for one in in_round
    ]
    sample = chosen(batch_id, candidates)
    changed = False
    for one in known.drawn:
        is_sampled = one.document_id in sample or one.document_id in known.whole
        row = known.rows.get(one.document_id)
        rate, why = known.rates[one.document_id]
        if row is None:
            row = QualitySample(
                document_id=one.document_id, batch_id=batch_id, round=current, is_sampled=False,
                why="", rate=rate, outcome="", taken_by="",
            )  # fmt: skip
            session.add(row)
        elif row.round != current and not (is_sampled and not row.is_sampled):
            continue  # an earlier round stands as it was judged
        elif (row.is_sampled, row.rate) == (is_sampled, rate):
            continue
        row.is_sampled, row.rate, row.drawn_at, changed = is_sampled, rate, work.now, True
        row.why = why.value if is_sampled else ""
    if changed:
        session.flush()
        count = select(func.count()).where(
            QualitySample.batch_id == batch_id, QualitySample.is_sampled
        )
        work.journal(DRAW, "batch", batch_id, sampled=session.scalar(count),
                     documents=len(known.drawn))  # fmt: skip


def escalate(work: UnitOfWork, batch_id: str, rates: SamplingRates) -> int:
    """Every document of the batch is to be looked at; returns how many came into the sample by that."""
    draw(work, batch_id, rates)
    rows = work.session.scalars(
        select(QualitySample).where(
            QualitySample.batch_id == batch_id, QualitySample.is_sampled.is_(False)
        )
    ).all()
    for row in rows:
        row.is_sampled, row.rate, row.why, row.drawn_at = True, 1.0, Why.ESCALATED.value, work.now
    return len(rows)


def batch_result(session: Session, batch_id: str, rates: SamplingRates) -> BatchResult:
    """How the check of a batch stands, from the rows as they are now."""
    known = _known(session, batch_id, rates)
    unfinished = select(func.count()).where(Item.batch_id == batch_id, Item.state.in_(_UNFINISHED))
    return result(
        known.drawn, known.whole, is_read=session.scalar(unfinished) == 0,
        is_escalated=known.is_escalated,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Known:
    """Everything a draw depends on. whole: documents with a rate of 1."""

    facts: Mapping[str, DocumentFacts]
    rows: Mapping[str, QualitySample]
    drawn: Sequence[Drawn]
    rates: Mapping[str, tuple[float, Why]]
    is_escalated: bool

    @property
    def whole(self) -> frozenset[str]:
        return frozenset(one for one, (rate, _) in self.rates.items() if rate >= 1)

    def is_fixed(self, one: Drawn) -> bool:
        row = self.rows.get(one.document_id)
        return row is not None and row.is_sampled and bool(row.outcome or row.taken_by)


def _known(session: Session, batch_id: str, rates: SamplingRates) -> _Known:
    found = session.scalars(select(QualitySample).where(QualitySample.batch_id == batch_id))
    rows = {row.document_id: row for row in found}
    facts = _facts(session, batch_id)
    source = _source(session, batch_id)
    is_escalated = any(row.why == Why.ESCALATED or row.outcome == "failed" for row in rows.values())
    return _Known(
        facts,
        rows,
        [
            Drawn(one, rows[one].round, rows[one].is_sampled, rows[one].outcome)
            if one in rows
            else Drawn(one, 0, is_sampled=False, outcome="")
            for one in facts
        ],
        {
            one: (1.0, Why.ESCALATED) if is_escalated else rate_of(rates, source, facts[one])
            for one in facts
        },
        is_escalated,
    )


def _source(session: Session, batch_id: str) -> Source:
    batch = session.get_one(Batch, batch_id)
    operator = session.get(StaffMember, batch.opened_by)
    earlier = select(func.count()).where(Batch.number < batch.number)
    of_device = earlier.where(Batch.device == batch.device)
    return Source(
        operator.username if operator else "", batch.device,
        session.scalar(earlier.where(Batch.opened_by == batch.opened_by)) or 0,
        session.scalar(of_device) or 0 if batch.device else 0,
    )  # fmt: skip


def _facts(session: Session, batch_id: str) -> dict[str, DocumentFacts]:
    """Every document of the batch that is still there, in the order of its files."""
    suggested = Document.suggestion["document_type"]["code"].as_string()
    found = session.execute(
        select(Document.document_id, Document.record_id, Record.document_type, suggested)
        .join(Item, Item.item_id == Document.item_id)
        .outerjoin(Record, Record.record_id == Document.record_id)
        .where(Item.batch_id == batch_id, Document.state != DocumentState.DISPOSED)
        .order_by(Item.ordinal, Document.ordinal)
    ).all()
    filed = _filed_classes(session, [row[1] for row in found if row[1]])
    return {
        document_id: DocumentFacts(
            document_id, kind or likely or "",
            filed[record_id] if record_id in filed else classes_of_type(kind or likely or ""),
        )
        for document_id, record_id, kind, likely in found
    }  # fmt: skip


def _filed_classes(session: Session, record_ids: Collection[str]) -> dict[str, frozenset[str]]:
    rows = session.execute(
        select(RecordAttachment.record_id, CaseFile.record_class)
        .join(CaseFile, CaseFile.case_file_id == RecordAttachment.case_file_id)
        .where(RecordAttachment.record_id.in_(record_ids))
    )
    found: dict[str, set[str]] = {}
    for record_id, record_class in rows:
        found.setdefault(record_id, set()).add(record_class)
    return {record_id: frozenset(classes) for record_id, classes in found.items()}


def catch_up(work: UnitOfWork, rates: SamplingRates, most: int) -> bool:
    """Draw for some batches that lack it: read before there were samples, or with a document filed since
    as what must be looked at. Returns whether there may be more."""
    reading = select(Item.batch_id).where(Item.state.in_(_IN_READING))
    not_drawn = (
        select(Item.batch_id)
        .join(Document, Document.item_id == Item.item_id)
        .outerjoin(QualitySample, QualitySample.document_id == Document.document_id)
        .where(
            QualitySample.document_id.is_(None), Document.state != DocumentState.DISPOSED,
            Item.batch_id.not_in(reading),
        )
    )  # fmt: skip
    both = not_drawn.union(_lacking(rates)).subquery()
    wanted = select(both.c.batch_id).order_by(both.c.batch_id).limit(most)
    found: Sequence[str] = work.session.scalars(wanted).all()
    for batch_id in found:
        draw_if_read(work, batch_id, rates)
    return len(found) == most


def _lacking(rates: SamplingRates) -> Select[str]:
    """Batches with a document outside the sample that was filed as what must be looked at."""
    whole_types = [code for code, rate in rates.by_type.items() if rate >= 1]
    whole_types += sealed_types() if rates.sealed >= 1 else ()
    whole_classes = [code for code, rate in rates.by_class.items() if rate >= 1]
    on_file = (
        select(RecordAttachment.record_id)
        .join(CaseFile, CaseFile.case_file_id == RecordAttachment.case_file_id)
        .where(CaseFile.record_class.in_(whole_classes))
    )
    return (
        select(QualitySample.batch_id)
        .join(Document, Document.document_id == QualitySample.document_id)
        .join(Record, Record.record_id == Document.record_id)
        .where(
            QualitySample.is_sampled.is_(False), Document.state == DocumentState.FILED,
            or_(Record.document_type.in_(whole_types), Record.record_id.in_(on_file)),
        )
    )  # fmt: skip
