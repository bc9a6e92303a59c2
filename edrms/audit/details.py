"""Erasing the personal detail of an event, lawfully: the event and its proof stay."""

from edrms.access.model import Actor
from edrms.access.policy import require
from edrms.audit.tables import AuditDetail
from edrms.clock import Clock
from edrms.db import Database
from edrms.errors import Invalid, no_such
from edrms.uow import write

ERASE = "audit:detail:erase"


def erase_detail(
    database: Database, clock: Clock, actor: Actor, event_id: str, reason: str
) -> None:
    """Erase the words kept apart from an event, with the key that its digest was made with.

    reason: why that is lawful; kept apart in its turn. NotFound if there are no such words (any more).
    """
    require(actor, ERASE)
    if not reason.strip():
        raise Invalid("Say why it may be erased.", fields={"reason": "Enter a reason."})
    with write(database, actor, clock) as work:
        row = work.session.get(AuditDetail, event_id)
        if row is None:
            raise no_such("detail")
        work.session.delete(row)
        work.journal(ERASE, "event", event_id, personal=reason.strip())
