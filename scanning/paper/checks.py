"""The quality check of a batch as a supervisor records it: so many documents looked at, and what was found.

It implements the port QualityCheck for as long as no sampling does it better. Nothing passes by itself.
"""

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from edrms.access.model import Actor
from edrms.access.policy import require
from edrms.clock import Clock, civil_date
from edrms.db import Database
from edrms.errors import Invalid, Refused, no_such
from edrms.ids import new_id
from edrms.uow import write
from scanning.batches.tables import Batch, Document, Item
from scanning.batches.totals import account_of_batch
from scanning.paper.model import Quality, QualityState
from scanning.paper.tables import BatchQualityCheck
from scanning.paper.words import one_line, reason_wrong

CHECK = "batch:quality:check"


class SupervisorChecks:
    """A QualityCheck: the latest check that somebody recorded by name."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def of_batch(self, session: Session, batch_id: str) -> Quality:
        """See QualityCheck."""
        last = session.scalars(_of(batch_id).order_by(BatchQualityCheck.number.desc())).first()
        if last is None:
            return Quality(QualityState.NOT_YET, "not_checked")
        if not last.has_passed:
            return Quality(QualityState.FAILED, "failed", last.by, civil_date(last.at))
        newest = select(func.max(Item.received_at)).where(Item.batch_id == batch_id)
        came = session.scalar(newest)
        if came is not None and came > last.at:
            return Quality(QualityState.NOT_YET, "came_since", last.by, civil_date(last.at))
        return Quality(QualityState.PASSED, "", last.by, civil_date(last.at))

    def record(
        self, actor: Actor, batch_id: str, *, has_passed: bool, documents: int, note: str
    ) -> None:
        """Record a check. documents: how many were compared with their paper. note: what was found.

        Raises Invalid by field, NotFound; Refused for passing a batch whose pages are still being read, and
        (clock) where the clock is behind what came in.
        """
        require(actor, CHECK)
        with write(self._database, actor, self._clock) as work:
            session = work.session
            work.alone(f"quality of batch {batch_id}")
            if session.get(Batch, batch_id) is None:
                raise no_such("batch")
            if wrong := _wrong(session, batch_id, documents, note):
                raise Invalid("The check was not recorded.", fields=wrong)
            newest = session.scalar(
                select(func.max(Item.received_at)).where(Item.batch_id == batch_id)
            )
            if newest is not None and work.now < newest:
                raise Refused("The clock of this machine is behind what came in. Nothing was recorded: "
                              "have the clock put right.", code="clock")  # fmt: skip
            if has_passed and not account_of_batch(session, batch_id).balances:
                raise Refused(
                    "The pages of this batch do not agree: it cannot pass.", code="counts"
                )
            number = select(func.count()).where(BatchQualityCheck.batch_id == batch_id)
            session.add(
                BatchQualityCheck(
                    check_id=new_id(), batch_id=batch_id, at=work.now, by=actor.staff_id,
                    number=(session.scalar(number) or 0) + 1, has_passed=has_passed,
                    documents=documents, note=one_line(note),
                )
            )  # fmt: skip
            work.journal(
                CHECK, "batch", batch_id, personal=one_line(note), has_passed=has_passed,
                documents=documents,
            )  # fmt: skip


def _of(batch_id: str) -> Select[BatchQualityCheck]:
    return select(BatchQualityCheck).where(BatchQualityCheck.batch_id == batch_id)


def _wrong(session: Session, batch_id: str, documents: int, note: str) -> dict[str, str]:
    wrong = reason_wrong(note, "note")
    most = session.scalar(
        select(func.count(Document.document_id))
        .join(Item, Item.item_id == Document.item_id)
        .where(Item.batch_id == batch_id)
    )
    if not 1 <= documents <= (most or 0):
        wrong["documents"] = f"Say how many documents were looked at: from 1 to {most or 0}."
    return wrong
