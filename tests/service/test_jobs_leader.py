"""One leader for each duty, who is here, and what upkeep clears away. On both databases."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from edrms.clients.register import add_client
from edrms.clients.tables import ClientRow
from edrms.clock import FixedClock
from edrms.errors import StaleLease
from edrms.jobs.leader import Leader, still_leader
from edrms.jobs.periodic import Periodic, PeriodicDuty
from edrms.jobs.presence import Presence, host
from edrms.jobs.queue import WORK
from edrms.jobs.tables import Job
from edrms.jobs.upkeep import remove_done_jobs
from edrms.staff.accounts import SYSTEM
from edrms.uow import UnitOfWork, write
from tests import factories
from tests.service.queue_of_work import ANN, BOB, LEASE, MOMENT, QueueOfWork, jobs

__all__ = ["jobs"]
HOUR = timedelta(hours=1)


@pytest.fixture
def leader(jobs: QueueOfWork) -> Leader:
    return Leader(jobs.database, jobs.clock, LEASE.total_seconds())


def clients(jobs: QueueOfWork) -> int:
    with jobs.database.read() as session:
        return session.scalar(select(func.count(ClientRow.client_id))) or 0


def test_of_two_leaders_the_second_waits_until_the_first_is_done_or_gone(
    jobs: QueueOfWork, leader: Leader
) -> None:
    first = leader.hold("tidy", ANN)
    assert first and leader.hold("tidy", BOB) is None
    assert leader.hold("another duty", BOB)
    jobs.let_pass(LEASE - MOMENT)
    leader.renew(first, ANN)
    jobs.let_pass(LEASE - MOMENT)
    assert leader.hold("tidy", BOB) is None
    jobs.let_pass(2 * MOMENT)
    second = leader.hold("tidy", BOB)
    assert second and second.fence == first.fence + 1
    with write(jobs.database, BOB, jobs.clock) as work:
        still_leader(work, second)


def test_a_leader_that_was_stopped_past_its_lease_cannot_commit_its_act(
    jobs: QueueOfWork, leader: Leader
) -> None:
    first = leader.hold("tidy", ANN)
    jobs.let_pass(LEASE + MOMENT)
    assert first and leader.hold("tidy", BOB)
    with pytest.raises(StaleLease), write(jobs.database, ANN, jobs.clock) as work:
        add_client(work, factories.client())
        still_leader(work, first)
    with pytest.raises(StaleLease), write(jobs.database, ANN, jobs.clock) as work:
        add_client(work, factories.client())
        leader.done(work, first)
    for late in (leader.renew, leader.lay_down):
        with pytest.raises(StaleLease):
            late(first, ANN)
    assert clients(jobs) == 0


def test_nobody_takes_the_lead_while_its_holder_commits(jobs: QueueOfWork, leader: Leader) -> None:
    if jobs.database.is_sqlite:
        pytest.skip("writers are alone there")
    first = leader.hold("tidy", ANN)
    jobs.let_pass(LEASE + MOMENT)
    assert first
    with write(jobs.database, ANN, jobs.clock) as work:
        still_leader(work, first)
        assert leader.hold("tidy", BOB) is None
        add_client(work, factories.client())
    assert clients(jobs) == 1
    assert leader.hold("tidy", BOB)


def test_a_duty_is_done_once_in_its_time_whoever_offers(jobs: QueueOfWork, leader: Leader) -> None:
    done: list[str] = []
    periodics = []
    for who in (ANN, BOB):

        def part(work: UnitOfWork) -> bool:
            done.append(work.actor.staff_id)
            return len(done) < 3

        duty = PeriodicDuty("clear", HOUR, part)
        periodics.append(Periodic(jobs.database, jobs.clock, [duty], who, lease_s=30))
    ann, bob = periodics
    assert ann.offer(duty) and done == ["ann"] * 3
    for _ in range(2):
        assert not bob.offer(duty) and not ann.offer(duty)
    jobs.let_pass(HOUR + MOMENT)
    assert bob.offer(duty) and not ann.offer(duty)
    assert done == ["ann"] * 3 + ["bob"]


def test_a_duty_that_could_not_be_done_is_left_for_another(jobs: QueueOfWork) -> None:
    unfit = PeriodicDuty("tidy", HOUR, before=lambda: False)
    fit = PeriodicDuty("tidy", HOUR)
    assert not Periodic(jobs.database, jobs.clock, [unfit], ANN, lease_s=30).offer(unfit)
    assert Periodic(jobs.database, jobs.clock, [fit], BOB, lease_s=30).offer(fit)


def test_a_leader_whose_clock_is_an_hour_off_takes_nothing_over(
    jobs: QueueOfWork, leader: Leader
) -> None:
    if jobs.database.is_sqlite:
        pytest.skip("one machine has one clock")
    ahead = Leader(jobs.database, FixedClock(jobs.clock.now() + HOUR), LEASE.total_seconds())
    term = leader.hold("tidy", ANN, HOUR)
    assert term and ahead.hold("tidy", BOB, HOUR) is None
    with write(jobs.database, ANN, jobs.clock) as work:
        leader.done(work, term)
    assert ahead.hold("tidy", BOB, HOUR) is None


def test_a_worker_is_alive_while_it_says_so(jobs: QueueOfWork) -> None:
    presence = Presence(jobs.database, jobs.clock)
    presence.say(ANN, "read_page")
    jobs.let_pass(20 * MOMENT)
    with presence.shown(BOB, lambda: ""):
        presence.say(BOB, "open_item")
        seen = {one.name: one.doing for one in presence.alive(10 * MOMENT)}
        assert seen == {"bob": "open_item"}
        assert len(presence.alive(HOUR)) == len(presence.alive(HOUR, host())) == 2
        assert presence.alive(HOUR, "another") == []
    assert [one.name for one in presence.alive(HOUR)] == ["ann"]
    jobs.let_pass(HOUR)
    with write(jobs.database, SYSTEM, jobs.clock) as work:
        presence.forget(work, HOUR)
    assert presence.alive(2 * HOUR) == []


def test_jobs_done_long_ago_are_removed_and_others_are_not(jobs: QueueOfWork) -> None:
    jobs.add("done", "waiting")
    jobs.finish(jobs.claim())
    jobs.clock.advance(timedelta(days=31))
    jobs.add("done lately")
    jobs.queue.claim(WORK, ANN)
    jobs.finish(jobs.claim())
    with write(jobs.database, SYSTEM, jobs.clock) as work:
        assert not remove_done_jobs(work)
    with jobs.database.read() as session:
        assert set(session.scalars(select(Job.subject_id))) == {"waiting", "done lately"}
