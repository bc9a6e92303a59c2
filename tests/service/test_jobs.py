"""The queue and the worker loop: leases, fencing, second tries, and giving up."""

import time
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy.exc import OperationalError

from api.wiring import Instance
from edrms.access.model import Actor
from edrms.clients.register import add_client, search_clients
from edrms.clock import FixedClock, SystemClock
from edrms.errors import NoSpace, StaleLease
from edrms.jobs.queue import MOST_ATTEMPTS, Claim, Queue, enqueue, finish
from edrms.jobs.worker import RETRY_WAIT, UNAVAILABLE_WAIT, Step, Worker
from edrms.staff.accounts import SYSTEM
from edrms.uow import write
from tests import factories

ANN, BOB = factories.actor(name="ann"), factories.actor(name="bob")
LEASE = timedelta(seconds=30)
MOMENT = timedelta(seconds=1)


def add(instance: Instance, *subjects: str, rank: int = 0) -> None:
    with write(instance.database, SYSTEM, instance.clock) as work:
        for subject in subjects:
            enqueue(work, "test", subject, rank=rank)


def claim(instance: Instance, who: Actor = ANN) -> Claim:
    (claimed,) = instance.queue.claim(["test"], who)
    return claimed


def end(instance: Instance, claimed: Claim) -> None:
    with write(instance.database, ANN, instance.clock) as work:
        finish(work, claimed)


def a_worker(instance: Instance, step: Step, gave_up: list[str]) -> Worker:
    def give_up(claimed: Claim) -> None:
        gave_up.append(claimed.subject_id)
        end(instance, claimed)

    return Worker(instance.queue, {"test": step}, give_up, ANN, lease_s=30, poll_s=0.01)


def test_lower_ranks_go_first_then_the_oldest(instance: Instance) -> None:
    add(instance, "b", "c", rank=2)
    add(instance, "a", rank=1)
    claims = instance.queue.claim(["test"], ANN, most=5)
    assert [one.subject_id for one in claims] == ["a", "b", "c"]
    assert instance.queue.claim(["test"], BOB) == []


def test_a_job_is_another_workers_once_its_lease_has_run_out(
    instance: Instance, clock: FixedClock
) -> None:
    add(instance, "a")
    first = claim(instance)
    clock.advance(LEASE)
    assert instance.queue.claim(["test"], BOB) == []
    clock.advance(MOMENT)
    second = claim(instance, BOB)
    assert second.fence == first.fence + 1
    late: Callable[[], None]
    for late in (
        lambda: end(instance, first),
        lambda: instance.queue.renew([first], ANN),
        lambda: instance.queue.give_back(first, ANN, "late", wait=MOMENT),
    ):
        with pytest.raises(StaleLease):
            late()
    end(instance, second)
    with pytest.raises(StaleLease):
        end(instance, second)


def test_late_work_leaves_nothing_behind(instance: Instance, clock: FixedClock) -> None:
    add(instance, "a")
    first = claim(instance)
    clock.advance(LEASE + MOMENT)
    claim(instance, BOB)
    with pytest.raises(StaleLease), write(instance.database, ANN, clock) as work:
        add_client(work, factories.client())
        finish(work, first)
    with instance.database.read() as session:
        assert search_clients(session, "Tregenza")[0] == []


def test_a_renewed_lease_holds_on(instance: Instance, clock: FixedClock) -> None:
    add(instance, "a")
    first = claim(instance)
    for _ in range(3):
        clock.advance(LEASE - MOMENT)
        instance.queue.renew([first], ANN)
    assert instance.queue.claim(["test"], BOB) == []
    end(instance, first)


def test_a_step_that_fails_is_tried_again_and_then_given_up(
    instance: Instance, clock: FixedClock
) -> None:
    tries: list[str] = []
    gave_up: list[str] = []

    def fail(claimed: Claim) -> None:
        tries.append(claimed.subject_id)
        raise RuntimeError("as it happens")

    add(instance, "a")
    worker = a_worker(instance, fail, gave_up)
    for _ in range(MOST_ATTEMPTS + 2):
        worker.do_one()
        clock.advance(RETRY_WAIT + MOMENT)
    assert (tries, gave_up) == (["a"] * MOST_ATTEMPTS, ["a"])
    assert instance.queue.waiting() == 0


def test_a_full_disk_is_not_the_jobs_fault_and_is_waited_out(
    instance: Instance, clock: FixedClock
) -> None:
    gave_up: list[str] = []
    is_full = [True]

    def write_something(claimed: Claim) -> None:
        if is_full:
            raise NoSpace("full")
        end(instance, claimed)

    add(instance, "a")
    worker = a_worker(instance, write_something, gave_up)
    for _ in range(3 * MOST_ATTEMPTS):
        worker.do_one()
        clock.advance(UNAVAILABLE_WAIT + MOMENT)
    is_full.clear()
    worker.do_one()
    assert (gave_up, instance.queue.waiting()) == ([], 0)


def test_a_job_whose_workers_all_died_is_given_up_not_tried_for_ever(
    instance: Instance, clock: FixedClock
) -> None:
    add(instance, "a")
    for _ in range(MOST_ATTEMPTS):
        claim(instance)
        clock.advance(LEASE + MOMENT)
    gave_up: list[str] = []
    a_worker(instance, lambda _: pytest.fail("it was tried again"), gave_up).do_one()
    assert gave_up == ["a"]


def test_the_lease_is_held_on_to_although_the_database_is_busy_for_a_moment(
    instance: Instance,
) -> None:
    """A real queue whose first renewal meets a lock: the heart must go on beating."""
    renewed: list[bool] = []

    class BusyOnce(Queue):
        def renew(self, claims: object, worker: object) -> None:
            renewed.append(bool(renewed))
            if not renewed[-1]:
                raise OperationalError("UPDATE", {}, Exception("database is locked"))
            super().renew(claims, worker)  # type: ignore[arg-type]

    queue = BusyOnce(instance.database, SystemClock(), lease_s=0.3)
    add(instance, "a")

    def slow(claimed: Claim) -> None:
        time.sleep(0.5)
        end(instance, claimed)

    Worker(queue, {"test": slow}, slow, ANN, lease_s=0.3, poll_s=0.01).do_one()
    assert renewed[:2] == [False, True]
    assert instance.queue.waiting() == 0
