"""Workers that are stopped, cut off, told to go or set up elsewhere: nothing lost, nothing done twice."""

import dataclasses
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select, text

from api import migrations
from api.wiring import Instance
from edrms.audit.tables import AuditEvent
from edrms.clients.register import add_client
from edrms.clients.tables import ClientRow
from edrms.db import Database
from edrms.errors import OutcomeUnknown
from edrms.jobs.presence import Presence
from edrms.jobs.queue import WORK, Claim, Queue, enqueue, finish
from edrms.jobs.tables import Job
from edrms.jobs.worker import UNAVAILABLE_WAIT, Worker
from edrms.staff.accounts import SYSTEM
from edrms.uow import write
from tests import factories
from tests.engines import instances
from tests.faults.cut_wire import CutWire
from tests.faults.invariants import assert_all_hold
from tests.faults.processes import (
    ROOT,
    all_is_done,
    environment,
    process,
    stop_between_transactions,
    wait_until,
)
from tests.service.queue_of_work import ANN, BOB, LEASE, MOMENT, QueueOfWork

pytestmark = pytest.mark.faults
POST_ROOM = factories.actor("post_room")
PERSON = factories.client()
LONG_PAGE = (2480, 3508)


@pytest.fixture(params=["sqlite", "postgresql"])
def live(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Instance]:
    """An instance with short leases on each database, and one client on its register."""
    elsewhere: dict[str, Any] = (
        {} if request.param == "sqlite" else {"database_url": instances.new_database()}
    )
    made = factories.new_instance(tmp_path / "home", lease_s=1.0, **elsewhere)
    factories.on_the_register(made, PERSON)
    yield made
    made.index.close()
    made.database.close()


@pytest.fixture
def url() -> str:
    return instances.new_database()


@pytest.fixture
def jobs(url: str) -> Iterator[QueueOfWork]:
    """An empty queue on PostgreSQL."""
    database, clock = Database(url), factories.fixed_clock()
    migrations.upgrade(database, clock)
    yield QueueOfWork(database, clock, Queue(database, clock, LEASE.total_seconds()))
    database.close()


def send_a_letter(instance: Instance) -> dict[str, str]:
    page = factories.page(factories.letter_to(PERSON), LONG_PAGE)
    batch_id = factories.batch(instance, POST_ROOM)
    sent = factories.send(instance, POST_ROOM, batch_id, "a.png", factories.png(page))
    return {sent.item_id: sent.sha256}


def page_job(instance: Instance) -> Job | None:
    with instance.database.read() as session:
        return session.scalar(select(Job).where(Job.kind == "read_page"))


def a_page_is_being_read(instance: Instance) -> bool:
    job = page_job(instance)
    return job is not None and job.state == "leased"


def start(instance: Instance, script: str, said: Path) -> subprocess.Popen[bytes]:
    with said.open("wb") as to:
        return subprocess.Popen(
            [sys.executable, "-c", script], cwd=ROOT, env=environment(instance.settings),
            stdout=to, stderr=to,
        )  # fmt: skip


def test_a_worker_stopped_past_its_lease_cannot_commit_when_it_wakes(
    live: Instance, tmp_path: Path
) -> None:
    receipts, said = send_a_letter(live), tmp_path / "said"
    script = "from api.processes import main; main(['pages', 'sleeper'])"
    sleeper = start(live, script, said)
    try:
        wait_until(lambda: a_page_is_being_read(live))
        stop_between_transactions(live, sleeper)
        with process(live.settings, "pages", "other"), process(live.settings, "index"):
            wait_until(lambda: all_is_done(live))
            job = page_job(live)
            assert job and job.worker == "other" and job.fence > 1
            sleeper.send_signal(signal.SIGCONT)
            wait_until(lambda: b"job_lease_lost" in said.read_bytes())
        sleeper.terminate()
        assert sleeper.wait(30) == 0
    finally:
        sleeper.kill()
        sleeper.wait()
    assert_all_hold(live, receipts)


def test_a_worker_that_takes_too_long_to_stop_gives_back_its_job_at_once(
    live: Instance, tmp_path: Path
) -> None:
    receipts = send_a_letter(live)
    script = (
        "import api.supervisor as s; from edrms.settings import Settings\n"
        "s.STOP_WITHIN_S = 0.05\n"
        "with s.Supervisor(Settings()) as supervisor:\n"
        "    supervisor.add_workers(1, 'brief')\n"
        "    try: supervisor.watch()\n"
        "    except KeyboardInterrupt: pass\n"
    )
    brief = start(live, script, tmp_path / "said")
    try:
        wait_until(lambda: a_page_is_being_read(live))
        brief.terminate()
        assert brief.wait(30) == 0
    finally:
        brief.kill()
        brief.wait()
    job = page_job(live)
    assert job and (job.state, job.attempts, job.worker) == ("queued", 0, "brief-1")
    with process(live.settings, "pages", "next"), process(live.settings, "index"):
        wait_until(lambda: all_is_done(live))
    assert_all_hold(live, receipts)


def test_a_worker_told_to_stop_finishes_its_job_and_claims_no_other(
    live: Instance, tmp_path: Path
) -> None:
    send_a_letter(live)
    command = [sys.executable, "-m", "api.command", "worker", "--processes", "1", "--name", "here"]
    worker = subprocess.Popen(command, cwd=ROOT, env=environment(live.settings))
    try:
        wait_until(lambda: a_page_is_being_read(live))
        presence = Presence(live.database, live.clock)
        assert "here-1" in {one.name for one in presence.alive(60 * MOMENT)}
        worker.terminate()
        assert worker.wait(30) == 0
    finally:
        worker.kill()
        worker.wait()
    with live.database.read() as session:
        found = session.execute(select(Job.kind, Job.state)).all()
    assert sorted(map(tuple, found)) == [
        ("divide_item", "queued"), ("open_item", "done"), ("read_page", "done"),
    ]  # fmt: skip
    assert presence.alive(60 * MOMENT) == []


def test_a_worker_needs_nothing_of_the_home_directory_of_the_web_server(
    live: Instance, tmp_path: Path
) -> None:
    if live.database.is_sqlite:
        pytest.skip("one machine has one home")
    receipts, own = send_a_letter(live), tmp_path / "another" / "host"
    settings = live.settings
    elsewhere = settings.model_copy(
        update={
            "home": own, "objects_url": settings.objects, "search_url": settings.search,
            "keys_url": settings.keys, "root_key_file": str(settings.home / "root_key"),  # its secret
        }
    )  # fmt: skip
    with process(elsewhere, "pages", "there"), process(elsewhere, "index"):
        wait_until(lambda: all_is_done(live))
    assert_all_hold(live, receipts)


def test_a_worker_waits_for_a_database_that_does_not_answer_yet(
    live: Instance, tmp_path: Path
) -> None:
    said = tmp_path / "said"
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        url = f"postgresql://edrms:x@127.0.0.1:{nobody.getsockname()[1]}/edrms"
        early = dataclasses.replace(
            live, settings=live.settings.model_copy(update={"database_url": url})
        )
        worker = start(early, "from api.processes import main; main(['pages', 'early'])", said)
        try:
            wait_until(lambda: b"instance_waiting" in said.read_bytes())
            assert worker.poll() is None
        finally:
            worker.kill()
            worker.wait()


# --- connections cut ------------------------------------------------------------------------------


def clients(database: Database) -> int:
    with database.read() as session:
        return session.scalar(select(func.count(ClientRow.client_id))) or 0


def end_other_connections(database: Database) -> None:
    with database.engine.connect() as connection:
        connection.execute(
            text(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        )


@pytest.mark.parametrize("reaches", [False, True])
def test_a_finish_whose_commit_was_cut_off_takes_effect_once(
    jobs: QueueOfWork, url: str, reaches: bool
) -> None:
    """Whether the commit reached the server or not: the job's own row settles it."""
    tries: list[bool] = []
    with CutWire(url, cut_at=b"COMMIT", after_passing_on=reaches) as wire:
        across = Database(wire.url)

        def step(claim: Claim) -> None:
            through = jobs.database if tries else across
            tries.append(True)
            with write(through, ANN, jobs.clock) as work:
                add_client(work, factories.client())
                finish(work, claim)

        jobs.add("a")
        worker = Worker(jobs.queue, {"test": step}, step, ANN, lease_s=30, poll_s=0.01)
        assert worker.do_one()
        wire.wait_until_settled()
        assert jobs.job("a").state == ("done" if reaches else "queued")
        jobs.let_pass(UNAVAILABLE_WAIT + MOMENT)
        assert worker.do_one() is not reaches
        across.close()
    assert (clients(jobs.database), jobs.job("a").state) == (1, "done")
    assert jobs.job("a").attempts == 1


@pytest.mark.parametrize("reaches", [False, True])
def test_a_claim_whose_commit_was_cut_off_can_simply_be_made_again(
    jobs: QueueOfWork, url: str, reaches: bool
) -> None:
    jobs.add("a")
    with CutWire(url, cut_at=b"COMMIT", after_passing_on=reaches) as wire:
        across = Database(wire.url)
        with pytest.raises(OutcomeUnknown):
            Queue(across, jobs.clock, LEASE.total_seconds()).claim(WORK, ANN)
        wire.wait_until_settled()
        across.close()
    assert len(jobs.queue.claim(WORK, BOB)) == (0 if reaches else 1)
    jobs.let_pass(LEASE + MOMENT)
    claimed = jobs.claim(BOB)
    jobs.finish(claimed)
    assert jobs.job("a").state == "done"


def test_a_step_whose_connection_the_server_ended_is_done_again(
    jobs: QueueOfWork, url: str
) -> None:
    other, tries = Database(url), []

    def step(claim: Claim) -> None:
        tries.append(True)
        with write(jobs.database, ANN, jobs.clock) as work:
            add_client(work, factories.client())
            finish(work, claim)
            if len(tries) == 1:
                end_other_connections(other)

    jobs.add("a")
    worker = Worker(jobs.queue, {"test": step}, step, ANN, lease_s=30, poll_s=0.01)
    for _ in range(2):
        assert worker.do_one()
        jobs.let_pass(UNAVAILABLE_WAIT + MOMENT)
    other.close()
    assert (len(tries), clients(jobs.database), jobs.job("a").state) == (2, 1, "done")


def test_four_workers_whose_connections_are_ended_all_the_time_do_every_job_once(
    jobs: QueueOfWork, url: str
) -> None:
    with write(jobs.database, SYSTEM, jobs.clock) as work:
        for number in range(60):
            enqueue(work, "test", f"job-{number}", share=f"batch-{number % 3}")
    databases = [Database(url) for _ in range(4)]
    workers = [a_worker_that_journals(jobs, number, one) for number, one in enumerate(databases)]
    threads = [threading.Thread(target=worker.run) for worker in workers]
    for thread in threads:
        thread.start()
    while jobs.queue.waiting():
        end_other_connections(jobs.database)
        jobs.let_pass(UNAVAILABLE_WAIT)
        threads[0].join(0.02)
    for worker in workers:
        worker.stop()
    for thread in threads:
        thread.join()
    with jobs.database.read() as session:
        read = select(AuditEvent.subject_id).where(AuditEvent.action == "item:page:read")
        assert sorted(session.scalars(read)) == sorted(f"job-{number}" for number in range(60))
    for one in databases:
        one.close()


def a_worker_that_journals(jobs: QueueOfWork, number: int, database: Database) -> Worker:
    def step(claim: Claim) -> None:
        with write(database, ANN, jobs.clock) as work:
            work.journal("item:page:read", "page", claim.subject_id)
            finish(work, claim)

    queue, who = Queue(database, jobs.clock, lease_s=5), factories.actor(name=f"worker-{number}")
    return Worker(queue, {"test": step}, step, who, lease_s=5, poll_s=0.01)
