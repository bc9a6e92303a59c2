"""Real processes killed, stopped and set against one another: nothing lost, nothing done twice."""

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import select

from api.wiring import Instance, build
from edrms.audit.checking import verify_database
from edrms.audit.notes import load_key
from edrms.audit.place import place_of
from edrms.audit.state import sealing_state
from edrms.audit.verifier import LOG_KEY
from edrms.jobs.queue import WORK, enqueue, finish
from edrms.jobs.tables import Job
from edrms.settings import Settings
from edrms.staff.accounts import SYSTEM
from edrms.uow import write
from scanning.batches.tables import Item, ItemPage
from tests import factories
from tests.faults.invariants import assert_all_hold
from tests.faults.processes import (
    ROOT,
    all_is_done,
    descendants,
    environment,
    is_alive,
    process,
    wait_until,
)

pytestmark = pytest.mark.faults
POST_ROOM = factories.actor("post_room")
LEASE_S = 1.0
KILLS = 10


@pytest.fixture
def live(tmp_path: Path) -> Iterator[Instance]:
    """An instance on the machine's clock with short leases, and one client on its register."""
    made = factories.new_instance(tmp_path / "home", lease_s=LEASE_S)
    factories.on_the_register(made, PERSON)
    yield made
    made.index.close()
    made.database.close()


PERSON = factories.client()


def send(instance: Instance, files: dict[str, bytes | str]) -> dict[str, str]:
    """Receipts (hash by item id) of these files in one batch."""
    batch_id = factories.batch(instance, POST_ROOM)
    received = [
        factories.send(instance, POST_ROOM, batch_id, name, content)
        for name, content in files.items()
    ]
    return {one.item_id: one.sha256 for one in received}


def a_page_is_being_read(instance: Instance) -> bool:
    with instance.database.read() as session:
        return bool(
            session.scalar(select(Job).where(Job.kind == "read_page", Job.state == "leased"))
        )


def read_pages(instance: Instance) -> int:
    with instance.database.read() as session:
        return len(session.scalars(select(ItemPage).where(ItemPage.state == "read")).all())


def test_a_worker_killed_while_it_reads_leaves_a_page_that_is_read_again_and_filed_once(
    live: Instance,
) -> None:
    receipts = send(live, {"a.png": factories.png(factories.page(factories.letter_to(PERSON)))})
    with process(live.settings, "pages", "first") as first:
        wait_until(lambda: a_page_is_being_read(live))
        first.kill()
    assert read_pages(live) == 0
    with process(live.settings, "pages", "second"), process(live.settings, "index"):
        wait_until(lambda: all_is_done(live))
    assert_all_hold(live, receipts)
    found = live.search.search(factories.actor("social_worker_adults"), "care and support plan")
    assert len(found.found) == 1


def test_ten_kills_at_random_moments_lose_nothing_and_do_nothing_twice(live: Instance) -> None:
    chance = random.Random(7)
    files: dict[str, bytes | str] = {f"{n}.txt": factories.letter_to(PERSON, f"Letter {n}")
                                     for n in range(12)}  # fmt: skip
    files["stack.tif"] = factories.tiff(
        factories.page("A letter"), factories.separator(), factories.page(), factories.page("B")
    )
    files["long.pdf"] = factories.pdf(*(f"Page {n}" for n in range(15)))
    receipts = send(live, files)
    for kill in range(KILLS):
        with process(live.settings, "pages", f"worker-{kill}") as worker:
            wait_until(lambda: descendants(worker.pid))
            time.sleep(chance.uniform(0.0, 0.8))
            worker.kill()
    with process(live.settings, "pages", "last"), process(live.settings, "index"):
        wait_until(lambda: all_is_done(live), within_s=120)
    assert_all_hold(live, receipts)


def test_a_sender_killed_while_sending_is_owed_only_what_it_was_told(live: Instance) -> None:
    batch_id = factories.batch(live, POST_ROOM)
    script = (
        "import sys; from api.wiring import build; from edrms.settings import Settings\n"
        "from tests import factories\n"
        "instance, number = build(Settings()), 0\n"
        "while True:\n"
        "    number += 1\n"
        "    got = factories.send(instance, factories.actor('post_room'), sys.argv[1],\n"
        "                         f'{number}.txt', f'Letter {number}' * 1000)\n"
        "    print(got.item_id, got.sha256, flush=True)\n"
    )
    sender = subprocess.Popen(
        [sys.executable, "-c", script, batch_id], stdout=subprocess.PIPE, cwd=ROOT,
        env=environment(live.settings),
    )  # fmt: skip
    assert sender.stdout is not None
    lines = [sender.stdout.readline() for _ in range(5)]
    time.sleep(0.13)
    sender.kill()
    lines += sender.communicate()[0].splitlines(keepends=True)
    told = dict(line.decode().split() for line in lines if line.endswith(b"\n"))
    with live.database.read() as session:
        rows = {item.item_id: item.sha256 for item in session.scalars(select(Item))}
    assert told.items() <= rows.items()
    assert len(rows) - len(told) <= 1


def test_a_sealer_killed_at_random_moments_leaves_one_log_that_the_next_continues(
    live: Instance,
) -> None:
    chance, place = random.Random(11), place_of(live.settings.audit_checkpoints)
    for kill in range(5):
        published = place.newest()
        with process(live.settings, "seal", f"sealer-{kill}") as sealing:
            wait_until(partial(_more_is_published, live, published))
            killed_at = time.monotonic() + chance.uniform(0.0, 4.0)  # a round is each 3 s
            while time.monotonic() < killed_at:
                factories.batch(live, POST_ROOM)
            sealing.kill()
    with process(live.settings, "seal", "last"):
        wait_until(lambda: sealing_state(live.database, live.clock, 900.0).unsealed == 0)
    key = load_key(live.settings.audit_key, LOG_KEY).key
    assert verify_database(live.database, key, place).size == place.newest() > published


def _more_is_published(instance: Instance, than: int) -> bool:
    factories.batch(instance, POST_ROOM)
    return place_of(instance.settings.audit_checkpoints).newest() > than


def claim_all(settings: Settings, worker: str) -> list[str]:
    """Claim and finish jobs until there are none; returns what was got."""
    instance, got = build(settings), []
    who = factories.actor(name=worker)
    while claims := instance.queue.claim(WORK, who, most=5):
        got += [claim.subject_id for claim in claims]
        with write(instance.database, who, instance.clock) as work:
            for claim in claims:
                finish(work, claim)
    instance.database.close()
    return got


def test_four_processes_share_five_hundred_jobs_none_twice_none_lost(tmp_path: Path) -> None:
    instance = factories.new_instance(tmp_path / "home")
    with write(instance.database, SYSTEM, instance.clock) as work:
        for number in range(500):
            enqueue(work, "test", str(number))
    instance.database.close()
    with ProcessPoolExecutor(4) as pool:
        shares = list(pool.map(claim_all, [instance.settings] * 4, "abcd"))
    done = [one for share in shares for one in share]
    assert sorted(done, key=int) == [str(number) for number in range(500)]


def test_a_filed_letter_is_findable_within_two_seconds(live: Instance) -> None:
    with process(live.settings, "index") as writer:
        wait_until(lambda: live.index.count() == 0 and writer.poll() is None)
        factories.filed_record(live, [PERSON], texts=["warm up"])
        wait_until(lambda: live.index.count() == 1)
        factories.filed_record(live, [PERSON], texts=["hornbeam"])
        who = factories.actor("social_worker_adults")
        took_s = wait_until(lambda: live.search.search(who, "hornbeam").found)
    assert took_s < 2


def test_no_process_outlives_a_killed_supervisor(live: Instance) -> None:
    script = (
        "from api.supervisor import Supervisor; from edrms.settings import Settings\n"
        "supervisor = Supervisor(Settings()); supervisor.add_workers(2)\n"
        "print('up', flush=True); supervisor.watch()"
    )
    supervisor = subprocess.Popen(
        [sys.executable, "-c", script], stdout=subprocess.PIPE, cwd=ROOT,
        env=environment(live.settings),
    )  # fmt: skip
    assert supervisor.stdout is not None and supervisor.stdout.readline() == b"up\n"
    receipts = send(live, {"a.txt": factories.letter_to(PERSON)})
    wait_until(lambda: all_is_done(live))
    below = descendants(supervisor.pid)
    assert len(below) >= 3
    supervisor.kill()
    supervisor.communicate()
    wait_until(lambda: not any(is_alive(pid) for pid in below), within_s=20)
    assert_all_hold(live, receipts)


def test_a_child_that_dies_is_started_again(live: Instance) -> None:
    script = (
        "from api.supervisor import Supervisor; from edrms.settings import Settings\n"
        "supervisor = Supervisor(Settings()); supervisor.add_workers(1)\n"
        "supervisor.watch()"
    )
    supervisor = subprocess.Popen([sys.executable, "-c", script], cwd=ROOT,
                                  env=environment(live.settings))  # fmt: skip
    try:
        wait_until(lambda: len(descendants(supervisor.pid)) >= 2)
        time.sleep(1.1)
        for pid in descendants(supervisor.pid):
            os.kill(pid, signal.SIGKILL)
        receipts = send(live, {"a.txt": factories.letter_to(PERSON)})
        wait_until(lambda: all_is_done(live))
        assert_all_hold(live, receipts)
    finally:
        supervisor.kill()
        supervisor.wait()


def test_what_a_dead_worker_left_in_the_work_directory_is_cleared(live: Instance) -> None:
    send(live, {"a.png": factories.png(factories.page("Dear colleague"))})
    with process(live.settings, "pages", "first") as first:
        wait_until(lambda: a_page_is_being_read(live))
        first.kill()
    left = set(live.settings.work_directory.iterdir())
    assert left
    with process(live.settings, "pages", "second"):
        wait_until(lambda: all_is_done_but_indexing(live))
        assert not left & set(live.settings.work_directory.iterdir())


def all_is_done_but_indexing(instance: Instance) -> bool:
    with instance.database.read() as session:
        waiting = select(Job).where(Job.state != "done", Job.kind != "index_record")
        return session.scalar(waiting) is None
