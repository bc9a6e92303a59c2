"""A witness: on another team's machine, with a key and a state of its own, and no database of ours.

It follows the published checkpoints one by one, checks that each continues the one before, and cosigns the
newest. What it once cosigned can never be taken back unnoticed. See c2sp.org/tlog-witness.
"""

import logging
from dataclasses import dataclass
from pathlib import Path

from edrms.audit.notes import Signer, read_published
from edrms.audit.place import CheckpointPlace, put_for_good, replace
from edrms.audit.verifier import (
    EMPTY_ROOT,
    Checkpoint,
    Key,
    Tampered,
    consistency_holds,
    genuine,
)
from edrms.clock import Clock
from edrms.errors import Damaged, Unavailable

LATEST = "latest"
log = logging.getLogger("edrms.witness")


@dataclass(frozen=True)
class Cosigned:
    """What a look came to. checked: how many checkpoints are new since the last look."""

    size: int
    checked: int
    note: str


class Witness:
    """Looks at one log's checkpoints in one place."""

    def __init__(
        self, place: CheckpointPlace, state: Path, log: Key, signer: Signer, clock: Clock
    ) -> None:
        self._place = place
        self._state = state
        self._log = log
        self._signer = signer
        self._clock = clock

    def look(self) -> Cosigned | None:
        """Check what is new and cosign it; None if the log has no checkpoint yet.

        Raises Tampered (an alarm: nothing is cosigned) on a rollback, a fork, another log or a false
        signature, and Unavailable if the place cannot be read.
        """
        seen = self._seen()
        known = seen or Checkpoint(self._log.name, 0, EMPTY_ROOT, "", "", ())
        newest, checked = known, 0
        if seen:
            self._expect_still_there(seen)
        for size in self._place.after(known.size):
            newest, checked = self._continues(newest, size), checked + 1
        if newest.size == 0:
            return None
        note = self._cosign(newest) if checked else newest.note
        self._give_out(newest.size, note)
        return Cosigned(newest.size, checked, note)

    def _seen(self) -> Checkpoint | None:
        path = self._state / LATEST
        if not path.exists():
            return None
        seen = genuine(path.read_text(encoding="utf-8"), self._log)
        if seen.signed_at(self._signer.key) is None:
            raise Tampered("forged", f"{path} was not cosigned by this witness")
        return seen

    def _expect_still_there(self, seen: Checkpoint) -> None:
        newest = self._place.newest()
        if newest < seen.size:
            words = f"the log ends at {newest}, this witness has cosigned {seen.size}"
            raise Tampered("rollback", words)
        there = self._place.read(seen.size)
        if there is None or genuine(read_published(there)[2], self._log).root != seen.root:
            words = f"the checkpoint of size {seen.size} is not the one this witness cosigned"
            raise Tampered("fork", words)

    def _continues(self, before: Checkpoint, size: int) -> Checkpoint:
        old, proof, note = read_published(self._place.read(size) or "")
        head = genuine(note, self._log)
        if head.size != size or old != before.size:
            words = f"the checkpoint of size {size} does not continue the one of {before.size}"
            raise Tampered("fork", words)
        if not consistency_holds(old, size, before.root, head.root, proof):
            words = f"what was the log at size {old} is not its beginning at size {size}"
            raise Tampered("fork", words)
        return head

    def _cosign(self, newest: Checkpoint) -> str:
        """Remembered first, then given out: what this witness has said it never forgets."""
        when = max(int(self._clock.now().timestamp()), 0)
        note = newest.note + self._signer.cosignature(newest.text, when)
        self._state.mkdir(parents=True, exist_ok=True, mode=0o700)
        kept = self._state / f"{newest.size:020d}"
        if not kept.exists():
            put_for_good(kept, note)
        replace(self._state / LATEST, note)
        return note

    def _give_out(self, size: int, note: str) -> None:
        """Beside the published ones if that may be written to; it is kept here in any case."""
        try:
            self._place.put_cosigned(size, self._signer.key.id.hex(), note)
        except (Unavailable, Damaged) as error:
            log.warning("cosigned_not_placed", extra={"what": error.message})
