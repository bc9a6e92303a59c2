"""Passing keys on from items to the records filed from them, and destroying a record's key.

The key store is not in the rows' transaction. So keys follow the rows, never the other way round: what
is filed is first given its record's key, and only then does the item let go. Cut off anywhere, the next
round goes on. Rules: rules.py.
"""

from collections import defaultdict
from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session

from edrms.clock import Clock
from edrms.db import Database
from edrms.errors import Damaged, Refused
from edrms.ids import ObjectKey
from edrms.records.tables import GIVEN_UP, PageContent, Record
from edrms.storage.holders import ITEM, Holder, item_holder, record_holder
from edrms.storage.key_destroying import Destroyed, destroy
from edrms.storage.key_store import KeyStore
from scanning.batches.model import ItemState
from scanning.batches.tables import Document, Item, ItemPage
from scanning.custody.rules import Change, DocumentFacts, ItemFacts, change

AT_ONCE = 50


class KeyCustody:
    """Whose key opens what, kept in step with the rows."""

    def __init__(self, database: Database, keys: KeyStore, clock: Clock) -> None:
        self._database = database
        self._keys = keys
        self._clock = clock

    def settle_all(self) -> int:
        """Bring every item's keys in step with the rows; how many items changed."""
        changed, last = 0, ITEM
        while items := self._keys.items_after(last, AT_ONCE):
            changed += sum(self.settle(one.removeprefix(ITEM)) for one in items)
            last = items[-1]
        return changed

    def settle(self, item_id: str) -> bool:
        """The same for one item; returns whether anything had to be changed."""
        holder = item_holder(item_id)
        since = self._keys.held_by(holder)
        with self._database.read() as session:
            facts = facts_of_item(session, item_id)
        if not since:
            self._keys.drop(holder, ())
            return True
        if facts is None:  # no row yet, or rows restored from before it came: in doubt it is kept
            return False
        held = self._keys.holders_of(since.keys())
        records = {record_holder(one.record_id) for one in facts.documents if one.record_id}
        needed = change(facts, held, since, self._keys.destroyed_among(records), self._clock.now())
        return self._apply(holder, needed)

    def _apply(self, holder: Holder, needed: Change) -> bool:
        for record, keys in needed.add.items():
            opened = self._keys.holder(record)
            self._keys.keep(opened, {key: self._keys.data_key(key) for key in keys})
        if needed.drop or needed.for_nobody:
            self._keys.drop(holder, needed.drop, even_last=needed.for_nobody)
        return bool(needed.add or needed.drop or needed.for_nobody)

    def destroy_records(self, record_ids: Collection[str]) -> dict[str, Destroyed]:
        """Destroy the keys of some records and prove them gone; may be repeated. Their objects can then be
        opened by nobody but other records of the same original.

        Only of records that were given up to destruction, for good and in a committed transaction that
        asked about holds (retention/hold_guard.py, condemn): Refused for all where one of them was not, or
        is absent. One that another process has ended meanwhile is looked for again, and is gone. The
        caller removes the objects that are unreadable now. Raises Damaged when a record's item still held
        a key of its pages or a key can be found afterwards; then nothing more may be destroyed.
        """
        wanted = set(record_ids)
        with self._database.read() as session:
            asked = select(Record.record_id, Record.item_id).where(
                Record.record_id.in_(wanted), Record.state.in_(GIVEN_UP)
            )
            items = dict(session.execute(asked).all())
        if items.keys() != wanted:
            raise Refused("This record was not given up to destruction.", code="not_condemned")
        holding = self._keys.there_among(map(item_holder, set(items.values())))
        for record_id, item_id in items.items():
            if item_holder(item_id) in holding:
                self._let_go(record_id, item_id)
        destroyed = destroy(self._keys, [record_holder(one) for one in items])
        return {one: destroyed[record_holder(one)] for one in items}

    def _let_go(self, record_id: str, item_id: str) -> None:
        with self._database.read() as session:
            facts = facts_of_item(session, item_id)
        if facts is None:
            return
        self.settle(item_id)
        own = {key for one in facts.documents if one.record_id == record_id for key in one.objects}
        if own & self._keys.held_by(item_holder(item_id)).keys():
            raise Damaged("A file's own key still opens pages of this record.", record=record_id)


def facts_of_item(session: Session, item_id: str) -> ItemFacts | None:
    """What the rows say of an item's objects; None if there is no such item."""
    return facts_of_items(session, [item_id]).get(item_id)


def facts_of_items(session: Session, item_ids: Collection[str]) -> dict[str, ItemFacts]:
    """The same for many in three statements, by id; an item that there is not is left out."""
    columns = Item.item_id, Item.state, Item.object_key
    items = session.execute(select(*columns).where(Item.item_id.in_(item_ids))).all()
    objects = _objects_of_pages(session, item_ids)
    documents = defaultdict(list)
    wanted = select(Document.item_id, Document.document_id, Document.record_id, Document.pdf_key)
    for row in session.execute(wanted.where(Document.item_id.in_(item_ids))):
        made = objects[row.item_id, row.document_id]
        pdf = {ObjectKey(row.pdf_key)} if row.pdf_key else set()
        documents[row.item_id].append(DocumentFacts(row.record_id or "", frozenset(made | pdf)))
    return {
        item_id: ItemFacts(
            item_id=item_id,
            is_read=state == ItemState.READ,
            shared=frozenset(({ObjectKey(key)} if key else set()) | objects[item_id, None]),
            documents=tuple(documents[item_id]),
        )
        for item_id, state, key in items
    }


def _objects_of_pages(
    session: Session, item_ids: Collection[str]
) -> dict[tuple[str, str | None], set[ObjectKey]]:
    """Pictures and text layers by item and document; under None those of pages in no document."""
    statement = (
        select(
            ItemPage.item_id, ItemPage.document_id, PageContent.view_key,
            PageContent.text_layer_key,
        )
        .join(PageContent, PageContent.page_id == ItemPage.page_id)
        .where(ItemPage.item_id.in_(item_ids))
    )  # fmt: skip
    found: dict[tuple[str, str | None], set[ObjectKey]] = defaultdict(set)
    for item_id, document_id, view, layer in session.execute(statement):
        found[item_id, document_id] |= {ObjectKey(key) for key in (view, layer) if key}
    return found
