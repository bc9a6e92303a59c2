"""Starting the product's real processes in tests, and ending them without mercy."""

import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from sqlalchemy import text

from api.wiring import Instance
from edrms.db import Database
from edrms.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
Process = subprocess.Popen[bytes]
OTHERS_IN_A_TRANSACTION = """
    SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()
    AND backend_type = 'client backend' AND pid <> pg_backend_pid() AND xact_start IS NOT NULL"""


def environment(settings: Settings) -> dict[str, str]:
    """Our environment with these settings in it, as the supervisor gives them to its children."""
    given = {name: value for name, value in settings.model_dump().items() if value is not None}
    own = {f"EDRMS_{name.upper()}": str(value) for name, value in given.items()}
    return os.environ | own | {"OMP_THREAD_LIMIT": "1"}


@contextmanager
def process(settings: Settings, *arguments: str) -> Iterator[Process]:
    """`python -m api.process ...` running while the block lasts."""
    command = [sys.executable, "-m", "api.process", *arguments]
    started = subprocess.Popen(command, env=environment(settings), cwd=ROOT)
    try:
        yield started
    finally:
        started.send_signal(signal.SIGCONT)
        started.kill()
        started.wait()


def stop_between_transactions(instance: Instance, started: Process) -> None:
    """SIGSTOP it at a moment when it keeps nobody from going on; inside a transaction it would."""
    for _ in range(200):
        started.send_signal(signal.SIGSTOP)
        if _nobody_is_in_a_transaction(instance.database):
            return
        started.send_signal(signal.SIGCONT)
        time.sleep(0.02)
    raise AssertionError("it is never outside a transaction")


def _nobody_is_in_a_transaction(database: Database) -> bool:
    if not database.is_sqlite:
        with database.read() as session:
            return not session.scalar(text(OTHERS_IN_A_TRANSACTION))
    try:
        with closing(sqlite3.connect(database.engine.url.database or "", timeout=0)) as other:
            other.execute("BEGIN EXCLUSIVE")  # one who only reads keeps writers waiting too
    except sqlite3.OperationalError:
        return False
    return True


def wait_until(condition: Callable[[], object], within_s: float = 60) -> float:
    """Seconds until the condition held; fails when it does not hold in time."""
    started_at = time.monotonic()
    while not condition():
        assert time.monotonic() < started_at + within_s, "it did not happen in time"
        time.sleep(0.02)
    return time.monotonic() - started_at


def all_is_done(instance: Instance) -> bool:
    """Whether no job is queued or leased."""
    return instance.queue.waiting() == 0


def is_alive(pid: int) -> bool:
    """Whether the process still runs (a zombie does not)."""
    try:
        status = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False
    return status.rsplit(")", 1)[1].split()[0] != "Z"


def descendants(pid: int) -> set[int]:
    """Every living process below this one."""
    found: set[int] = set()
    for tasks in Path(f"/proc/{pid}/task").glob("*/children"):
        with suppress(
            FileNotFoundError, ProcessLookupError
        ):  # the thread has ended since it was listed
            for child in map(int, tasks.read_text().split()):
                found |= {child} | descendants(child)
    return found
