"""The SearchIndex port over OpenSearch: writing, rebuilding, looking after one family of indexes.

The server keeps the documents, opensearch_search answers. Rows decide; what is here can be thrown
away at any time and rebuilt. How a record lies in it and how it is ranked: docs/adr/0008.
"""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from http import HTTPStatus
from typing import Any

from search.model import Health, IndexedRecord, Results, SearchRequest
from search.opensearch_bulk import Change, Moved, send
from search.opensearch_config import OpenSearchConfig
from search.opensearch_family import Family
from search.opensearch_mapping import document_of, tombstone
from search.opensearch_query import DELETED, HELD, counting
from search.opensearch_search import answer
from search.opensearch_server import Server, ServerRefused, making_sense
from search.ports import IndexBusy, IndexUnavailable

TIDY_WITHIN_S = 60.0
_LOOK_EVERY_S = 2.0
_TRIES = 5
_MANY = 10_000


class OpenSearchIndex:
    """A family of indexes on an OpenSearch server. Threads may share one; after a fork it still works.

    Any number of processes may search and write. While one rebuilds, the others write to the old index
    and the new, so nothing waits and nothing is missed; of two that rebuild, the later one goes on and
    the earlier gets IndexBusy. Until prepare() or rebuild() ran: IndexUnavailable.
    """

    def __init__(self, config: OpenSearchConfig) -> None:
        self._server = Server(config)
        self._family = Family(self._server)
        self._is_checked = False

    def prepare(self) -> None:
        """See SearchIndex.prepare."""
        if not self._family.exists():
            self.rebuild(())

    def search(self, request: SearchRequest) -> Results:
        """See SearchIndex.search."""
        with making_sense():
            return answer(self._ask, request)

    def versions(self) -> Mapping[str, int]:
        """See SearchIndex.versions."""
        body = {"query": HELD, "size": _MANY, "_source": False, "sort": ["record_id"]}
        body["docvalue_fields"] = ["version"]
        found: dict[str, int] = {}
        with making_sense():
            while hits := self._ask(body)["hits"]["hits"]:
                found |= {hit["_id"]: hit["fields"]["version"][0] for hit in hits}
                body["search_after"] = hits[-1]["sort"]
        return found

    def count(self) -> int:
        """See SearchIndex.count."""
        with making_sense():
            return int(self._ask(counting(HELD))["hits"]["total"]["value"])

    def upsert(self, records: Iterable[IndexedRecord]) -> None:
        """See SearchIndex.upsert."""
        latest = list({record.record_id: record for record in records}.values())

        def changes(name: str) -> Iterable[Change]:
            return (_put(name, record) for record in latest)

        if latest:
            self._write(changes)

    def delete(self, ended: Mapping[str, int]) -> None:
        """See SearchIndex.delete."""

        def changes(name: str) -> Iterable[Change]:
            if name == self._family.building:  # what was read too early must not bring it back
                return (Change(name, one, at, tombstone(one)) for one, at in ended.items())
            held = self._held(list(ended))
            return (Change(name, one, at) for one, at in held if at <= ended[one])

        self._write(changes)

    def rebuild(self, records: Iterable[IndexedRecord]) -> None:
        """See SearchIndex.rebuild."""
        made = self._family.begin()
        try:
            send(
                self._server, (_put(self._family.building, one, gives_way=True) for one in records)
            )
            self._refresh(made)
        except Moved as error:
            raise IndexBusy("another process has begun to rebuild the index anew") from error
        except BaseException:
            with suppress(IndexUnavailable):  # else the next rebuild removes it
                self._family.remove(made)
            raise
        self._family.swap_in(
            made
        )  # from here on it may answer, whatever we are told: never removed
        self._is_checked = True
        self._forget_deleted()

    def tidy(self) -> None:
        """See SearchIndex.tidy. Raises IndexBusy while the server still wants to keep what was deleted.

        It keeps that for copies that lag behind, and looks every half minute whether any does.
        """
        self._family.check()
        deadline = time.monotonic() + TIDY_WITHIN_S
        while True:
            self._of_index("POST", "_forcemerge", only_expunge_deletes=True)
            self._of_index("POST", "_flush", force=True)
            if not self.check().deleted_waiting:
                return
            if time.monotonic() > deadline:
                raise IndexBusy("the search server still keeps what was deleted")
            time.sleep(_LOOK_EVERY_S)

    def check(self) -> Health:
        """See SearchIndex.check. The server looks at its bytes itself, when it reads and merges them."""
        self._family.check()
        told = self._of_index("GET", "_stats/docs,store,segments")
        with making_sense():
            shards, primaries = told["_shards"], told["_all"]["primaries"]
            if shards["failed"] or not primaries:
                raise IndexUnavailable("part of the index is damaged or missing")
            return Health(
                records=self.count(),
                size_bytes=primaries["store"]["size_in_bytes"],
                segments=primaries["segments"]["count"],
                deleted_waiting=primaries["docs"]["deleted"],
                notes=("the search server checks its own bytes as it reads them",),
            )

    def close(self) -> None:
        """See SearchIndex.close."""
        self._server.close()

    def _ask(self, body: Any) -> Any:
        """Ask the index, never for part of an answer."""
        if not self._is_checked:
            self._family.check()
            self._is_checked = True
        try:
            return self._server.ask(
                "POST", f"/{self._family.name}/_search", body, allow_partial_search_results=False
            )
        except ServerRefused as error:
            self._is_checked = error.status != HTTPStatus.NOT_FOUND
            raise

    def _held(self, record_ids: list[str]) -> Iterator[tuple[str, int]]:
        """Those of the records that are there, visible yet or not, with their versions."""
        for at in range(0, len(record_ids), _MANY):
            wanted = {"ids": record_ids[at : at + _MANY]}
            told = self._of_index("POST", "_mget", wanted, _source=False)
            with making_sense():
                yield from (
                    (one["_id"], one["_version"]) for one in told["docs"] if one.get("found")
                )

    def _write(self, changes: Callable[[str], Iterable[Change]]) -> None:
        for _ in range(_TRIES):
            names = self._family.to_write()
            try:
                send(self._server, (one for name in names for one in changes(name)))
                self._refresh(*names)
            except Moved:
                continue
            return
        raise IndexBusy("the index is being swapped again and again")

    def _refresh(self, *names: str) -> None:
        """Make visible what was written, in an index being built too: it may answer at any moment.

        Raises Moved if one is gone: a swap came between, and may not have seen what was deleted.
        """
        timeout_s = self._server.config.work_timeout_s
        try:
            told = self._server.ask("POST", f"/{','.join(names)}/_refresh", timeout_s=timeout_s)
        except ServerRefused as error:
            if error.status != HTTPStatus.NOT_FOUND:
                raise
            raise Moved from error
        with making_sense():
            if told["_shards"]["failed"]:
                raise IndexUnavailable("part of the index did not take up what was written")

    def _forget_deleted(self) -> None:
        self._of_index("POST", "_delete_by_query", {"query": DELETED}, refresh=True)

    def _of_index(self, method: str, what: str, body: Any = None, **params: Any) -> Any:
        path = f"/{self._family.name}/{what}"
        return self._server.ask(method, path, body, self._server.config.work_timeout_s, **params)


def _put(index: str, record: IndexedRecord, *, gives_way: bool = False) -> Change:
    return Change(index, record.record_id, record.version, document_of(record), gives_way)
