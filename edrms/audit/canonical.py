"""The one byte form of an event, which is what is hashed, exported and proved. docs/audit.md, section 1.

JSON with sorted keys, ASCII only, no spaces, whole numbers only; times in UTC with microseconds.
"""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

VERSION = 1
FIELDS = (
    "number", "event_id", "at", "actor_id", "action", "subject_kind", "subject_id", "outcome", "reason",
    "detail", "request_id", "source", "detail_digest",
)  # fmt: skip


def canonical(event: Mapping[Any, Any]) -> bytes:
    """Bytes of an event with all of FIELDS."""
    written = {name: event[name] for name in FIELDS}
    written["at"] = moment(event["at"])
    written["detail"] = _without_fractions(event["detail"])
    written["v"] = VERSION
    return json.dumps(
        written, sort_keys=True, ensure_ascii=True, separators=(",", ":"), allow_nan=False
    ).encode("ascii")


def moment(at: datetime) -> str:
    """RFC 3339, UTC, always with six digits of the second."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _without_fractions(value: Any) -> Any:
    """A number that is not whole as {"decimal": its shortest digits that read back the same}."""
    match value:
        case float():
            return {"decimal": repr(value)}
        case dict():
            return {name: _without_fractions(one) for name, one in value.items()}
        case list() | tuple():
            return [_without_fractions(one) for one in value]
    return value
