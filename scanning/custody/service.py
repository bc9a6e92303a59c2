"""Passing keys on from items to the records filed from them, and destroying a record's key.

The key store is not in the rows' transaction. So keys follow the rows, never the other way round: what
is filed is first given its record's key, and only then does the item let go. Cut off anywhere, the next
round goes on. Rules: rules.py.
"""

from collections import defaultdict

from sqlalchemy import select
from sqlalchemy.orm import Session

from edrms.clock import Clock
from edrms.db import Database
from edrms.errors import Damaged, Refused
from edrms.ids import ObjectKey
from edrms.records.tables import DESTROYING, PageContent, Record
from edrms.storage.holders import ITEM, Holder, item_holder, record_holder
from edrms.storage.key_store import KeyStore
from edrms.storage.key_upkeep import Destroyed, destroy
from scanning.batches.model import DocumentState, ItemState
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
            facts = _facts(session, item_id)
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

    def destroy_record(self, record_id: str) -> Destroyed:
        """Destroy the key of a record and prove it gone; may be repeated. Its objects can then be
        opened by nobody but other records of the same original.

        Only of a record that was given up to destruction, for good and in a committed transaction that
        asked about holds (retention/hold_guard.py, condemn): Refused for every other, an absent one too.
        The caller removes the objects that are unreadable now. Raises Damaged when the record's item still
        held a key of its pages or a key can be found afterwards; then nothing more may be destroyed.
        """
        with self._database.read() as session:
            asked = select(Record.item_id, Record.state).where(Record.record_id == record_id)
            item_id, state = session.execute(asked).one_or_none() or ("", "")
            if state != DESTROYING:
                raise Refused("This record was not given up to destruction.", code="not_condemned")
            facts = _facts(session, item_id) if item_id else None
        if item_id and facts:
            self.settle(item_id)
            self._check_let_go(facts, record_id)
        return destroy(self._keys, record_holder(record_id))

    def _check_let_go(self, facts: ItemFacts, record_id: str) -> None:
        own = {key for one in facts.documents if one.record_id == record_id for key in one.objects}
        if own & self._keys.held_by(item_holder(facts.item_id)).keys():
            raise Damaged("A file's own key still opens pages of this record.", record=record_id)


def _facts(session: Session, item_id: str) -> ItemFacts | None:
    item = session.get(Item, item_id)
    if item is None:
        return None
    objects = _objects_of_pages(session, item_id)
    documents = session.execute(
        select(Document.document_id, Document.state, Document.record_id, Document.pdf_key).where(
            Document.item_id == item_id
        )
    ).all()
    return ItemFacts(
        item_id=item_id,
        is_read=item.state == ItemState.READ,
        shared=frozenset({ObjectKey(item.object_key)} | objects[None]),
        documents=tuple(
            DocumentFacts(
                record_id=(row.record_id or "") if row.state == DocumentState.FILED else "",
                objects=frozenset(
                    objects[row.document_id] | ({ObjectKey(row.pdf_key)} if row.pdf_key else set())
                ),
            )
            for row in documents
        ),
    )


def _objects_of_pages(session: Session, item_id: str) -> dict[str | None, set[ObjectKey]]:
    """Pictures and text layers by document; under None those of pages in no document."""
    statement = (
        select(ItemPage.document_id, PageContent.view_key, PageContent.text_layer_key)
        .join(PageContent, PageContent.page_id == ItemPage.page_id)
        .where(ItemPage.item_id == item_id)
    )
    found: dict[str | None, set[ObjectKey]] = defaultdict(set)
    for document_id, view, layer in session.execute(statement):
        found[document_id] |= {ObjectKey(key) for key in (view, layer) if key}
    return found
