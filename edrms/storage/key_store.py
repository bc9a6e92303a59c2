"""The key store: which holder can open which object. A database of its own, never in the same backup.

An object's data key lies here once for each holder, under the holder's key; a holder's key lies here
under the root key. All is durable before the object counts as stored. What the store knows of the keys
in clear it has only in memory. Looking after it: key_upkeep.py. Tables: key_tables.py.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, bindparam, delete, func, insert, inspect, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from edrms.clock import Clock
from edrms.db import Database, database_errors_named, why_refused
from edrms.errors import CannotStart, Damaged, Refused, Unavailable
from edrms.ids import ObjectKey, new_id
from edrms.storage import wrapping
from edrms.storage.holders import ITEM, RECORD, Holder
from edrms.storage.key_tables import HolderKey, KeyBase, KeyStoreRow, ObjectKeyRow
from edrms.storage.root_keys import RootKey

VERSION = 1
TRIES = 5
_MOST_IN_A_LIST = 500  # keys in one IN (...), well below what either engine takes
_MAKING = 0x6B657973  # any number, the same for all who make one
_OBJECTS, _HOLDERS = ObjectKeyRow.__table__.c, HolderKey.__table__.c
# Asked for every object that is stored or page that is viewed, so made once, and asked without a session.
_HOLDER = select(_HOLDERS.root_id, _HOLDERS.wrapped, _HOLDERS.destroyed_at).where(
    _HOLDERS.holder == bindparam("of_holder")
)
_HOLDER_LOCKED = _HOLDER.with_for_update()
_THERE = select(_OBJECTS.object_key).where(
    _OBJECTS.holder == bindparam("of_holder"),
    _OBJECTS.object_key.in_(bindparam("keys", expanding=True)),
)
_ADD_HOLDER, _ADD_OBJECT = insert(HolderKey), insert(ObjectKeyRow)
_WRAPPED = (
    select(
        _OBJECTS.holder, _OBJECTS.wrapped, _HOLDERS.root_id,
        _HOLDERS.wrapped.label("holder_wrapped"),
    )
    .where(_OBJECTS.object_key == bindparam("key"), _HOLDERS.holder == _OBJECTS.holder)
    .order_by(_OBJECTS.holder)
)  # fmt: skip


@dataclass(frozen=True, slots=True, repr=False)
class OpenHolder:
    """A holder whose key is at hand. is_new: it is in the store only once something is kept under it."""

    holder: Holder
    key: bytes
    root_id: str
    wrapped: bytes
    is_new: bool


class KeyStore:
    """Keys of the objects of one instance."""

    def __init__(self, database: Database, root: RootKey, clock: Clock) -> None:
        self.database = database
        self.root = root
        self.clock = clock

    # --- the store itself -------------------------------------------------------------------------

    def is_made(self) -> bool:
        """Whether there are tables. Raises Unavailable, and CannotStart when we are not let in."""
        file = self.database.file()
        if file is not None and not file.exists():
            return False
        try:
            with self.database.read() as session:
                return inspect(session.connection()).has_table(KeyStoreRow.__tablename__)
        except Unavailable as error:
            if words := why_refused(error):
                raise CannotStart(
                    f"EDRMS_KEYS_URL, EDRMS_KEYS_PASSWORD: the key store refuses us: {words}."
                ) from error
            raise

    def make(self) -> str:
        """Make the tables of a new, empty key store; returns its id. One that is there is left."""
        if not self.is_made():
            store_id, key = new_id(), wrapping.new_key()
            root_id, wrapped = self.root.wrap(key, wrapping.of_key_store(store_id))
            with self.write() as session:
                if not self.database.is_sqlite:  # there a writer is alone already
                    session.execute(select(func.pg_advisory_xact_lock(_MAKING)))
                if inspect(session.connection()).has_table(KeyStoreRow.__tablename__):
                    return self.check()
                KeyBase.metadata.create_all(session.connection())
                session.add(
                    KeyStoreRow(
                        store_id=store_id, version=VERSION, root_id=root_id, wrapped=wrapped,
                        made_at=self.clock.now(),
                    )
                )  # fmt: skip
        return self.check()

    def check(self) -> str:
        """Whether this is a key store of ours and the root key opens it; returns its id.

        Raises CannotStart naming the setting at fault, or Unavailable.
        """
        if not self.is_made():
            raise CannotStart(
                "EDRMS_KEYS_URL: there is no key store. Without it no document can be read: put it "
                "back from its backup. `edrms init` makes one for a new instance only."
            )
        with self.database.read() as session:
            rows = list(session.scalars(select(KeyStoreRow)))
        if len(rows) != 1 or rows[0].version != VERSION:
            raise CannotStart(
                f"EDRMS_KEYS_URL: the key store is not one of version {VERSION} of this product."
            )
        self._check_root(rows[0])
        return rows[0].store_id

    def _check_root(self, row: KeyStoreRow) -> None:
        try:
            self.root.unwrap(row.root_id, row.wrapped, wrapping.of_key_store(row.store_id))
        except Damaged as error:
            raise CannotStart(
                "The root key does not open the key store: one of the two is another instance's, or "
                "was altered. Put the right ones back (EDRMS_ROOT_KEY..., EDRMS_KEYS_URL)."
            ) from error

    @contextmanager
    def write(self) -> Iterator[Session]:
        """One transaction of the key store: durable when the block has ended. Raises Unavailable."""
        with database_errors_named(), self.database.session() as session:
            yield session
            session.commit()

    # --- keeping and finding keys -----------------------------------------------------------------

    def holder(self, holder: Holder) -> OpenHolder:
        """The holder with its key; a new one where there is none. Raises Refused once it is destroyed."""
        with self.database.look() as connection:
            row = connection.execute(_HOLDER, {"of_holder": holder}).first()
        if row is None:
            key = wrapping.new_key()
            root_id, wrapped = self.root.wrap(key, wrapping.of_holder(holder))
            return OpenHolder(holder, key, root_id, wrapped, is_new=True)
        if row.destroyed_at is not None:
            raise Refused(
                "The key was destroyed: nothing can be kept there any more.", code="shredded"
            )
        key = self.root.unwrap(row.root_id, row.wrapped, wrapping.of_holder(holder))
        return OpenHolder(holder, key, row.root_id, row.wrapped, is_new=False)

    def keep(self, opened: OpenHolder, data_keys: Mapping[ObjectKey, bytes]) -> None:
        """Keep these data keys under the holder; one kept there already is left. Durable on return."""
        for _ in range(TRIES):
            if self._kept(opened, data_keys):
                return
            opened = self.holder(opened.holder)  # another process made, rewrapped or removed it
        raise Unavailable("The key store is busy with this file. Try again.", code="keys_busy")

    def _kept(self, opened: OpenHolder, data_keys: Mapping[ObjectKey, bytes]) -> bool:
        try:
            with database_errors_named(), self.database.engine.begin() as connection:
                row = connection.execute(_HOLDER_LOCKED, {"of_holder": opened.holder}).first()
                if row is None and opened.is_new:
                    connection.execute(_ADD_HOLDER, _holder_row(opened, self.clock.now()))
                elif row is None or row.wrapped != opened.wrapped:
                    return False
                self._add(connection, opened, data_keys)
        except IntegrityError:
            return False
        return True

    def _add(
        self, connection: Connection, opened: OpenHolder, data_keys: Mapping[ObjectKey, bytes]
    ) -> None:
        asked = {"of_holder": opened.holder, "keys": list(data_keys)}
        there = set(connection.scalars(_THERE, asked))
        now = self.clock.now()
        rows = [
            {"object_key": key, "holder": opened.holder, "made_at": now,
             "wrapped": wrapping.wrap(opened.key, data_keys[key], wrapping.of_object(key, opened.holder))}
            for key in data_keys if key not in there
        ]  # fmt: skip
        if rows:
            connection.execute(_ADD_OBJECT, rows)

    def data_key(self, key: ObjectKey) -> bytes:
        """An object's data key, by whichever holder has it. Raises Damaged: none has, or none opens."""
        with self.database.look() as connection:
            rows = connection.execute(_WRAPPED, {"key": key}).all()
        failed: Damaged | None = None
        for row in rows:
            bound_to = wrapping.of_holder(row.holder)
            try:
                over = self.root.unwrap(row.root_id, row.holder_wrapped, bound_to)
                return wrapping.unwrap(over, row.wrapped, wrapping.of_object(key, row.holder))
            except Damaged as error:
                failed = error
        if failed is not None:
            raise Damaged(
                f"The key of a stored file was altered: {failed.message}", key=key
            ) from failed
        raise Damaged(
            "The key store has no key for a stored file: it was destroyed, or the key store is older "
            "than the file, or another instance's.",
            code="key_missing",
            key=key,
        )

    def forget(self, *keys: ObjectKey) -> None:
        """Remove these objects' keys from every holder, once the objects themselves are gone."""
        known = [key for key, holders in self.holders_of(keys).items() if holders]
        if known:
            with self.write() as session:
                for some in _parts(known):
                    session.execute(delete(ObjectKeyRow).where(ObjectKeyRow.object_key.in_(some)))

    # --- who holds what ---------------------------------------------------------------------------

    def items_after(self, last: str, limit: int) -> list[Holder]:
        """Items that still hold keys of their own, in order, after this one."""
        statement = (
            select(HolderKey.holder)
            .where(HolderKey.holder.startswith(ITEM), HolderKey.holder > last)
            .where(HolderKey.destroyed_at.is_(None))
            .order_by(HolderKey.holder)
            .limit(limit)
        )
        with self.database.read() as session:
            return [Holder(one) for one in session.scalars(statement)]

    def held_by(self, holder: Holder) -> dict[ObjectKey, datetime]:
        """The objects this holder can open, and since when."""
        statement = select(ObjectKeyRow.object_key, ObjectKeyRow.made_at).where(
            ObjectKeyRow.holder == holder
        )
        with self.database.read() as session:
            return {ObjectKey(key): at for key, at in session.execute(statement)}

    def holders_of(self, keys: Collection[ObjectKey]) -> dict[ObjectKey, set[Holder]]:
        """Who can open each of these objects; an empty set for one that nobody can."""
        found: dict[ObjectKey, set[Holder]] = {key: set() for key in keys}
        with self.database.read() as session:
            for some in _parts(found):
                statement = select(ObjectKeyRow.object_key, ObjectKeyRow.holder).where(
                    ObjectKeyRow.object_key.in_(some)
                )
                for key, holder in session.execute(statement):
                    found[ObjectKey(key)].add(Holder(holder))
        return found

    def held_among(self, holders: Iterable[Holder]) -> list[ObjectKey]:
        """The objects that any of these holders can open."""
        held = select(ObjectKeyRow.object_key).where(ObjectKeyRow.holder.in_(list(holders)))
        with self.database.read() as session:
            return [ObjectKey(key) for key in session.scalars(held)]

    def there_among(self, holders: Iterable[Holder]) -> set[Holder]:
        """Those of these holders that have a row: a key, or one that was destroyed."""
        with self.database.read() as session:
            there = select(HolderKey.holder).where(HolderKey.holder.in_(list(holders)))
            return {Holder(holder) for holder in session.scalars(there)}

    def destroyed_among(self, holders: Collection[Holder]) -> set[Holder]:
        """Those of these holders whose key was destroyed."""
        statement = select(HolderKey.holder).where(
            HolderKey.holder.in_(list(holders)), HolderKey.destroyed_at.is_not(None)
        )
        with self.database.read() as session:
            return {Holder(one) for one in session.scalars(statement)}

    def drop(
        self, holder: Holder, keys: Collection[ObjectKey], *, even_last: Collection[ObjectKey] = ()
    ) -> None:
        """This holder need not open these objects any more; with its last the holder goes too.

        Of `keys` the last key of an object is never removed; of `even_last` it is.
        """
        if holder.startswith(RECORD):
            raise ValueError("a record's keys are destroyed, not dropped")
        with self.write() as session:
            session.get(HolderKey, holder, with_for_update=True)
            others = select(ObjectKeyRow.object_key).where(
                ObjectKeyRow.object_key.in_(list(keys)), ObjectKeyRow.holder != holder
            )
            going = {*session.scalars(others), *even_last}
            of_holder = ObjectKeyRow.holder == holder
            session.execute(
                delete(ObjectKeyRow).where(of_holder, ObjectKeyRow.object_key.in_(going))
            )
            if session.scalar(select(ObjectKeyRow.object_key).where(of_holder).limit(1)) is None:
                session.execute(delete(HolderKey).where(HolderKey.holder == holder))


def _parts(keys: Iterable[ObjectKey]) -> Iterator[list[ObjectKey]]:
    every = list(keys)
    return (every[at : at + _MOST_IN_A_LIST] for at in range(0, len(every), _MOST_IN_A_LIST))


def _holder_row(opened: OpenHolder, now: datetime) -> dict[str, object]:
    return {
        "holder": opened.holder, "root_id": opened.root_id, "wrapped": opened.wrapped, "made_at": now
    }  # fmt: skip
