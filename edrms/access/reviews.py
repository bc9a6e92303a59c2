"""Looks that somebody else looks at afterwards: a broken glass, a view on duty.

A view is taken down in the transaction of the view itself. Nobody decides on their own.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, exists, func, or_, select

from edrms.access.model import Actor, Decision, Relation
from edrms.access.policy import require
from edrms.access.sql import visible_clients, visible_records
from edrms.access.subjects import Subject, SubjectKind
from edrms.access.tables import Grant, Review
from edrms.clients.tables import ClientRow
from edrms.clock import Clock
from edrms.db import Database
from edrms.errors import Conflict, Invalid, Refused, no_such
from edrms.ids import new_id
from edrms.records.tables import Record
from edrms.uow import UnitOfWork, write

DECIDE = "access:review:decide"
OUTCOMES = ("justified", "not_justified")
DUE_AFTER = timedelta(days=1)


def note_for_review(work: UnitOfWork, decision: Decision, record_id: str) -> None:
    """Put a record looked at on duty on the list of looks to be reviewed.

    A look through a broken glass is reviewed with its grant, which is on the list already.
    """
    if not decision.is_reviewed or decision.relation is Relation.GLASS:
        return
    work.session.add(
        Review(
            review_id=new_id(), kind="duty", staff_id=work.actor.staff_id, subject_kind="record",
            subject_id=record_id, at=work.now,
        )
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class ToReview:
    """A look waiting to be reviewed: whose, at what, why (typed; "" on duty), until when it lasted."""

    review_id: str
    kind: str
    staff_id: str
    subject: Subject
    reason: str
    at: datetime
    until: datetime | None
    is_overdue: bool


class Reviews:
    """The list of looks to be reviewed, as those see it who answer for the files."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def waiting(self, actor: Actor, limit: int = 50, offset: int = 0) -> tuple[list[ToReview], int]:
        """Looks at what the actor may see, others' only, oldest first; and how many in all."""
        require(actor, DECIDE)
        now = self._clock.now()
        mine = self._reviewable(actor, now)
        statement = (
            select(Review, Grant)
            .outerjoin(Grant, Grant.grant_id == Review.subject_id)
            .where(mine, Review.outcome == "")
            .order_by(Review.at, Review.review_id)
            .limit(limit)
            .offset(offset)
        )
        count = (
            select(func.count(Review.review_id))
            .outerjoin(Grant, Grant.grant_id == Review.subject_id)
            .where(mine, Review.outcome == "")
        )
        with self._database.read() as session:
            rows = [_to_review(review, grant, now) for review, grant in session.execute(statement)]
            return rows, session.scalar(count) or 0

    def decide(self, actor: Actor, review_id: str, outcome: str, note: str) -> None:
        """Say whether the look was justified. A look that was not needs a note."""
        require(actor, DECIDE)
        if outcome not in OUTCOMES:
            raise Invalid("Choose an outcome.", fields={"outcome": "Choose one."})
        words = " ".join(note.split())[:2000]
        if outcome == "not_justified" and not words:
            raise Invalid("Say what follows from it.", fields={"note": "Give a note."})
        with write(self._database, actor, self._clock) as work:
            review = work.session.scalar(
                select(Review)
                .outerjoin(Grant, Grant.grant_id == Review.subject_id)
                .where(Review.review_id == review_id, self._reviewable(actor, work.now))
            )
            if review is None:
                self._refuse_own(work, actor, review_id)
                raise no_such("review")
            if review.outcome:
                raise Conflict("This has been reviewed already.", code="reviewed")
            review.outcome, review.note = outcome, words
            review.decided_by, review.decided_at = actor.staff_id, work.now
            work.journal(DECIDE, "review", review_id, personal=words, verdict=outcome,
                         staff=review.staff_id)  # fmt: skip

    def _refuse_own(self, work: UnitOfWork, actor: Actor, review_id: str) -> None:
        row = work.session.get(Review, review_id)
        if row is not None and row.staff_id == actor.staff_id:
            raise Refused("Your own looks are reviewed by somebody else.", code="own_review")

    def _reviewable(self, actor: Actor, at: datetime) -> ColumnElement[bool]:
        """Others' looks at clients and records within the actor's reach."""
        records, clients = visible_records(actor, DECIDE, at), visible_clients(actor, DECIDE, at)
        return and_(
            Review.staff_id != actor.staff_id,
            or_(
                and_(
                    Review.kind == "duty",
                    exists().where(Record.record_id == Review.subject_id, records),
                ),
                exists().where(
                    Grant.subject_kind == "record",
                    Record.record_id == Grant.subject_id,
                    records,
                ),
                exists().where(
                    Grant.subject_kind == "client",
                    ClientRow.client_id == Grant.subject_id,
                    clients,
                ),
            ),
        )


def _to_review(review: Review, grant: Grant | None, now: datetime) -> ToReview:
    kind, subject_id = (
        (grant.subject_kind, grant.subject_id) if grant else ("record", review.subject_id)
    )
    return ToReview(
        review_id=review.review_id,
        kind=review.kind,
        staff_id=review.staff_id,
        subject=Subject(SubjectKind(kind), subject_id),
        reason=grant.reason if grant else "",
        at=review.at,
        until=grant.until_at if grant else None,
        is_overdue=now > review.at + DUE_AFTER,
    )
