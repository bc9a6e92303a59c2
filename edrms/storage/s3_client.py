"""One signed request to an S3 server by the `minio` SDK, over connections of our own choosing.

The SDK's public calls cannot send a condition or a checksum, retry a put whose outcome is unknown,
and hash what we have hashed already; so its `_execute` is called, below its parsing and above its
signing. Which requests are made at all: s3_requests.py.
"""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from minio import Minio
from urllib3 import BaseHTTPResponse, PoolManager, Retry, Timeout

from edrms.storage.s3_config import S3Config

PIECE_BYTES = 1 << 20
_HASHED = "x-amz-content-sha256"
_AT_ONCE = 16


@dataclass(frozen=True)
class Body:
    """Bytes to send, hashed once for the signature and the checksum alike.

    Given to the socket in pieces: its time limit is for one piece, so that a large part may take
    its time and a stuck connection may not.
    """

    content: memoryview
    sha256: bytes

    def pieces(self) -> Sequence[memoryview]:
        """The bytes in order."""
        return [
            self.content[at : at + PIECE_BYTES] for at in range(0, len(self.content), PIECE_BYTES)
        ]


class _Signing(Minio):  # type: ignore[misc]  # the SDK is outside what is type-checked
    """The SDK, taking the SHA-256 of the bytes from us; over TLS too the bytes are signed for."""

    def _build_headers(
        self, host: str, headers: dict[str, str] | None, body: Any, creds: Any
    ) -> tuple[dict[str, str], datetime]:
        sha256 = (headers or {}).pop(_HASHED, None)
        built, date = super()._build_headers(host, headers, None if sha256 else body, creds)
        if sha256:
            built[_HASHED] = sha256
        return built, date


class Client:
    """Sends requests for one bucket. Shared by the threads of a process, and safe after a fork."""

    def __init__(self, config: S3Config) -> None:
        self._config = config
        self._connect()

    def _connect(self) -> None:
        config = self._config
        self._process = os.getpid()
        self._sdk = _Signing(
            config.endpoint, access_key=config.access_key, secret_key=config.secret_key,
            secure=config.secure, region=config.region, http_client=_connections(config),
        )  # fmt: skip

    def ask(
        self,
        method: str,
        name: str | None = None,
        *,
        query: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        body: Body | bytes | None = None,
        stream: bool = False,
    ) -> BaseHTTPResponse:
        """The answer, its content read unless it is to be streamed. name: of the object, if any.

        Raises what the SDK and urllib3 raise: call it inside `asking` (s3_errors.py).
        """
        if os.getpid() != self._process:
            self._connect()  # a connection shared with the parent would mix their answers
        sent = dict(headers or {})
        if isinstance(body, Body):
            sent[_HASHED] = body.sha256.hex()
            sent["Content-Length"] = str(len(body.content))
        answer: BaseHTTPResponse = self._sdk._execute(
            method, self._config.bucket, name,
            body=body.pieces() if isinstance(body, Body) else body,
            headers=sent, query_params=dict(query or {}), preload_content=not stream,
        )  # fmt: skip
        return answer

    def make_bucket(self, *, with_holds: bool) -> None:
        """Make the bucket; with holds it keeps versions too."""
        self._sdk.make_bucket(self._config.bucket, object_lock=with_holds)


def _connections(config: S3Config) -> PoolManager:
    return PoolManager(
        maxsize=_AT_ONCE,
        timeout=Timeout(connect=config.connect_timeout_s, read=config.answer_timeout_s),
        retries=_retries(),
        cert_reqs="CERT_REQUIRED",
        ca_certs=str(config.ca_file) if config.ca_file else None,  # None: those of the system
    )


def _retries() -> Retry:
    """Once more after a failure, but a request that changes something only if nothing was sent."""
    return Retry(
        total=2, connect=1, read=1, status=1, redirect=0, other=0,
        allowed_methods={"GET", "HEAD"}, status_forcelist={500, 502, 503, 504},
        backoff_factor=0.2, raise_on_status=False, raise_on_redirect=False,
        respect_retry_after_header=False,
    )  # fmt: skip
