"""The list of a case as it is approved: its canonical form and SHA-256. Nothing is carried out but that."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from edrms.certificates.certificate import canonical_json


@dataclass(frozen=True, slots=True)
class ListedItem:
    """What of an item is approved: which record, what becomes of it, and why."""

    item_id: str
    record_id: str
    decision: str
    reason: str
    extend_until: date | None
    to_class: str


def list_sha256(case_id: str, items: Iterable[ListedItem]) -> str:
    """SHA-256 (hex) over the canonical JSON of the case's items, in the order of their ids."""
    ordered = sorted(items, key=lambda one: one.item_id)
    listed = [
        {"item_id": one.item_id, "record_id": one.record_id, "decision": one.decision,
         "reason": one.reason, "extend_until": _day(one.extend_until), "to_class": one.to_class}
        for one in ordered
    ]  # fmt: skip
    return hashlib.sha256(canonical_json({"case_id": case_id, "items": listed})).hexdigest()


def _day(value: date | None) -> str:
    return value.isoformat() if value else ""
