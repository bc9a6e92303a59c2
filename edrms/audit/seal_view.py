"""The seal of the log as whoever looks into it is shown it: how far, how late, what is wrong."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from sqlalchemy import select

from edrms.audit.state import sealing_state
from edrms.audit.tables import AuditEvent, AuditSeal
from edrms.clock import Clock
from edrms.db import Database


@dataclass(frozen=True, slots=True)
class SealState:
    """How the sealing of the log stands.

    sealed_to: how many events are under a signed checkpoint. oldest_unsealed_s: how long the first of
    the others has waited. last_checkpoint: None while there is none. wrong: what is wrong, in words;
    "" if nothing is known to be.
    """

    checked_at: datetime
    sealed_to: int
    unsealed: int
    oldest_unsealed_s: float
    last_checkpoint: datetime | None
    wrong: str = ""


class Sealing(Protocol):
    """What the explorer asks of the seal."""

    def state(self) -> SealState:
        """How sealing stands now."""
        ...

    def place_of(self, event_id: str) -> int | None:
        """Place of an event in the sealed log, from 0; None while it has none."""
        ...


class LogSeal:
    """The seal of this instance's log. limit_s: EDRMS_AUDIT_SEAL_LIMIT_S."""

    def __init__(self, database: Database, clock: Clock, limit_s: float) -> None:
        self._database = database
        self._clock = clock
        self._limit_s = limit_s

    def state(self) -> SealState:
        """See Sealing.state."""
        found = sealing_state(self._database, self._clock, self._limit_s)
        return SealState(
            checked_at=self._clock.now(), sealed_to=found.size, unsealed=found.unsealed,
            oldest_unsealed_s=found.oldest_unsealed_s, last_checkpoint=found.checkpoint_at,
            wrong=" ".join(found.problems),
        )  # fmt: skip

    def place_of(self, event_id: str) -> int | None:
        """See Sealing.place_of."""
        wanted = (
            select(AuditSeal.seq)
            .join(AuditEvent, AuditEvent.number == AuditSeal.number)
            .where(AuditEvent.event_id == event_id)
        )
        with self._database.read() as session:
            return session.scalar(wanted)
