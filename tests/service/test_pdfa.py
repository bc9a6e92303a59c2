"""PDF/A-2b of a searchable rendition by our own look, and its likeness to the master."""

from io import BytesIO
from pathlib import Path

import pikepdf
import pytest
from PIL import Image, ImageDraw
from pypdf import PdfReader, PdfWriter
from pypdf.generic import DictionaryObject, NameObject
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from scanning.reading.appearance import differing_pages, look_alike
from scanning.reading.model import Limits
from scanning.reading.page_reader import read_page
from scanning.reading.pdfa import make_pdfa
from scanning.reading.ports import PdfPage
from scanning.reading.searchable_pdf import (
    RenditionDiffers,
    assemble_searchable_pdf,
    check_appearance,
)
from scanning.sample_post.fonts import font

PDF = "application/pdf"


def letter(mark: str = "Gwyneth") -> Image.Image:
    page = Image.new("L", (1500, 1000), 255)
    draw = ImageDraw.Draw(page)
    for number, line in enumerate(("Dear Housing Officer, thank you", "for your help", mark)):
        draw.text((100, 120 + 110 * number), line, font=font("serif", 64), fill=0)
    return page


def scan_pdf(path: Path, *marks: str) -> Path:
    canvas = Canvas(str(path), pagesize=(540, 360))
    for mark in marks:
        content = BytesIO()
        letter(mark).save(content, format="PNG")
        canvas.drawImage(ImageReader(content), 0, 0, 540, 360)
        canvas.showPage()
    canvas.save()
    return path


def made_of(path: Path, media_type: str) -> Path:
    reading = read_page(path, media_type, 1, path.parent, Limits())
    out = path.parent / "out.pdf"
    page = PdfPage(1, reading.rotation_degrees, reading.text_layer)
    assemble_searchable_pdf(path, media_type, [page], out)
    return out


def says_it_is_pdfa(path: Path) -> bool:
    """As another library reads it."""
    with pikepdf.open(path) as pdf:
        return "/Metadata" in pdf.Root and pdf.open_metadata().pdfa_status == "2B"


@pytest.mark.parametrize(("suffix", "mode"), [("png", "L"), ("jpg", "RGB"), ("tif", "1")])
def test_a_scanned_letter_becomes_pdfa_with_profile_id_and_embedded_font(
    tmp_path: Path, suffix: str, mode: str
) -> None:
    path = tmp_path / f"a.{suffix}"
    letter().convert(mode).save(path, dpi=(200, 200))
    kind = {"png": "image/png", "jpg": "image/jpeg", "tif": "image/tiff"}[suffix]
    out = made_of(path, kind)
    assert says_it_is_pdfa(out)
    with pikepdf.open(out) as pdf:
        assert "/Info" not in pdf.trailer and len(pdf.trailer.ID) == 2
        assert "/Filter" not in pdf.Root.Metadata
        (intent,) = pdf.Root.OutputIntents
        assert intent.S == "/GTS_PDFA1" and intent.DestOutputProfile.N == 3
        assert intent.DestOutputProfile.read_bytes()[36:40] == b"acsp"  # ICC.1:2010, 7.2.9
        fonts = [
            found for found in pdf.objects if getattr(found, "Type", None) == "/FontDescriptor"
        ]
        assert fonts and all("/FontFile2" in found for found in fonts)
    assert out.read_bytes()[:8] == b"%PDF-1.7"


def test_a_scan_that_came_as_pdf_becomes_pdfa_too(tmp_path: Path) -> None:
    letter().save(tmp_path / "scan.pdf", resolution=200)
    assert says_it_is_pdfa(made_of(tmp_path / "scan.pdf", PDF))


def test_a_pdf_whose_font_is_not_embedded_is_not_called_pdfa(tmp_path: Path) -> None:
    path = tmp_path / "typed.pdf"
    canvas = Canvas(str(path))
    canvas.drawString(100, 700, "Mileage claim of Gwyneth")
    canvas.save()
    assemble_searchable_pdf(path, PDF, [PdfPage(1, 0, None)], tmp_path / "out.pdf")
    assert not says_it_is_pdfa(tmp_path / "out.pdf")


def test_cmyk_without_a_profile_and_an_action_are_found(tmp_path: Path) -> None:
    path = tmp_path / "cmyk.pdf"
    canvas = Canvas(str(path))
    canvas.setFillColorCMYK(0, 1, 0, 0)
    canvas.rect(100, 100, 50, 50, fill=1)
    canvas.save()
    writer = PdfWriter(clone_from=path)
    writer.root_object[NameObject("/OpenAction")] = DictionaryObject()
    found = make_pdfa(writer)
    assert "CMYK without a profile (6.2.4.3)" in found and "action (6.5)" in found
    assert "/Metadata" not in writer.root_object


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
def test_a_rendition_looks_like_its_master_whichever_way_it_lay(tmp_path: Path, turn: int) -> None:
    path = tmp_path / "a.png"
    letter().rotate(turn, expand=True).save(path, dpi=(200, 200))
    pages = [PdfPage(1, turn, None)]
    assemble_searchable_pdf(path, "image/png", pages, tmp_path / "out.pdf")
    assert differing_pages(path, "image/png", pages, tmp_path / "out.pdf") == []


def test_a_page_that_looks_otherwise_or_is_missing_is_refused(tmp_path: Path) -> None:
    master = scan_pdf(tmp_path / "scan.pdf", "Gwyneth", "Alun")
    writer = PdfWriter(clone_from=scan_pdf(tmp_path / "other.pdf", "Gwyneth"))
    writer.add_blank_page(540, 360)
    writer.write(tmp_path / "made.pdf")
    both = [PdfPage(1, 0, None), PdfPage(2, 0, None)]
    with pytest.raises(RenditionDiffers, match="page 2"):
        check_appearance(master, PDF, both, tmp_path / "made.pdf")
    with pytest.raises(RenditionDiffers, match="2 pages for 1"):
        check_appearance(master, PDF, both[:1], tmp_path / "made.pdf")
    assert len(PdfReader(tmp_path / "made.pdf").pages) == 2


def test_a_page_turned_the_wrong_way_does_not_look_alike() -> None:
    small = letter().reduce(5)
    assert look_alike(small, small)
    assert not look_alike(small, small.transpose(Image.Transpose.ROTATE_90))
    assert not look_alike(small, small.transpose(Image.Transpose.ROTATE_180))
    assert not look_alike(small, Image.new("L", small.size, 255))
