"""What every kind of test may use: a fresh instance, a clock that stands still, one shared reader."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from api.wiring import Instance
from edrms.clock import FixedClock
from edrms.jobs.worker import Worker
from scanning.reading.model import Limits
from scanning.reading.ports import Reader
from scanning.reading.sandboxed_reader import SandboxedReader
from tests import factories


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
    """One confined reader for the whole run; its server ends with this process."""
    return SandboxedReader(Limits())


@pytest.fixture
def worker(instance: Instance, reader: Reader) -> Worker:
    """A page worker of the fresh instance."""
    return factories.a_worker(instance, reader)
