"""Passing keys on from items to the records filed from them, and destroying a record's key.

The key store is not in the rows' transaction. So keys follow the rows, never the other way round: what
is filed is first given its record's key, and only then does the item let go. Cut off anywhere, the next
round goes on. So it is where pages went from one record to another: the other has their keys before the
first loses them. Rules: rules.py.
"""

from collections import defaultdict
from collections.abc import Collection

from sqlalchemy import Select, delete, select
from sqlalchemy.orm import Session

from edrms.clock import Clock
from edrms.db import Database
from edrms.errors import Damaged, Refused
from edrms.ids import ObjectKey
from edrms.records.content import ORIGINAL
from edrms.records.tables import FILED, GIVEN_UP, PageContent, Record, Rendition
from edrms.staff.accounts import SYSTEM
from edrms.storage.holders import ITEM, Holder, item_holder, record_holder
from edrms.storage.key_destroying import Destroyed, destroy, end_objects, take_from
from edrms.storage.key_store import KeyStore
from edrms.uow import write
from scanning.batches.model import ItemState
from scanning.batches.tables import Document, Item, ItemPage
from scanning.custody.replaced import ReplacedObjects
from scanning.custody.rules import Change, DocumentFacts, ItemFacts, change
from scanning.custody.tables import KeysToSettle

AT_ONCE = 50


class KeyCustody:
    """Whose key opens what, kept in step with the rows."""

    def __init__(
        self, database: Database, keys: KeyStore, clock: Clock, replaced: ReplacedObjects
    ) -> None:
        self._database = database
        self._keys = keys
        self._clock = clock
        self._replaced = replaced

    def settle_all(self) -> int:
        """Bring every item's keys in step with the rows; how many items changed."""
        self._replaced.end(SYSTEM, self._replaced.items())
        changed, last = sum(map(self.settle, sorted(self._asked()))), ITEM
        while items := self._keys.items_after(last, AT_ONCE):
            changed += sum(self.settle(one.removeprefix(ITEM)) for one in items)
            last = items[-1]
        return changed

    def settle(self, item_id: str) -> bool:
        """The same for one item; returns whether anything had to be changed."""
        holder = item_holder(item_id)
        asked = self._asked([item_id]).get(item_id)
        since = self._keys.held_by(holder)
        with self._database.read() as session:
            facts = facts_of_item(session, item_id)
        if not since and asked is None:
            self._keys.drop(holder, ())
            return True
        if facts is None:  # no row yet, or rows restored from before it came: in doubt it is kept
            return False
        records = {record_holder(one.record_id) for one in facts.documents if one.record_id}
        looked_at = {*since, *(self._keys.held_among(records) if asked else ())}
        held = self._keys.holders_of(looked_at)
        needed = change(facts, held, since, self._keys.destroyed_among(records), self._clock.now())
        changed = self._apply(holder, needed)
        if asked is not None:
            self._answered(item_id, asked)
        return changed

    def _apply(self, holder: Holder, needed: Change) -> bool:
        for to, keys in needed.add.items():
            opened = self._keys.holder(to)
            self._keys.keep(opened, {key: self._keys.data_key(key) for key in keys})
        if needed.drop or needed.for_nobody:
            self._keys.drop(holder, needed.drop, even_last=needed.for_nobody)
        for record, keys in needed.take.items():
            take_from(self._keys, record, keys)
        if needed.end:
            end_objects(self._keys, needed.end)
        return needed != Change()

    def _asked(self, item_ids: Collection[str] | None = None) -> dict[str, str]:
        """Items whose pages went from one record to another since keys were settled."""
        wanted = select(KeysToSettle.item_id, KeysToSettle.asked)
        if item_ids is not None:
            wanted = wanted.where(KeysToSettle.item_id.in_(item_ids))
        with self._database.read() as session:
            return dict(session.execute(wanted).all())

    def _answered(self, item_id: str, asked: str) -> None:
        done = KeysToSettle.item_id == item_id, KeysToSettle.asked == asked
        with write(self._database, SYSTEM, self._clock) as work:
            work.session.execute(delete(KeysToSettle).where(*done))

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
        came_in = set(items.values())
        self._replaced.end(SYSTEM, came_in)
        holding = self._keys.there_among(map(item_holder, came_in))
        to_settle = self._asked(came_in)
        for record_id, item_id in items.items():
            if item_holder(item_id) in holding or item_id in to_settle:
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


def scans_of_filed() -> Select[str]:
    """Keys of the files as they came of which something is on a client's file."""
    filed = select(Record.item_id).where(Record.state == FILED)
    return select(Item.object_key).where(Item.item_id.in_(filed), Item.object_key != "")


def facts_of_item(session: Session, item_id: str) -> ItemFacts | None:
    """What the rows say of an item's objects; None if there is no such item."""
    return facts_of_items(session, [item_id]).get(item_id)


def facts_of_items(session: Session, item_ids: Collection[str]) -> dict[str, ItemFacts]:
    """The same for many in four statements, by id; an item that there is not is left out."""
    columns = Item.item_id, Item.state, Item.object_key
    items = session.execute(select(*columns).where(Item.item_id.in_(item_ids))).all()
    objects = _objects_of_pages(session, item_ids)
    documents = defaultdict(list)
    forms = _forms_of_records(session, item_ids)
    wanted = select(Document.item_id, Document.document_id, Document.record_id, Document.pdf_key)
    for row in session.execute(wanted.where(Document.item_id.in_(item_ids))):
        made = objects[row.item_id, row.document_id] | forms[row.record_id]
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


def _forms_of_records(
    session: Session, item_ids: Collection[str]
) -> dict[str | None, set[ObjectKey]]:
    """By record, its forms but the file as it came: while pages are put in order anew a record taken off a
    file has another PDF than its document."""
    statement = (
        select(Rendition.record_id, Rendition.object_key)
        .join(Document, Document.record_id == Rendition.record_id)
        .where(Document.item_id.in_(item_ids), Rendition.kind != ORIGINAL)
    )
    found: dict[str | None, set[ObjectKey]] = defaultdict(set)
    for record_id, key in session.execute(statement):
        found[record_id].add(ObjectKey(key))
    return found
