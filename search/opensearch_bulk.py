"""Sending many changes to an OpenSearch server, a few megabytes at a time.

Every document has its record's version, and the server keeps what is newer: an older one that comes
late from a slower process changes nothing, nor does one of the same version that a rebuild read earlier.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from search.opensearch_server import Server, ServerRefused, making_sense

MOST_BYTES = 8 << 20
_WANTED = "errors,items.*.status,items.*.error.type"


class Moved(Exception):
    """What was looked at before sending is so no more: look again and send again.

    An alias written to is gone (the index was swapped), or a record to be deleted was replaced.
    """


@dataclass(frozen=True, slots=True)
class Change:
    """One document to put under an id in an index, or (document None) to take out of it.

    version: of the record; of one to take out, the version it has in the index. gives_way: to what is
    there of the same version.
    """

    index: str
    record_id: str
    version: int
    document: dict[str, Any] | None = None
    gives_way: bool = False

    def lines(self) -> str:
        """As the server reads it."""
        of = {"_index": self.index, "_id": self.record_id, "version": self.version}
        of["version_type"] = "external" if self.gives_way else "external_gte"
        if self.document is None:
            return json.dumps({"delete": of}) + "\n"
        return f"{json.dumps({'index': of})}\n{json.dumps(self.document)}\n"


def send(server: Server, changes: Iterable[Change]) -> None:
    """Send all of them; each part is durable when the server has answered, and visible at a refresh.

    Raises Moved, ServerRefused for the first that was refused, or IndexUnavailable.
    """
    for body in _bodies(changes):
        told = server.ask(
            "POST", "/_bulk", body, server.config.work_timeout_s,
            require_alias=True, filter_path=_WANTED,
        )  # fmt: skip
        with making_sense():
            if told["errors"]:
                for item in told["items"]:
                    for what, result in item.items():
                        _check(what, result)


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


def _check(what: str, result: dict[str, Any]) -> None:
    if "error" not in result:
        return
    status, is_late = result["status"], result["status"] == HTTPStatus.CONFLICT
    if status == HTTPStatus.NOT_FOUND or (is_late and what == "delete"):
        raise Moved
    if not is_late:
        raise ServerRefused(status, result["error"]["type"])
