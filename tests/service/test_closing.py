"""Closing a batch: nothing more comes in, and counts agree or a supervisor says why they do not."""

import io
import threading
from dataclasses import replace
from datetime import date, timedelta

import pytest
from pypdf import PdfReader

from api.wiring import Instance
from edrms.access.model import Actor
from edrms.clock import FixedClock
from edrms.errors import Conflict, Denied, Invalid, NotFound
from edrms.jobs.worker import Worker
from scanning.batches.closing import CountsDiffer
from scanning.batches.counts import Counted, Sides
from scanning.batches.ledger import BatchAccount
from scanning.batches.sheet import account_sha256
from scanning.intake.delivery import Delivery
from scanning.intake.receive import BatchClosed
from tests import factories
from tests.service.events import events

POST_ROOM = factories.actor("post_room")
ANOTHER = factories.actor("post_room", name="another")
SUPERVISOR = factories.actor("quality_supervisor")
WHY = "Sheet 4 is a duplicate of sheet 3, seen by eye"


def batch_of(
    instance: Instance, worker: Worker, files: tuple[bytes, ...] = (b"A letter",), **told: object
) -> str:
    batch_id = factories.batch(instance, POST_ROOM, **told)
    for number, content in enumerate(files):
        factories.send(instance, POST_ROOM, batch_id, f"{number}.txt", content)
    factories.do_all(instance, worker)
    return batch_id


def account(instance: Instance, batch_id: str) -> BatchAccount:
    return instance.ledger.batch(SUPERVISOR, batch_id)


def test_a_batch_whose_counts_agree_is_closed_by_whoever_opened_it(
    instance: Instance, worker: Worker
) -> None:
    batch_id = batch_of(
        instance, worker, announced_files=1, expected_sheets=1, sides=Sides.ONE,
        expected_documents=1,
    )  # fmt: skip
    instance.closing.close(POST_ROOM, batch_id, "not needed, not kept")
    batch = account(instance, batch_id).batch
    assert (batch.closed_by, batch.closing_reason) == (POST_ROOM.staff_id, "")
    assert batch.closed_at == instance.clock.now()
    (event,) = events(instance, "batch:list:close")
    digest = account_sha256(account(instance, batch_id))
    assert event.detail == {"differences": [], "account_sha256": digest}


@pytest.mark.parametrize(
    ("told", "what"),
    [
        ({"announced_files": 2}, Counted.FILES),
        ({"expected_sheets": 2, "sides": Sides.ONE}, Counted.SHEETS),
        ({"expected_sheets": 1}, Counted.SIDES),
        ({"expected_documents": 2}, Counted.DOCUMENTS),
    ],
)
def test_while_a_count_differs_only_a_supervisor_closes_it_and_says_why(
    instance: Instance, worker: Worker, told: dict[str, object], what: Counted
) -> None:
    batch_id = batch_of(instance, worker, **told)
    assert [one.what for one in account(instance, batch_id).differences] == [what]
    with pytest.raises(CountsDiffer):
        instance.closing.close(POST_ROOM, batch_id, WHY)
    for nothing in ("", "   ", "ok"):
        with pytest.raises(Invalid):
            instance.closing.close(SUPERVISOR, batch_id, nothing)
    assert account(instance, batch_id).batch.closed_at is None
    instance.closing.close(SUPERVISOR, batch_id, WHY)
    assert account(instance, batch_id).batch.closing_reason == WHY
    (event,) = events(instance, "batch:list:close")
    assert event.detail["differences"][0][0] == what.value
    assert WHY not in str(vars(event))


def test_a_batch_with_a_held_file_or_one_being_read_is_closed_by_nobody(
    instance: Instance, worker: Worker
) -> None:
    batch_id = factories.batch(instance, POST_ROOM)
    factories.send(instance, POST_ROOM, batch_id, "a.pdf", b"%PDF-1.7 broken")
    with pytest.raises(Conflict, match="being read"):
        instance.closing.close(SUPERVISOR, batch_id, WHY)
    factories.do_all(instance, worker)
    with pytest.raises(Conflict, match="held"):
        instance.closing.close(SUPERVISOR, batch_id, WHY)
    (item,) = account(instance, batch_id).items
    instance.ledger.reject(SUPERVISOR, item.item_id, "Damaged; scanned again as B-00002")
    instance.closing.close(POST_ROOM, batch_id)


def test_nothing_comes_into_a_closed_batch_and_a_lost_answer_is_given_again(
    instance: Instance, worker: Worker
) -> None:
    batch_id = factories.batch(instance, POST_ROOM)
    sent = instance.intake.receive_file(POST_ROOM, batch_id, "a.txt", [b"One"], sender_key="k")
    factories.do_all(instance, worker)
    instance.closing.close(POST_ROOM, batch_id)
    kept = set(instance.store.keys())
    with pytest.raises(BatchClosed):
        factories.send(instance, POST_ROOM, batch_id, "b.txt", b"Two")
    assert set(instance.store.keys()) == kept
    again = instance.intake.receive_file(POST_ROOM, batch_id, "a.txt", [b"One"], sender_key="k")
    assert again.item_id == sent.item_id and again.already_received
    instance.closing.reopen(SUPERVISOR, batch_id, "The second envelope was found")
    factories.send(instance, POST_ROOM, batch_id, "b.txt", b"Two")
    assert len(account(instance, batch_id).items) == 2


def test_closing_while_a_file_arrives_leaves_it_in_or_refused_never_in_a_closed_batch_unread(
    instance: Instance, worker: Worker
) -> None:
    """The bytes are on their way when the batch is closed: the file is refused and nothing is kept."""
    batch_id = batch_of(instance, worker)
    kept = set(instance.store.keys())

    def slowly() -> object:
        yield b"half"
        instance.closing.close(POST_ROOM, batch_id)
        yield b"the rest"

    with pytest.raises(BatchClosed):
        instance.intake.receive_file(POST_ROOM, batch_id, "late.txt", slowly())  # type: ignore[arg-type]
    assert set(instance.store.keys()) == kept
    assert len(account(instance, batch_id).items) == 1
    refusals = [event for event in events(instance, "batch:item:receive") if event.reason]
    assert [event.reason for event in refusals] == ["closed"]


def test_two_who_close_at_once_close_it_once(instance: Instance, worker: Worker) -> None:
    batch_id = batch_of(instance, worker)
    answers: list[str] = []

    def close() -> None:
        try:
            instance.closing.close(POST_ROOM, batch_id)
            answers.append("done")
        except Conflict as error:
            answers.append(error.error_code)

    threads = [threading.Thread(target=close) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == ["closed", "closed", "closed", "done"]
    assert len(events(instance, "batch:list:close")) == 1


def test_a_count_is_told_once_and_never_changed(instance: Instance, worker: Worker) -> None:
    batch_id = batch_of(instance, worker, expected_sheets=3)
    for sheets in (1, 3):
        with pytest.raises(Conflict):
            instance.closing.tell(SUPERVISOR, batch_id, expected_sheets=sheets)
    instance.closing.tell(POST_ROOM, batch_id, sides=Sides.ONE, expected_documents=1)
    counts = account(instance, batch_id).counts
    assert [(one.what, one.expected, one.came) for one in counts] == [
        (Counted.SHEETS, 3, 1), (Counted.DOCUMENTS, 1, 1),
    ]  # fmt: skip
    (event,) = events(instance, "batch:count:tell")
    assert event.detail == {"expected_documents": 1, "sides": "one"}
    for wrong in (0, -1, 100_000):
        with pytest.raises(Invalid):
            instance.closing.tell(POST_ROOM, batch_id, expected_documents=wrong)


def test_another_s_batch_is_absent_and_a_reader_may_not_close(
    instance: Instance, worker: Worker
) -> None:
    batch_id = batch_of(instance, worker)
    for act in (
        lambda: instance.closing.close(ANOTHER, batch_id),
        lambda: instance.closing.tell(ANOTHER, batch_id, expected_sheets=2),
        lambda: instance.closing.close(POST_ROOM, "f" * 32),
    ):
        with pytest.raises(NotFound):
            act()
    instance.closing.close(POST_ROOM, batch_id)
    with pytest.raises(Denied):
        instance.closing.reopen(POST_ROOM, batch_id, "I forgot a letter in it")
    with pytest.raises(Denied):
        instance.closing.close(factories.actor("auditor"), batch_id)


def test_what_is_wrong_with_a_delivery_is_said_by_field(
    instance: Instance, clock: FixedClock
) -> None:
    now = clock.now()
    with pytest.raises(Invalid) as caught:
        factories.batch(
            instance, POST_ROOM, device="x" * 65, origin="y" * 161, expected_sheets=0,
            expected_documents=-3, settings={"dpi": "z" * 101}, scanned_from=now,
            scanned_until=now - timedelta(seconds=1),
        )  # fmt: skip
    assert set(caught.value.fields) == {
        "device", "origin", "expected_sheets", "expected_documents", "settings", "scanned_until",
    }  # fmt: skip
    assert instance.ledger.count(SUPERVISOR) == 0


def test_a_batch_opened_again_under_its_key_is_the_same_and_another_under_it_is_refused(
    instance: Instance, clock: FixedClock
) -> None:
    given = {"note": "tray 2", "expected_sheets": 2}

    def opened(key: str | None, by: Actor = POST_ROOM, **more: object) -> str:
        delivery = Delivery(**given | more)  # type: ignore[arg-type]
        return instance.intake.open_batch(by, channel="api", delivery=delivery, sender_key=key)

    first = opened("k")
    instance.closing.tell(POST_ROOM, first, sides=Sides.ONE)
    clock.advance(timedelta(days=1))
    assert opened(" k ") == first
    for other in ({"note": "tray 3"}, {"expected_sheets": 3}, {"received_on": date(2026, 5, 1)}):
        with pytest.raises(Conflict):
            opened("k", **other)
    assert len({first, opened("k2"), opened("k", ANOTHER), opened(None), opened("  ")}) == 5


def test_twenty_clients_that_send_one_batch_at_once_make_one_batch_and_one_item_of_each_file(
    instance: Instance,
) -> None:
    files = {f"{number}.txt": f"Letter {number}".encode() for number in range(3)}
    answers: list[tuple[str, ...]] = []

    def send() -> None:
        delivery = Delivery(note="from the bureau", announced_files=3)
        batch_id = instance.intake.open_batch(
            POST_ROOM, channel="api", delivery=delivery, sender_key="bureau-77"
        )
        receipts = [
            instance.intake.receive_file(POST_ROOM, batch_id, name, [content], sender_key=name)
            for name, content in files.items()
        ]
        answers.append((batch_id, *(receipt.item_id for receipt in receipts)))

    threads = [threading.Thread(target=send) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == 20 and len(set(answers)) == 1
    assert instance.ledger.count(SUPERVISOR) == 1
    items = account(instance, answers[0][0]).items
    assert [item.name for item in sorted(items, key=lambda item: item.name)] == list(files)
    assert len(list(instance.store.keys())) == 3


def words_of(sheet: bytes) -> str:
    pages = PdfReader(io.BytesIO(sheet)).pages
    return " ".join(" ".join(page.extract_text() for page in pages).split())


def test_the_sheet_of_a_closed_batch_bears_the_digest_that_the_log_keeps(
    instance: Instance, worker: Worker
) -> None:
    batch_id = batch_of(
        instance, worker, (b"One", b"<b>Two & three"), announced_files=2, device="Scanner <2>",
        settings={"resolution_dpi": "300"},
    )  # fmt: skip
    reference, before = instance.sheets.sheet(POST_ROOM, batch_id)
    assert "not yet" in words_of(before) and "Digest (SHA-256)" not in words_of(before)
    instance.closing.close(POST_ROOM, batch_id)
    (event,) = events(instance, "batch:list:close")
    _, sheet = instance.sheets.sheet(SUPERVISOR, batch_id)
    words = words_of(sheet)
    assert event.detail["account_sha256"] in words.replace(" ", "")
    for said in (
        reference,
        "Scanner <2>, resolution_dpi 300",
        "2 said, 2 came",
        "2 waiting for indexing",
    ):
        assert said in words
    for item in account(instance, batch_id).items:
        assert item.name in words and item.sha256 in words.replace(" ", "")
    assert instance.sheets.sheet(SUPERVISOR, batch_id)[1] == sheet
    with pytest.raises(NotFound):
        instance.sheets.sheet(ANOTHER, batch_id)
    assert len(events(instance, "batch:sheet:print")) == 3


def test_the_digest_changes_with_any_file_page_or_count_and_with_nothing_else(
    instance: Instance, worker: Worker
) -> None:
    batch_id = batch_of(instance, worker, (b"One", b"Two"), announced_files=2)
    first = account(instance, batch_id)
    digests = {account_sha256(first)}
    for change in ({"name": "other"}, {"sha256": "0" * 64}, {"page_count": 7}, {"size_bytes": 1}):
        for item in (0, 1):
            again = account(instance, batch_id)
            for name, value in change.items():
                setattr(again.items[item], name, value)
            digests.add(account_sha256(again))
    again = account(instance, batch_id)
    digests |= {account_sha256(replace(again, items=again.items[:1]))}
    digests |= {account_sha256(replace(again, counts=()))}
    assert len(digests) == 11
    instance.closing.close(POST_ROOM, batch_id)
    assert account_sha256(account(instance, batch_id)) == account_sha256(first)
