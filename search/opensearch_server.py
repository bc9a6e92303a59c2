"""Talking to an OpenSearch server: one call, and its failures told apart. Knows no index of ours.

Nothing of what was asked or sent is ever part of an error: words of a search are personal.
"""

import json
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from opensearchpy import ConnectionError as NoConnection
from opensearchpy import ConnectionTimeout, OpenSearch, OpenSearchException, TransportError

from search.opensearch_config import OpenSearchConfig
from search.ports import IndexUnavailable

_CONNECTIONS = 16
_WHY = {401: "it does not know our user or password", 403: "our user may not do this"}


class ServerRefused(IndexUnavailable):
    """The server answered, with a refusal. status: of HTTP. kind: the server's name for the error."""

    def __init__(self, status: int, kind: str) -> None:
        why = _WHY.get(status, kind) if kind != "cluster_block_exception" else kind
        super().__init__(f"the search server refused with {status}: {why}")
        self.status = status
        self.kind = kind


class Server:
    """An OpenSearch server. Threads may share one; after a fork each process gets connections anew."""

    def __init__(self, config: OpenSearchConfig) -> None:
        self.config = config
        self._lock = threading.Lock()
        self._client: OpenSearch | None = None
        self._process = os.getpid()

    def ask(
        self,
        method: str,
        path: str,
        body: Any = None,
        timeout_s: float | None = None,
        **params: Any,
    ) -> Any:
        """The decoded answer. body: a value to be sent as JSON, or text that is sent as it is.

        Raises ServerRefused, or IndexUnavailable when there is no answer or none that can be read.
        """
        given = {name: _said(value) for name, value in params.items()}
        given["request_timeout"] = timeout_s or self.config.answer_timeout_s
        sent = body if body is None or isinstance(body, str) else json.dumps(body)
        try:
            return self._connected().transport.perform_request(
                method, path, params=given, body=sent
            )
        except ConnectionTimeout:
            raise IndexUnavailable("the search server did not answer in time") from None
        except NoConnection:
            raise IndexUnavailable("the search server cannot be reached") from None
        except TransportError as error:
            status = error.status_code if isinstance(error.status_code, int) else 0
            raise ServerRefused(status, str(error.error)[:80]) from None
        except OpenSearchException:
            raise IndexUnavailable("the search server's answer cannot be read") from None

    def close(self) -> None:
        """Let go of the connections. Asking again opens new ones."""
        with self._lock:
            if self._client is not None and self._process == os.getpid():
                self._client.close()
            self._client = None

    def _connected(self) -> OpenSearch:
        with self._lock:
            if self._client is None or self._process != os.getpid():
                self._client, self._process = _client(self.config), os.getpid()
            return self._client


@contextmanager
def making_sense() -> Iterator[None]:
    """For reading an answer: one of another shape than OpenSearch gives is IndexUnavailable."""
    try:
        yield
    except (LookupError, TypeError, ValueError, AttributeError) as error:
        raise IndexUnavailable("the search server's answer makes no sense") from error


def _said(value: Any) -> Any:
    return str(value).lower() if isinstance(value, bool) else value


def _client(config: OpenSearchConfig) -> OpenSearch:
    return OpenSearch(
        hosts=[{"host": config.host, "port": config.port}],
        http_auth=(config.user, config.password) if config.user else None,
        use_ssl=config.secure,
        verify_certs=True,
        ca_certs=str(config.ca_file) if config.ca_file else None,
        maxsize=_CONNECTIONS,
        max_retries=1,
        retry_on_timeout=False,
        retry_on_status=(),
    )
