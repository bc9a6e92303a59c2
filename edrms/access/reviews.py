"""Looks that somebody else looks at afterwards: taken down in the transaction of the look itself."""

from edrms.access.model import Decision, Relation
from edrms.access.tables import Review
from edrms.ids import new_id
from edrms.uow import UnitOfWork


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
