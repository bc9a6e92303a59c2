"""What a batch header changes about its batch: what nobody said is taken over, the rest is compared. Pure."""

from collections.abc import Sequence
from dataclasses import fields
from typing import Any

from scanning.sheets.model import HeaderFacts, Sheet, SheetKind

_NAMES = {
    "stream": "the post stream",
    "sides": "the sides scanned",
    "expected_sheets": "the sheets of paper",
    "expected_documents": "the documents",
    "device": "the scanner",
    "received_on": "the day the post was received",
}


def taken_over(known: HeaderFacts, said: HeaderFacts) -> tuple[dict[str, Any], list[str]]:
    """What the batch learns, and a sentence for each thing that header and batch say differently."""
    learns: dict[str, Any] = {}
    differ: list[str] = []
    for name in (field.name for field in fields(said) if field.name in _NAMES):
        before, now = getattr(known, name), getattr(said, name)
        if now in (None, "") or now == before:
            continue
        if before in (None, ""):
            learns[name] = now
        else:
            differ.append(
                f"The batch header says of {_NAMES[name]}: {now}. The batch has: {before}."
            )
    return learns, differ


def envelopes(sheets: Sequence[Sheet | None]) -> list[int]:
    """For each page the number (from 1) of the page with its envelope's sheet, 0 outside any envelope.

    sheets: what sheet each page of a file is, None for post. A batch header ends an envelope.
    """
    open_at, found = 0, []
    for number, sheet in enumerate(sheets, start=1):
        if sheet and sheet.kind is SheetKind.ENVELOPE:
            open_at = number
        elif sheet and sheet.kind is SheetKind.BATCH:
            open_at = 0
        found.append(open_at)
    return found
