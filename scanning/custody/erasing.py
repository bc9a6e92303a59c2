"""What is stored of a record, as its destruction sees it: the keys first, then the bytes in every version.

A file as it came may hold other records too (a stack of letters). It goes with the first of them, if each
of the others has a PDF of its own pages whose bytes are whole: its pictures are those of the original,
untouched. Where one has none, the file stays with the others and ends with them; so does a message that
a destroyed attachment came in. The certificate says so (docs/adr/0018).
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import Select, delete, or_, select, update
from sqlalchemy.orm import Session

from edrms.access.model import Actor
from edrms.clock import Clock
from edrms.db import Database
from edrms.errors import Damaged, NotFound
from edrms.ids import ObjectKey
from edrms.pace import Pace
from edrms.records.endings import Erased, groups_of
from edrms.records.locking import ObjectLocks
from edrms.records.tables import GIVEN_UP, PageContent, Record, Rendition
from edrms.storage.encrypted_store import EncryptedStore
from edrms.storage.holders import record_holder
from edrms.uow import write
from scanning.batches.model import DocumentState
from scanning.batches.tables import Document, Item, ItemPage
from scanning.batches.verify import fault_in
from scanning.custody.rules import ItemFacts
from scanning.custody.service import KeyCustody, facts_of_items

REMOVE = "record:original:remove"
AT_A_TIME = (
    1000  # records, and objects, whose bytes go together: a directory is synced once for all
)
WORDS = "{} objects of its pages and their keys, in the store and in the key store"


class StoredObjects:
    """A Holding: keys, pictures, text layers, PDFs, files as they came."""

    name = "stored files"

    def __init__(
        self, database: Database, store: EncryptedStore, custody: KeyCustody, locks: ObjectLocks,
        clock: Clock, pace: Pace,
    ) -> None:  # fmt: skip
        self._locks = locks
        self._database = database
        self._store = store
        self._keys = store.keys_kept
        self._custody = custody
        self._clock = clock
        self._pace = pace

    def erase(self, actor: Actor, record_ids: Collection[str]) -> dict[str, Erased]:
        """See Holding. Every key goes before the first byte does."""
        for some in groups_of(record_ids):
            with self._pace.turn():
                self._custody.destroy_records(some)
        erased: dict[str, Erased] = {}
        for many in groups_of(record_ids, AT_A_TIME):
            erased |= self._bytes_of(actor, many)
        return erased

    def _bytes_of(self, actor: Actor, record_ids: Collection[str]) -> dict[str, Erased]:
        own: dict[str, set[ObjectKey]] = {}
        items: dict[str, ItemFacts] = {}
        for some in groups_of(record_ids):
            with self._pace.turn(), self._database.read() as session:
                _add_objects_of(session, some, own, items)
        self._remove(actor, [key for keys in own.values() for key in keys])
        self._part(actor, list({one.item_id: one for one in items.values() if one.shared}.values()))
        remaining: dict[str, set[str]] = {}
        for some in groups_of(own):
            with self._pace.turn():
                self._check_gone({one: own[one] for one in some})
                with self._database.read() as session:
                    came_in = {items[one].item_id for one in some if one in items}
                    remaining |= _remaining(session, came_in)
        return {
            one: Erased(WORDS.format(len(keys)), _named(remaining, items.get(one)))
            for one, keys in own.items()
        }

    def _part(self, actor: Actor, items: Sequence[ItemFacts]) -> None:
        """Files as they came go where nobody needs them any more. The rows stop naming one only once it is
        gone, so that whatever cuts this off is made good."""
        parting: list[ItemFacts] = []
        for some in groups_of(items):
            with self._pace.turn():
                parting += self._parted(some)
        self._remove(actor, [key for one in parting for key in one.shared])
        for ids in groups_of([one.item_id for one in parting]):
            with self._pace.turn(), write(self._database, actor, self._clock) as work:
                work.session.execute(
                    update(Item).where(Item.item_id.in_(ids)).values(object_key="")
                )
                work.session.execute(
                    delete(PageContent).where(PageContent.page_id.in_(_loose_pages(ids)))
                )
                for item_id in ids:
                    work.journal(REMOVE, "item", item_id)

    def _parted(self, items: Sequence[ItemFacts]) -> list[ItemFacts]:
        """Those of these whose file may go. It is no form of whoever stays (docs/adr/0030)."""
        with self._database.read() as session:
            others = _others(session, [one.item_id for one in items])
        parting = [one for one in items if self._is_free(others[one.item_id])]
        self._keys.forget(*(key for one in parting for key in one.shared))
        return parting

    def _is_free(self, others: Sequence[Document]) -> bool:
        """Whether the file as it came may go: nobody else needs it for what they have of it."""
        return all(
            other.pdf_key and not fault_in(self._store, ObjectKey(other.pdf_key), other.pdf_sha256)
            for other in others
        )

    def _remove(self, actor: Actor, keys: Sequence[ObjectKey]) -> None:
        for some in groups_of(keys, AT_A_TIME):
            with self._pace.aside():
                self._locks.unlock(actor, some)
                self._store.delete(*some)

    def _check_gone(self, own: Mapping[str, Collection[ObjectKey]]) -> None:
        keys = [key for some in own.values() for key in some]
        left = [key for key in keys if self._is_there(key)]
        left += [key for key, holders in self._keys.holders_of(keys).items() if holders]
        left += self._keys.held_among(map(record_holder, own))
        if left:
            raise Damaged("Objects or keys of a destroyed record are still there.", keys=left)

    def _is_there(self, key: ObjectKey) -> bool:
        try:
            self._store.inner.size(key)
        except NotFound:
            return False
        return True


def _add_objects_of(
    session: Session, record_ids: Collection[str], own: dict[str, set[ObjectKey]],
    items: dict[str, ItemFacts],
) -> None:  # fmt: skip
    """By record: to `own` the objects of each alone, to `items` what is so of the item it came in; one
    filed without an item has only its renditions, and no facts."""
    asked = select(Record.record_id, Record.item_id).where(Record.record_id.in_(record_ids))
    came_in = dict(session.execute(asked).all())
    facts = facts_of_items(session, set(came_in.values()))
    own |= {record_id: set() for record_id in came_in}
    for item in facts.values():
        for document in item.documents:
            if document.record_id in came_in:
                own[document.record_id] |= document.objects
    alone = [record_id for record_id, item_id in came_in.items() if item_id not in facts]
    forms = select(Rendition.record_id, Rendition.object_key)
    for record_id, key in session.execute(forms.where(Rendition.record_id.in_(alone))):
        own[record_id].add(ObjectKey(key))
    items |= {one: facts[item] for one, item in came_in.items() if item in facts}


def _others(session: Session, item_ids: Collection[str]) -> dict[str, list[Document]]:
    """By item, documents that somebody still needs: waiting, put aside, or a record that stays."""
    found: dict[str, list[Document]] = {item_id: [] for item_id in item_ids}
    wanted = (
        select(Document)
        .outerjoin(Record, Record.record_id == Document.record_id)
        .where(
            Document.item_id.in_(item_ids),
            Document.state != DocumentState.DISPOSED,
            or_(Record.record_id.is_(None), Record.state.not_in(GIVEN_UP)),
        )
        .order_by(Document.item_id, Document.ordinal)
    )
    for one in session.scalars(wanted):
        found[one.item_id].append(one)
    return found


def _loose_pages(item_ids: Collection[str]) -> Select[str]:
    return select(ItemPage.page_id).where(
        ItemPage.item_id.in_(item_ids), ItemPage.document_id.is_(None)
    )


def _named(remaining: Mapping[str, set[str]], facts: ItemFacts | None) -> tuple[str, ...]:
    return tuple(sorted(remaining[facts.item_id])) if facts else ()


def _remaining(session: Session, item_ids: Collection[str]) -> dict[str, set[str]]:
    """By item, references of the records whose file as it came still contains its pages: those of its own
    item while that has its file, and of the messages it came in."""
    found: dict[str, set[str]] = {item_id: set() for item_id in item_ids}
    asked = {
        item_id: {item_id} for item_id in item_ids
    }  # an item or message, and whom it is asked for
    while asked:
        outer: dict[str, set[str]] = defaultdict(set)
        columns = Item.item_id, Item.object_key, Item.parent_id
        kept = select(Record.item_id, Record.reference).where(Record.state.not_in(GIVEN_UP))
        there = session.execute(select(*columns).where(Item.item_id.in_(asked))).all()
        named = [one.item_id for one in there if one.object_key]
        for item_id, reference in session.execute(kept.where(Record.item_id.in_(named))):
            for one in asked[item_id]:
                found[one].add(reference)
        for item in there:
            if item.parent_id:
                outer[item.parent_id] |= asked[item.item_id]
        asked = outer
    return found
