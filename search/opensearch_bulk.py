"""Sending many changes to an OpenSearch server, a few megabytes at a time.

Every document has its record's version, and the server keeps what is newer: an older one that comes
late, from a slower process or a rebuild that read earlier, changes nothing.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from search.opensearch_server import Server, ServerRefused

MOST_BYTES = 8 << 20
LAST_VERSION = (1 << 63) - 1  # of what stands in for a deleted record: nothing is newer
_WANTED = "errors,items.*.status,items.*.error.type"


class Moved(Exception):
    """An alias written to is gone: the index was swapped meanwhile. Look again and send again."""


@dataclass(frozen=True, slots=True)
class Change:
    """One document to put under an id in an index, or (document None) to take out of it."""

    index: str
    record_id: str
    version: int = LAST_VERSION
    document: dict[str, Any] | None = None

    def lines(self) -> str:
        """As the server reads it."""
        of = {"_index": self.index, "_id": self.record_id}
        if self.document is None:
            return json.dumps({"delete": of}) + "\n"
        versioned = {**of, "version": self.version, "version_type": "external_gte"}
        return f"{json.dumps({'index': versioned})}\n{json.dumps(self.document)}\n"


def send(server: Server, changes: Iterable[Change]) -> None:
    """Send all of them; each part is durable when the server has answered, and visible at a refresh.

    Raises Moved, ServerRefused for the first that was refused, or IndexUnavailable.
    """
    for body in _bodies(changes):
        told = server.ask(
            "POST", "/_bulk", body, server.config.work_timeout_s,
            require_alias=True, filter_path=_WANTED,
        )  # fmt: skip
        if told["errors"]:
            for item in told["items"]:
                _check(*item.values())


def _bodies(changes: Iterable[Change]) -> Iterator[str]:
    lines: list[str] = []
    size = 0
    for change in changes:
        lines.append(change.lines())
        size += len(lines[-1])
        if size > MOST_BYTES:
            yield "".join(lines)
            lines, size = [], 0
    if lines:
        yield "".join(lines)


def _check(result: dict[str, Any]) -> None:
    error = result.get("error")
    if error is None or result["status"] == HTTPStatus.CONFLICT:
        return
    if result["status"] == HTTPStatus.NOT_FOUND:
        raise Moved
    raise ServerRefused(result["status"], error["type"])
