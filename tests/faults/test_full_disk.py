"""The disk fills up while post comes in: refused clearly, nothing kept, reading goes on, all recovers."""

from pathlib import Path
from typing import Any

import pytest

from api.wiring import Instance
from edrms.errors import NoSpace, Unavailable
from scanning.batches.verify import verify
from tests import factories
from tests.faults.small_disk import on_a_small_disk

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
