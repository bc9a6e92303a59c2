"""Receiving files: a receipt only for what is safe, nothing kept of what was refused, nothing lost."""

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from api.wiring import Instance
from edrms.clock import FixedClock
from edrms.errors import Conflict, Denied, Invalid, NotFound, TooLarge
from edrms.jobs.tables import Job
from scanning.batches.tables import Item
from scanning.intake.quota import QuotaUsedUp
from scanning.intake.receive import Intake, Received, UploadCutOff
from tests import factories
from tests.service.events import events

POST_ROOM = factories.actor("post_room")
LETTER = b"Dear colleague"


def items(instance: Instance) -> list[Item]:
    with instance.database.read() as session:
        return list(session.scalars(select(Item).order_by(Item.ordinal)))


def receive(
    instance: Instance, batch_id: str, content: bytes = LETTER, key: str | None = None
) -> Received:
    return instance.intake.receive_file(POST_ROOM, batch_id, "a.txt", [content], sender_key=key)


@pytest.fixture
def batch_id(instance: Instance) -> str:
    return factories.batch(instance, POST_ROOM)


def cut_off() -> Iterator[bytes]:
    yield LETTER
    raise UploadCutOff("The connection ended.")


def assert_only_a_refusal_is_left(instance: Instance, reason: str) -> None:
    assert items(instance) == []
    assert list(instance.store.keys()) == []
    (event,) = events(instance, "batch:item:receive")
    assert (event.outcome, event.reason, event.actor_id) == ("refused", reason, POST_ROOM.staff_id)


def test_a_receipt_names_a_committed_row_and_stored_bytes(
    instance: Instance, batch_id: str
) -> None:
    receipt = receive(instance, batch_id)
    (item,) = items(instance)
    assert (item.item_id, item.sha256) == (receipt.item_id, hashlib.sha256(LETTER).hexdigest())
    with instance.store.open(item.object_key) as stream:  # type: ignore[arg-type]
        assert stream.read() == LETTER
    (event,) = events(instance, "batch:item:receive")
    assert (event.subject_id, event.outcome) == (item.item_id, "done")
    with instance.database.read() as session:
        (job,) = session.scalars(select(Job))
    assert (job.kind, job.subject_id) == ("open_item", item.item_id)


def test_no_receipt_when_the_commit_fails(
    instance: Instance, batch_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("edrms.uow.ACTIONS", frozenset())  # no event can be written any more
    with pytest.raises(RuntimeError):
        receive(instance, batch_id)
    assert items(instance) == []


def test_the_same_bytes_twice_are_two_items_and_the_second_says_so(
    instance: Instance, batch_id: str
) -> None:
    first, second = receive(instance, batch_id), receive(instance, batch_id)
    assert (first.identical_to, second.identical_to) == (None, first.item_id)
    rows = items(instance)
    assert [row.ordinal for row in rows] == [1, 2]
    assert rows[0].object_key != rows[1].object_key
    assert rows[1].notes == ["identical"]


def test_sending_again_with_the_same_key_gives_the_first_receipt(
    instance: Instance, batch_id: str
) -> None:
    first, again = (receive(instance, batch_id, key="scan-7") for _ in range(2))
    assert (again.item_id, again.already_received) == (first.item_id, True)
    assert len(items(instance)) == len(list(instance.store.keys())) == 1


def test_other_bytes_under_a_used_key_are_refused_not_swallowed(
    instance: Instance, batch_id: str
) -> None:
    receive(instance, batch_id, b"first letter", key="scan-7")
    with pytest.raises(Conflict) as refused:
        receive(instance, batch_id, b"second letter", key="scan-7")
    assert refused.value.error_code == "sender_key_used"
    assert len(items(instance)) == len(list(instance.store.keys())) == 1


@pytest.mark.parametrize("key", ["", "  "])
def test_an_empty_key_is_no_key(instance: Instance, batch_id: str, key: str) -> None:
    receive(instance, batch_id, b"first letter", key=key)
    receive(instance, batch_id, b"second letter", key=key)
    assert len(items(instance)) == 2


def test_one_key_may_be_used_once_in_each_batch(instance: Instance) -> None:
    for _ in range(2):
        receive(instance, factories.batch(instance, POST_ROOM), key="scan-7")
    assert len(items(instance)) == 2


def test_a_file_cut_off_half_way_leaves_nothing_but_an_event(
    instance: Instance, batch_id: str
) -> None:
    with pytest.raises(UploadCutOff):
        instance.intake.receive_file(POST_ROOM, batch_id, "a.txt", cut_off())
    assert_only_a_refusal_is_left(instance, "upload_cut_off")


def test_a_file_too_large_leaves_nothing_but_an_event(instance: Instance, batch_id: str) -> None:
    small = Intake(
        instance.database, instance.store, instance.clock, max_upload_bytes=1000, per_day_bytes=5000
    )
    with pytest.raises(TooLarge):
        small.receive_file(POST_ROOM, batch_id, "a.txt", (bytes(100) for _ in range(11)))
    assert_only_a_refusal_is_left(instance, "too_large")


@pytest.mark.parametrize("batch", ["absent", "another's"])
def test_an_absent_batch_and_another_persons_are_answered_alike(
    instance: Instance, batch: str
) -> None:
    theirs = factories.batch(instance, factories.actor("post_room", name="bob"))
    with pytest.raises(NotFound) as answer:
        receive(instance, theirs if batch == "another's" else "0" * 32)
    assert answer.value.message == "There is no such batch, or you may not see it."
    assert list(instance.store.keys()) == []
    for look in (instance.ledger.batch, instance.ledger.item):
        with pytest.raises(NotFound):
            look(POST_ROOM, theirs)


def test_batches_are_listed_to_their_openers_and_to_supervisors(instance: Instance) -> None:
    mine = factories.batch(instance, POST_ROOM)
    theirs = factories.batch(instance, factories.actor("post_room", name="bob"))
    supervisor = factories.actor("quality_supervisor")
    assert [one.batch.batch_id for one in instance.ledger.batches(POST_ROOM)] == [mine]
    assert {one.batch.batch_id for one in instance.ledger.batches(supervisor)} == {mine, theirs}


def test_who_may_not_open_batches_opens_none(instance: Instance) -> None:
    with pytest.raises(Denied):
        factories.batch(instance, factories.actor("auditor"))
    assert not events(instance, "batch:list:open")


def test_post_is_not_received_in_the_future(instance: Instance, clock: FixedClock) -> None:
    tomorrow = (clock.now() + timedelta(days=1)).date()
    with pytest.raises(Invalid) as wrong:
        factories.batch(instance, POST_ROOM, received_on=tomorrow)
    assert list(wrong.value.fields) == ["received_on"]
    factories.batch(instance, POST_ROOM, received_on=date(2026, 5, 30))


def test_batch_references_count_up_without_a_gap(instance: Instance) -> None:
    for _ in range(3):
        factories.batch(instance, POST_ROOM)
    references = [one.batch.reference for one in instance.ledger.batches(POST_ROOM)]
    assert references == ["B-00003", "B-00002", "B-00001"]


def test_a_person_may_send_in_so_much_a_day_and_others_are_not_touched_by_it(
    instance: Instance, batch_id: str
) -> None:
    small = Intake(
        instance.database, instance.store, instance.clock, max_upload_bytes=1000, per_day_bytes=250
    )
    for name in ("a.txt", "b.txt"):
        small.receive_file(POST_ROOM, batch_id, name, [name.encode() * 20])
    kept = len(list(instance.store.keys()))
    with pytest.raises(QuotaUsedUp):
        small.receive_file(POST_ROOM, batch_id, "c.txt", [b"c" * 60])
    assert len(list(instance.store.keys())) == kept
    assert len(instance.ledger.batch(POST_ROOM, batch_id).items) == 2
    small.receive_file(POST_ROOM, batch_id, "d.txt", [b"d" * 50])
    with pytest.raises(QuotaUsedUp):
        small.receive_file(POST_ROOM, batch_id, "e.txt", [b"e"])
    colleague = factories.actor("post_room", name="a colleague")
    other = factories.batch(instance, colleague)
    assert small.receive_file(colleague, other, "f.txt", [b"f" * 200]).size_bytes == 200


def test_a_sending_that_goes_on_takes_nothing_in_twice_and_leaves_nothing_out(
    instance: Instance, batch_id: str
) -> None:
    def sent(name: str, content: bytes) -> Received:
        return instance.intake.receive_file(POST_ROOM, batch_id, name, [content], once=True)

    first = receive(instance, batch_id, key="k1")
    assert sent("a.txt", LETTER) == replace(first, already_received=True)
    other_bytes = sent("a.txt", LETTER[::-1])
    other_name = sent("b.txt", LETTER)
    assert [one.item_id for one in items(instance)] == [
        first.item_id, other_bytes.item_id, other_name.item_id,
    ]  # fmt: skip
    assert len(list(instance.store.keys())) == 3
    elsewhere = factories.batch(instance, POST_ROOM)
    again = instance.intake.receive_file(POST_ROOM, elsewhere, "a.txt", [LETTER], once=True)
    assert not again.already_received
