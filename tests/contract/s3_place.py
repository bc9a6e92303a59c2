"""A bucket seen over a bad line (s3_faults.py) and past it, on each real server in turn."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import pytest

from edrms.storage.s3_store import S3ObjectStore
from tests.contract.s3_buckets import bucket, config_of
from tests.contract.s3_faults import Line
from tests.contract.test_s3_store import SERVERS
from tests.engines.wanted import Engine

ALWAYS = 1000  # more often than anything is asked for


@dataclass(frozen=True)
class Place:
    """store: over the bad line. direct: the same bucket past it."""

    server: Engine
    line: Line
    store: S3ObjectStore
    direct: S3ObjectStore

    def impatient(self, *, answer_s: float = 30.0, send_s: float = 10.0) -> S3ObjectStore:
        """The store over the line, waiting no longer than this."""
        config = self.store._config
        return S3ObjectStore(replace(config, answer_timeout_s=answer_s, connect_timeout_s=send_s))

    def is_empty(self) -> bool:
        """Whether there is neither an object nor half of one."""
        return list(self.direct.keys()) == [] and self.unfinished() == 0

    def unfinished(self) -> int:
        """How many uploads were begun and neither finished nor given up."""
        return len(list(self.direct._requests.uploads()))


@pytest.fixture(params=SERVERS, ids=lambda one: one.name.lower())
def place(request: pytest.FixtureRequest) -> Iterator[Place]:
    with bucket(config_of(request.param), with_holds=False) as direct:
        host, _, port = direct._config.endpoint.rpartition(":")
        with Line(host, int(port)) as line:
            store = S3ObjectStore(replace(direct._config, endpoint=line.endpoint))
            yield Place(request.param, line, store, direct)
