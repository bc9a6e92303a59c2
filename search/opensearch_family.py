"""The indexes of one name on an OpenSearch server: which one is searched, and which one is being built.

The alias NAME stands for the one that answers, NAME-building for one that is being built aside; each
index is called NAME.<something new>. Swapping is one request, so there is never none and never two.
"""

from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any
from uuid import uuid4

from search.opensearch_mapping import META, index_body
from search.opensearch_server import Server, ServerRefused, making_sense
from search.ports import IndexBusy, IndexUnavailable

_SEEN = "*.aliases,*.mappings._meta"


@dataclass(frozen=True, slots=True)
class _Seen:
    """One index as the server tells of it."""

    aliases: frozenset[str]
    meta: dict[str, Any] = field(default_factory=dict)


class Family:
    """The aliases and indexes of one name."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self.name = server.config.name
        self.building = f"{self.name}-building"

    def exists(self) -> bool:
        """Whether there is an index that answers, of whatever mapping."""
        return bool(self._with(self.name))

    def check(self) -> None:
        """Raises IndexUnavailable unless there is an index to search, with the mapping we know."""
        self._check(self._with(self.name))

    def to_write(self) -> list[str]:
        """The aliases that a change is to be written to. Raises as check()."""
        seen = self._with(f"{self.name},{self.building}")
        self._check({name: one for name, one in seen.items() if self.name in one.aliases})
        is_building = any(self.building in one.aliases for one in seen.values())
        return [self.name, self.building] if is_building else [self.name]

    def begin(self) -> str:
        """Make an empty index to be built; gives its own name. One that was given up is removed.

        Raises IndexBusy if another process begins at the same moment.
        """
        self._refuse_foreign(self._with(self.name))
        for left in self._not_answering():
            self.remove(left)
        made = f"{self.name}.{uuid4().hex}"
        config = self._server.config
        body = index_body(config.shards, config.copies) | {"aliases": {self.building: {}}}
        self._server.ask("PUT", f"/{made}", body, config.work_timeout_s)
        if self._not_answering() != [made]:
            self.remove(made)
            raise IndexBusy("another process began to rebuild the index at the same moment")
        return made

    def swap_in(self, made: str) -> None:
        """From now on the index that was built answers; the one that did is removed."""
        actions: list[Any] = [{"remove_index": {"index": old}} for old in self._with(self.name)]
        actions.append({"remove": {"index": made, "alias": self.building}})
        actions.append({"add": {"index": made, "alias": self.name}})
        try:
            self._server.ask(
                "POST", "/_aliases", {"actions": actions}, self._server.config.work_timeout_s
            )
        except ServerRefused as error:
            if error.status != HTTPStatus.NOT_FOUND:
                raise
            raise IndexBusy("another process has begun to rebuild the index anew") from error

    def remove(self, index: str) -> None:
        """Remove an index that does not answer; nothing happens if it is gone already."""
        self._server.ask("DELETE", f"/{index}", ignore_unavailable=True)

    def _not_answering(self) -> list[str]:
        seen = self._with(f"{self.name}.*")
        return [index for index, one in seen.items() if self.name not in one.aliases]

    def _with(self, names: str) -> dict[str, _Seen]:
        try:
            told = self._server.ask("GET", f"/{names}", ignore_unavailable=True, filter_path=_SEEN)
        except ServerRefused as error:
            if error.status != HTTPStatus.NOT_FOUND:
                raise
            return {}
        with making_sense():
            return {
                index: _Seen(frozenset(of["aliases"]), of.get("mappings", {}).get("_meta", {}))
                for index, of in told.items()
            }

    def _check(self, answering: dict[str, _Seen]) -> None:
        self._refuse_foreign(answering)
        if not answering:
            raise IndexUnavailable(f"there is no index {self.name!r} on the search server")
        if any(one.meta != META for one in answering.values()):
            raise IndexUnavailable(f"the index {self.name!r} was laid out by another version")

    def _refuse_foreign(self, answering: dict[str, _Seen]) -> None:
        if self.name in answering:
            raise IndexUnavailable(
                f"{self.name!r} is itself an index, not ours: choose another name in EDRMS_SEARCH_URL"
            )
