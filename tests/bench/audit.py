"""How fast events are sealed, and how fast an outsider's verifier gets through a million of them.

Sealing is measured whole, in one process on SQLite: rows read back, hashed, seals and a signed checkpoint
committed, the checkpoint on the disk of its place. Verifying: the export of so many events by the one
file, in a process of its own that may use one core.
"""

import json
import os
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import insert

import api.wiring  # noqa: F401 - all tables are known
from api import migrations
from edrms.audit import verifier
from edrms.audit.canonical import canonical
from edrms.audit.notes import Signer, make_key
from edrms.audit.place import CheckpointPlace
from edrms.audit.sealer import Sealer
from edrms.audit.tables import AuditEvent
from edrms.audit.verifier import LOG_KEY, Frontier, leaf_hash
from edrms.clock import SystemClock
from edrms.db import Database
from edrms.ids import new_id
from edrms.staff.accounts import SYSTEM
from edrms.uow import write

EVERY = 2000  # events a checkpoint, as the sealer makes them when it is busy


def measure_audit(scratch: Path, sealed: int, verified: int) -> dict[str, Any]:
    """Events sealed a second, and seconds for verifying so many."""
    directory = scratch / "audit"
    directory.mkdir()
    signer = make_key(directory / "key", "edrms/bench", LOG_KEY)
    rate = _sealed_a_second(directory, signer, sealed)
    took_s, size_bytes = _verifying_s(directory, signer, verified)
    return {
        "sealed_events": sealed,
        "sealed_events_a_second": round(rate),
        "verified_events": verified,
        "verified_in_s": round(took_s, 2),
        "verified_bytes_an_event": round(size_bytes / verified),
    }


def _sealed_a_second(directory: Path, signer: Signer, count: int) -> float:
    database, place = Database(f"sqlite:///{directory / 'rows'}"), CheckpointPlace(directory / "p")
    migrations.upgrade(database, SystemClock())
    place.prepare()
    for start in range(0, count, EVERY):
        with write(database, SYSTEM, SystemClock()) as work:
            some = range(start, min(start + EVERY, count))
            work.session.execute(insert(AuditEvent), [_event(number) for number in some])
    sealer = Sealer(database, SystemClock(), signer, place, name="bench", lease_s=600)
    term = sealer.take_lead()
    if term is None:
        raise RuntimeError("nobody else can lead here")
    done, began = 0, time.perf_counter()
    while some_sealed := sealer.round(term):
        done += some_sealed
    took_s = time.perf_counter() - began
    database.close()
    if done != count + 1:  # and the event of making the tables
        raise RuntimeError(f"{done} events were sealed, {count} added")
    return done / took_s


def _event(number: int) -> dict[str, Any]:
    return {
        "event_id": new_id(), "at": datetime.now(UTC), "actor_id": new_id(),
        "action": "record:page:view", "subject_kind": "record", "subject_id": new_id(),
        "outcome": "done", "reason": "", "detail": {"page": number % 40},
        "request_id": f"{number:016x}", "source": f"{number % 999:032x}", "detail_digest": "",
    }  # fmt: skip


def _verifying_s(directory: Path, signer: Signer, count: int) -> tuple[float, int]:
    export = directory / "export"
    export.mkdir()
    _write_export(export, signer, count)
    words = [sys.executable, verifier.__file__, "log", export, "--key", str(signer.key)]
    began = time.perf_counter()
    ended = subprocess.run(words, preexec_fn=_on_one_core, capture_output=True, text=True)
    took_s = time.perf_counter() - began
    if ended.returncode or f"{count} events hold" not in ended.stdout:
        raise RuntimeError(f"the export was not verified: {ended.stdout}{ended.stderr}")
    return took_s, (export / verifier.EVENTS).stat().st_size


def _on_one_core() -> None:
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})


def _write_export(export: Path, signer: Signer, count: int) -> None:
    frontier, notes = Frontier(), []
    with (
        (export / verifier.EVENTS).open("wb") as lines,
        (export / verifier.LEAVES).open("wb") as leaves,
    ):
        for number in range(1, count + 1):
            event = canonical(_event(number) | {"number": number})
            leaf = leaf_hash(event)
            lines.write(event + b"\n")
            leaves.write(leaf)
            frontier.extend([leaf])
            if number % EVERY == 0 or number == count:
                notes.append(json.dumps(signer.checkpoint(number, frontier.root())))
    (export / verifier.CHECKPOINTS).write_text("".join(f"{note}\n" for note in notes))
