"""The queue and the worker loop: leases, fencing, second tries, and giving up. On both databases."""

import logging
import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import update

from edrms.clients.register import add_client, search_clients
from edrms.clock import FixedClock
from edrms.errors import NoSpace, StaleLease, Unavailable
from edrms.jobs.queue import LOOK_EVERY, MOST_ATTEMPTS, WORK, Claim, Queue, finish
from edrms.jobs.tables import Job
from edrms.jobs.worker import RETRY_WAIT, UNAVAILABLE_WAIT, Step, Worker
from edrms.staff.accounts import SYSTEM
from edrms.uow import write
from tests import factories
from tests.service.queue_of_work import ANN, BOB, LEASE, MOMENT, QueueOfWork, jobs

__all__ = ["jobs"]


def a_worker(jobs: QueueOfWork, step: Step, gave_up: list[str]) -> Worker:
    def give_up(claimed: Claim) -> None:
        gave_up.append(claimed.subject_id)
        jobs.finish(claimed)

    return Worker(jobs.queue, {"test": step}, give_up, ANN, lease_s=30, poll_s=0.01)


def test_without_shares_the_oldest_goes_first(jobs: QueueOfWork) -> None:
    jobs.add("a", "b")
    jobs.add("c")
    claims = jobs.queue.claim(WORK, ANN, most=5)
    assert [one.subject_id for one in claims] == ["a", "b", "c"]
    assert jobs.queue.claim(WORK, BOB) == []


def test_a_job_is_another_workers_once_its_lease_has_run_out(jobs: QueueOfWork) -> None:
    jobs.add("a")
    first = jobs.claim()
    jobs.let_pass(LEASE - MOMENT)
    assert jobs.queue.claim(WORK, BOB) == []
    jobs.let_pass(2 * MOMENT)
    second = jobs.claim(BOB)
    assert second.fence == first.fence + 1
    late: Callable[[], None]
    for late in (
        lambda: jobs.finish(first),
        lambda: jobs.queue.renew([first], ANN),
        lambda: jobs.queue.give_back(first, ANN, "late", wait=MOMENT),
    ):
        with pytest.raises(StaleLease):
            late()
    jobs.finish(second)
    with pytest.raises(StaleLease):
        jobs.finish(second)


@pytest.mark.parametrize("first_done", ["forgotten", "known"])
def test_of_two_with_one_fence_after_the_server_forgot_a_claim_one_alone_has_effect(
    jobs: QueueOfWork, first_done: str
) -> None:
    jobs.add("a")
    forgotten = jobs.claim(ANN)
    before = {"state": "queued", "fence": 0, "attempts": 0, "worker": "", "lease_until": None}
    with write(jobs.database, SYSTEM, jobs.clock) as work:
        work.session.execute(update(Job).values(before))
    known = jobs.claim(BOB)
    assert known == forgotten
    first, second = (forgotten, known) if first_done == "forgotten" else (known, forgotten)
    jobs.finish(first)
    with pytest.raises(StaleLease):
        jobs.finish(second)
    assert jobs.job("a").state == "done"


def test_a_job_whose_worker_died_does_not_wait_until_a_long_queue_is_empty(
    jobs: QueueOfWork,
) -> None:
    jobs.add("abandoned", *(f"job-{number}" for number in range(50)))
    jobs.claim()
    jobs.let_pass(LEASE + MOMENT)
    claimed = [jobs.claim(BOB).subject_id for _ in range(LOOK_EVERY)]
    assert "abandoned" in claimed


def test_four_who_claim_at_once_share_the_jobs_none_twice_none_lost(jobs: QueueOfWork) -> None:
    subjects = [f"job-{number}" for number in range(80)]
    jobs.add(*subjects, share="batch")
    ready, done = threading.Barrier(4), []

    def work_on(number: int) -> None:
        who = factories.actor(name=f"worker-{number}")
        ready.wait()
        while claims := jobs.queue_of(jobs.clock).claim(WORK, who):
            done.extend(claims)
            jobs.finish(claims[0], who)

    threads = [threading.Thread(target=work_on, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    while claims := jobs.queue.claim(WORK, ANN):
        done.extend(claims)
        jobs.finish(claims[0])
    assert sorted(one.subject_id for one in done) == sorted(subjects)
    assert {one.fence for one in done} == {1}


def test_late_work_leaves_nothing_behind(jobs: QueueOfWork) -> None:
    jobs.add("a")
    first = jobs.claim()
    jobs.let_pass(LEASE + MOMENT)
    jobs.claim(BOB)
    with pytest.raises(StaleLease), write(jobs.database, ANN, jobs.clock) as work:
        add_client(work, factories.client())
        finish(work, first)
    with jobs.database.read() as session:
        assert search_clients(session, "Tregenza")[0] == []


def test_a_renewed_lease_holds_on(jobs: QueueOfWork) -> None:
    jobs.add("a")
    first = jobs.claim()
    for _ in range(3):
        jobs.let_pass(LEASE - MOMENT)
        jobs.queue.renew([first], ANN)
    assert jobs.queue.claim(WORK, BOB) == []
    jobs.finish(first)


@pytest.mark.parametrize("wrong_by", [timedelta(hours=1), timedelta(hours=-1)])
def test_a_host_whose_clock_is_an_hour_off_neither_steals_nor_keeps_leases(
    jobs: QueueOfWork, wrong_by: timedelta
) -> None:
    if jobs.database.is_sqlite:
        pytest.skip("one machine has one clock")
    wrong = jobs.queue_of(FixedClock(jobs.clock.now() + wrong_by))
    jobs.add("a", "b")
    mine = jobs.claim()
    (theirs,) = wrong.claim(WORK, BOB)
    assert (mine.subject_id, theirs.subject_id) == ("a", "b")
    for queue, who in ((wrong, BOB), (jobs.queue, ANN)):
        assert queue.claim(WORK, who) == []
    jobs.let_pass(LEASE - MOMENT)
    wrong.renew([theirs], BOB)
    jobs.let_pass(2 * MOMENT)
    (taken,) = wrong.claim(WORK, BOB)
    assert taken.subject_id == "a"
    wrong.give_back(taken, BOB, "try again soon", wait=2 * MOMENT)
    assert jobs.queue.claim(WORK, ANN) == []
    jobs.let_pass(3 * MOMENT)
    assert jobs.claim().subject_id == "a"


def test_a_step_that_fails_is_tried_again_and_then_given_up(jobs: QueueOfWork) -> None:
    tries: list[str] = []
    gave_up: list[str] = []

    def fail(claimed: Claim) -> None:
        tries.append(claimed.subject_id)
        raise RuntimeError("as it happens")

    jobs.add("a")
    worker = a_worker(jobs, fail, gave_up)
    for _ in range(MOST_ATTEMPTS + 2):
        worker.do_one()
        jobs.let_pass(RETRY_WAIT + MOMENT)
    assert (tries, gave_up) == (["a"] * MOST_ATTEMPTS, ["a"])
    assert jobs.queue.waiting() == 0


def test_a_full_disk_is_not_the_jobs_fault_and_is_waited_out(jobs: QueueOfWork) -> None:
    gave_up: list[str] = []
    is_full = [True]

    def write_something(claimed: Claim) -> None:
        if is_full:
            raise NoSpace("full")
        jobs.finish(claimed)

    jobs.add("a")
    worker = a_worker(jobs, write_something, gave_up)
    for _ in range(3 * MOST_ATTEMPTS):
        worker.do_one()
        jobs.let_pass(UNAVAILABLE_WAIT + MOMENT)
    is_full.clear()
    worker.do_one()
    assert (gave_up, jobs.queue.waiting()) == ([], 0)


def test_a_job_whose_workers_all_died_is_given_up_not_tried_for_ever(jobs: QueueOfWork) -> None:
    jobs.add("a")
    for _ in range(MOST_ATTEMPTS):
        jobs.claim()
        jobs.let_pass(LEASE + MOMENT)
    gave_up: list[str] = []
    a_worker(jobs, lambda _: pytest.fail("it was tried again"), gave_up).do_one()
    assert gave_up == ["a"]


def test_the_heart_goes_on_beating_although_the_database_fails_for_a_moment(
    jobs: QueueOfWork,
) -> None:
    """A real queue whose first renewal fails: the next must follow."""
    failed, renewed = threading.Event(), threading.Event()

    class FailsOnce(Queue):
        def renew(self, claims: object, worker: object) -> None:
            if not failed.is_set():
                failed.set()
                raise Unavailable("the wire was cut")
            super().renew(claims, worker)  # type: ignore[arg-type]
            renewed.set()

    def slow(claimed: Claim) -> None:
        assert renewed.wait(20)
        jobs.finish(claimed)

    queue = FailsOnce(jobs.database, jobs.clock, lease_s=30)
    jobs.add("a")
    Worker(queue, {"test": slow}, slow, ANN, lease_s=0.3, poll_s=0.01).do_one()
    assert jobs.queue.waiting() == 0


def test_a_worker_that_loses_the_database_waits_says_so_once_and_resumes(
    jobs: QueueOfWork, caplog: pytest.LogCaptureFixture
) -> None:
    """A real queue that cannot be reached three times over."""
    lost: list[bool] = []

    class Away(Queue):
        def claim(self, line: str, worker: object, most: int = 1) -> list[Claim]:
            if len(lost) < 3:
                lost.append(True)
                raise Unavailable("nobody answers")
            return super().claim(line, worker, most)  # type: ignore[arg-type]

    def do(claimed: Claim) -> None:
        jobs.finish(claimed)
        worker.stop()

    worker = Worker(
        Away(jobs.database, jobs.clock, lease_s=30), {"test": do}, do, ANN, lease_s=30, poll_s=0.01
    )
    jobs.add("a")
    with caplog.at_level(logging.WARNING, "edrms.worker"):
        worker.run()
    assert jobs.queue.waiting() == 0
    said = [one.getMessage() for one in caplog.records]
    assert said == ["database_lost", "database_back"]


def test_a_job_that_cannot_be_given_back_does_not_end_the_worker(jobs: QueueOfWork) -> None:
    """The lease runs out instead."""

    class Deaf(Queue):
        def give_back(self, *_: object, **__: object) -> None:
            raise Unavailable("the wire was cut")

    def fail(_: Claim) -> None:
        raise Unavailable("the wire was cut")

    jobs.add("a")
    queue = Deaf(jobs.database, jobs.clock, lease_s=30)
    Worker(queue, {"test": fail}, fail, ANN, lease_s=30, poll_s=0.01).do_one()
    jobs.let_pass(LEASE + MOMENT)
    assert jobs.claim(BOB).subject_id == "a"


def test_a_worker_told_to_stop_at_once_gives_back_the_job_uncounted(jobs: QueueOfWork) -> None:
    def interrupted(_: Claim) -> None:
        worker.stop_now()

    jobs.add("a")
    worker = a_worker(jobs, interrupted, [])
    worker.run()
    job = jobs.job("a")
    assert (job.state, job.attempts) == ("queued", 0)
    assert jobs.claim(BOB).subject_id == "a"
