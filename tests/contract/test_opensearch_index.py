"""The OpenSearch engine under the contract, and what only it has: aliases, other writers, a lying server."""

import secrets
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from search.opensearch_config import OpenSearchConfig, opensearch_config
from search.opensearch_index import OpenSearchIndex
from tests.contract.index_contract import IndexContract
from tests.engines.wanted import Engine, url_of


@pytest.fixture(scope="module")
def server() -> OpenSearchConfig:
    return opensearch_config(f"{url_of(Engine.OPENSEARCH).rstrip('/')}/edrms-test")


@pytest.fixture
def make_index(server: OpenSearchConfig) -> Iterator[Callable[[], OpenSearchIndex]]:
    made: list[OpenSearchIndex] = []

    def make() -> OpenSearchIndex:
        made.append(OpenSearchIndex(replace(server, name=f"edrms-test-{secrets.token_hex(6)}")))
        made[-1].prepare()
        return made[-1]

    yield make
    for index in made:
        index._server.ask("DELETE", f"/{index._family.name}.*")
        index.close()


class TestOpenSearchIndex(IndexContract):
    """The contract, inherited whole."""
