"""Looking after the key store: another root key in small steps, a look at every key. Destroying keys is
key_destroying.py.

Nothing here reads or writes an object.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import func, select

from edrms.errors import CannotStart, Damaged
from edrms.ids import ObjectKey
from edrms.storage import wrapping
from edrms.storage.key_store import KeyStore
from edrms.storage.key_tables import HolderKey, KeyStoreRow, ObjectKeyRow

STEP = 200


@dataclass(frozen=True, slots=True)
class KeyHealth:
    """How the key store is. root_id: the current root key; store_root_id: the one that the store was
    wrapped by last. under_root: holders' keys by the name of the root key over them."""

    store_id: str
    root_id: str
    store_root_id: str
    under_root: dict[str, int]
    object_keys: int
    destroyed: int

    @property
    def holders(self) -> int:
        """How many holders have a key."""
        return sum(self.under_root.values())

    @property
    def is_rotating(self) -> bool:
        """Whether a change of the root key was begun and has not ended."""
        return self.store_root_id != self.root_id or self.under_older > 0

    @property
    def under_older(self) -> int:
        """How many of them are still under an older root key."""
        return self.holders - self.under_root.get(self.root_id, 0)


def health(keys: KeyStore) -> KeyHealth:
    """Counts, once the root key was seen to open the key store. Raises CannotStart or Unavailable."""
    store_id = keys.check()
    by_root = (
        select(HolderKey.root_id, func.count().label("holders"))
        .where(HolderKey.destroyed_at.is_(None))
        .group_by(HolderKey.root_id)
    )
    gone = select(func.count()).where(HolderKey.destroyed_at.is_not(None))
    with keys.database.read() as session:
        return KeyHealth(
            store_id,
            keys.root.current_id(),
            session.scalars(select(KeyStoreRow.root_id)).one(),
            {row.root_id: row.holders for row in session.execute(by_root)},
            session.scalar(select(func.count()).select_from(ObjectKeyRow)) or 0,
            session.scalar(gone) or 0,
        )


def unopened(keys: KeyStore) -> list[str]:
    """Unwrap every key there is; a sentence for each that does not open. The daily canary."""
    faults: list[str] = []
    last = ""
    while True:
        statement = (
            select(HolderKey)
            .where(HolderKey.holder > last, HolderKey.destroyed_at.is_(None))
            .order_by(HolderKey.holder)
            .limit(STEP)
        )
        with keys.database.read() as session:
            rows = list(session.scalars(statement))
        if not rows:
            return faults
        for row in rows:
            faults += _faults_of(keys, row)
        last = rows[-1].holder


def _faults_of(keys: KeyStore, row: HolderKey) -> list[str]:
    try:
        over = keys.root.unwrap(row.root_id, row.wrapped, wrapping.of_holder(row.holder))
    except (Damaged, CannotStart) as error:
        return [f"holder {row.holder}: {error.message}"]
    statement = select(ObjectKeyRow.object_key, ObjectKeyRow.wrapped).where(
        ObjectKeyRow.holder == row.holder
    )
    with keys.database.read() as session:
        under = session.execute(statement).all()
    return [fault for key, wrapped in under for fault in _fault_of(row.holder, over, key, wrapped)]


def _fault_of(holder: str, over: bytes, key: str, wrapped: bytes) -> Iterable[str]:
    try:
        wrapping.unwrap(over, wrapped, wrapping.of_object(ObjectKey(key), holder))
    except Damaged as error:
        yield f"object {key} of {holder}: {error.message}"


def rewrap_some(keys: KeyStore, most: int = STEP) -> int:
    """Put some holders' keys under the current root key; how many there were to do.

    Called until it returns 0; may be stopped anywhere and begun again. Objects are not touched, and
    old and new root key both work meanwhile.
    """
    current = keys.root.current_id()
    statement = (
        select(HolderKey.holder, HolderKey.root_id, HolderKey.wrapped)
        .where(HolderKey.root_id != current, HolderKey.destroyed_at.is_(None))
        .limit(most)
    )
    with keys.database.read() as session:
        older = session.execute(statement).all()
    fresh = {row.holder: (row.wrapped, _rewrapped(keys, row.root_id, row.wrapped,
                                                  wrapping.of_holder(row.holder)))
             for row in older}  # fmt: skip
    with keys.write() as session:
        for holder, (seen, (root_id, wrapped)) in fresh.items():
            row = session.get(HolderKey, holder, with_for_update=True)
            if row is not None and row.wrapped == seen:
                row.root_id, row.wrapped = root_id, wrapped
    if not fresh:
        _rewrap_store(keys, current)
    return len(fresh)


def _rewrap_store(keys: KeyStore, current: str) -> None:
    with keys.database.read() as session:
        row = session.scalars(select(KeyStoreRow)).one()
    if row.root_id == current:
        return
    bound_to = wrapping.of_key_store(row.store_id)
    root_id, wrapped = _rewrapped(keys, row.root_id, row.wrapped, bound_to)
    with keys.write() as session:
        live = session.scalars(select(KeyStoreRow)).one()
        live.root_id, live.wrapped = root_id, wrapped


def _rewrapped(keys: KeyStore, root_id: str, wrapped: bytes, bound_to: bytes) -> tuple[str, bytes]:
    return keys.root.wrap(keys.root.unwrap(root_id, wrapped, bound_to), bound_to)
