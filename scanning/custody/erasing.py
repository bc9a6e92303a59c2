"""What is stored of a record, as its destruction sees it: the keys first, then the bytes in every version.

A file as it came may hold other records too (a stack of letters). It goes with the first of them, if each
of the others has a PDF of its own pages whose bytes are whole: its pictures are those of the original,
untouched. Where one has none, the file stays with the others and ends with them; so does a message that
a destroyed attachment came in. The certificate says so (docs/adr/0018).
"""

from collections.abc import Collection

from sqlalchemy import Select, delete, or_, select
from sqlalchemy.orm import Session

from edrms.access.model import Actor
from edrms.clock import Clock
from edrms.db import Database
from edrms.errors import Damaged, NotFound
from edrms.ids import ObjectKey
from edrms.records.endings import Erased
from edrms.records.locking import ObjectLocks
from edrms.records.tables import FILED, PageContent, Record, Rendition
from edrms.storage.encrypted_store import EncryptedStore
from edrms.storage.holders import record_holder
from edrms.uow import write
from scanning.batches.model import DocumentState
from scanning.batches.tables import Document, Item, ItemPage
from scanning.batches.verify import fault_in
from scanning.custody.rules import ItemFacts
from scanning.custody.service import KeyCustody, facts_of_item

REMOVE = "record:original:remove"


class StoredObjects:
    """A Holding: keys, pictures, text layers, PDFs, files as they came."""

    name = "stored files"

    def __init__(
        self, database: Database, store: EncryptedStore, custody: KeyCustody, locks: ObjectLocks,
        clock: Clock,
    ) -> None:  # fmt: skip
        self._locks = locks
        self._database = database
        self._store = store
        self._keys = store.keys_kept
        self._custody = custody
        self._clock = clock

    def erase(self, actor: Actor, record_ids: Collection[str]) -> dict[str, Erased]:
        """See Holding."""
        for record_id in record_ids:
            self._custody.destroy_record(record_id)
        return {record_id: self._bytes_of(actor, record_id) for record_id in record_ids}

    def _bytes_of(self, actor: Actor, record_id: str) -> Erased:
        with self._database.read() as session:
            item_id = session.get_one(Record, record_id).item_id
            facts = facts_of_item(session, item_id)
            others = list(session.scalars(_others(item_id)))
        if facts is None:  # filed without an item: only keys and renditions are known
            return self._without_item(actor, record_id)
        own = {key for one in facts.documents if one.record_id == record_id for key in one.objects}
        self._remove(actor, own)
        if facts.shared and self._is_free(facts, others):
            self._part(actor, item_id, facts, others)
        self._check_gone(record_id, own)
        words = f"{len(own)} objects of its pages and their keys, in the store and in the key store"
        with self._database.read() as session:
            return Erased(words, tuple(sorted(_remaining(session, item_id))))

    def _without_item(self, actor: Actor, record_id: str) -> Erased:
        with self._database.read() as session:
            of_record = Rendition.record_id == record_id
            keys = set(
                map(ObjectKey, session.scalars(select(Rendition.object_key).where(of_record)))
            )
        self._remove(actor, keys)
        self._check_gone(record_id, keys)
        return Erased(f"{len(keys)} objects and their keys, in the store and in the key store")

    def _is_free(self, facts: ItemFacts, others: list[Document]) -> bool:
        """Whether the file as it came may go: nobody else needs it for what they have of it."""
        return all(
            other.pdf_key and not fault_in(self._store, ObjectKey(other.pdf_key), other.pdf_sha256)
            for other in others
        )

    def _part(self, actor: Actor, item_id: str, facts: ItemFacts, others: list[Document]) -> None:
        """The rows stop naming it only once it is gone, so that whatever cuts this off is made good."""
        survivors = [other.record_id for other in others if other.record_id]
        if survivors:
            self._take_from(actor, survivors)
        for key in facts.shared:  # the others hold it too, and need it no more
            self._keys.forget(key)
        self._remove(actor, facts.shared)
        with write(self._database, actor, self._clock) as work:
            item = work.session.get_one(Item, item_id)
            item.object_key = ""
            work.session.execute(
                delete(PageContent).where(PageContent.page_id.in_(_loose_pages(item_id)))
            )
            work.journal(REMOVE, "item", item_id)

    def _take_from(self, actor: Actor, survivors: list[str]) -> None:
        originals = Rendition.record_id.in_(survivors), Rendition.kind == "original"
        with write(self._database, actor, self._clock) as work:
            named = list(work.session.scalars(select(Rendition.record_id).where(*originals)))
            if not named:
                return
            work.session.execute(delete(Rendition).where(*originals))
            for record_id in named:
                work.journal(REMOVE, "record", record_id)

    def _remove(self, actor: Actor, keys: Collection[ObjectKey]) -> None:
        self._locks.unlock(actor, keys)
        for key in keys:
            self._store.delete(key)

    def _check_gone(self, record_id: str, keys: Collection[ObjectKey]) -> None:
        left = [key for key in keys if self._is_there(key)]
        left += [key for key, holders in self._keys.holders_of(keys).items() if holders]
        left += self._keys.held_by(record_holder(record_id))
        if left:
            raise Damaged("Objects or keys of a destroyed record are still there.", keys=left)

    def _is_there(self, key: ObjectKey) -> bool:
        try:
            self._store.inner.size(key)
        except NotFound:
            return False
        return True


def _others(item_id: str) -> Select[Document]:
    """Documents of an item that somebody still needs: waiting, put aside, or a record that stays."""
    return (
        select(Document)
        .outerjoin(Record, Record.record_id == Document.record_id)
        .where(
            Document.item_id == item_id,
            Document.state != DocumentState.DISPOSED,
            or_(Record.record_id.is_(None), Record.state == FILED),
        )
        .order_by(Document.ordinal)
    )


def _loose_pages(item_id: str) -> Select[str]:
    return select(ItemPage.page_id).where(
        ItemPage.item_id == item_id, ItemPage.document_id.is_(None)
    )


def _remaining(session: Session, item_id: str) -> set[str]:
    """References of the records whose file as it came still contains this one's pages: those of its own
    item while that has its file, and of the messages it came in."""
    found: set[str] = set()
    asked: str | None = item_id
    while asked:
        item = session.get_one(Item, asked)
        if item.object_key:
            kept = select(Record.reference).where(Record.item_id == asked, Record.state == FILED)
            found.update(session.scalars(kept))
        asked = item.parent_id
    return found
