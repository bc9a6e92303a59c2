"""Words of the post room's own sheets: what a barcode's value means, and what a header says. Pure.

A value is EDRMS-<kind>-<id><check>: kind DOC, ENV or BAT, an id of six characters that are not taken for
one another, and a check character (ISO/IEC 7064 MOD 37-2 over kind and id), so that no single misread
character and no two exchanged ones make another sheet of it. Beside these a document begins at the value
EDRMS-SEP with anything behind it (sheets printed before these) and at the patch codes that scanners report:
PATCH T and PATCH 2 for a document, PATCH 3 for an envelope (docs/scanning-unit.md).
"""

import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from scanning.batches.counts import Sides

ID_CHARACTERS = (
    "2345679ACDEFHJKMNPRTUVWXY"  # none that eyes take for another: no 0 O Q, 1 I L, 8 B, S, Z, G
)
ID_LENGTH = 6
OLD_PREFIX = "EDRMS-SEP"
_CHECK = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ*"
_VALUE = re.compile(rf"EDRMS-(DOC|ENV|BAT)-([{ID_CHARACTERS}]{{{ID_LENGTH}}})([0-9A-Z*])")
_PATCH = re.compile(r"PATCH[ _-]?([T23])")


class SheetKind(StrEnum):
    """What begins at a sheet. The values stand in the barcodes."""

    DOCUMENT = "DOC"
    ENVELOPE = "ENV"
    BATCH = "BAT"


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet as its barcode names it. sheet_id: "" for a patch code or a sheet without one."""

    kind: SheetKind
    sheet_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class HeaderFacts:
    """What a batch header says of its batch; "" or None where it says nothing.

    operator: printed for people only; who opened a batch is known better.
    """

    stream: str = ""
    sides: Sides = Sides.UNKNOWN
    expected_sheets: int | None = None
    expected_documents: int | None = None
    operator: str = ""
    device: str = ""
    received_on: date | None = None


def check_character(text: str) -> str:
    """The check character of letters and digits. Source: ISO/IEC 7064, MOD 37-2."""
    total = 0
    for character in text:
        total = (total + _CHECK.index(character)) * 2 % 37
    return _CHECK[(1 - total) % 37]


def value_of(sheet: Sheet) -> str:
    """What is printed as the barcodes of a sheet with an id."""
    kind, sheet_id = sheet.kind.value, sheet.sheet_id
    return f"EDRMS-{kind}-{sheet_id}{check_character(kind + sheet_id)}"


def sheet_of(value: str) -> Sheet | None:
    """The sheet that a barcode's value names; None for any other, and for one whose check fails."""
    value = value.strip().upper()
    if patch := _PATCH.fullmatch(value):
        return Sheet(SheetKind.ENVELOPE if patch[1] == "3" else SheetKind.DOCUMENT)
    if value.startswith(OLD_PREFIX):
        return Sheet(SheetKind.DOCUMENT)
    named = _VALUE.fullmatch(value)
    if named is None or check_character(named[1] + named[2]) != named[3]:
        return None
    return Sheet(SheetKind(named[1]), named[2])
