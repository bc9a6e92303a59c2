"""The searchable PDF of a document: same pictures, text where the words are, no other pages."""

from io import BytesIO
from pathlib import Path

import pypdfium2
import pytest
from PIL import Image, ImageDraw, ImageFont
from pypdf import PdfReader, PdfWriter
from pypdf.generic import NameObject, NumberObject, RectangleObject
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from scanning.reading.model import CannotRead, Limits, PageReading, Word
from scanning.reading.page_reader import read_page
from scanning.reading.ports import PdfPage
from scanning.reading.searchable_pdf import (
    RenditionDiffers,
    assemble_searchable_pdf,
    check_rendition,
)

PDF = "application/pdf"


def letter(mark: str = "Gwyneth") -> Image.Image:
    page = Image.new("L", (1500, 1000), 255)
    draw = ImageDraw.Draw(page)
    lines = ["Dear Housing Officer, thank you", "for the help you gave my family", mark]
    for number, line in enumerate(lines):
        draw.text((100, 120 + 110 * number), line, font=ImageFont.load_default(64), fill=0)
    return page


def scan_pdf(path: Path, marks: list[str]) -> Path:
    canvas = Canvas(str(path), pagesize=(540, 360))
    for mark in marks:
        content = BytesIO()
        letter(mark).save(content, format="PNG")
        canvas.drawImage(ImageReader(content), 0, 0, 540, 360)
        canvas.showPage()
    canvas.save()
    return path


def text_layer(path: Path, words: str = "Gwyneth", size: tuple[int, int] = (540, 360)) -> Path:
    """A layer of invisible text at the lower left quarter, as an OCR engine would write it."""
    canvas = Canvas(str(path), pagesize=size)
    text = canvas.beginText(size[0] / 4, size[1] / 4)
    text.setTextRenderMode(3)
    text.textOut(words)
    canvas.drawText(text)
    canvas.save()
    return path


def read(path: Path, media_type: str) -> PageReading:
    return read_page(path, media_type, 1, path.parent, Limits())


def searchable(path: Path, media_type: str, reading: PageReading) -> Path:
    out = path.parent / "out.pdf"
    page = PdfPage(1, reading.rotation_degrees, reading.text_layer)
    assemble_searchable_pdf(path, media_type, [page], out)
    return out


def place_of(pdf: Path, word: str) -> tuple[float, float]:
    """Middle of the first letter of a word on the page as shown: shares of width and height."""
    page = pypdfium2.PdfDocument(pdf)[0]
    text = page.get_textpage()
    found = text.search(word).get_next()
    assert found, f"{word} is not found in {text.get_text_range()!r}"
    left, bottom, right, top = text.get_charbox(found[0])
    converter = pypdfium2.PdfPosConv(page, (0, 0, 1000, 1000, 0))
    x, y = converter.to_bitmap((left + right) / 2, (bottom + top) / 2)
    return x / 1000, y / 1000


def assert_found_where_it_is(pdf: Path, word: Word, reading: PageReading) -> None:
    x, y = place_of(pdf, word.text)
    assert word.x0 / reading.width_px - 0.01 <= x <= word.x0 / reading.width_px + 0.05
    assert word.y0 / reading.height_px - 0.02 <= y <= word.y1 / reading.height_px + 0.02


def streams(path: Path, page: int = 0) -> list[bytes]:
    named = PdfReader(path).pages[page]["/Resources"]["/XObject"]
    found = [stream.get_object() for stream in named.values()]
    return [stream._data for stream in found if stream["/Subtype"] == "/Image"]


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
def test_a_scanned_letter_is_found_where_its_words_are_whichever_way_it_lay(
    tmp_path: Path, turn: int
) -> None:
    path = tmp_path / "a.jpg"
    letter().rotate(turn, expand=True).save(path, dpi=(200, 200))
    reading = read(path, "image/jpeg")
    out = searchable(path, "image/jpeg", reading)
    word = next(word for word in reading.words if word.text == "Gwyneth")
    assert_found_where_it_is(out, word, reading)
    assert streams(out)[0] == path.read_bytes()  # the JPEG itself, byte for byte


def test_a_crooked_letter_is_found_where_its_words_are(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    letter().rotate(-3, fillcolor=255).save(path, dpi=(200, 200))
    reading = read(path, "image/png")
    out = searchable(path, "image/png", reading)
    word = next(word for word in reading.words if word.text == "Gwyneth")
    assert_found_where_it_is(out, word, reading)


@pytest.mark.parametrize("rotate", [0, 90, 180, 270])
def test_text_lies_right_on_a_rotated_page_with_a_crop_box_off_the_origin(
    tmp_path: Path, rotate: int
) -> None:
    path = scan_pdf(tmp_path / "scan.pdf", ["Gwyneth"])
    writer = PdfWriter(clone_from=path)
    page = writer.pages[0]
    page.mediabox = RectangleObject((-50, -20, 590, 400))
    page.cropbox = RectangleObject((0, 0, 540, 360))
    page[NameObject("/Rotate")] = NumberObject(rotate)
    writer.write(path)
    shown = (360, 540) if rotate % 180 else (540, 360)
    layer = text_layer(tmp_path / "layer.pdf", size=shown)
    assemble_searchable_pdf(path, PDF, [PdfPage(1, 0, layer)], tmp_path / "out.pdf")
    x, y = place_of(tmp_path / "out.pdf", "Gwyneth")
    assert 0.24 < x < 0.29 and 0.70 < y < 0.76
    assert PdfReader(tmp_path / "out.pdf").pages[0].rotation == rotate


def test_the_images_of_a_pdf_are_the_very_same_bytes(tmp_path: Path) -> None:
    path = scan_pdf(tmp_path / "scan.pdf", ["Gwyneth", "Alun"])
    layer = text_layer(tmp_path / "layer.pdf")
    pages = [PdfPage(2, 180, layer), PdfPage(1, 0, None)]
    assemble_searchable_pdf(path, PDF, pages, tmp_path / "out.pdf")
    assert streams(tmp_path / "out.pdf", 0) == streams(path, 1)
    assert check_rendition(path, pages, tmp_path / "out.pdf")
    assert PdfReader(tmp_path / "out.pdf").pages[0].rotation == 180


def test_a_rendition_of_other_images_is_refused(tmp_path: Path) -> None:
    path = scan_pdf(tmp_path / "scan.pdf", ["Gwyneth", "Alun"])
    assemble_searchable_pdf(path, PDF, [PdfPage(1, 0, None)], tmp_path / "out.pdf")
    with pytest.raises(RenditionDiffers):
        check_rendition(path, [PdfPage(2, 0, None)], tmp_path / "out.pdf")
    with pytest.raises(RenditionDiffers):
        check_rendition(path, [PdfPage(1, 0, None), PdfPage(2, 0, None)], tmp_path / "out.pdf")


def test_no_other_page_of_the_batch_is_carried_along_by_a_link_or_a_form(tmp_path: Path) -> None:
    path = tmp_path / "batch.pdf"
    canvas = Canvas(str(path))
    canvas.bookmarkPage("first")
    canvas.drawString(100, 700, "Letter about Alun")
    canvas.linkRect("next", "second", (100, 600, 200, 650))
    canvas.acroForm.textfield(name="who", value="Alun", x=100, y=500)
    canvas.showPage()
    canvas.bookmarkPage("second")
    canvas.drawString(100, 700, "SECRETOFANOTHER")
    canvas.linkRect("back", "first", (100, 600, 200, 650))
    canvas.acroForm.textfield(name="whom", value="Mair", x=100, y=500)
    canvas.showPage()
    canvas.save()
    out = tmp_path / "out.pdf"
    assemble_searchable_pdf(path, PDF, [PdfPage(1, 0, None)], out)
    everything = PdfReader(out)
    objects = [everything.get_object(number) for number in range(1, len(everything.xref[0]) + 1)]
    held = [found for found in objects if isinstance(found, dict) and found.get("/Type") == "/Page"]
    assert len(held) == 1


def test_a_born_digital_pdf_keeps_its_own_text(tmp_path: Path) -> None:
    path = tmp_path / "typed.pdf"
    canvas = Canvas(str(path))
    canvas.drawString(100, 700, "Mileage claim of Gwyneth")
    canvas.save()
    assemble_searchable_pdf(path, PDF, [PdfPage(1, 0, None)], tmp_path / "out.pdf")
    assert 0.1 < place_of(tmp_path / "out.pdf", "Gwyneth")[0] < 0.5


def test_chosen_frames_of_a_fax_and_a_blank_page_become_pages(tmp_path: Path) -> None:
    path = tmp_path / "fax.tif"
    frames = [letter(mark).convert("1") for mark in ("Alun", "Mair", "Gwyneth")]
    frames[0].save(
        path, save_all=True, append_images=frames[1:], compression="group4", dpi=(200, 200)
    )
    pages = [PdfPage(3, 0, text_layer(tmp_path / "layer.pdf")), PdfPage(2, 0, None)]
    assemble_searchable_pdf(path, "image/tiff", pages, tmp_path / "out.pdf")
    made = PdfReader(tmp_path / "out.pdf")
    assert len(made.pages) == 2
    assert made.pages[0].images[0].image.convert("1").tobytes() == frames[2].tobytes()
    assert round(float(made.pages[0].mediabox.width)) == 540


@pytest.mark.parametrize("mode", ["RGBA", "P", "I;16", "CMYK"])
def test_an_unusual_image_still_becomes_a_page(tmp_path: Path, mode: str) -> None:
    path = tmp_path / "a.tif"
    page = letter()
    page = page.convert("I").convert("I;16") if mode == "I;16" else page.convert("RGB")
    page.convert(mode).save(path, dpi=(200, 200))
    assemble_searchable_pdf(path, "image/tiff", [PdfPage(1, 0, None)], tmp_path / "out.pdf")
    assert len(PdfReader(tmp_path / "out.pdf").pages) == 1


def test_a_damaged_original_is_told_and_leaves_no_half_a_file(tmp_path: Path) -> None:
    path = tmp_path / "broken.pdf"
    path.write_bytes(b"%PDF-1.4\nnothing more")
    with pytest.raises(CannotRead):
        assemble_searchable_pdf(path, PDF, [PdfPage(1, 0, None)], tmp_path / "out.pdf")
    assert [found.name for found in tmp_path.iterdir()] == ["broken.pdf"]
