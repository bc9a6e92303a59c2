"""The disk fills up while post comes in: refused clearly, nothing kept, reading goes on, all recovers."""

import tempfile
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from api.wiring import Instance
from edrms.audit.checking import verify_database
from edrms.audit.place import CheckpointPlace
from edrms.audit.sealer import Sealer
from edrms.audit.state import SealGuard, sealing_state
from edrms.errors import NoSpace, Unavailable
from scanning.batches.verify import verify
from tests import factories
from tests.faults.small_disk import on_a_small_disk
from tests.service.audit_logs import signer

pytestmark = pytest.mark.faults
POST_ROOM = factories.actor("post_room")


def receive_onto_a_small_disk(disk: Path) -> dict[str, Any]:
    """Run in a child whose disk has 12 MB: send until it is full, make room, send again."""
    instance = factories.new_instance(disk / "home", min_free_bytes=2 << 20)
    batch_id = factories.batch(instance, POST_ROOM)
    first = factories.send(instance, POST_ROOM, batch_id, "first.txt", "Dear colleague")
    ballast = disk / "ballast"
    ballast.write_bytes(bytes(7 << 20))
    answers = [_refusal(instance, batch_id, number) for number in range(4)]
    kept = instance.ledger.batch(POST_ROOM, batch_id)
    with instance.store.open(kept.items[0].object_key) as stream:  # type: ignore[arg-type]
        still_read = stream.read() == b"Dear colleague"
    objects = len(list(instance.store.keys()))
    ballast.unlink()
    return {
        "refused": sorted(set(answers) - {"accepted"}),
        "one_object_for_each_item": objects == len(kept.items),
        "first_is_there": kept.items[0].item_id == first.item_id,
        "still_read": still_read,
        "afterwards": _refusal(instance, batch_id, 9),
        "faults": verify(instance.database, instance.store).faults,
        "unreferenced": verify(instance.database, instance.store).unreferenced_objects,
    }


def _refusal(instance: Instance, batch_id: str, number: int) -> str:
    chunks = [bytes([number]) * (1 << 18)] * 5
    try:
        instance.intake.receive_file(POST_ROOM, batch_id, f"{number}.bin", chunks)
    except (NoSpace, Unavailable) as error:
        return error.error_code
    return "accepted"


def test_a_disk_that_fills_up_refuses_new_post_and_keeps_what_it_has() -> None:
    found = on_a_small_disk("tests.faults.test_full_disk:receive_onto_a_small_disk", size_mb=12)
    assert found == {
        "refused": ["no_space"],
        "one_object_for_each_item": True,
        "first_is_there": True,
        "still_read": True,
        "afterwards": "accepted",
        "faults": [],
        "unreferenced": 0,
    }


def seal_onto_a_full_disk(disk: Path) -> dict[str, Any]:
    """Run in a child whose disk is the place for checkpoints: fill it, wait past the limit, make room."""
    clock, elsewhere = factories.fixed_clock(), tempfile.TemporaryDirectory()
    instance = factories.new_instance(Path(elsewhere.name) / "home", clock)
    place, limit_s = CheckpointPlace(disk / "place"), 900.0
    place.prepare()
    one = Sealer(instance.database, clock, signer(), place, name="sealer", lease_s=10_000)
    term = one.take_lead()
    assert term
    one.round(term)
    sealed = place.newest()
    _fill(disk)
    factories.batch(instance, POST_ROOM)
    one.round(term)
    clock.advance(timedelta(seconds=limit_s + 1))
    found = {
        "published": place.newest() - sealed,
        "said": sealing_state(instance.database, clock, limit_s).problems,
        "reading": _reading(SealGuard(instance.database, clock, limit_s), instance),
        "half_files": len([one for one in place.root.rglob(".*") if one.is_file()]),
    }
    (disk / "ballast").unlink()
    one.round(term)
    return found | {
        "reading_afterwards": _reading(SealGuard(instance.database, clock, limit_s), instance),
        "said_afterwards": sealing_state(instance.database, clock, limit_s).problems,
        "all_proved": verify_database(instance.database, signer().key, place).size
        == place.newest()
        > sealed,
    }


def _fill(disk: Path) -> None:
    """Take every byte the disk still has."""
    with (disk / "ballast").open("wb", buffering=0) as ballast:
        try:
            while True:
                ballast.write(bytes(4096))
        except OSError:
            return


def _reading(guard: SealGuard, instance: Instance) -> str:
    with instance.database.read() as session:
        try:
            guard.check(session)
        except Unavailable as error:
            return error.error_code
    return "allowed"


def test_a_full_place_for_checkpoints_stops_sealing_and_then_reading_until_there_is_room() -> None:
    found = on_a_small_disk("tests.faults.test_full_disk:seal_onto_a_full_disk")
    said = found.pop("said")
    assert len(said) == 1 and said[0].endswith("is full.")
    assert found == {
        "published": 0,
        "reading": "audit_unsealed",
        "half_files": 0,
        "reading_afterwards": "allowed",
        "said_afterwards": [],
        "all_proved": True,
    }
