"""Logs made for tests of the verifier: events, their leaves, and checkpoints signed by a key of the test."""

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from edrms.audit.canonical import canonical
from edrms.audit.notes import Signer, make_key
from edrms.audit.verifier import (
    LOG_KEY,
    WITNESS_KEY,
    Checkpoint,
    Frontier,
    Report,
    leaf_hash,
    verify_log,
)
from tests.factories import MONDAY

ORIGIN = "edrms/log-of-tests"


@cache
def signer(name: str = ORIGIN, kind: int = LOG_KEY, which: int = 1) -> Signer:
    """A key of this name; of several of one name, this one."""
    with TemporaryDirectory() as directory:
        return make_key(Path(directory) / f"key-{which}", name, kind)


def cosigned(note: str, at: int = 1_780_000_000, name: str = "witness/1") -> str:
    """The note with a witness's signature."""
    return note + signer(name, WITNESS_KEY).cosignature(Checkpoint.parse(note).text, at)


def event_bytes(number: int, **given: object) -> bytes:
    """The canonical bytes of an invented event."""
    fields = {
        "number": number, "event_id": f"{number:032x}", "at": MONDAY + timedelta(seconds=number),
        "actor_id": f"staff-{number % 7}", "action": "record:content:view", "subject_kind": "record",
        "subject_id": f"record-{number % 50}", "outcome": "done", "reason": "",
        "detail": {"page": number % 9}, "request_id": "", "source": "", "detail_digest": "",
    }  # fmt: skip
    return canonical(fields | given)


@dataclass(frozen=True)
class Log:
    """What an export holds."""

    events: Sequence[bytes]
    leaves: bytes
    notes: Sequence[str]

    def verify(self, held: Sequence[str] = (), **given: object) -> Report:
        """As an outsider does who has the public key."""
        return verify_log(self.events, self.leaves, self.notes, held, signer().key, **given)  # type: ignore[arg-type]

    def but(self, **given: object) -> "Log":
        """The same with something else in it."""
        return replace(self, **given)  # type: ignore[arg-type]


def make_log(events: Sequence[bytes], sizes: Sequence[int], by: Signer | None = None) -> Log:
    """An honest log with checkpoints at these sizes."""
    frontier, notes, leaves = Frontier(), [], [leaf_hash(one) for one in events]
    for size in sizes:
        frontier.extend(leaves[frontier.size : size])
        notes.append((by or signer()).checkpoint(size, frontier.root()))
    return Log(events, b"".join(leaves), notes)


def uneven_sizes(total: int, most: int, seed: int = 6962) -> list[int]:
    """Sizes of checkpoints that grow by 1 to `most`, the last being the total."""
    chance, sizes = random.Random(seed), [0]
    while sizes[-1] < total:
        sizes.append(min(total, sizes[-1] + chance.randint(1, most)))
    return sizes[1:]
