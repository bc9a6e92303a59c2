"""Destroying holders' keys, or those of single objects, and proving that they are gone: many in one
transaction, then one look.

Nothing here reads or writes an object.
"""

from collections import defaultdict
from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import ColumnElement, delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from edrms.errors import Damaged, Unavailable
from edrms.ids import ObjectKey
from edrms.storage.byte_search import holds_any
from edrms.storage.holders import Holder
from edrms.storage.key_store import TRIES, KeyStore
from edrms.storage.key_tables import HolderKey, ObjectKeyRow

_Wiped = tuple[dict[Holder, list[ObjectKey]], list[bytes], dict[Holder, datetime]]


@dataclass(frozen=True, slots=True)
class Destroyed:
    """A holder's key is gone. unreadable: objects nobody can open any more. still_held: objects that
    another holder can open (the original several records share). at: when it was first destroyed."""

    holder: Holder
    at: datetime
    unreadable: tuple[ObjectKey, ...]
    still_held: tuple[ObjectKey, ...]


def destroy(keys: KeyStore, holders: Collection[Holder]) -> dict[Holder, Destroyed]:
    """Destroy the keys of these holders, all or none, and prove that they are gone; may be repeated.
    Nothing brings them back but a backup of the key store. holders: as many as one IN (...) may name.

    Raises Damaged when one can still be found afterwards, Unavailable when the store is away.
    """
    under, secret, at = _wiped(keys, holders)
    keys.database.clear_deleted(HolderKey.__tablename__, ObjectKeyRow.__tablename__)
    _prove_absent(keys, holders, secret)
    left = keys.holders_of([key for some in under.values() for key in some])
    return {
        one: Destroyed(
            one, at[one],
            tuple(key for key in under[one] if not left[key]),
            tuple(key for key in under[one] if left[key]),
        )
        for one in holders
    }  # fmt: skip


def _wiped(keys: KeyStore, holders: Collection[Holder]) -> _Wiped:
    """What was under each, the wrapped keys that must not be found again, and when each was destroyed."""
    for _ in range(TRIES):
        # Another may make the row of one that never had a key meanwhile: then it is there.
        with suppress(IntegrityError):
            return _wipe(keys, holders)
    raise Unavailable("The key store is busy with these keys. Try again.", code="keys_busy")


def _wipe(keys: KeyStore, holders: Collection[Holder]) -> _Wiped:
    with keys.write() as session:
        rows = _rows(session, holders, keys.clock.now())
        under: dict[Holder, list[ObjectKey]] = defaultdict(list)
        secret = [bytes(row.wrapped) for row in rows if row.wrapped]
        wanted = select(ObjectKeyRow.holder, ObjectKeyRow.object_key, ObjectKeyRow.wrapped)
        for holder, key, wrapped in session.execute(wanted.where(_of(holders))):
            under[Holder(holder)].append(ObjectKey(key))
            secret.append(bytes(wrapped))
        session.execute(delete(ObjectKeyRow).where(_of(holders)))
        at = {}
        for row in rows:
            row.wrapped, row.root_id = b"", ""
            row.destroyed_at = at[Holder(row.holder)] = row.destroyed_at or keys.clock.now()
    return under, secret, at


def end_objects(keys: KeyStore, objects: Collection[ObjectKey]) -> None:
    """Nobody can open these objects any more, whoever held them; proved. May be repeated.

    Raises Damaged when a key can still be found afterwards.
    """
    _remove(keys, objects, ObjectKeyRow.object_key.in_(list(objects)))


def take_from(keys: KeyStore, holder: Holder, objects: Collection[ObjectKey]) -> None:
    """This holder cannot open these objects any more; proved. Of one that nobody else can open it keeps the
    key. Raises Damaged when a key of it can still be found afterwards."""
    with_others = [one for one, who in keys.holders_of(objects).items() if who - {holder}]
    of_it = ObjectKeyRow.holder == holder
    _remove(keys, with_others, of_it & ObjectKeyRow.object_key.in_(with_others))


def _remove(keys: KeyStore, objects: Collection[ObjectKey], which: ColumnElement[bool]) -> None:
    if not objects:
        return
    with keys.write() as session:
        rows = session.scalars(select(ObjectKeyRow.wrapped).where(which))
        secret = [bytes(wrapped) for wrapped in rows]
        session.execute(delete(ObjectKeyRow).where(which))
    keys.database.clear_deleted(ObjectKeyRow.__tablename__)
    with keys.database.read() as session:
        is_there = session.scalar(select(ObjectKeyRow.object_key).where(which).limit(1))
    if is_there or _is_in_file(keys, secret):
        raise Damaged(
            "Removed keys can still be found in the key store. Stop what else has it open, then try "
            "again.", keys=sorted(objects),
        )  # fmt: skip


def _rows(session: Session, holders: Collection[Holder], now: datetime) -> list[HolderKey]:
    """Their rows, locked, always in the same order; made for those that never had a key, so that none
    is ever made for them."""
    wanted = select(HolderKey).where(HolderKey.holder.in_(list(holders))).order_by(HolderKey.holder)
    rows = list(session.scalars(wanted.with_for_update()))
    for holder in sorted(set(holders) - {Holder(row.holder) for row in rows}):
        rows.append(HolderKey(holder=holder, made_at=now, wrapped=b"", root_id=""))
        session.add(rows[-1])
    session.flush()
    return rows


def _of(holders: Collection[Holder]) -> ColumnElement[bool]:
    return ObjectKeyRow.holder.in_(list(holders))


def _prove_absent(keys: KeyStore, holders: Collection[Holder], secret: Collection[bytes]) -> None:
    """Look in the rows by a fresh reading, and where the store is a file, in every byte of it."""
    gone = select(HolderKey.holder).where(
        HolderKey.holder.in_(list(holders)), HolderKey.wrapped == b""
    )
    with keys.database.read() as session:
        there = set(holders) - set(session.scalars(gone))
        there |= set(session.scalars(select(ObjectKeyRow.holder).where(_of(holders))))
    if there or _is_in_file(keys, secret):
        raise Damaged(
            "A destroyed key can still be found in the key store. Nothing else was destroyed: stop "
            "what else has the key store open, then try again.",
            holders=sorted(there or holders),
        )


def _is_in_file(keys: KeyStore, secret: Collection[bytes]) -> bool:
    """Whether any of these stands in a byte of the key store, where that is a file."""
    file = keys.database.file()
    beside = [Path(f"{file}{ending}") for ending in ("", "-wal", "-journal")] if file else []
    return any(holds_any(one, secret) for one in beside if one.exists())
