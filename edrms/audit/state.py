"""How sealing stands, for the status page; and the guard that stops reading when it has stood still."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from edrms.audit.sealing import newest_checkpoint
from edrms.audit.tables import AuditSealing, AuditWaiting
from edrms.clock import Clock
from edrms.db import Database
from edrms.errors import Unavailable
from edrms.jobs.lease_clock import LeaseClock

_OLDEST = select(AuditWaiting.since).order_by(AuditWaiting.number).limit(1)


@dataclass(frozen=True, slots=True)
class SealingState:
    """size: of the newest signed checkpoint. checkpoint_age_s: may be negative after a clock was set back.

    unsealed: events not yet under a published checkpoint. oldest_unsealed_s: how long the first of them
    has waited. problems: in words, none if all is well. reading_stopped: the guard refuses content.
    """

    size: int
    checkpoint_at: datetime | None
    checkpoint_age_s: float | None
    unsealed: int
    oldest_unsealed_s: float
    problems: tuple[str, ...]
    reading_stopped: bool


class SealGuard:
    """Refuses to give content out once an event has waited for its seal longer than the limit."""

    def __init__(self, database: Database, clock: Clock, limit_s: float) -> None:
        self._leases = LeaseClock(database, clock)
        self._limit = timedelta(seconds=limit_s)

    def check(self, session: Session) -> None:
        """Raises Unavailable when sealing has stood still for too long.

        A wait that began in the future by more than the limit counts as well: the clock was set back.
        """
        oldest = _OLDEST.subquery()
        beyond = or_(
            oldest.c.since < self._leases.now(-self._limit),
            oldest.c.since > self._leases.now(self._limit),
        )
        if session.scalar(select(func.count()).select_from(oldest).where(beyond)):
            raise Unavailable(
                "Records cannot be opened just now: what was done lately could not be sealed in the "
                "audit log. Nothing is lost. Tell whoever runs the system; the status page says why.",
                code="audit_unsealed",
            )


def sealing_state(database: Database, clock: Clock, limit_s: float) -> SealingState:
    """How sealing stands now. limit_s: EDRMS_AUDIT_SEAL_LIMIT_S."""
    leases = LeaseClock(database, clock)
    with database.read() as session:
        last = newest_checkpoint(session)
        waiting = session.scalar(select(func.count(AuditWaiting.number))) or 0
        oldest = session.scalar(_OLDEST)
        present = session.scalar(select(leases.now()))
        said = select(AuditSealing.problem).where(AuditSealing.problem != "")
        problems = tuple(session.scalars(said.order_by(AuditSealing.part)))
    waited_s = (present - oldest).total_seconds() if oldest and present else 0.0
    stopped = abs(waited_s) > limit_s
    if stopped and not problems:
        problems = ("No sealer is at work: start `edrms audit seal`.",)
    return SealingState(
        size=last.size if last else 0,
        checkpoint_at=last.at if last else None,
        checkpoint_age_s=(clock.now() - last.at).total_seconds() if last else None,
        unsealed=waiting,
        oldest_unsealed_s=waited_s,
        problems=problems,
        reading_stopped=stopped,
    )
