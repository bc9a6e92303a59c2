"""JBIG2 by symbols is told from JBIG2 without; what cannot be read counts as by symbols."""

from pathlib import Path

import pikepdf
import pytest

from scanning.reading.jbig2 import codes_symbols, has_symbols
from scanning.reading.model import JBIG2_SYMBOLS, Limits
from scanning.reading.open_pdf import open_pdf


def segment(
    number: int, kind: int, data: bytes = b"xx", *, page: int = 1, refers: int = 0
) -> bytes:
    """A segment as in T.88, 7.2; refers: to how many others (more than 4 take the long form)."""
    if refers <= 4:
        count = bytes([refers << 5])
    else:
        count = (0xE0000000 | refers).to_bytes(4, "big") + bytes((refers + 8) // 8)
    size = 1 if number <= 256 else 2
    head = number.to_bytes(4, "big") + bytes([kind]) + count + bytes(refers * size)
    return head + bytes([page]) + len(data).to_bytes(4, "big") + data


PAGE_INFO, GENERIC, END = segment(0, 48, bytes(19)), segment(1, 38), segment(2, 49, b"")


@pytest.mark.parametrize("symbolic", [segment(1, 0), segment(1, 6, refers=1),
                                      segment(300, 7, refers=5), segment(1, 4)])  # fmt: skip
def test_symbols_are_found_wherever_they_stand(symbolic: bytes) -> None:
    assert has_symbols(symbolic)
    assert has_symbols(PAGE_INFO + GENERIC + symbolic + END)


def test_generic_coding_has_none() -> None:
    assert not has_symbols(PAGE_INFO + GENERIC + END)
    assert not has_symbols(PAGE_INFO + segment(300, 39, refers=6) + END)
    open_ended = GENERIC[:7] + b"\xff\xff\xff\xff" + b"some rows"
    assert not has_symbols(PAGE_INFO + open_ended)


@pytest.mark.parametrize("cut", [b"\0", GENERIC[:-1], PAGE_INFO[:9], GENERIC + b"\0\0"])
def test_what_cannot_be_read_counts_as_symbols(cut: bytes) -> None:
    assert has_symbols(cut)


def pdf_with(path: Path, data: bytes, shared: bytes = b"", *, packed: bool = False) -> Path:
    pdf = pikepdf.new()
    pdf.add_blank_page(page_size=(100, 100))
    picture = pdf.make_stream(data)
    name = pikepdf.Name.JBIG2Decode
    picture.Filter = pikepdf.Array([pikepdf.Name.ASCIIHexDecode, name]) if packed else name
    picture.update({"/Type": pikepdf.Name.XObject, "/Subtype": pikepdf.Name.Image, "/Width": 8,
                    "/Height": 8, "/BitsPerComponent": 1})  # fmt: skip
    if shared:
        picture.DecodeParms = pikepdf.Dictionary(JBIG2Globals=pdf.make_stream(shared))
    page = pdf.pages[0]
    page.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(Im0=picture))
    pdf.save(path)
    return path


def test_a_pdf_is_noted_by_its_pictures_and_what_they_share(tmp_path: Path) -> None:
    generic = pdf_with(tmp_path / "g.pdf", PAGE_INFO + GENERIC)
    by_symbols = pdf_with(tmp_path / "s.pdf", PAGE_INFO + GENERIC, segment(0, 0, page=0))
    packed = pdf_with(tmp_path / "p.pdf", (PAGE_INFO + GENERIC).hex().encode(), packed=True)
    assert not codes_symbols(generic)
    assert codes_symbols(by_symbols) and codes_symbols(packed)
    assert "jbig2" in open_pdf(generic, Limits())[1]
    assert JBIG2_SYMBOLS not in open_pdf(generic, Limits())[1]
    assert JBIG2_SYMBOLS in open_pdf(by_symbols, Limits())[1]


def test_a_broken_pdf_counts_as_symbols(tmp_path: Path) -> None:
    broken = tmp_path / "b.pdf"
    broken.write_bytes(b"%PDF-1.7 /JBIG2Decode")
    assert codes_symbols(broken)
