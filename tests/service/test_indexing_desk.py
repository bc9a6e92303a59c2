"""The indexing queue: one person per document, given back after a while, and filed once."""

from datetime import date, timedelta
from typing import Any

import pytest

from api.wiring import Instance
from edrms.clients.model import Client
from edrms.clock import FixedClock
from edrms.errors import Conflict, Denied, Invalid, NotFound
from edrms.jobs.worker import Worker
from edrms.records.tables import Record
from scanning.batches.verify import verify
from scanning.indexing.desk_rows import KEPT_FOR
from scanning.indexing.filing import IndexDecision
from tests import factories
from tests.service.events import events

POST_ROOM = factories.actor("post_room")
ANN, BOB = factories.actor("indexer", name="ann"), factories.actor("indexer", name="bob")
LETTERS: dict[str, bytes | str] = {f"{n}.txt": f"Letter {n}" for n in (1, 2, 3)}


@pytest.fixture
def queue(instance: Instance, worker: Worker, clock: FixedClock) -> list[str]:
    """Three documents waiting, in the order they will be given out."""
    for name, content in LETTERS.items():
        factories.read_in(instance, worker, POST_ROOM, {name: content})
        clock.advance(timedelta(seconds=1))
    return [document.document_id for document in instance.desk.queue(ANN)]


@pytest.fixture
def person(instance: Instance) -> Client:
    made = factories.client()
    factories.on_the_register(instance, made)
    return made


def decision(*client_ids: str, **given: Any) -> IndexDecision:
    fields: dict[str, Any] = {
        "document_type": "D30", "client_ids": client_ids, "document_date": date(2026, 5, 18),
        "title": "Plan", "evidence": {"by": "person"},
    }  # fmt: skip
    return IndexDecision(**fields | given)


def test_documents_are_given_out_oldest_first_and_one_to_each(
    instance: Instance, queue: list[str]
) -> None:
    assert instance.desk.take_next(ANN) == queue[0]
    assert instance.desk.take_next(ANN) == queue[0]
    assert instance.desk.take_next(BOB) == queue[1]
    assert len(events(instance, "document:index:take")) == 2


def test_nobody_may_work_on_what_a_colleague_has_in_hand(
    instance: Instance, queue: list[str], person: Client
) -> None:
    instance.desk.take_next(ANN)
    for attempt in (
        lambda: instance.desk.open(BOB, queue[0]),
        lambda: instance.desk.skip(BOB, queue[0], "why"),
        lambda: instance.desk.reject(BOB, queue[0], "why"),
        lambda: instance.desk.file(BOB, queue[0], decision(person.client_id)),
    ):
        with pytest.raises(Conflict) as refused:
            attempt()
        assert refused.value.error_code == "taken"


def test_what_lies_too_long_is_offered_to_others_and_its_late_filing_is_refused(
    instance: Instance, queue: list[str], person: Client, clock: FixedClock
) -> None:
    instance.desk.take_next(ANN)
    clock.advance(KEPT_FOR + timedelta(seconds=1))
    assert instance.desk.take_next(BOB) == queue[0]
    with pytest.raises(Conflict):
        instance.desk.file(ANN, queue[0], decision(person.client_id))
    instance.desk.file(BOB, queue[0], decision(person.client_id))


def test_filing_makes_a_record_once(instance: Instance, queue: list[str], person: Client) -> None:
    record_id = instance.desk.file(ANN, queue[0], decision(person.client_id))
    with instance.database.read() as session:
        record = session.get_one(Record, record_id)
    assert (record.filed_by, record.document_type, record.number) == (ANN.staff_id, "D30", 1)
    for again in (ANN, BOB):
        with pytest.raises(Conflict) as refused:
            instance.desk.file(again, queue[0], decision(person.client_id))
        assert refused.value.error_code == "already_indexed"
    assert len(events(instance, "record:content:file")) == 1
    assert queue[0] not in {one.document_id for one in instance.desk.queue(ANN)}
    assert verify(instance.database, instance.store).faults == []


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"document_type": "D99"}, "document_type"),
        ({"document_type": ""}, "document_type"),
        ({"client_ids": ()}, "clients"),
        ({"client_ids": ("0" * 32,)}, "clients"),
    ],
)
def test_a_wrong_decision_is_refused_by_field_and_the_document_keeps_waiting(
    instance: Instance, queue: list[str], person: Client, wrong: dict[str, Any],
    field: str,
) -> None:  # fmt: skip
    with pytest.raises(Invalid) as refused:
        instance.desk.file(ANN, queue[0], decision(person.client_id, **wrong))
    assert list(refused.value.fields) == [field]
    assert len(instance.desk.queue(ANN)) == 3
    assert events(instance, "record:content:file") == []


@pytest.mark.parametrize("service", ["finance", "general", "school"])
def test_a_client_of_no_care_service_is_not_put_on_the_register(
    instance: Instance, service: str
) -> None:
    with pytest.raises(Invalid) as refused:
        factories.on_the_register(instance, factories.client(service=service))
    assert list(refused.value.fields) == ["service"]


def test_the_same_client_chosen_twice_is_filed_on_once(
    instance: Instance, queue: list[str], person: Client
) -> None:
    twice = decision(person.client_id, person.client_id)
    record_id = instance.desk.file(ANN, queue[0], twice)
    with instance.database.read() as session:
        assert len(session.get_one(Record, record_id).attachments) == 1


def test_a_skipped_document_goes_behind_the_others_with_its_reason(
    instance: Instance, queue: list[str]
) -> None:
    instance.desk.take_next(ANN)
    instance.desk.skip(ANN, queue[0], "  not \n legible ")
    waiting = instance.desk.queue(ANN)
    assert [one.document_id for one in waiting] == [queue[1], queue[2], queue[0]]
    assert waiting[-1].reason == "not legible"
    assert instance.desk.take_next(BOB) == queue[1]


def test_a_rejected_document_leaves_the_queue_and_its_pages_are_counted_so(
    instance: Instance, queue: list[str]
) -> None:
    document = instance.desk.open(ANN, queue[0])
    instance.desk.reject(ANN, queue[0], "Advertising")
    assert len(instance.desk.queue(ANN)) == 2
    account = instance.ledger.batch(POST_ROOM, document.item.batch_id)
    assert {place.value: count for place, count in account.reconciliation.at.items()} == {
        "rejected": 1
    }
    assert instance.store.size(document.item.object_key)  # type: ignore[arg-type]
    with pytest.raises(Conflict):
        instance.desk.open(ANN, queue[0])


@pytest.mark.parametrize("reason", ["", "   ", "\n"])
def test_skipping_and_rejecting_need_a_reason(
    instance: Instance, queue: list[str], reason: str
) -> None:
    for act in (instance.desk.skip, instance.desk.reject):
        with pytest.raises(Invalid):
            act(ANN, queue[0], reason)


def test_pages_are_seen_at_the_desk_only_while_their_document_waits(
    instance: Instance, queue: list[str], person: Client
) -> None:
    assert instance.desk.page(ANN, queue[0], 1).text.strip() == "Letter 1"
    assert len(events(instance, "item:page:view")) == 1
    instance.desk.file(ANN, queue[0], decision(person.client_id))
    for look in (
        lambda: instance.desk.page(ANN, queue[0], 1),
        lambda: instance.desk.contents(ANN, queue[0]),
        lambda: instance.desk.open(ANN, queue[0]),
    ):
        with pytest.raises(Conflict):
            look()


def test_every_reading_at_the_desk_is_journalled(instance: Instance, queue: list[str]) -> None:
    with pytest.raises(NotFound):
        instance.desk.contents(ANN, queue[0])
    for expected in (0, 1, 2):
        instance.desk.open(ANN, queue[0])
        instance.desk.contents(ANN, queue[0])
        assert len(events(instance, "document:index:take", queue[0])) == 1
        assert len(events(instance, "item:page:view", queue[0])) == expected


def test_an_absent_document_is_not_found(instance: Instance) -> None:
    with pytest.raises(NotFound):
        instance.desk.open(ANN, "0" * 32)


@pytest.mark.parametrize("role", ["post_room", "auditor", "social_worker_adults"])
def test_who_does_not_index_neither_sees_nor_touches_the_queue(
    instance: Instance, queue: list[str], role: str
) -> None:
    who = factories.actor(role)
    for attempt in (
        lambda: instance.desk.waiting(who),
        lambda: instance.desk.queue(who),
        lambda: instance.desk.take_next(who),
        lambda: instance.desk.open(who, queue[0]),
        lambda: instance.desk.page(who, queue[0], 1),
        lambda: instance.desk.contents(who, queue[0]),
        lambda: instance.desk.skip(who, queue[0], "why"),
        lambda: instance.desk.reject(who, queue[0], "why"),
        lambda: instance.desk.file(who, queue[0], decision("x")),
    ):
        with pytest.raises(Denied):
            attempt()
