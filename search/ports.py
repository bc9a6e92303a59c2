"""The port of full-text engines: their contract in words, and their errors. No engine lives here.

Contract, held for every engine by tests/contract/index_contract.py: a search answers exactly as if
the records its access filter hides did not exist (hits and their order, totals, facets, snippets,
suggestions); the index is derived and disposable, and in doubt says IndexUnavailable, never less
or more than it was given.
"""

from collections.abc import Iterable, Mapping
from typing import Protocol

from search.model import Health, IndexedRecord, Results, SearchRequest

FOR_EVER = 1 << 62  # a version beyond all others


class IndexUnavailable(Exception):
    """The index is missing or damaged: answer 503 and run a rebuild. detail: for operators."""

    def __init__(self, detail: str) -> None:
        super().__init__(detail)
        self.detail = detail

    def __str__(self) -> str:
        return f"the search index is unavailable ({self.detail}); rebuild it"


class IndexBusy(Exception):
    """Another process is writing. Nothing was changed; try again later."""


class SearchIndex(Protocol):
    """A full-text engine. Every method may raise IndexUnavailable; writing ones also IndexBusy."""

    def prepare(self) -> None:
        """Make an empty index where nothing was ever built; leaves anything else as it is."""

    def upsert(self, records: Iterable[IndexedRecord]) -> None:
        """Put records in, replacing those of the same id, durably and all together.

        When it returns every process finds them. A later record of the same id in one call wins.
        """

    def delete(self, ended: Mapping[str, int]) -> None:
        """Take records out; unknown ids are no error. At once unfindable; tidy() erases bytes.

        ended: record id to the version of its row that is not to be found, FOR_EVER if it never comes
        back; a later version put in afterwards is found again.
        """

    def search(self, request: SearchRequest) -> Results:
        """Answer a question as of the last completed write of any process."""

    def versions(self) -> Mapping[str, int]:
        """Record id to version of everything held, for comparing with the rows."""

    def count(self) -> int:
        """How many records are held, of whatever service."""

    def rebuild(self, records: Iterable[IndexedRecord]) -> None:
        """Build afresh aside and swap in whole: recovers from any damage, also from nothing.

        The old index answers until the swap. An error of the iterable leaves the old in place.
        """

    def tidy(self) -> None:
        """Erase deleted and replaced records' bytes and merge small parts. Slow: run when idle."""

    def check(self) -> Health:
        """Verify every byte held; raises IndexUnavailable naming what is damaged."""

    def close(self) -> None:
        """Let go of files and connections. Using it again opens them again."""
