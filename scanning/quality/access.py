"""Who may look at which sampled documents: the one policy, asked with the facts as they are.

A document that waits or was rejected is there for whoever may find every client its suggestion names, as at
the indexing desk; a filed one for whom the policy lets check its record. Whose scans they are does not
check them, under no account.
"""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import ColumnElement, and_, exists, or_
from sqlalchemy.orm import Session

from edrms.access.model import Actor
from edrms.access.sql import visible_records
from edrms.errors import Refused
from edrms.records.tables import Record
from edrms.staff.persons import is_somebody_else
from edrms.staff.tables import StaffMember
from scanning.batches.model import DocumentState
from scanning.batches.tables import Document
from scanning.indexing.desk_guard import names_only_findable

CHECK = "batch:quality:check"


def is_there_for(actor: Actor, at: datetime) -> ColumnElement[bool]:
    """A condition on documents: the actor may look at them to check them."""
    waits = Document.state.in_((DocumentState.TO_INDEX, DocumentState.REJECTED))
    on_file = exists().where(
        Record.record_id == Document.record_id, visible_records(actor, CHECK, at)
    )
    return or_(
        and_(waits, names_only_findable(actor, at)),
        and_(Document.state == DocumentState.FILED, on_file),
    )


def must_be_somebody_else(session: Session, actor: Actor, opened_by: str) -> None:
    """Refused for the person whose batch it is, under any account, and where that cannot be told.

    A batch that a program opened has no person to be told apart from.
    """
    answer = _is_somebody_else(session, actor, opened_by)
    if answer is False:
        raise Refused("Your own scans are checked by somebody else.", code="own_batch")
    if answer is None:
        raise Refused(
            "It is not recorded whether you are somebody else than the operator of this batch. Have "
            "both employee numbers recorded with the accounts.", code="unknown_person",
        )  # fmt: skip


def those_of_others(session: Session, actor: Actor, operators: Collection[str]) -> set[str]:
    """Those of these operators who are known to be other persons than the actor."""
    return {one for one in operators if _is_somebody_else(session, actor, one)}


def _is_somebody_else(session: Session, actor: Actor, opened_by: str) -> bool | None:
    if actor.staff_id == opened_by:
        return False
    operator = session.get(StaffMember, opened_by)
    if operator is not None and operator.kind != "person":
        return True
    return is_somebody_else(session, actor.staff_id, [opened_by])
