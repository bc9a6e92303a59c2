"""Whether this machine's clock can be believed: compared with the last checkpoint that a witness saw.

With EDRMS_AUDIT_WITNESS_KEY the time is the witness's own, from its cosignature. Without one it is that of
the newest checkpoint in the second place, which the sealer's clock gave; then also no gap between
checkpoints may be so long that the clock must have jumped. That is weaker, and whoever asks is told which
it was.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from sqlalchemy import select
from sqlalchemy.orm import Session

from edrms.audit.place import CheckpointPlace
from edrms.audit.tables import AuditCheckpoint
from edrms.audit.verifier import Checkpoint, Key, Tampered

MOST_BEHIND = timedelta(minutes=5)  # how far the clock may be behind the checkpoint
MOST_AHEAD = timedelta(hours=26)  # a witness that looks once a day is enough
LONGEST_SILENCE = timedelta(days=10)


@dataclass(frozen=True, slots=True)
class Witnessed:
    """A checkpoint seen elsewhere. witness: name of who cosigned it, "" where it is only published."""

    size: int
    at: datetime
    witness: str


class ClockWitness:
    """Asks the second place of checkpoints. witness: the key that must have cosigned, if there is one."""

    def __init__(self, place: CheckpointPlace, witness: Key | None) -> None:
        self._place = place
        self._witness = witness

    def last(self, session: Session) -> Witnessed | None:
        """The newest checkpoint seen elsewhere that this database knows too; None if there is none.

        Raises Unavailable where the place cannot be read.
        """
        return self._published(session) if self._witness is None else self._cosigned(session)

    def agrees(self, session: Session, now: datetime, since: datetime | None = None) -> bool:
        """Whether the clock agrees with it. since: from when on the clock must not have jumped."""
        last = self.last(session)
        if last is None or not -MOST_BEHIND <= now - last.at <= MOST_AHEAD:
            return False
        return bool(last.witness) or since is None or not _has_jumped(session, since)

    def _cosigned(self, session: Session) -> Witnessed | None:
        assert self._witness is not None  # noqa: S101 - asked by last
        note = self._place.cosigned_from(1)
        if note is None:
            return None
        try:
            head = Checkpoint.parse(note)
            seconds = head.signed_at(self._witness)
            ours = session.get(AuditCheckpoint, head.size)
            if seconds is None or ours is None or Checkpoint.parse(ours.note).root != head.root:
                return None
        except Tampered:
            return None
        return Witnessed(head.size, datetime.fromtimestamp(seconds, UTC), self._witness.name)

    def _published(self, session: Session) -> Witnessed | None:
        size = self._place.newest()
        ours = session.get(AuditCheckpoint, size) if size else None
        if ours is None or (self._place.read(size) or "").partition("\n\n")[2] != ours.note:
            return None
        return Witnessed(size, ours.at, "")


def _has_jumped(session: Session, since: datetime) -> bool:
    """Whether two checkpoints since then lie further apart than any quiet time is long."""
    times = select(AuditCheckpoint.at).where(AuditCheckpoint.at >= since)
    found = [since, *session.scalars(times.order_by(AuditCheckpoint.size))]
    return any(later - earlier > LONGEST_SILENCE for earlier, later in pairwise(found))
