"""What the queue costs beside the work it hands out, on both databases, and how many may share it.

The cost is that of one page's claim, one renewal and its finish, with 10,000 pages waiting, as a share
of the time tesseract alone spends on a page in the same run. Throughput is that of processes that do
nothing but claim and finish.
"""

import multiprocessing
import time
from collections.abc import Iterator
from contextlib import contextmanager
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
from tests.bench.ingest import bare_tesseract, make_share
from tests.engines import instances

JOBS = 10_000
BATCHES = 5
TIMED = 500
ROUNDS = 3
ALONE = 600  # jobs of a round done by one worker; the rest of the round is done by four
WARM_UP = 20  # jobs of each process before the clock starts
WORKERS = 4
OCR_FILES = ("scan_0001.pdf", "scan_0010.pdf", "scan_0018.pdf", "scan_0028.pdf")
LEASE_S = 600.0
CLOCK = SystemClock()


def measure_job_queue(directory: Path, *, quick: bool = False) -> dict[str, Any]:
    """Milliseconds a page for each database and the share of OCR; jobs a second of one and of four.

    Needs a PostgreSQL server (tests.engines.wanted). Raises AssertionError if a job was lost or done twice.
    """
    jobs, timed, alone = (1000, 20, 60) if quick else (JOBS, TIMED, ALONE)
    pictures = [one for share in make_share(directory / "post", OCR_FILES) for one in share.content]
    ocr_ms = 1000 * bare_tesseract(pictures).processor_s / len(pictures)
    figures: dict[str, Any] = {"ocr_ms_a_page": round(ocr_ms, 1), "jobs": jobs}
    for engine in ("sqlite", "postgresql"):
        url = _url(engine, directory)
        with _filled(url, jobs) as database:
            cost_ms = _cost_ms(database, timed)
            one, four = _throughput(url, jobs - timed, alone)
            _check_all_done(database, jobs)
        figures[engine] = {
            "cost_ms_a_page": round(cost_ms, 2),
            "share_of_ocr": round(cost_ms / ocr_ms, 4),
            "one_worker_jobs_a_second": round(one, 1),
            "four_workers_jobs_a_second": round(four, 1),
            "four_against_one": round(four / one, 2),
        }
    return figures


def _throughput(url: str, jobs: int, alone: int) -> tuple[float, float]:
    """Jobs a second of one worker and of four, by turns: the median of the rounds."""
    one, four = [], []
    for round_ in range(ROUNDS):
        left = jobs // ROUNDS + (jobs % ROUNDS if round_ == 0 else 0)
        one.append(_jobs_a_second(url, 1, alone))
        four.append(_jobs_a_second(url, WORKERS, left - alone))
    return median(one), median(four)


def _url(engine: str, directory: Path) -> str:
    return f"sqlite:///{directory / 'queue'}" if engine == "sqlite" else instances.new_database()


@contextmanager
def _filled(url: str, jobs: int) -> Iterator[Database]:
    database = Database(url)
    migrations.upgrade(database, CLOCK)
    for number in range(BATCHES):
        with write(database, SYSTEM, CLOCK) as work:
            pages = [new_id() for _ in range(jobs // BATCHES)]
            enqueue_parts(work, "page", pages, share=f"batch-{number}")
    yield database
    database.close()


def _cost_ms(database: Database, pages: int) -> float:
    queue, worker = Queue(database, CLOCK, LEASE_S), _worker(0)
    started = time.perf_counter()
    for _ in range(pages):
        (claim,) = queue.claim(WORK, worker)
        queue.renew([claim], worker)
        _finish(database, worker, claim)
    return 1000 * (time.perf_counter() - started) / pages


def _jobs_a_second(url: str, processes: int, jobs: int) -> float:
    """Of so many processes together, once each has warmed up."""
    context = multiprocessing.get_context("spawn")
    ready, done = context.Barrier(processes + 1), context.Queue()
    shares = [jobs // processes + (1 if n < jobs % processes else 0) for n in range(processes)]
    started = [
        context.Process(target=_claim_and_finish, args=(url, number, share, ready, done))
        for number, share in enumerate(shares)
    ]
    for process in started:
        process.start()
    ready.wait()
    began = time.perf_counter()
    did = [job for _ in started for job in done.get()]
    took_s = time.perf_counter() - began
    for process in started:
        process.join()
    assert len(did) == len(set(did)) == jobs, "a job was claimed twice"
    return (jobs - processes * WARM_UP) / took_s


def _claim_and_finish(url: str, number: int, most: int, ready: Barrier, done: Any) -> None:
    database, worker = Database(url), _worker(number)
    did: list[str] = []
    queue = Queue(database, CLOCK, LEASE_S)
    for upto in (WARM_UP, most):
        while len(did) < upto:
            for claim in queue.claim(WORK, worker):
                _finish(database, worker, claim)
                did.append(claim.job_id)
        if upto == WARM_UP:
            ready.wait()
    done.put(did)
    database.close()


def _finish(database: Database, worker: Actor, claim: Claim) -> None:
    with write(database, worker, CLOCK) as work:
        finish(work, claim)


def _worker(number: int) -> Actor:
    return Actor(StaffId(f"worker-{number}"), "bench", frozenset())


def _check_all_done(database: Database, jobs: int) -> None:
    with database.read() as session:
        rows = session.execute(select(Job.state, Job.fence)).all()
    assert [tuple(row) for row in rows] == [("done", 1)] * jobs, "lost, or claimed twice"
