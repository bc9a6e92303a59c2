"""Counts over many batches, made in the database: which need a person, and where every page is.

Nothing here decides who may see which batch; the ledger passes in what may be seen.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, exists, func, select, true
from sqlalchemy.orm import Session

from scanning.batches.model import ItemState, Reconciliation, Whereabouts, whereabouts
from scanning.batches.tables import Batch, Document, Item, ItemPage


@dataclass(frozen=True, slots=True)
class Attention:
    """What needs a person: files held, and batches whose pages are not all accounted for."""

    held_items: int
    disagreeing_batches: int


def holds_a_file() -> ColumnElement[bool]:
    """True for batches with a held file."""
    return exists().where(Item.batch_id == Batch.batch_id, Item.state == ItemState.HELD)


def disagrees() -> ColumnElement[bool]:
    """True for batches whose files declared another number of pages than the ledger has.

    Every page in the ledger is at exactly one place (whereabouts is total), so this is the same as
    Reconciliation.balances being false.
    """
    declared = (
        select(func.coalesce(func.sum(Item.page_count), 0))
        .where(Item.batch_id == Batch.batch_id)
        .scalar_subquery()
    )
    present = (
        select(func.count(ItemPage.page_id))
        .join(Item, Item.item_id == ItemPage.item_id)
        .where(Item.batch_id == Batch.batch_id)
        .scalar_subquery()
    )
    return declared != present


def attention(session: Session, visible: ColumnElement[bool]) -> Attention:
    """Held files and disagreeing batches among the visible ones."""
    held = select(func.count(Item.item_id)).join(Batch, Batch.batch_id == Item.batch_id)
    batches = select(func.count(Batch.batch_id)).where(and_(visible, disagrees()))
    return Attention(
        session.scalar(held.where(and_(visible, Item.state == ItemState.HELD))) or 0,
        session.scalar(batches) or 0,
    )


def whole_account(session: Session) -> Reconciliation:
    """The account over every batch there is."""
    return _account_where(session, true())


def account_of_batch(session: Session, batch_id: str) -> Reconciliation:
    """The account of one batch, without its items."""
    return _account_where(session, Item.batch_id == batch_id)


def _account_where(session: Session, of_items: ColumnElement[bool]) -> Reconciliation:
    items, pages, counted = session.execute(
        select(
            func.count(Item.item_id), func.coalesce(func.sum(Item.page_count), 0),
            func.count(Item.page_count),
        ).where(of_items)
    ).one()  # fmt: skip
    rows = session.execute(
        select(Item.state, ItemPage.kind, Document.state, func.count())
        .select_from(ItemPage)
        .join(Item, Item.item_id == ItemPage.item_id)
        .outerjoin(Document, Document.document_id == ItemPage.document_id)
        .where(of_items)
        .group_by(Item.state, ItemPage.kind, Document.state)
    )
    at: Counter[Whereabouts] = Counter()
    for item_state, kind, document_state, count in rows:
        at[whereabouts(item_state, kind, document_state)] += count
    return Reconciliation(items, pages or 0, dict(at), items - counted)


def twin_references(session: Session, items: Sequence[Item]) -> dict[str, str]:
    """Reference of the batch that holds the same bytes, by the id of the earlier item."""
    earlier = {item.identical_to for item in items if item.identical_to}
    rows = session.execute(
        select(Item.item_id, Batch).join(Item.batch).where(Item.item_id.in_(earlier))
    )
    return {item_id: batch.reference for item_id, batch in rows}
