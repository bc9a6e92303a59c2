"""An arrangement as plain JSON values, kept with each change, and back."""

from dataclasses import asdict
from typing import Any

from scanning.arranging.model import Arrangement, Part, PlacedPage, ScanFault


def to_plain(arrangement: Arrangement) -> dict[str, Any]:
    """JSON values of an arrangement."""
    return asdict(arrangement)


def from_plain(plain: dict[str, Any]) -> Arrangement:
    """The arrangement of stored values."""
    pages = (PlacedPage(**one | {"fault": ScanFault(one["fault"])}) for one in plain["pages"])
    parts = (Part(**one | {"page_ids": tuple(one["page_ids"])}) for one in plain["parts"])
    return Arrangement(tuple(pages), tuple(parts))
