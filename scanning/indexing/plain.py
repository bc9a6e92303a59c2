"""A suggestion as plain JSON values, kept with its document, and back."""

from typing import Any, cast

from pydantic import TypeAdapter

from scanning.indexing.model import Suggestion

_ADAPTER = TypeAdapter(Suggestion)


def suggestion_to_plain(suggestion: Suggestion) -> dict[str, Any]:
    """JSON values of a suggestion."""
    return cast(dict[str, Any], _ADAPTER.dump_python(suggestion, mode="json"))


def suggestion_from_plain(plain: dict[str, Any]) -> Suggestion:
    """The suggestion of stored values."""
    return _ADAPTER.validate_python(plain)
