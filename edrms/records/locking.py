"""A second lock on what is filed: where the store can itself refuse to lose an object, it is told to.

Each object of a filed record gets a legal hold of the store, and only destruction takes it off. Not even
whoever has the store's own credentials for writing can then delete it by mistake. A directory has no such
holds; the status page says so.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from sqlalchemy import Select, String, delete, exists, func, not_, select, union
from sqlalchemy.orm import Mapped, mapped_column

from edrms.access.model import Actor
from edrms.clock import Clock
from edrms.db import Base, Database, UtcDateTime
from edrms.errors import NotFound
from edrms.ids import ObjectKey
from edrms.records.tables import FILED, PageContent, Record, RecordPage, Rendition
from edrms.storage.ports import HoldingStore, ObjectStore
from edrms.uow import write

AT_ONCE = 200


class LockedObject(Base):
    """An object on which the store's hold lies, as far as we know. Can be made again from the store."""

    __tablename__ = "locked_objects"
    __table_args__ = {"info": {"journalled": False}}

    object_key: Mapped[str] = mapped_column(String(32), primary_key=True)
    locked_at: Mapped[datetime] = mapped_column(UtcDateTime)


@dataclass(frozen=True, slots=True)
class LockState:
    """is_supported: whether the store has holds. waiting: objects of filed records without one yet."""

    is_supported: bool
    waiting: int


class ObjectLocks:
    """Puts the store's holds on, and takes them off."""

    def __init__(
        self, database: Database, store: ObjectStore, clock: Clock, scans: Select[str] | None = None
    ) -> None:
        """scans: keys of files as they came of which something is filed, for whoever puts holds on: a scan
        that several records share is a form of none of them."""
        self._database = database
        self._scans = scans
        self._store = cast("HoldingStore", store)  # asked by has_holds before it is used as one
        self._clock = clock

    def state(self) -> LockState:
        """How it stands. Raises Unavailable when the store does not answer."""
        if not self._store.has_holds():
            return LockState(is_supported=False, waiting=0)
        waiting = _unlocked(self._scans).subquery()
        with self._database.read() as session:
            count = session.scalar(select(func.count()).select_from(waiting)) or 0
        return LockState(is_supported=True, waiting=count)

    def lock_all(self, actor: Actor) -> int:
        """Put the hold on every object that lacks it; returns on how many.

        One that is not there is left to `edrms verify`. Raises Unavailable; begun again it goes on.
        """
        locked, last = 0, ""
        while self._store.has_holds():
            with self._database.read() as session:
                keys = list(session.scalars(_unlocked(self._scans, last).limit(AT_ONCE)))
            if not keys:
                break
            locked += sum(self._lock(actor, ObjectKey(key)) for key in keys)
            last = keys[-1]
        return locked

    def _lock(self, actor: Actor, key: ObjectKey) -> bool:
        try:
            self._store.hold(key)
        except NotFound:
            return False
        with write(self._database, actor, self._clock) as work:
            work.session.merge(LockedObject(object_key=key, locked_at=work.now))
        return True

    def unlock(self, actor: Actor, keys: Iterable[ObjectKey]) -> None:
        """Take the hold off, whoever put it on. For destruction alone."""
        going = list(keys)
        if not going or not self._store.has_holds():
            return
        for key in going:
            try:
                self._store.release(key)
            except NotFound:
                continue
        with write(self._database, actor, self._clock) as work:
            work.session.execute(delete(LockedObject).where(LockedObject.object_key.in_(going)))


def _unlocked(scans: Select[str] | None, after: str = "") -> Select[str]:
    """Keys of objects of filed records, and of these scans, on which no hold is known to lie, in order,
    after this one."""
    is_filed = exists().where(Record.record_id == RecordPage.record_id, Record.state == FILED)
    pages = select(RecordPage.page_id).where(is_filed)
    named = union(
        select(Rendition.object_key)
        .join(Record, Record.record_id == Rendition.record_id)
        .where(Record.state == FILED),
        *(
            select(column).where(PageContent.page_id.in_(pages), column != "")
            for column in (PageContent.view_key, PageContent.text_layer_key)
        ),
        *([] if scans is None else [scans]),
    ).subquery()
    key = named.c.object_key
    is_locked = key.in_(select(LockedObject.object_key))
    return select(key).where(not_(is_locked), key > after).order_by(key)
