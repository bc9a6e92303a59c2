"""Names files come with: shown to people, never trusted, never a path."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanning.intake.rules import LONGEST_NAME, clean_file_name

UNNAMED = "unnamed file"


@pytest.mark.parametrize(
    ("given_name", "shown"),
    [
        ("letter.pdf", "letter.pdf"),
        ("../../etc/passwd", "passwd"),
        ("..\\..\\windows\\win.ini", "win.ini"),
        ("/tmp/x.pdf", "x.pdf"),
        ("a/b\\c.pdf", "c.pdf"),
        ("inv\u202efdp.exe", "invfdp.exe"),
        ("\u2066a\u2069\u200b.pdf", "a.pdf"),
        ("line\r\nbreak\x00.pdf", "linebreak.pdf"),
        ("  many \t spaces .pdf ", "many spaces .pdf"),
        ("", UNNAMED),
        (".", UNNAMED),
        ("....", UNNAMED),
        (" . . ", UNNAMED),
        ("folder/", UNNAMED),
        (".htaccess", ".htaccess"),
        ("cafe\u0301.pdf", "café.pdf"),
    ],
)
def test_a_name_is_shown_without_what_could_deceive(given_name: str, shown: str) -> None:
    assert clean_file_name(given_name) == shown


def test_a_name_of_300_characters_keeps_its_extension() -> None:
    shown = clean_file_name("a" * 300 + ".pdf")
    assert len(shown) == LONGEST_NAME
    assert shown.endswith("a.pdf") and "…" in shown


@given(st.text(alphabet=st.characters(), max_size=400))
def test_any_name_becomes_a_short_printable_one_and_stays_it(given_name: str) -> None:
    shown = clean_file_name(given_name)
    assert 0 < len(shown) <= LONGEST_NAME
    assert not set("/\\") & set(shown)
    assert not [one for one in shown if unicodedata.category(one) in {"Cc", "Cf", "Cs", "Cn"}]
    assert shown.strip(". ")
    assert clean_file_name(shown) == shown
    shown.encode()
