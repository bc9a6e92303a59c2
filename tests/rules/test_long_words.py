"""Lines no letter has: an address of the web, a code without a blank, a row of dots. They are looked through
as any other (each of these once took minutes, or would not have ended), and what stands beside is found.
"""

import pytest

from scanning.indexing.identifiers import find_identifiers
from scanning.indexing.labels import with_labels_mended
from scanning.indexing.model import PageText

LONG = {
    "an address": "https://example.org/" + "a" * 5_000,
    "capitals": "D" * 20_000,
    "dots": ". " * 10_000,
    "hyphens": "Aa-" * 5_000,
    "words": "Aa " * 5_000,
}


@pytest.mark.parametrize("what", LONG)
def test_what_stands_beside_a_long_word_is_found(what: str) -> None:
    page = PageText(1, f"{LONG[what]}\nName: Amy Pellow\nNHS number: 943 476 5919\n{LONG[what]}")
    found = find_identifiers((page,))
    assert [number.value for number in found.nhs_numbers] == ["9434765919"]
    assert [name.folded for name in found.subjects] == [("amy", "pellow")]


def test_a_label_is_mended_and_a_long_word_before_a_colon_is_not() -> None:
    long = "a" * 2_000
    assert with_labels_mended(f"{long}! b:") == f"{long}! b:"
    assert with_labels_mended(f"{long} Patlent:") == f"{long} Patient:"
    assert with_labels_mended(f"{long}: x") == f"{long}: x"
