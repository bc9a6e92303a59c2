"""What every kind of test may use: a fresh instance, a clock that stands still, one shared reader."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from api.wiring import Instance
from edrms.clock import FixedClock
from edrms.jobs.worker import Worker
from scanning.reading.ports import Reader
from tests import factories, quick
from tests.engines import instances
from tests.spreading import Spreading

# Thousands of small commits wait for no disk, where memory has room for the files.
_MEMORY = Path("/dev/shm")
if _MEMORY.is_dir() and shutil.disk_usage(_MEMORY).free > 8 << 30:
    os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(_MEMORY))

quick.hash_passwords_cheaply()
quick.compile_statements_once()

_LONGEST_FIRST = ("journey", "faults", "service", "api")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """The folders whose files take longest first, so that at the end no process waits for one long file;
    on the real servers, leave out what looks into the embedded engines' own files."""
    items.sort(key=_place_in_line)
    if instances.is_service():
        embedded = [item for item in items if item.get_closest_marker("embedded")]
        config.hook.pytest_deselected(items=embedded)
        items[:] = [item for item in items if item not in set(embedded)]


def pytest_collection_finish(session: pytest.Session) -> None:
    quick.forget_no_module()


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Spreading | None:
    return Spreading(config, log) if config.getvalue("dist") == "loadfile" else None


def _place_in_line(item: pytest.Item) -> int:
    folder = item.path.relative_to(Path(__file__).parent).parts[0]
    return (*_LONGEST_FIRST, folder).index(folder)


@pytest.fixture(scope="module", autouse=True)
def servers_left_clean() -> Iterator[None]:
    """Whatever the tests of a file made on real servers is removed at their end."""
    yield
    instances.remove_all()


@pytest.fixture
def clock() -> FixedClock:
    """A clock that moves only when told."""
    return factories.fixed_clock()


@pytest.fixture
def instance(tmp_path: Path, clock: FixedClock) -> Iterator[Instance]:
    """A fresh instance on the clock above."""
    made = factories.new_instance(tmp_path / "home", clock)
    yield made
    made.index.close()
    made.database.close()


@pytest.fixture(scope="session")
def reader() -> Reader:
    """One confined reader for the whole run."""
    return factories.shared_reader()


@pytest.fixture
def worker(instance: Instance, reader: Reader) -> Worker:
    """A page worker of the fresh instance."""
    return factories.a_worker(instance, reader)
