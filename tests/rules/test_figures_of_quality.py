"""The figures of quality themselves: they must say what they claim."""

from pathlib import Path

import pytest

from tests.quality.captures import captures_table, errors_in
from tests.quality.measure import Measured
from tests.quality.outcome import FileOutcome, PageOutcome
from tests.quality.sets import LabelledFile
from tests.quality.types import TypeCall, coverage, macro_f1

CALLS = [
    TypeCall("A", "A", 0.99), TypeCall("A", "A", 0.95), TypeCall("B", "A", 0.9), TypeCall("B", "B", 0.5),
]  # fmt: skip


def test_macro_f1_is_the_mean_over_the_true_types() -> None:
    assert macro_f1(CALLS) == pytest.approx((4 / 5 + 2 / 3) / 2)
    assert macro_f1([]) == 0


def test_coverage_ends_where_mistakes_become_too_many() -> None:
    assert coverage(CALLS, 0.99) == 0.5
    assert coverage(CALLS, 0.75) == 1.0
    tied = [TypeCall("A", "A", 0.9), TypeCall("A", "B", 0.9)]
    assert coverage(tied, 0.99) == 0  # of equal scores none may be chosen


def test_letters_are_told_apart_by_how_they_were_captured() -> None:
    assert errors_in("it’s  here", "it's hers") == (1, 9)
    measured = [_letter("a_clean300.png", "abcd"), _letter("b_phone150.jpg", "abxx")]
    table = captures_table(measured)
    assert table is not None
    names, rates = (list(table.columns[at].cells) for at in (0, 3))
    found = dict(zip(names, rates, strict=True))
    assert found == {"scan": "0.0000", "  clean": "0.0000", "phone": "0.5000", "  phone": "0.5000"}
    assert captures_table([_letter("plain.png", "abcd")]) is None


def _letter(name: str, read: str) -> Measured:
    page = PageOutcome(1, "content", read, "ocr", 0, 0.9)
    outcome = FileOutcome(name, "read", "", "image/png", (page,), ())
    return Measured(LabelledFile(name, Path(name), text="abcd"), outcome)
