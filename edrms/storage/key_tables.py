"""Tables of the key store. They are in a database of their own, with a backup rule of its own.

Not in the chain of migrations: made by `edrms init`, and KeyStoreRow says in which version.
"""

from datetime import datetime

from sqlalchemy import ForeignKey, Integer, LargeBinary, String
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from edrms.db import UtcDateTime


class KeyBase(DeclarativeBase):
    """Parent of the key store's tables, apart from those of the rows."""


class KeyStoreRow(KeyBase):
    """The one row that says whose key store this is; `wrapped` opens under the right root key only."""

    __tablename__ = "key_store"

    store_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    version: Mapped[int] = mapped_column(Integer)
    root_id: Mapped[str] = mapped_column(String(64))
    wrapped: Mapped[bytes] = mapped_column(LargeBinary)
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)


class HolderKey(KeyBase):
    """A holder's key under a root key. Once destroyed the row stays, without the key, so that none is
    ever made for that holder again."""

    __tablename__ = "holder_keys"

    holder: Mapped[str] = mapped_column(String(48), primary_key=True)
    root_id: Mapped[str] = mapped_column(String(64), index=True)
    wrapped: Mapped[bytes] = mapped_column(LargeBinary)
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    destroyed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class ObjectKeyRow(KeyBase):
    """An object's data key under one holder's key."""

    __tablename__ = "object_keys"

    object_key: Mapped[str] = mapped_column(String(32), primary_key=True)
    holder: Mapped[str] = mapped_column(
        String(48), ForeignKey("holder_keys.holder"), primary_key=True, index=True
    )
    wrapped: Mapped[bytes] = mapped_column(LargeBinary)
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
