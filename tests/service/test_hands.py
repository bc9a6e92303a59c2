"""What indexers have in hand: the next document readied, nobody made to wait by it, and all put back."""

from datetime import timedelta

import pytest

from api.wiring import Instance
from edrms.clock import FixedClock
from edrms.errors import Conflict, Denied, NotFound
from edrms.jobs.worker import Worker
from scanning.indexing.desk_rows import KEPT_FOR, is_taken
from scanning.indexing.hands import LEAST_FREE, READYING
from tests import factories
from tests.service.events import events

POST_ROOM = factories.actor("post_room")
ANN, BOB = factories.actor("indexer", name="ann"), factories.actor("indexer", name="bob")
SUPERVISOR = factories.actor("quality_supervisor", name="sue")
ABSENT = "0" * 32


def waiting(instance: Instance, worker: Worker, count: int) -> list[str]:
    """So many documents, the first a page with a picture, the others text."""
    files: dict[str, bytes | str] = {f"{n:02}.txt": f"Letter {n}" for n in range(1, count)}
    factories.read_in(instance, worker, POST_ROOM, {"00.pdf": factories.pdf("Letter 0")} | files)
    return [document.document_id for document in instance.desk.queue(ANN)]


def taken(instance: Instance, document_id: str) -> str:
    [document] = [d for d in factories.documents(instance) if d.document_id == document_id]
    return document.taken_by if is_taken(document, instance.clock.now()) else ""


def test_the_next_document_is_readied_once_and_given_out_next(
    instance: Instance, worker: Worker
) -> None:
    queue = waiting(instance, worker, LEAST_FREE + 2)
    assert instance.desk.take_next(ANN) == queue[0]
    ready = instance.hands.ready_next(ANN, queue[0])
    assert ready
    assert ready.document_id == queue[1]
    assert instance.hands.ready_next(ANN, queue[0]) == ready
    [event] = events(instance, "document:index:take", queue[1])
    assert event.detail["ahead"] is True
    assert events(instance, "item:page:view", queue[1]) == []
    assert instance.desk.take_next(BOB) == queue[2]
    instance.desk.skip(ANN, queue[0], "hard to read")
    assert instance.desk.take_next(ANN) == queue[1]
    assert len(events(instance, "item:page:view", queue[1])) == 1


def test_none_is_readied_while_few_are_free_nor_for_who_has_nothing(
    instance: Instance, worker: Worker
) -> None:
    queue = waiting(instance, worker, LEAST_FREE + 1)
    assert instance.hands.ready_next(ANN, queue[0]) is None
    instance.desk.take_next(ANN)
    assert instance.hands.ready_next(ANN, queue[0]) is None
    assert instance.hands.ready_next(BOB, queue[0]) is None
    with pytest.raises(NotFound):
        instance.hands.ready_next(ANN, ABSENT)
    assert len(events(instance, "document:index:take")) == 1


def test_a_page_sent_ahead_is_journalled_as_that_and_only_for_its_holder(
    instance: Instance, worker: Worker
) -> None:
    waiting(instance, worker, 2)
    name = {one.item.name: one.document_id for one in factories.documents(instance)}
    pictured, text = name["00.pdf"], name["01.txt"]
    with pytest.raises(NotFound):
        instance.hands.page_ahead(ANN, pictured, 1)
    instance.desk.open(ANN, pictured)
    page = instance.hands.page_ahead(ANN, pictured, 1)
    assert [one.subject_id for one in events(instance, "item:page:prepare")] == [page.page_id]
    assert events(instance, "item:page:view", page.page_id) == []
    for who, document_id, number in ((BOB, pictured, 1), (ANN, pictured, 2), (ANN, text, 1)):
        with pytest.raises(NotFound):
            instance.hands.page_ahead(who, document_id, number)
    with pytest.raises(Denied):
        instance.hands.page_ahead(POST_ROOM, pictured, 1)


def test_what_is_put_back_is_free_at_once(instance: Instance, worker: Worker) -> None:
    queue = waiting(instance, worker, 2)
    instance.desk.take_next(ANN)
    instance.hands.release(BOB, queue[0])
    assert taken(instance, queue[0]) == ANN.staff_id
    assert events(instance, "document:index:release") == []
    instance.hands.release(ANN, queue[0])
    assert instance.desk.take_next(BOB) == queue[0]
    assert len(events(instance, "document:index:release", queue[0])) == 1


def test_a_page_closed_late_does_not_put_back_what_was_opened_again(
    instance: Instance, worker: Worker, clock: FixedClock
) -> None:
    queue = waiting(instance, worker, 2)
    first = instance.desk.open(ANN, queue[0]).taken_at
    clock.advance(timedelta(seconds=1))
    again = instance.desk.open(ANN, queue[0]).taken_at
    instance.hands.release(ANN, queue[0], first)
    assert taken(instance, queue[0]) == ANN.staff_id
    instance.hands.release(ANN, queue[0], again)
    assert taken(instance, queue[0]) == ""


def test_a_page_closed_before_it_was_told_puts_back_what_was_readied_just_now(
    instance: Instance, worker: Worker, clock: FixedClock
) -> None:
    queue = waiting(instance, worker, LEAST_FREE + 3)
    instance.desk.take_next(ANN)
    instance.hands.ready_next(ANN, queue[0])
    instance.hands.release(ANN, queue[0])
    assert taken(instance, queue[1]) == ANN.staff_id  # a page that knows of it says so itself
    instance.hands.release(ANN, queue[0], with_readied=True)
    assert (
        taken(instance, queue[1]) == ANN.staff_id
    )  # not in hand any more: it says nothing of others
    instance.desk.open(ANN, queue[0])
    instance.hands.release(ANN, queue[0], with_readied=True)
    assert [one for one in queue if taken(instance, one)] == []
    assert len(events(instance, "document:index:release")) == 3
    assert (
        instance.hands.ready_next(ANN, queue[0]) is None
    )  # nothing is readied after it was put back


def test_what_was_taken_some_time_before_is_not_put_back_with_it(
    instance: Instance, worker: Worker, clock: FixedClock
) -> None:
    queue = waiting(instance, worker, 3)
    instance.desk.open(ANN, queue[2])
    clock.advance(READYING)
    instance.desk.open(ANN, queue[0])
    instance.hands.release(ANN, queue[0], with_readied=True)
    assert [one for one in queue if taken(instance, one)] == [queue[2]]


def test_who_stops_puts_back_everything(instance: Instance, worker: Worker) -> None:
    queue = waiting(instance, worker, LEAST_FREE + 2)
    instance.desk.take_next(ANN)
    instance.hands.ready_next(ANN, queue[0])
    instance.desk.open(BOB, queue[5])
    instance.hands.release_all(ANN)
    assert [one for one in queue if taken(instance, one)] == [queue[5]]
    assert len(events(instance, "document:index:release")) == 2


def test_a_supervisor_takes_back_what_a_colleague_has(
    instance: Instance, worker: Worker, clock: FixedClock
) -> None:
    queue = waiting(instance, worker, 2)
    instance.desk.take_next(ANN)
    with pytest.raises(Denied):
        instance.hands.take_back(BOB, queue[0])
    assert instance.desk.waiting(SUPERVISOR).in_hand == 1
    instance.hands.take_back(SUPERVISOR, queue[0])
    instance.hands.take_back(SUPERVISOR, queue[0])
    [event] = events(instance, "document:index:release", queue[0])
    assert event.detail["had_by"] == ANN.staff_id
    assert instance.desk.waiting(SUPERVISOR).in_hand == 0
    assert instance.desk.take_next(BOB) == queue[0]
    with pytest.raises(Conflict):
        instance.hands.ready_next(ANN, queue[0]) or instance.desk.open(ANN, queue[0])
    clock.advance(KEPT_FOR + timedelta(seconds=1))
    assert taken(instance, queue[0]) == ""


def test_the_queue_tells_its_age_by_day_and_what_is_overdue(
    instance: Instance, worker: Worker, clock: FixedClock
) -> None:
    for _ in range(3):
        factories.read_in(instance, worker, POST_ROOM, {"a.txt": "A letter"})
        clock.advance(timedelta(days=1))
    standing = instance.desk.waiting(ANN)
    assert standing.by_day == (0, 1, 1, 1, 0, 0, 0, 0)
    assert (standing.documents, standing.overdue) == (3, 1)
    clock.advance(timedelta(days=30))
    standing = instance.desk.waiting(ANN)
    assert standing.by_day == (0, 0, 0, 0, 0, 0, 0, 3)
    assert standing.overdue == 3
