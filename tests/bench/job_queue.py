"""What the queue costs beside the work it hands out, on both databases, and how many may share it.

The cost is that of one page's claim, one renewal and its finish, with all the pages waiting, as a share
of the time tesseract alone takes for a page: by turns and by the same clock, so that a neighbour weighs
on both. Throughput is that of processes that do nothing but claim and finish. A job lost or done twice
ends the bench with JobsAmiss.
"""

import multiprocessing
import os
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from multiprocessing.synchronize import Barrier
from pathlib import Path
from statistics import median
from typing import Any

from sqlalchemy import select

import api.wiring  # noqa: F401 - all tables are known
from api import migrations
from edrms.access.model import Actor
from edrms.clock import SystemClock
from edrms.db import Database
from edrms.ids import StaffId, new_id
from edrms.jobs.queue import WORK, Claim, Queue, enqueue_parts, finish
from edrms.jobs.tables import Job
from edrms.staff.accounts import SYSTEM
from edrms.uow import write
from tests.bench.engine_figures import Figure, rate, share
from tests.bench.ingest import make_share
from tests.engines import instances

BATCHES = 5
TURNS = 12  # of one page read by tesseract, then pages of the queue
IN_ROW = 40  # of these: every few pages one lets in the next of its batch
ROUNDS = 5
ALONE = 400  # jobs of a round done by one worker, beside those that four do
WARM_UP = 20  # jobs of each process before the clock starts
WORKERS = 4
OCR_FILES = ("scan_0001.pdf", "scan_0010.pdf", "scan_0018.pdf", "scan_0028.pdf")
LEASE_S = 600.0
MOST_OF_OCR = 0.01
LEAST_GAIN = 1.5  # of four workers on PostgreSQL; SQLite has one writer at a time
PATIENCE_S = 300.0
CLOCK = SystemClock()


class JobsAmiss(Exception):
    """A job was lost, or claimed twice."""


def measure_job_queue(directory: Path, jobs: int) -> list[Figure]:
    """Cost of a page and throughput, for each database. jobs: for the four workers, over all rounds.

    Needs a PostgreSQL server (tests.engines.wanted). Raises JobsAmiss.
    """
    pictures = [one for file in make_share(directory / "post", OCR_FILES) for one in file.content]
    alone, in_row = min(ALONE, jobs // 4), min(IN_ROW, jobs // 10)
    in_all = jobs + ROUNDS * alone + TURNS * in_row
    figures = []
    for engine in ("sqlite", "postgresql"):
        url = _url(engine, directory)
        with _filled(url, in_all) as database:
            cost_ms, ocr_ms = _cost_ms(database, pictures, in_row)
            one, four = _throughput(url, jobs, alone)
            _check_all_done(database, in_all)
        least = LEAST_GAIN if engine == "postgresql" else None
        what = f"{engine}: claim, renew, finish / OCR"
        figures += [
            share(what, "ms a page", cost_ms, ocr_ms, MOST_OF_OCR),
            rate(f"{engine}: {WORKERS} workers / 1", "jobs a second", four, one, least),
        ]
    return figures


def _throughput(url: str, jobs: int, alone: int) -> tuple[float, float]:
    """Jobs a second of one worker and of four, by turns: the median of the rounds."""
    one, four = [], []
    for number in range(ROUNDS):
        together = jobs // ROUNDS + (jobs % ROUNDS if number == 0 else 0)
        one.append(_jobs_a_second(url, 1, alone))
        four.append(_jobs_a_second(url, WORKERS, together))
    return median(one), median(four)


def _url(engine: str, directory: Path) -> str:
    return f"sqlite:///{directory / 'queue'}" if engine == "sqlite" else instances.new_database()


@contextmanager
def _filled(url: str, jobs: int) -> Iterator[Database]:
    """A new database with so many pages waiting, of a few batches."""
    database = Database(url)
    migrations.upgrade(database, CLOCK)
    for number, size in enumerate(_split(jobs, BATCHES)):
        with write(database, SYSTEM, CLOCK) as work:
            pages = [new_id() for _ in range(size)]
            enqueue_parts(work, "page", pages, share=f"batch-{number}")
    yield database
    database.close()


def _cost_ms(database: Database, pictures: Sequence[Path], in_row: int) -> tuple[float, float]:
    """The queue's and tesseract's for a page, medians."""
    queue, worker = Queue(database, CLOCK, LEASE_S), _worker(0)
    pages_s, ocr_s = [], []
    for turn in range(TURNS):
        ocr_s.append(_seconds(partial(_read, pictures[turn % len(pictures)])))
        pages_s.append(_seconds(lambda: _claim_renew_finish(database, queue, worker, in_row)))
    return 1000 * median(pages_s) / in_row, 1000 * median(ocr_s)


def _read(picture: Path) -> None:
    subprocess.run(
        ["tesseract", picture, "stdout", "-l", "eng"],
        env=os.environ | {"OMP_THREAD_LIMIT": "1"}, check=True, capture_output=True,
    )  # fmt: skip


def _claim_renew_finish(database: Database, queue: Queue, worker: Actor, pages: int) -> None:
    for _ in range(pages):
        (claim,) = queue.claim(WORK, worker)
        queue.renew([claim], worker)
        _finish(database, worker, claim)


def _seconds(do: Callable[[], None]) -> float:
    started = time.perf_counter()
    do()
    return time.perf_counter() - started


def _jobs_a_second(url: str, processes: int, jobs: int) -> float:
    """Of so many processes together, once each has warmed up."""
    context = multiprocessing.get_context("spawn")
    ready, done = context.Barrier(processes + 1), context.Queue()
    started = [
        context.Process(target=_claim_and_finish, args=(url, number, most, ready, done))
        for number, most in enumerate(_split(jobs, processes))
    ]
    for process in started:
        process.start()
    ready.wait(PATIENCE_S)
    began = time.perf_counter()
    did = [job for _ in started for job in done.get(timeout=PATIENCE_S)]
    took_s = time.perf_counter() - began
    for process in started:
        process.join(PATIENCE_S)
    if not len(did) == len(set(did)) == jobs:
        raise JobsAmiss(
            f"{jobs} jobs were to be done; {len(did)} were, {len(set(did))} of them once"
        )
    return (jobs - processes * min(WARM_UP, jobs // processes)) / took_s


def _claim_and_finish(url: str, number: int, most: int, ready: Barrier, done: Any) -> None:
    """What a worker process does: `most` jobs, the first few of them before the clock starts."""
    database, worker = Database(url), _worker(number)
    queue = Queue(database, CLOCK, LEASE_S)
    did = _work_off(database, queue, worker, min(WARM_UP, most))
    ready.wait(PATIENCE_S)
    did += _work_off(database, queue, worker, most - len(did))
    done.put(did)
    database.close()


def _work_off(database: Database, queue: Queue, worker: Actor, jobs: int) -> list[str]:
    """Ids of the jobs done. Gives up before whoever waits for them does, so that it hears of a loss."""
    did: list[str] = []
    until = time.monotonic() + PATIENCE_S / 2
    while len(did) < jobs and time.monotonic() < until:
        for claim in queue.claim(WORK, worker):
            _finish(database, worker, claim)
            did.append(claim.job_id)
    return did


def _split(count: int, parts: int) -> Sequence[int]:
    """Nearly equal whole numbers that make up the count."""
    return [count // parts + (1 if number < count % parts else 0) for number in range(parts)]


def _finish(database: Database, worker: Actor, claim: Claim) -> None:
    with write(database, worker, CLOCK) as work:
        finish(work, claim)


def _worker(number: int) -> Actor:
    return Actor(StaffId(f"worker-{number}"), "bench", frozenset())


def _check_all_done(database: Database, jobs: int) -> None:
    """Raises JobsAmiss unless every job is done, and was claimed once: each claim raises its fence."""
    with database.read() as session:
        rows = session.execute(select(Job.state, Job.fence)).all()
    amiss = [tuple(row) for row in rows if tuple(row) != ("done", 1)]
    if amiss or len(rows) != jobs:
        raise JobsAmiss(f"of {jobs} jobs {len(rows)} are there, {len(amiss)} not done just once")
