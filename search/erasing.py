"""The search index as a place that holds something of a record."""

from collections.abc import Collection

from edrms.access.model import Actor
from edrms.errors import Damaged, Unavailable
from edrms.records.endings import Erased
from search.ports import FOR_EVER, IndexBusy, IndexUnavailable, SearchIndex


class IndexEntries:
    """A Holding: words, names and snippets in the index."""

    name = "search index"

    def __init__(self, index: SearchIndex) -> None:
        self._index = index

    def erase(self, _actor: Actor, record_ids: Collection[str]) -> dict[str, Erased]:
        """See Holding. Slow: the parts of the index that held the records are written anew."""
        try:
            self._index.delete(dict.fromkeys(record_ids, FOR_EVER))
            self._index.tidy()
            left = self._index.versions().keys() & set(record_ids)
        except (IndexBusy, IndexUnavailable) as error:
            raise Unavailable(
                "The search index cannot be written just now. Nothing is lost; it is tried again.",
                code="index_unavailable",
            ) from error
        if left:
            raise Damaged("Destroyed records are still in the search index.", records=sorted(left))
        return {
            one: Erased("its entry, and its words in every part of the index") for one in record_ids
        }
