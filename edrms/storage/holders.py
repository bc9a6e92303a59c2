"""Holders: what an object's data key is kept for. An object can be read as long as one holder has it. Pure.

item:ID while a file as it came, or anything made of it, is not on a client's file yet; record:ID for
each record it belongs to; loose:ID for an object that was stored for nothing in particular.
"""

from typing import NewType

from edrms.ids import new_id

Holder = NewType("Holder", str)
ITEM, RECORD, LOOSE = "item:", "record:", "loose:"


def item_holder(item_id: str) -> Holder:
    """The holder of what came as this item and is not filed yet."""
    return Holder(ITEM + item_id)


def record_holder(record_id: str) -> Holder:
    """The holder whose key dies when the record is disposed of."""
    return Holder(RECORD + record_id)


def loose_holder() -> Holder:
    """A holder of its own for one object that belongs to neither."""
    return Holder(LOOSE + new_id())
