"""What the checks found, written down in the transaction that writes what was read."""

from collections.abc import Collection, Iterable
from dataclasses import asdict

from sqlalchemy import delete, or_, select
from sqlalchemy.orm import Session

from edrms.clock import civil_date
from edrms.errors import Conflict
from edrms.ids import new_id
from edrms.uow import UnitOfWork
from scanning.batches.tables import Document, Item, ItemPage
from scanning.quality.model import Fault, Finding, QualityRules, Thresholds
from scanning.quality.rules import judge, thresholds_for
from scanning.quality.tables import (
    PageCheck,
    QualityFinding,
    QualityJudgement,
    QualitySample,
)
from scanning.reading.model import JBIG2_SYMBOLS, OpenedItem, PageReading


def limits_of(rules: QualityRules, item: Item) -> Thresholds:
    """The thresholds for what came in this item's batch."""
    return thresholds_for(rules, item.batch.device, item.batch.stream)


def record_page(
    work: UnitOfWork, item: Item, page: ItemPage, reading: PageReading | None, rules: QualityRules
) -> tuple[str, ...]:
    """Keep what was measured of a page and found; returns the faults. reading: None if it failed.

    Reading a page again takes the place of what was found before. A page without a scan is not checked.
    """
    work.session.execute(delete(QualityFinding).where(QualityFinding.page_id == page.page_id))
    if reading is not None and reading.measures is None:
        return ()
    measures = reading.measures if reading else None
    found = (
        judge(reading.kind, measures, limits_of(rules, item))
        if reading and measures
        else (Finding(Fault.UNREADABLE),)
    )
    work.session.merge(
        PageCheck(
            page_id=page.page_id, batch_id=item.batch_id, item_id=item.item_id,
            checked_on=civil_date(work.now), rules_version=rules.version,
            measures=asdict(measures) if measures else {},
        )
    )  # fmt: skip
    _add(work, item, found, rules, page_id=page.page_id)
    return tuple(one.fault.value for one in found)


def record_file(work: UnitOfWork, item: Item, opened: OpenedItem, rules: QualityRules) -> None:
    """Keep what was found of a file as it was opened."""
    if JBIG2_SYMBOLS in opened.notes:
        _add(work, item, (Finding(Fault.JBIG2_SYMBOLS),), rules)


def record_document(
    work: UnitOfWork, document: Document, found: Iterable[Finding], rules: QualityRules
) -> None:
    """Keep what was found within a document."""
    _add(work, document.item, found, rules, document_id=document.document_id)


def record_again(
    work: UnitOfWork, document: Document, found: Iterable[Finding], rules: QualityRules
) -> None:
    """Of a document made anew keep what is found within it now, instead of what was before."""
    of_it = QualityFinding.document_id == document.document_id
    work.session.execute(delete(QualityFinding).where(of_it, QualityFinding.page_id.is_(None)))
    record_document(work, document, found, rules)


def forget_documents(work: UnitOfWork, document_ids: Collection[str]) -> None:
    """Documents that are none any more, their pages being in others, leave the sample with what was found.

    Raises Conflict for one that somebody has judged: the judgement must keep what it is about.
    """
    judged = select(QualityJudgement.judgement_id).where(
        QualityJudgement.document_id.in_(document_ids)
    )
    if work.session.scalar(judged.limit(1)) is not None:
        raise Conflict(
            "The quality of this document was checked, so it stays a document of its own.",
            code="quality_judged",
        )
    for table in (QualityFinding, QualitySample):
        work.session.execute(delete(table).where(table.document_id.in_(document_ids)))


def _add(
    work: UnitOfWork, item: Item, found: Iterable[Finding], rules: QualityRules, *,
    page_id: str | None = None, document_id: str | None = None,
) -> None:  # fmt: skip
    for one in found:
        work.session.add(
            QualityFinding(
                finding_id=new_id(), batch_id=item.batch_id, item_id=item.item_id, page_id=page_id,
                document_id=document_id, fault=one.fault.value, value=one.value,
                limit_value=one.limit, pages=list(one.pages), found_on=civil_date(work.now),
                rules_version=rules.version,
            )
        )  # fmt: skip


def finding_of(row: QualityFinding) -> Finding:
    """A row as the finding it keeps."""
    return Finding(Fault(row.fault), row.value, row.limit_value, tuple(row.pages))


def findings_of_pages(session: Session, page_ids: Collection[str]) -> dict[str, list[Finding]]:
    """What was found of these pages, by page."""
    rows = session.scalars(
        select(QualityFinding)
        .where(QualityFinding.page_id.in_(page_ids))
        .order_by(QualityFinding.fault)
    )
    found: dict[str, list[Finding]] = {}
    for row in rows:
        found.setdefault(row.page_id or "", []).append(finding_of(row))
    return found


def findings_of_document(session: Session, document: Document) -> list[Finding]:
    """What was found within a document, and of the file it came in."""
    of_file = (QualityFinding.item_id == document.item_id) & QualityFinding.page_id.is_(None)
    rows = session.scalars(
        select(QualityFinding)
        .where(
            of_file,
            or_(
                QualityFinding.document_id == document.document_id,
                QualityFinding.document_id.is_(None),
            ),
        )
        .order_by(QualityFinding.fault)
    )
    return [finding_of(row) for row in rows]


def held_by_pages(
    session: Session, item: Item, page_ids: Collection[str], limits: Thresholds
) -> list[Finding]:
    """Findings of these pages and of their file for which a document is not to file itself."""
    if not limits.hold:
        return []
    found = [one for some in findings_of_pages(session, page_ids).values() for one in some]
    of_file = select(QualityFinding).where(
        QualityFinding.item_id == item.item_id, QualityFinding.page_id.is_(None),
        QualityFinding.document_id.is_(None),
    )  # fmt: skip
    found += [finding_of(row) for row in session.scalars(of_file)]
    return [one for one in found if one.fault in limits.hold]
