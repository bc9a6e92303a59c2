"""Erasing the personal detail of an event, lawfully: the event and its proof stay."""

from collections.abc import Callable

from sqlalchemy import select

from edrms.access.model import Actor
from edrms.access.policy import require
from edrms.audit.tables import AuditDetail, AuditEvent
from edrms.clock import Clock
from edrms.db import Database
from edrms.errors import Invalid, Refused, no_such
from edrms.uow import UnitOfWork, write

ERASE = "audit:detail:erase"
# Whether what an event is about (kind, id) must be kept as it is, asked within the transaction.
Keeps = Callable[[UnitOfWork, str, str], bool]


def erase_detail(
    database: Database, clock: Clock, actor: Actor, event_id: str, reason: str, *, keeps: Keeps
) -> None:
    """Erase the words kept apart from an event, with the key that its digest was made with.

    reason: why that is lawful; kept apart in its turn. NotFound if there are no such words (any more),
    Refused where what the event is about is kept (keeps: retention's holds).
    """
    require(actor, ERASE)
    if not reason.strip():
        raise Invalid("Say why it may be erased.", fields={"reason": "Enter a reason."})
    with write(database, actor, clock) as work:
        row = work.session.get(AuditDetail, event_id)
        if row is None:
            raise no_such("detail")
        about = select(AuditEvent.subject_kind, AuditEvent.subject_id)
        kind, subject_id = work.session.execute(about.where(AuditEvent.event_id == event_id)).one()
        if keeps(work, kind, subject_id):
            raise Refused(
                "What this event is about is on hold: nothing of it is erased.", code="kept"
            )
        work.session.delete(row)
        work.journal(ERASE, "event", event_id, personal=reason.strip())
