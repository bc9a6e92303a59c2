"""Looking after the key store: another root key in small steps, a look at every key, destroying a key.

Nothing here reads or writes an object.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import delete, func, select

from edrms.errors import CannotStart, Damaged
from edrms.ids import ObjectKey
from edrms.storage import wrapping
from edrms.storage.holders import Holder
from edrms.storage.key_store import KeyStore
from edrms.storage.key_tables import HolderKey, KeyStoreRow, ObjectKeyRow

STEP = 200
_PIECE_BYTES = 1 << 20


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


@dataclass(frozen=True, slots=True)
class Destroyed:
    """A holder's key is gone. unreadable: objects nobody can open any more. still_held: objects that
    another holder can open (the original several records share). at: when it was first destroyed."""

    holder: Holder
    at: datetime
    unreadable: tuple[ObjectKey, ...]
    still_held: tuple[ObjectKey, ...]


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


def destroy(keys: KeyStore, holder: Holder) -> Destroyed:
    """Destroy a holder's key, and prove that it is gone; may be repeated. Nothing brings it back but a
    backup of the key store.

    Raises Damaged when the key can still be found afterwards, Unavailable when the store is away.
    """
    with keys.write() as session:
        row = session.get(HolderKey, holder, with_for_update=True)
        if row is None:
            row = HolderKey(holder=holder, made_at=keys.clock.now(), wrapped=b"", root_id="")
            session.add(row)
        under = session.execute(
            select(ObjectKeyRow.object_key, ObjectKeyRow.wrapped).where(
                ObjectKeyRow.holder == holder
            )
        ).all()
        secret = [bytes(one) for one in (row.wrapped, *(wrapped for _, wrapped in under)) if one]
        session.execute(delete(ObjectKeyRow).where(ObjectKeyRow.holder == holder))
        row.wrapped, row.root_id = b"", ""
        row.destroyed_at = at = row.destroyed_at or keys.clock.now()
    keys.database.clear_deleted(HolderKey.__tablename__, ObjectKeyRow.__tablename__)
    _prove_absent(keys, holder, secret)
    objects = [ObjectKey(key) for key, _ in under]
    left = keys.holders_of(objects)
    return Destroyed(
        holder, at,
        tuple(key for key in objects if not left[key]),
        tuple(key for key in objects if left[key]),
    )  # fmt: skip


def _prove_absent(keys: KeyStore, holder: Holder, secret: Sequence[bytes]) -> None:
    """Look in the rows by a fresh reading, and where the store is a file, in every byte of it."""
    with keys.database.read() as session:
        row = session.get(HolderKey, holder)
    gone = row is not None and not row.wrapped and not keys.held_by(holder)
    file = keys.database.file()
    if file is not None:
        beside = [Path(f"{file}{ending}") for ending in ("", "-wal", "-journal")]
        gone = gone and not any(_holds(one, secret) for one in beside if one.exists())
    if not gone:
        raise Damaged(
            "A destroyed key can still be found in the key store. Nothing else was destroyed: stop "
            "what else has the key store open, then try again.",
            holder=holder,
        )


def _holds(file: Path, secret: Sequence[bytes]) -> bool:
    longest = max(map(len, secret), default=1)
    with file.open("rb") as content:
        tail = b""
        while piece := content.read(_PIECE_BYTES):
            here = tail + piece
            if any(one in here for one in secret):
                return True
            tail = here[-longest:]
    return False
