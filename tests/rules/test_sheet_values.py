"""The values of the post room's sheets: none is taken for another, and old ones are still known."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanning.sheets.model import (
    ID_CHARACTERS,
    ID_LENGTH,
    Sheet,
    SheetKind,
    sheet_of,
    value_of,
)

ids = st.text(ID_CHARACTERS, min_size=ID_LENGTH, max_size=ID_LENGTH)
kinds = st.sampled_from(SheetKind)


@given(kinds, ids)
def test_what_is_printed_is_what_is_read(kind: SheetKind, sheet_id: str) -> None:
    sheet = Sheet(kind, sheet_id)
    assert sheet_of(value_of(sheet)) == sheet_of(f" {value_of(sheet).lower()} ") == sheet


@given(kinds, ids, st.data())
def test_one_misread_character_or_two_exchanged_make_no_other_sheet(
    kind: SheetKind, sheet_id: str, data: st.DataObject
) -> None:
    value = value_of(Sheet(kind, sheet_id))
    at = data.draw(st.integers(len("EDRMS-DOC-"), len(value) - 1))
    other = data.draw(st.sampled_from("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ*-"))
    misread = value[:at] + other + value[at + 1 :]
    exchanged = value[: at - 1] + value[at] + value[at - 1] + value[at + 1 :]
    assert all(sheet_of(one) is None for one in {misread, exchanged} - {value})


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        ("EDRMS-SEP", SheetKind.DOCUMENT), ("edrms-sep-0017", SheetKind.DOCUMENT),
        ("PATCHT", SheetKind.DOCUMENT), ("PATCH T", SheetKind.DOCUMENT),
        ("Patch-2", SheetKind.DOCUMENT), ("PATCH3", SheetKind.ENVELOPE),
    ],
)  # fmt: skip
def test_sheets_of_others_and_old_ones_are_known(value: str, kind: SheetKind) -> None:
    assert sheet_of(value) == Sheet(kind)


@pytest.mark.parametrize(
    "value",
    [
        "5000157024671",
        "SEP-1",
        "XEDRMS-SEP",
        "PATCHTOWN",
        "PATCH1",
        "PATCHT7",
        "EDRMS",
        "EDRMS-BAT-",
        "9434765919",
        "",
    ],
)
def test_any_other_barcode_is_no_sheet(value: str) -> None:
    assert sheet_of(value) is None
