"""Passing and failing sampled documents, and what follows for their batch."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from edrms.access.guards import said
from edrms.access.model import Actor
from edrms.access.policy import require
from edrms.clock import Clock, civil_date
from edrms.db import Database
from edrms.errors import Conflict, Invalid
from edrms.ids import new_id
from edrms.uow import UnitOfWork, write
from scanning.batches.tables import Document, Item
from scanning.quality.access import CHECK
from scanning.quality.desk import is_taken_by_another, sampled
from scanning.quality.model import BatchResult, BatchState, QualityRules, SeenFault
from scanning.quality.sampling import alone_with, batch_result, escalate
from scanning.quality.sampling_rules import FAILED, PASSED
from scanning.quality.tables import BatchQualityCheck, QualityJudgement, QualitySample
from scanning.quality.words import SEEN

JUDGE = "quality:sample:judge"
ESCALATE = "quality:batch:escalate"


class Judging:
    """What people say of samples."""

    def __init__(self, database: Database, clock: Clock, rules: QualityRules) -> None:
        self._database = database
        self._clock = clock
        self._rules = rules

    def judge(
        self, actor: Actor, document_id: str, *, has_passed: bool, seen: int, fault: str = "",
        reason: str = "",
    ) -> BatchResult:  # fmt: skip
        """Pass or fail a document that the actor has open; returns how its batch stands now.

        seen: how many judgements it had when looked at, so that nobody answers another's unread. reason:
        why it failed, or how one that had failed was put right. Raises what `sampled` does; Conflict where
        somebody was quicker or the actor has not looked; Invalid by field.
        """
        require(actor, CHECK)
        with write(self._database, actor, self._clock) as work:
            _alone_at(work, document_id)
            found = sampled(work, actor, document_id)
            before = _judgements(work.session, document_id)
            if has_passed and found.sample.outcome == PASSED:
                raise Conflict("Somebody has passed this document.", code="judged")
            _must_be_as_seen(work, actor, found.sample, before, seen)
            needs_reason = not has_passed or found.sample.outcome == FAILED
            wrong = (
                {} if has_passed or fault in list(SeenFault) else {"fault": "Choose what is wrong."}
            )
            if wrong:
                raise Invalid("Nothing was recorded.", fields=wrong)
            words = said(reason) if needs_reason else ""
            outcome, kind = (PASSED, "") if has_passed else (FAILED, fault)
            work.session.add(
                QualityJudgement(
                    judgement_id=new_id(), document_id=document_id, batch_id=found.batch.batch_id,
                    number=before + 1, outcome=outcome, fault=kind, reason=words,
                    by=actor.staff_id, at=work.now, judged_on=civil_date(work.now),
                )
            )  # fmt: skip
            found.sample.outcome, found.sample.judged_at = outcome, work.now
            found.sample.taken_by, found.sample.taken_at = "", None
            work.journal(
                JUDGE, "document", document_id, personal=words, outcome=outcome, fault=kind
            )
            return self._settle(work, actor, found.batch.batch_id, kind)

    def _settle(self, work: UnitOfWork, actor: Actor, batch_id: str, fault: str) -> BatchResult:
        """What follows for the batch: all of it is looked at, or its check has come to an end."""
        work.session.flush()
        if fault:
            more = escalate(work, batch_id, self._rules.sampling)
            work.session.flush()
            work.journal(ESCALATE, "batch", batch_id, documents=more)
        now = batch_result(work.session, batch_id, self._rules.sampling)
        if fault or now.state is BatchState.PASSED:
            has_passed = now.state is BatchState.PASSED
            count = select(func.count()).where(BatchQualityCheck.batch_id == batch_id)
            work.session.add(
                BatchQualityCheck(
                    check_id=new_id(), batch_id=batch_id, at=work.now, by=actor.staff_id,
                    number=(work.session.scalar(count) or 0) + 1, has_passed=has_passed,
                    documents=now.passed + now.failed,
                    note="" if has_passed else SEEN[SeenFault(fault)],
                )
            )  # fmt: skip
            work.journal(CHECK, "batch", batch_id, has_passed=has_passed,
                         documents=now.passed + now.failed)  # fmt: skip
        return now


def _alone_at(work: UnitOfWork, document_id: str) -> None:
    """First of all locks, as whoever draws takes it before the samples."""
    of_document = (
        select(Item.batch_id)
        .join(Document, Document.item_id == Item.item_id)
        .where(Document.document_id == document_id)
    )
    alone_with(work, work.session.scalar(of_document) or "")


def _judgements(session: Session, document_id: str) -> int:
    count = select(func.count()).where(QualityJudgement.document_id == document_id)
    return session.scalar(count) or 0


def _must_be_as_seen(
    work: UnitOfWork, actor: Actor, sample: QualitySample, before: int, seen: int
) -> None:
    if before != seen:
        raise Conflict("Somebody has judged this document meanwhile.", code="judged")
    if is_taken_by_another(sample, actor, work):
        raise Conflict("A colleague is looking at this document.", code="taken")
    if sample.taken_by != actor.staff_id:
        raise Conflict("Look at the document first.", code="not_looked")
