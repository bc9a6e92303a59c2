"""Objects made of an item's pages that others have replaced: noted with the change, ended once no row names
them.

A searchable PDF of pages that were parted since holds those of two people. It must not outlive either, nor
open to the key of the other: so its bytes go, and then its key under every holder.
"""

from collections.abc import Collection

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from edrms.access.model import Actor
from edrms.clock import Clock
from edrms.db import Database
from edrms.ids import ObjectKey, new_id
from edrms.records.locking import ObjectLocks
from edrms.records.tables import PageContent, Rendition
from edrms.storage.encrypted_store import EncryptedStore
from edrms.storage.key_destroying import end_objects
from edrms.uow import UnitOfWork, write
from scanning.batches.tables import Document, Item, ItemPage
from scanning.custody.tables import KeysToSettle, ReplacedObject


def note_replaced(work: UnitOfWork, item_id: str, keys: Collection[str]) -> None:
    """Whoever has a row name another object instead says so in the same transaction."""
    for key in {one for one in keys if one}:
        work.session.merge(ReplacedObject(object_key=key, item_id=item_id, replaced_at=work.now))


def ask_to_settle(work: UnitOfWork, item_id: str) -> None:
    """Pages of this item are another record's now: the keys are to follow."""
    work.session.merge(KeysToSettle(item_id=item_id, asked=new_id()))


class ReplacedObjects:
    """Ends them."""

    def __init__(
        self, database: Database, store: EncryptedStore, locks: ObjectLocks, clock: Clock
    ) -> None:
        self._database = database
        self._store = store
        self._locks = locks
        self._clock = clock

    def items(self) -> list[str]:
        """Items some of whose objects were replaced."""
        with self._database.read() as session:
            return sorted(set(session.scalars(select(ReplacedObject.item_id))))

    def end(self, actor: Actor, item_ids: Collection[str]) -> int:
        """Those of these items that no row names any more; how many. Begun again it goes on: the keys, which
        tell what is left to do, go last. Raises Damaged when a key can be found afterwards."""
        with self._database.read() as session:
            noted = select(ReplacedObject.object_key).where(ReplacedObject.item_id.in_(item_ids))
            keys = [ObjectKey(one) for one in session.scalars(noted)]
            named = _named(session, item_ids, keys)
        going = [key for key in keys if key not in named]
        if not going:
            return 0
        self._locks.unlock(actor, going)
        self._store.inner.delete(*going)
        end_objects(self._store.keys_kept, going)
        with write(self._database, actor, self._clock) as work:
            gone = ReplacedObject.object_key.in_(going)
            work.session.execute(delete(ReplacedObject).where(gone))
        return len(going)


def _named(
    session: Session, item_ids: Collection[str], keys: Collection[ObjectKey]
) -> set[str]:  # fmt: skip
    """Those of these objects of these items that a row names."""
    of_items = select(ItemPage.page_id).where(ItemPage.item_id.in_(item_ids))
    read = select(PageContent.view_key, PageContent.text_layer_key)
    named = set(session.scalars(select(Item.object_key).where(Item.item_id.in_(item_ids))))
    named |= set(session.scalars(select(Document.pdf_key).where(Document.item_id.in_(item_ids))))
    for row in session.execute(read.where(PageContent.page_id.in_(of_items))):
        named |= set(row)
    forms = select(Rendition.object_key).where(Rendition.object_key.in_(keys))
    return named | set(session.scalars(forms))
