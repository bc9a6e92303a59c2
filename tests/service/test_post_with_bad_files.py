"""A delivery with every kind of bad file in it: each is held with its reason, its neighbours are read."""

from collections.abc import Callable
from pathlib import Path

import pytest

from api.wiring import Instance
from edrms.jobs.worker import Worker
from scanning.batches.ledger import BatchAccount
from scanning.batches.model import Whereabouts
from scanning.batches.tables import Item
from scanning.batches.verify import verify
from tests import factories
from tests.faults import hostile
from tests.service.events import events

POST_ROOM = factories.actor("post_room")
PAGES_OF_A_LONG_PDF = 100
HOSTILE_NAMES = [
    "../../../../tmp/edrms_name.pdf", "..\\..\\edrms.txt", "a" * 300 + ".txt",
    "inv\u202efdp.exe", "x'; DROP TABLE items;--.txt", "<script>alert(1)</script>.txt",
    "%00.txt", "nul\x00byte.txt", ".htaccess", "", "....", "$(touch edrms).txt", "-rf.txt",
    "line\r\nbreak.txt", "cafe\u0301 \u2603.txt",
]  # fmt: skip


def made(folder: Path, make: Callable[[Path], Path]) -> bytes:
    return make(folder / "made").read_bytes()


def bad_files(folder: Path) -> dict[str, tuple[bytes, str]]:
    """Name, bytes and the reason it must be held for."""
    pdf = hostile.pdf_bytes(20)
    cut_tiff = hostile.picture_file(folder / "t", "TIFF", 0.6).read_bytes()
    cut_jpeg = hostile.picture_file(folder / "j", "JPEG", 0.6).read_bytes()
    return {
        "empty.pdf": (b"", "empty"),
        "password.pdf": (made(folder, lambda p: hostile.encrypted_pdf(p, "secret")), "encrypted"),
        "cut.pdf": (pdf[:-3000], "damaged"),
        "cut.tif": (cut_tiff, "damaged"),
        "cut.jpg": (cut_jpeg, "damaged"),
        "huge.png": (made(folder, hostile.huge_png), "too_many_pixels"),
        "huge.tif": (made(folder, hostile.huge_tiff), "too_many_pixels"),
        "bomb.docx": (made(folder, hostile.docx_bomb), "unpacks_too_large"),
        "entities.docx": (made(folder, hostile.docx_with_entities), "damaged"),
        "program.pdf": (b"MZ\x90\x00" + bytes(400), "unsupported"),
        "page.html.pdf": (b"<!DOCTYPE html><html><body>x</body></html>", "unsupported"),
    }


def by_name(account: BatchAccount) -> dict[str, Item]:
    return {item.name: item for item in account.items}


def test_each_bad_file_is_held_with_its_reason_and_its_neighbours_are_read(
    instance: Instance, worker: Worker, tmp_path: Path
) -> None:
    person, bad = factories.client(), bad_files(tmp_path)
    factories.on_the_register(instance, person)
    good: dict[str, bytes | str] = {"before.txt": factories.letter_to(person)}
    last: dict[str, bytes | str] = {
        "after.docx": factories.pdf(factories.letter_to(person)),  # a wrong extension is no fault
        "after.png": factories.png(factories.page("Dear colleague")),
    }
    sent = good | {name: content for name, (content, _) in bad.items()} | last
    account = factories.read_in(instance, worker, POST_ROOM, sent)
    items = by_name(account)
    held = {name: items[name].held_reason for name in bad}
    assert held == {name: reason for name, (_, reason) in bad.items()}
    assert [items[name].state for name in (*good, *last)] == ["read"] * 3
    assert "extension_disagrees" in items["after.docx"].notes
    assert account.reconciliation.balances
    assert account.reconciliation.at == {Whereabouts.FILED: 2, Whereabouts.TO_INDEX: 1}
    assert account.reconciliation.uncounted_items == len(bad)
    assert len(events(instance, "item:content:hold")) == len(bad)
    assert verify(instance.database, instance.store).faults == []


def test_the_original_of_a_held_file_is_as_it_came(instance: Instance, worker: Worker) -> None:
    account = factories.read_in(instance, worker, POST_ROOM, {"a.pdf": b"%PDF-1.7\nnot much"})
    (item,) = account.items
    assert item.state == "held"
    with instance.store.open(item.object_key) as stream:  # type: ignore[arg-type]
        assert stream.read() == b"%PDF-1.7\nnot much"


def test_a_message_nested_20_deep_gives_its_letters_down_to_the_depth_allowed(
    instance: Instance, worker: Worker
) -> None:
    deep = hostile.nested_message(20).as_bytes()
    account = factories.read_in(instance, worker, POST_ROOM, {"deep.eml": deep, "a.txt": "Dear"})
    by_depth = sorted(account.items, key=lambda item: item.depth)
    assert [item.state for item in by_depth] == ["read"] * (len(by_depth) - 1) + ["held"]
    assert by_depth[-1].held_reason == "nested_too_deep"
    assert by_name(account)["a.txt"].state == "read"
    assert account.reconciliation.balances


def test_hostile_names_name_nothing_outside_the_product(
    instance: Instance, worker: Worker, tmp_path: Path
) -> None:
    batch_id = factories.batch(instance, POST_ROOM)
    for number, name in enumerate(HOSTILE_NAMES):
        factories.send(instance, POST_ROOM, batch_id, name, f"Letter {number}")
    factories.do_all(instance, worker)
    account = instance.ledger.batch(POST_ROOM, batch_id)
    assert [item.state for item in account.items] == ["read"] * len(HOSTILE_NAMES)
    assert all(item.name and item.name.isprintable() for item in account.items)
    assert {path.name for path in tmp_path.iterdir()} == {"home"}
    assert account.reconciliation.balances


def test_a_long_born_digital_pdf_is_read_whole(instance: Instance, worker: Worker) -> None:
    long = factories.pdf(*(f"Page {n} of the bundle" for n in range(1, PAGES_OF_A_LONG_PDF + 1)))
    account = factories.read_in(instance, worker, POST_ROOM, {"long.pdf": long, "a.txt": "Dear"})
    assert account.reconciliation.pages == PAGES_OF_A_LONG_PDF + 1
    assert account.reconciliation.at == {Whereabouts.TO_INDEX: PAGES_OF_A_LONG_PDF + 1}
    (document,) = factories.documents(instance, by_name(account)["long.pdf"].item_id)
    assert (document.first_page, document.last_page) == (1, PAGES_OF_A_LONG_PDF)


def test_a_letter_overtakes_a_long_bundle_sent_before_it(
    instance: Instance, worker: Worker
) -> None:
    batch_id = factories.batch(instance, POST_ROOM)
    long = factories.pdf(*(f"Page {n}" for n in range(30)))
    factories.send(instance, POST_ROOM, batch_id, "long.pdf", long)
    short = factories.send(instance, POST_ROOM, batch_id, "short.txt", "Dear colleague")
    for _ in range(8):
        worker.do_one()
    assert instance.ledger.item(POST_ROOM, short.item_id)[0].state == "read"


@pytest.mark.parametrize("action", ["retry", "reject"])
def test_a_held_file_is_tried_again_or_put_aside_by_a_supervisor_alone(
    instance: Instance, worker: Worker, action: str
) -> None:
    supervisor = factories.actor("quality_supervisor")
    account = factories.read_in(instance, worker, POST_ROOM, {"a.pdf": b""})
    (item,) = account.items
    if action == "retry":
        instance.ledger.retry(supervisor, item.item_id)
        factories.do_all(instance, worker)
    else:
        instance.ledger.reject(supervisor, item.item_id, "An empty file")
    again, _ = instance.ledger.item(supervisor, item.item_id)
    assert again.state == ("held" if action == "retry" else "rejected")
    assert len(events(instance, f"item:content:{action}", item.item_id)) == 1
