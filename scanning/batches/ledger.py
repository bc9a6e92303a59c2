"""The custody ledger read back: batches, their items, and the account of every page."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, or_, select, true
from sqlalchemy.orm import Session, selectinload

from edrms.access.model import Actor, BatchFacts
from edrms.access.policy import decide, holds, require
from edrms.audit.state import SealGuard
from edrms.clock import Clock
from edrms.db import Database
from edrms.errors import Conflict, Invalid, Refused, no_such
from edrms.jobs.queue import enqueue, enqueue_next
from edrms.uow import UnitOfWork, write
from scanning.batches.counts import Announced, Came, Count, Sides, came, compare
from scanning.batches.model import (
    DIVIDE_ITEM,
    OPEN_ITEM,
    ItemState,
    Reconciliation,
    Whereabouts,
    reconcile,
    whereabouts,
)
from scanning.batches.tables import Batch, Document, Item, ItemPage
from scanning.batches.totals import (
    Attention,
    attention,
    disagrees,
    holds_a_file,
    twin_references,
    whole_account,
)
from scanning.reading.model import HeldReason


@dataclass(frozen=True, slots=True)
class PagePlace:
    """Where one page of an item is, and what kind of page."""

    number: int
    kind: str
    place: Whereabouts
    reason: str
    is_rescan: bool = False


@dataclass(frozen=True, slots=True)
class BatchAccount:
    """A batch, its items, where each item's pages are, and the reconciliation.

    twins: reference of the batch that holds the same bytes, by Item.identical_to. counts: those made by
    people, against what came so far. envelopes: which of the batch's envelopes (from 1) each sheet of one
    began, by Document.envelope_page_id.
    """

    batch: Batch
    items: tuple[Item, ...]
    pages: dict[str, tuple[PagePlace, ...]]
    reconciliation: Reconciliation
    twins: dict[str, str]
    counts: tuple[Count, ...]
    envelopes: dict[str, int]

    @property
    def differences(self) -> tuple[Count, ...]:
        """The counts that do not agree."""
        return tuple(count for count in self.counts if not count.agrees)


class Ledger:
    """Batches as their owners and supervisors see them."""

    def __init__(self, database: Database, clock: Clock, seals: SealGuard) -> None:
        self._seals = seals
        self._database = database
        self._clock = clock

    def batches(
        self, actor: Actor, limit: int = 100, offset: int = 0, *, show: str = "all"
    ) -> list[BatchAccount]:
        """Batches the actor may see, newest first: own ones, or all with batch:all:view.

        show: "all", "mine", "attention" (a file held, or pages that do not agree) or "disagreeing".
        """
        statement = select(Batch).where(visible_batches(actor), _shown(actor, show))
        statement = statement.order_by(Batch.number.desc()).limit(limit).offset(offset)
        with self._database.read() as session:
            return [account_of(session, batch) for batch in session.scalars(statement)]

    def count(self, actor: Actor, *, show: str = "all") -> int:
        """How many batches `batches` would give without a limit."""
        statement = select(func.count(Batch.batch_id)).where(
            visible_batches(actor), _shown(actor, show)
        )
        with self._database.read() as session:
            return session.scalar(statement) or 0

    def open_by(self, actor: Actor, channel: str) -> list[Batch]:
        """Batches that the actor opened by this channel and that are not closed, oldest first."""
        require(actor, "batch:own:view")
        statement = select(Batch).where(
            Batch.opened_by == actor.staff_id, Batch.channel == channel, Batch.closed_at.is_(None)
        )
        with self._database.read() as session:
            return list(session.scalars(statement.order_by(Batch.number)))

    def attention(self, actor: Actor) -> Attention:
        """What needs a person among the batches the actor may see."""
        with self._database.read() as session:
            return attention(session, visible_batches(actor))

    def whole(self, actor: Actor) -> Reconciliation:
        """The account over every batch."""
        require(actor, "batch:all:view")
        with self._database.read() as session:
            return whole_account(session)

    def original(self, actor: Actor, item_id: str, *, by_ticket: bool = False) -> Item:
        """A held or rejected item whose original is about to be sent out; journalled. by_ticket: that
        was journalled when the ticket was issued, and now its use is.

        Once an item has been read, its records' own access rules decide, so it is absent here.
        """
        require(actor, "item:content:download")
        with write(self._database, actor, self._clock) as work:
            item = work.session.get(Item, item_id)
            if item is None or item.state not in (ItemState.HELD, ItemState.REJECTED):
                raise no_such("item")
            if not _may_see(actor, item.batch):
                raise no_such("item")
            if is_infected(item):
                raise Refused(
                    "A virus was found in this file: it is kept, and is not given out.",
                    code="infected",
                )
            self._seals.check(work.session)
            if by_ticket:
                work.journal("access:ticket:use", "item", item_id)
            else:
                work.journal("item:content:download", "item", item_id)
        return item

    def batch(self, actor: Actor, batch_id: str) -> BatchAccount:
        """One batch. NotFound alike when absent and when it is another's."""
        with self._database.read() as session:
            batch = session.get(Batch, batch_id)
            if batch is None or not _may_see(actor, batch):
                raise no_such("batch")
            return account_of(session, batch)

    def item(self, actor: Actor, item_id: str) -> tuple[Item, BatchAccount]:
        """One item with its batch's account."""
        with self._database.read() as session:
            item = session.get(Item, item_id)
            if item is None or not _may_see(actor, item.batch):
                raise no_such("item")
            return item, account_of(session, item.batch)

    def retry(self, actor: Actor, item_id: str) -> None:
        """Try a held item again: from where it stopped, opening it or dividing it."""
        require(actor, "item:content:retry")
        with write(self._database, actor, self._clock) as work:
            item = _held(work, item_id)
            opened = item.page_count is not None
            item.state = ItemState.READING if opened else ItemState.RECEIVED
            item.held_reason = item.held_detail = ""
            item.expected_pages = None  # a person has looked at what the manifest says
            work.journal("item:content:retry", "item", item_id)
            if opened:
                enqueue_next(work, DIVIDE_ITEM, item_id, share=item.batch_id)
            else:
                enqueue(work, OPEN_ITEM, item_id, share=item.batch_id)

    def reject(self, actor: Actor, item_id: str, reason: str) -> None:
        """A held item is put aside for good, with the reason; its bytes stay in the store."""
        require(actor, "item:content:reject")
        said = " ".join(reason.split())[:500]
        if not said:
            raise Invalid("Say why.", fields={"reason": "Give a reason."})
        with write(self._database, actor, self._clock) as work:
            item = _held(work, item_id)
            item.state, item.held_detail = ItemState.REJECTED, said
            work.journal("item:content:reject", "item", item_id, reason=said)


def is_infected(item: Item) -> bool:
    """Whether a virus was found in it, also once it was rejected for that."""
    return item.held_reason == HeldReason.INFECTED


def require_any(actor: Actor) -> None:
    """Batches may be listed by who may see all of them or open their own."""
    if not holds(actor, "batch:all:view"):
        require(actor, "batch:own:view")


def visible_batches(actor: Actor) -> ColumnElement[bool]:
    """A condition on batches: the actor may see them. Raises Denied for who may see none."""
    require_any(actor)
    return true() if holds(actor, "batch:all:view") else Batch.opened_by == actor.staff_id


def _shown(actor: Actor, show: str) -> ColumnElement[bool]:
    match show:
        case "mine":
            return Batch.opened_by == actor.staff_id
        case "attention":
            return or_(holds_a_file(), disagrees())
        case "disagreeing":
            return disagrees()
        case _:
            return true()


def _may_see(actor: Actor, batch: Batch) -> bool:
    facts = BatchFacts(batch.opened_by)
    return any(
        decide(actor, permission, facts).allowed
        for permission in ("batch:own:view", "batch:all:view")
    )


def _held(work: UnitOfWork, item_id: str) -> Item:
    item = work.session.get(Item, item_id, with_for_update=True)
    if item is None:
        raise no_such("item")
    if item.state != ItemState.HELD:
        raise Conflict("This file is not held any more.", code="not_held")
    return item


def account_of(session: Session, batch: Batch) -> BatchAccount:
    """A batch's account as it stands in this transaction."""
    items = session.scalars(
        select(Item)
        .where(Item.batch_id == batch.batch_id)
        .options(selectinload(Item.documents))
        .order_by(Item.ordinal)
    ).all()
    pages = _places(session, batch.batch_id)
    every = [page.place for places in pages.values() for page in places]
    account = reconcile((item.page_count for item in items), every)
    counts = compare(_announced(batch), _came(batch, items, pages))
    return BatchAccount(
        batch, tuple(items), pages, account, twin_references(session, items), counts,
        _envelopes(items),
    )  # fmt: skip


def _envelopes(items: Sequence[Item]) -> dict[str, int]:
    """items: in order, as their documents are in theirs."""
    ids = [document.envelope_page_id for item in items for document in item.documents]
    return {one: number for number, one in enumerate(dict.fromkeys(filter(None, ids)), start=1)}


def _announced(batch: Batch) -> Announced:
    return Announced(
        files=batch.announced_files, sheets=batch.expected_sheets,
        documents=batch.expected_documents, sides=Sides(batch.sides),
    )  # fmt: skip


def _came(batch: Batch, items: Sequence[Item], pages: dict[str, tuple[PagePlace, ...]]) -> Came:
    files = sum(item.parent_id is None for item in items)
    documents = sum(len(item.documents) for item in items)
    kinds = [[_counted_as(page) for page in places] for places in pages.values()]
    return came(files, documents, kinds, Sides(batch.sides))


def _counted_as(page: PagePlace) -> str:
    return "rescan" if page.is_rescan else page.kind


def _places(session: Session, batch_id: str) -> dict[str, tuple[PagePlace, ...]]:
    rows = session.execute(
        select(ItemPage.item_id, ItemPage.number, ItemPage.kind, ItemPage.reason,
               Item.state, Document.state, ItemPage.rescan_of)
        .join(Item, Item.item_id == ItemPage.item_id)
        .outerjoin(Document, Document.document_id == ItemPage.document_id)
        .where(Item.batch_id == batch_id)
        .order_by(ItemPage.item_id, ItemPage.number)
    )  # fmt: skip
    places: dict[str, list[PagePlace]] = {}
    for item_id, number, kind, reason, item_state, document_state, rescan_of in rows:
        at = whereabouts(item_state, kind, document_state)
        place = PagePlace(number, kind, at, reason, rescan_of is not None)
        places.setdefault(item_id, []).append(place)
    return {item_id: tuple(found) for item_id, found in places.items()}


def all_accounts(session: Session) -> Sequence[BatchAccount]:
    """The account of every batch, for `edrms verify`."""
    return [account_of(session, batch) for batch in session.scalars(select(Batch))]
