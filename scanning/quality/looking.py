"""What is known of the quality of a batch and of a document, for those who work on them."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from edrms.access.model import Actor, BatchFacts
from edrms.access.policy import decide
from edrms.clock import Clock, civil_date
from edrms.db import Database
from edrms.errors import no_such
from scanning.batches.model import DocumentState
from scanning.batches.tables import Batch, Document, Item, ItemPage
from scanning.paper.model import Quality, QualityState
from scanning.quality.model import BatchResult, BatchState, Fault, Finding, NotYet, QualityRules
from scanning.quality.recording import finding_of, findings_of_document, findings_of_pages
from scanning.quality.sampling import batch_result
from scanning.quality.tables import PageCheck, QualityFinding, QualityJudgement

MOST_SHOWN = 100


@dataclass(frozen=True, slots=True)
class PlacedFinding:
    """A finding and where: the file's name, and the page's number in it (0: of a document or the file)."""

    name: str
    page: int
    finding: Finding


@dataclass(frozen=True, slots=True)
class BatchQuality:
    """counts: how many findings of each kind. found: the first of them in the order of the pages."""

    result: BatchResult
    pages_checked: int
    counts: Mapping[str, int]
    found: Sequence[PlacedFinding]


class QualityLooks:
    """Reading what was found. It implements the port QualityCheck of scanning/paper."""

    def __init__(self, database: Database, clock: Clock, rules: QualityRules) -> None:
        self._database = database
        self._clock = clock
        self._rules = rules

    def batch(self, actor: Actor, batch_id: str) -> BatchQuality:
        """The quality of a batch the actor may see. NotFound alike when absent and when another's."""
        with self._database.read() as session:
            batch = session.get(Batch, batch_id)
            may = batch is not None and any(
                decide(actor, one, BatchFacts(batch.opened_by)).allowed
                for one in ("batch:own:view", "batch:all:view")
            )
            if not may:
                raise no_such("batch")
            found = _found_in(session, batch_id)
            checked = session.scalars(
                select(PageCheck.page_id).where(PageCheck.batch_id == batch_id)
            )
            return BatchQuality(
                batch_result(session, batch_id, self._rules.sampling), len(checked.all()),
                Counter(one.finding.fault.value for one in found), found[:MOST_SHOWN],
            )  # fmt: skip

    def of_document(self, document_id: str) -> tuple[tuple[int, Finding], ...]:
        """What was found in a document, for whoever has it open: number of the page within the document (0:
        of all of it) and finding."""
        with self._database.read() as session:
            document = session.get(Document, document_id)
            if document is None:
                return ()
            pages = session.execute(
                select(ItemPage.page_id, ItemPage.number)
                .where(ItemPage.document_id == document_id)
                .order_by(ItemPage.number)
            ).all()
            of_pages = findings_of_pages(session, [page_id for page_id, _ in pages])
            placed = [(0, one) for one in findings_of_document(session, document)]
            for page_id, number in pages:
                placed += [(number - document.first_page + 1, one)
                           for one in of_pages.get(page_id, ())]  # fmt: skip
            return tuple(placed)

    def of_batch(self, session: Session, batch_id: str) -> Quality:
        """See QualityCheck: passed only while what was drawn covers everything in the batch."""
        if session.get(Batch, batch_id) is None:
            return Quality(QualityState.NOT_YET, NotYet.NO_DOCUMENT.value)
        found = batch_result(session, batch_id, self._rules.sampling)
        last = session.scalars(
            select(QualityJudgement)
            .where(QualityJudgement.batch_id == batch_id)
            .order_by(QualityJudgement.at.desc(), QualityJudgement.number.desc())
        ).first()
        by, on = (last.by, civil_date(last.at)) if last else ("", None)
        if found.state is BatchState.FAILED:
            return Quality(QualityState.FAILED, "failed", by, on)
        if found.state is BatchState.PASSED and last is not None:
            return Quality(QualityState.PASSED, "", by, on)
        return Quality(QualityState.NOT_YET, (found.why or NotYet.NO_DOCUMENT).value, by, on)


def _found_in(session: Session, batch_id: str) -> list[PlacedFinding]:
    """In the order of the files and pages; what was found of a destroyed record is not told."""
    rows = session.execute(
        select(QualityFinding, Item.name, ItemPage.number)
        .join(Item, Item.item_id == QualityFinding.item_id)
        .outerjoin(ItemPage, ItemPage.page_id == QualityFinding.page_id)
        .outerjoin(
            Document,
            or_(
                Document.document_id == QualityFinding.document_id,
                Document.document_id == ItemPage.document_id,
            ),
        )
        .where(
            QualityFinding.batch_id == batch_id,
            or_(Document.state.is_(None), Document.state != DocumentState.DISPOSED),
        )
        .order_by(Item.ordinal, ItemPage.number, QualityFinding.fault)
    )
    return [PlacedFinding(name, number or 0, finding_of(row)) for row, name, number in rows]


def names_of(counts: Mapping[str, int]) -> list[tuple[Fault, int]]:
    """Kinds of findings with how often each was found, the commonest first."""
    ordered = sorted(counts.items(), key=lambda one: (-one[1], one[0]))
    return [(Fault(fault), count) for fault, count in ordered]
