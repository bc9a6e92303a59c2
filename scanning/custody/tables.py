"""Tables of custody: what a transaction of the rows leaves for the key store and the objects to follow."""

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from edrms.db import Base, UtcDateTime


class KeysToSettle(Base):
    """An item some of whose pages went from one record to another: keys that only records hold must follow.

    asked: another value each time it is asked, so that what is asked meanwhile is not forgotten.
    """

    __tablename__ = "keys_to_settle"
    __table_args__ = {"info": {"journalled": False}}

    item_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    asked: Mapped[str] = mapped_column(String(32))


class ReplacedObject(Base):
    """An object that was made of an item's pages and that another has replaced: to be ended once no row
    names it."""

    __tablename__ = "replaced_objects"
    __table_args__ = {"info": {"journalled": False}}

    object_key: Mapped[str] = mapped_column(String(32), primary_key=True)
    item_id: Mapped[str] = mapped_column(String(32), index=True)
    replaced_at: Mapped[datetime] = mapped_column(UtcDateTime)
