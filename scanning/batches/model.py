"""Words of custody: the states of items, pages and documents, and where a page can be. Pure.

item: received > reading > read | held(reason) | rejected(reason); page: waiting > read | failed(reason);
document: to_index > filed > disposed | rejected(reason).
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

# Kinds of job, in the order an item meets them.
OPEN_ITEM = "open_item"
READ_PAGE = "read_page"
DIVIDE_ITEM = "divide_item"
ARRANGE_ITEM = "arrange_item"  # once its pages were arranged by hand


class ItemState(StrEnum):
    """How far an item has come. `held` waits whole for a person; its bytes are safe."""

    RECEIVED = "received"
    READING = "reading"
    READ = "read"
    HELD = "held"
    REJECTED = "rejected"


class PageState(StrEnum):
    """Whether a page has been read. `failed` has a reason and is never an empty string."""

    WAITING = "waiting"
    READ = "read"
    FAILED = "failed"


class DocumentState(StrEnum):
    """Whether a document is on a client's file yet."""

    TO_INDEX = "to_index"
    FILED = "filed"
    REJECTED = "rejected"
    DISPOSED = "disposed"


class Whereabouts(StrEnum):
    """Where a page is. Every accepted page is at exactly one of these."""

    BEING_READ = "being_read"
    TO_INDEX = "to_index"
    FILED = "filed"
    BLANK = "blank"
    SEPARATOR = "separator"
    HELD = "held"
    REJECTED = "rejected"
    DISPOSED = "disposed"


def whereabouts(item_state: str, page_kind: str, document_state: str | None) -> Whereabouts:
    """Where one page is, from its item, its kind and its document's state (None before division).

    A rejected or destroyed document takes its blank backs with it; otherwise blanks and separators count
    as such.
    """
    if item_state in (ItemState.HELD, ItemState.REJECTED):
        return Whereabouts(item_state)
    if document_state in (DocumentState.REJECTED, DocumentState.DISPOSED):
        return Whereabouts(document_state)
    if item_state != ItemState.READ:
        return Whereabouts.BEING_READ
    if page_kind in ("blank", "separator"):
        return Whereabouts(page_kind)
    if document_state is None:
        return Whereabouts.BEING_READ
    return Whereabouts(document_state)


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """A batch's account. uncounted_items: files whose pages are not known (held before opening,
    or not opened yet); they are whole and safe, but the batch does not balance on pages alone.
    """

    items: int
    pages: int
    at: dict[Whereabouts, int]
    uncounted_items: int

    @property
    def balances(self) -> bool:
        """Whether every page received is at exactly one place."""
        return self.pages == sum(self.at.values())

    @property
    def is_settled(self) -> bool:
        """Whether nothing is on its way any more: all is filed, blank, separator,
        rejected or destroyed."""
        moving = (Whereabouts.BEING_READ, Whereabouts.TO_INDEX, Whereabouts.HELD)
        return not self.uncounted_items and not any(self.at.get(place) for place in moving)


def reconcile(
    item_page_counts: Iterable[int | None],
    places: Iterable[Whereabouts],
) -> Reconciliation:
    """The account of a batch: counts declared when items were opened, against where pages are now."""
    counts = list(item_page_counts)
    return Reconciliation(
        items=len(counts),
        pages=sum(count for count in counts if count is not None),
        at=dict(Counter(places)),
        uncounted_items=sum(count is None for count in counts),
    )
