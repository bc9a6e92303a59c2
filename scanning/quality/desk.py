"""The queue of sampled documents as supervisors work it: take one, look, pass it or fail it.

Whoever looks at a document has it for a quarter of an hour. A failed one has the whole batch looked at, and
stays failed until somebody passes it and says how it was put right.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session

from edrms.access.model import Actor
from edrms.access.policy import require
from edrms.audit.state import SealGuard
from edrms.clock import Clock
from edrms.db import Database
from edrms.errors import Conflict, no_such
from edrms.records.tables import PageContent
from edrms.uow import UnitOfWork, write
from scanning.batches.tables import Batch, Document, Item, ItemPage
from scanning.quality.access import CHECK, is_there_for, must_be_somebody_else, those_of_others
from scanning.quality.model import Finding
from scanning.quality.recording import findings_of_document, findings_of_pages
from scanning.quality.sampling_rules import FAILED
from scanning.quality.tables import QualityJudgement, QualitySample

KEPT_FOR = timedelta(minutes=15)
VIEW = "quality:sample:view"


@dataclass(frozen=True, slots=True)
class Waiting:
    """documents: samples to look at; failed: those that stay failed until put right."""

    documents: int
    failed: int


@dataclass(frozen=True, slots=True)
class SampledDocument:
    """A sampled document in a list. is_others: known to be another person's scan than the reader's."""

    sample: QualitySample
    document: Document
    item: Item
    batch: Batch
    is_others: bool


@dataclass(frozen=True, slots=True)
class SampledPage:
    """A page of it: its number in the file, what was read (None if it failed), and what was found."""

    number: int
    content: PageContent | None
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class OpenSample:
    """A sampled document to look at. findings: within it, and of its file."""

    at: SampledDocument
    pages: tuple[SampledPage, ...]
    findings: tuple[Finding, ...]
    judgements: tuple[QualityJudgement, ...]


class QualityDesk:
    """The queue, and looking."""

    def __init__(self, database: Database, clock: Clock, seals: SealGuard) -> None:
        self._database = database
        self._clock = clock
        self._seals = seals

    def waiting(self, actor: Actor) -> Waiting:
        """Counts of what is there for the actor; one's own scans are not."""
        require(actor, CHECK)
        failed = QualitySample.outcome == FAILED
        with self._database.read() as session:
            counted = self._there(actor).with_only_columns(
                func.count().filter(QualitySample.outcome == ""), func.count().filter(failed)
            )
            waiting, put_right = session.execute(counted).one()
        return Waiting(waiting, put_right)

    def queue(
        self, actor: Actor, limit: int = 50, offset: int = 0, *, failed: bool = False
    ) -> Sequence[SampledDocument]:
        """Samples to look at, in the order in which they are given out; or those that failed."""
        require(actor, CHECK)
        outcome = QualitySample.outcome == (FAILED if failed else "")
        wanted = self._there(actor).where(outcome).order_by(*_ORDER).limit(limit).offset(offset)
        with self._database.read() as session:
            rows = session.execute(wanted).all()
            others = those_of_others(session, actor, {row[3].opened_by for row in rows})
            return [SampledDocument(*row, row[3].opened_by in others) for row in rows]

    def _there(self, actor: Actor) -> Select[QualitySample, Document, Item, Batch]:
        return _samples().where(
            QualitySample.is_sampled,
            Batch.opened_by != actor.staff_id,
            is_there_for(actor, self._clock.now()),
        )

    def next_for(self, actor: Actor, but_not: str = "") -> str | None:
        """The id of the sample to look at next: free, and another person's; None if there is none."""
        require(actor, CHECK)
        free = or_(
            QualitySample.taken_by.in_(("", actor.staff_id)),
            QualitySample.taken_at < self._clock.now() - KEPT_FOR,
        )
        wanted = self._there(actor).where(
            QualitySample.outcome == "", free, QualitySample.document_id != but_not
        )
        with self._database.read() as session:
            operators = session.scalars(wanted.with_only_columns(Batch.opened_by).distinct())
            others = those_of_others(session, actor, set(operators))
            in_hand = (QualitySample.taken_by != actor.staff_id).asc()
            ids = wanted.where(Batch.opened_by.in_(others)).order_by(in_hand, *_ORDER)
            return session.scalar(ids.with_only_columns(QualitySample.document_id).limit(1))

    def open(self, actor: Actor, document_id: str) -> OpenSample:
        """Take a sampled document and look at it; journalled, also for each page seen afterwards.

        Raises NotFound alike for what is not there, not in the sample, or not for the actor; Refused for
        one's own scans; Conflict while a colleague looks at it.
        """
        require(actor, CHECK)
        with write(self._database, actor, self._clock) as work:
            found = sampled(work, actor, document_id)
            self._seals.check(work.session)
            sample = found.sample
            if is_taken_by_another(sample, actor, work):
                raise Conflict("A colleague is looking at this document.", code="taken")
            sample.taken_by, sample.taken_at = actor.staff_id, work.now
            work.journal(VIEW, "document", document_id)
            return _opened(work.session, found)

    def page(self, actor: Actor, document_id: str, number: int) -> PageContent:
        """A page's picture (number within the file), journalled. NotFound for a page that has none."""
        require(actor, CHECK)
        with write(self._database, actor, self._clock) as work:
            sampled(work, actor, document_id)
            self._seals.check(work.session)
            content = work.session.scalar(
                select(PageContent)
                .join(ItemPage, ItemPage.page_id == PageContent.page_id)
                .where(ItemPage.document_id == document_id, ItemPage.number == number)
            )
            if content is None or not content.view_key:
                raise no_such("page")
            work.journal(VIEW, "page", content.page_id)
        return content


_ORDER = (Batch.number, Item.ordinal, Document.ordinal, QualitySample.document_id)


def _samples() -> Select[QualitySample, Document, Item, Batch]:
    return (
        select(QualitySample, Document, Item, Batch)
        .join(Document, Document.document_id == QualitySample.document_id)
        .join(Item, Item.item_id == Document.item_id)
        .join(Batch, Batch.batch_id == Item.batch_id)
    )


def sampled(work: UnitOfWork, actor: Actor, document_id: str) -> SampledDocument:
    """A sampled document that the actor may check, with nobody else at it until this transaction ends.

    Raises NotFound alike for what is absent, not sampled, or not there for the actor; Refused for one's
    own.
    """
    wanted: ColumnElement[bool] = and_(
        QualitySample.document_id == document_id, QualitySample.is_sampled,
        is_there_for(actor, work.now),
    )  # fmt: skip
    row = work.session.execute(
        _samples().where(wanted).with_for_update(of=QualitySample)
    ).one_or_none()
    if row is None:
        raise no_such("document")
    must_be_somebody_else(work.session, actor, row[3].opened_by)
    return SampledDocument(*row, is_others=True)


def is_taken_by_another(sample: QualitySample, actor: Actor, work: UnitOfWork) -> bool:
    """Whether a colleague took it within the last quarter of an hour."""
    if sample.taken_by in ("", actor.staff_id) or sample.taken_at is None:
        return False
    return sample.taken_at >= work.now - KEPT_FOR


def _opened(session: Session, found: SampledDocument) -> OpenSample:
    rows = session.execute(
        select(ItemPage, PageContent)
        .outerjoin(PageContent, PageContent.page_id == ItemPage.page_id)
        .where(ItemPage.document_id == found.document.document_id)
        .order_by(ItemPage.number)
    ).all()
    of_pages = findings_of_pages(session, [page.page_id for page, _ in rows])
    judgements = session.scalars(
        select(QualityJudgement)
        .where(QualityJudgement.document_id == found.document.document_id)
        .order_by(QualityJudgement.number)
    )
    return OpenSample(
        found,
        tuple(
            SampledPage(page.number, content, tuple(of_pages.get(page.page_id, ())))
            for page, content in rows
        ),
        tuple(findings_of_document(session, found.document)),
        tuple(judgements),
    )
