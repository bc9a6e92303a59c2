"""The name a file is saved under carries no path, no disguise, and an ending that agrees with its type."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.file_names import ENDINGS, OCTETS, attachment, content_type, safe_name


@pytest.mark.parametrize(
    ("given", "media_type", "name"),
    [
        ("R-000001 Review", "application/pdf", "R-000001 Review.pdf"),
        ("../../etc/passwd", "text/plain", "etc passwd.txt"),
        ("C:\\windows\\x.pdf", "application/pdf", "C windows x.pdf"),
        ("invoice\u202efdp.exe", "application/pdf", "invoice fdp.exe.pdf"),
        ("letter.pdf.exe", OCTETS, "letter.pdf.exe.bin"),
        ("letter.PDF", OCTETS, "letter.pdf"),
        ("page.html", "text/html", "page.html.bin"),
        ("a\r\nSet-Cookie: x=1", "text/plain", "a Set-Cookie x=1.txt"),
        ("con", "text/plain", "_con.txt"),
        ("...", "image/png", "document.png"),
        ("", "image/tiff", "document.tif"),
        ("scan.tiff", "image/tiff", "scan.tiff"),
    ],
)
def test_a_name_is_made_safe(given: str, media_type: str, name: str) -> None:
    assert safe_name(given, media_type) == name


@given(st.text(max_size=300), st.sampled_from([*ENDINGS, "text/html", "image/svg+xml"]))
def test_no_name_whatever_is_a_path_or_a_disguise(given: str, media_type: str) -> None:
    name = safe_name(given, media_type)
    fitting = [ending for one in ENDINGS.values() for ending in one]
    allowed = fitting if content_type(media_type) == OCTETS else ENDINGS[media_type]
    assert name.endswith(tuple(allowed))
    assert not set(name) & set('/\\:*?"<>|') and not name.startswith(".")
    assert all(unicodedata.category(char)[0] != "C" for char in name)
    header = attachment(name)
    assert header.isascii() and header.isprintable()
    assert header.count('"') == 2
