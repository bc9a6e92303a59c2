"""One page read with the real parts: Pillow, pdfium, zxing and tesseract, over pages made here."""

import os
import stat
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
import zxingcpp
from PIL import Image, ImageDraw, ImageFont
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from scanning.reading.barcodes import find_barcodes, looks_barred
from scanning.reading.blank import darkness
from scanning.reading.model import (
    CannotRead,
    HeldReason,
    Limits,
    PageKind,
    PageReading,
    TextSource,
)
from scanning.reading.ocr import OcrPage, OcrRequest
from scanning.reading.page_image import reduced_grey
from scanning.reading.page_reader import read_page
from scanning.reading.pytesseract_ocr import TesseractOcr

LINES = [
    "Dear Housing Officer, thank you",
    "for the help you gave my family",
    "before the holiday in Blackpool.",
    "Yours faithfully, Gwyneth Phillips",
]


def letter(lines: list[str] = LINES, size: tuple[int, int] = (1500, 1000)) -> Image.Image:
    """A grey page with a few lines of large print."""
    page = Image.new("L", size, 255)
    draw = ImageDraw.Draw(page)
    for number, line in enumerate(lines):
        draw.text((100, 120 + 110 * number), line, font=ImageFont.load_default(64), fill=0)
    return page


def saved(image: Image.Image, path: Path, **settings: object) -> Path:
    image.save(path, **({"dpi": (200, 200)} | settings))  # type: ignore[arg-type]
    return path


def read(path: Path, media_type: str = "image/png", page: int = 1, **extra: object) -> PageReading:
    return read_page(path, media_type, page, path.parent, Limits(), **extra)  # type: ignore[arg-type]


class CountingOcr:
    """A page OCR that must not be, or is, asked; it reads nothing."""

    def __init__(self) -> None:
        self.calls = 0

    def read(self, request: OcrRequest) -> OcrPage:
        self.calls += 1
        return OcrPage("", (), 0, request.image)


def barcode_page(value: str) -> Image.Image:
    page = letter(["Please keep this sheet with the post"])
    code = zxingcpp.create_barcode(value, zxingcpp.BarcodeFormat.Code128)
    page.paste(Image.fromarray(zxingcpp.write_barcode_to_image(code, scale=4)), (100, 500))
    return page


def pdf_with(tmp_path: Path, *draw_pages: Callable[[Canvas], None]) -> Path:
    path = tmp_path / "item.pdf"
    canvas = Canvas(str(path), pagesize=(540, 360))
    for draw_page in draw_pages:
        draw_page(canvas)
        canvas.showPage()
    canvas.save()
    return path


def scanned(
    canvas: Canvas, image: Image.Image | None = None, size: tuple[int, int] = (540, 360)
) -> None:
    content = BytesIO()
    (image or letter()).save(content, format="PNG")
    canvas.drawImage(ImageReader(content), 0, 0, *size)


def typed(canvas: Canvas) -> None:
    canvas.setFont("Helvetica", 20)
    for number, line in enumerate(LINES):
        canvas.drawString(40, 300 - 40 * number, line)


def hidden(canvas: Canvas, line: str, y: int = 300) -> None:
    text = canvas.beginText(40, y)
    text.setFont("Helvetica", 20)
    text.setTextRenderMode(3)
    text.textLine(line)
    canvas.drawText(text)


def test_a_letter_gives_its_text_words_with_boxes_and_a_view(tmp_path: Path) -> None:
    reading = read(saved(letter(), tmp_path / "a.png"))
    assert reading.kind is PageKind.CONTENT and reading.text_source is TextSource.OCR
    assert "Housing Officer" in reading.text
    word = next(word for word in reading.words if word.text == "faithfully,")
    assert 240 < word.x0 < 330 and 440 < word.y0 < 480 and word.y1 < 530
    assert reading.confidence is not None and reading.confidence > 0.8
    assert reading.view_image is not None and reading.view_image.suffix == ".jpg"
    assert reading.text_layer is not None and reading.text_layer.is_file()


@pytest.mark.parametrize("turn", [90, 180, 270])
def test_a_turned_page_is_read_upright(tmp_path: Path, turn: int) -> None:
    lying = letter().rotate(turn, expand=True)  # counter-clockwise, so upright is as much clockwise
    reading = read(saved(lying, tmp_path / "a.png"))
    assert reading.rotation_degrees == turn
    assert (reading.width_px, reading.height_px) == (1500, 1000)
    word = next(word for word in reading.words if word.text == "faithfully,")
    assert 240 < word.x0 < 330 and 440 < word.y0 < 480


def test_a_crooked_page_is_levelled_for_ocr_and_its_boxes_lie_on_the_crooked_page(
    tmp_path: Path,
) -> None:
    reading = read(saved(letter().rotate(-3, fillcolor=255), tmp_path / "a.png"))
    assert "Gwyneth Phillips" in reading.text
    upright = next(word for word in reading.words if word.text == "Dear")
    last = next(word for word in reading.words if word.text == "you")
    assert last.y0 > upright.y0 + 30  # three degrees over 800 pixels


def test_an_exif_turn_is_honoured(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # shown after a quarter turn clockwise
    page = saved(letter().rotate(90, expand=True), tmp_path / "a.jpg", exif=exif)
    reading = read(page, "image/jpeg")
    assert reading.rotation_degrees == 0 and reading.width_px == 1500
    assert "Housing Officer" in reading.text


def test_a_blank_back_is_blank_and_not_ocred(tmp_path: Path) -> None:
    ocr = CountingOcr()
    reading = read(saved(letter([]), tmp_path / "a.png"), ocr=ocr)
    assert reading.kind is PageKind.BLANK and reading.text_source is TextSource.NONE
    assert ocr.calls == 0 and reading.view_image is not None


def test_a_page_with_only_a_signature_is_content(tmp_path: Path) -> None:
    page = letter([])
    ImageDraw.Draw(page).line([(500, 600), (560, 540), (600, 620), (700, 580)], fill=110, width=4)
    assert read(saved(page, tmp_path / "a.png")).kind is PageKind.CONTENT


def test_our_separator_sheet_is_a_separator_with_its_value(tmp_path: Path) -> None:
    ocr = CountingOcr()
    reading = read(saved(barcode_page("EDRMS-SEP-0042"), tmp_path / "a.png"), ocr=ocr)
    assert reading.kind is PageKind.SEPARATOR and reading.separator == "EDRMS-SEP-0042"
    assert ocr.calls == 0


def test_a_patch_t_sheet_is_a_separator(tmp_path: Path) -> None:
    assert read(saved(barcode_page("PATCHT"), tmp_path / "a.png")).kind is PageKind.SEPARATOR


def test_any_other_barcode_on_a_letter_splits_nothing(tmp_path: Path) -> None:
    reading = read(saved(barcode_page("RX0099123456"), tmp_path / "a.png"))
    assert reading.kind is PageKind.CONTENT and reading.separator is None


def test_a_page_turned_by_a_person_is_read_so_and_its_barcodes_are_where_its_words_are(
    tmp_path: Path,
) -> None:
    path = saved(barcode_page("RX0099123456"), tmp_path / "a.png")
    plain, turned = (read(path, turned_degrees=degrees) for degrees in (0, 180))
    [before], [after] = plain.barcodes, turned.barcodes
    width, height = plain.width_px, plain.height_px
    assert turned.rotation_degrees == 180 and after.value == before.value == "RX0099123456"
    assert (after.x0, after.y1) == (width - before.x1, height - before.y0)


def test_a_small_barcode_that_is_lost_at_half_resolution_is_found_in_full(tmp_path: Path) -> None:
    barcode = zxingcpp.create_barcode("ABC-1234", zxingcpp.BarcodeFormat.Code39)
    bars = Image.fromarray(np.array(barcode.to_image(scale=3))).resize((500, 110))
    page = Image.new("L", (2480, 3508), 255)
    page.paste(bars, (601, 701))
    reduced = reduced_grey(page)
    assert looks_barred(darkness(reduced))
    [found] = find_barcodes(page, reduced, darkness(reduced))
    assert found.value == "ABC-1234" and 590 < found.x0 < found.x1 < 1110


def test_a_good_text_layer_is_used_and_not_ocred(tmp_path: Path) -> None:
    ocr = CountingOcr()
    reading = read(pdf_with(tmp_path, typed), "application/pdf", ocr=ocr)
    assert reading.text_source is TextSource.TEXT_LAYER and ocr.calls == 0
    word = next(word for word in reading.words if word.text == "Dear")
    assert abs(word.x0 / reading.width_px - 40 / 540) < 0.01
    assert abs(word.y1 / reading.height_px - (360 - 300) / 360) < 0.02


def test_a_scan_with_a_hidden_text_of_its_own_is_not_ocred_again(tmp_path: Path) -> None:
    def ocred_before(canvas: Canvas) -> None:
        scanned(canvas)
        for number, line in enumerate(LINES):
            text = canvas.beginText(36, 294 - 40 * number)
            text.setFont("Helvetica", 26)
            text.setTextRenderMode(3)
            text.textLine(line)
            canvas.drawText(text)

    reading = read(pdf_with(tmp_path, ocred_before), "application/pdf", ocr=CountingOcr())
    assert reading.text_source is TextSource.TEXT_LAYER
    assert (reading.width_px, reading.height_px) == (1500, 1000)  # the scan itself, not drawn


@pytest.mark.parametrize(
    "layer",
    ["Uif rvjdl cspxo gpy kvnqt qrst xzzt bcdf ghjk", "\x02\x03\x04\x05 \x06\x07", "page 1"],
)
def test_a_scan_with_hidden_garbage_or_only_a_footer_is_ocred(tmp_path: Path, layer: str) -> None:
    def page(canvas: Canvas) -> None:
        scanned(canvas)
        hidden(canvas, layer, y=10)

    reading = read(pdf_with(tmp_path, page), "application/pdf")
    assert reading.text_source is TextSource.OCR and "Housing Officer" in reading.text


def test_a_mixed_pdf_is_decided_page_by_page(tmp_path: Path) -> None:
    path = pdf_with(tmp_path, typed, scanned, lambda canvas: None)
    sources = [read(path, "application/pdf", page).text_source for page in (1, 2, 3)]
    assert sources == [TextSource.TEXT_LAYER, TextSource.OCR, TextSource.NONE]


def test_a_rotated_pdf_page_is_read_as_it_is_shown(tmp_path: Path) -> None:
    def page(canvas: Canvas) -> None:
        canvas.setPageSize((360, 540))
        canvas.setPageRotation(90)
        scanned(canvas, letter().rotate(90, expand=True), (360, 540))

    reading = read(pdf_with(tmp_path, page), "application/pdf")
    assert reading.rotation_degrees == 0 and reading.width_px == 1500
    assert "Housing Officer" in reading.text


def test_a_form_s_filled_in_value_is_found(tmp_path: Path) -> None:
    def page(canvas: Canvas) -> None:
        typed(canvas)
        canvas.acroForm.textfield(value="Llewellyn", x=40, y=60, width=300, height=40)

    assert "Llewellyn" in read(pdf_with(tmp_path, page), "application/pdf").text


def test_a_page_with_a_link_and_no_form_is_read(tmp_path: Path) -> None:
    def linked(canvas: Canvas) -> None:
        typed(canvas)
        canvas.linkURL("https://council.example", (100, 100, 300, 130))

    assert read(pdf_with(tmp_path, linked), "application/pdf").text_source is TextSource.TEXT_LAYER


def test_text_drawn_far_beside_the_page_is_boxed_at_its_edge(tmp_path: Path) -> None:
    def beside(canvas: Canvas) -> None:
        typed(canvas)
        canvas.drawString(-9e6, 300, "Strayed")

    found = read(pdf_with(tmp_path, beside), "application/pdf")
    assert all(0 <= word.x0 <= word.x1 <= found.width_px for word in found.words)


def test_the_second_frame_of_a_g4_tiff_is_read(tmp_path: Path) -> None:
    first, second = (letter(lines).convert("1") for lines in (["first page"], LINES))
    path = tmp_path / "a.tif"
    first.save(path, save_all=True, append_images=[second], compression="group4", dpi=(200, 200))
    reading = read(path, "image/tiff", 2)
    assert "Gwyneth Phillips" in reading.text
    assert reading.view_image is not None and reading.view_image.suffix == ".png"


def _sixteen_bits(page: Image.Image) -> Image.Image:
    return page.convert("I").point(lambda level: level * 256).convert("I;16")


def _see_through(page: Image.Image) -> Image.Image:
    clear = Image.new("RGBA", page.size, (0, 0, 0, 0))
    clear.putalpha(page.point(lambda level: 255 - level))
    return clear


@pytest.mark.parametrize(
    ("name", "media_type", "as_mode"),
    [
        ("cmyk.jpg", "image/jpeg", lambda page: page.convert("CMYK")),
        ("sixteen.png", "image/png", _sixteen_bits),
        ("rgba.png", "image/png", _see_through),
        ("palette.png", "image/png", lambda page: page.convert("P")),
    ],
)
def test_unusual_image_modes_are_read(
    tmp_path: Path, name: str, media_type: str, as_mode: Callable[[Image.Image], Image.Image]
) -> None:
    reading = read(saved(as_mode(letter()), tmp_path / name), media_type)
    assert "Housing Officer" in reading.text


def test_a_page_of_low_resolution_is_enlarged_for_ocr_only(tmp_path: Path) -> None:
    small = letter().resize((500, 333), Image.Resampling.LANCZOS)
    reading = read(saved(small, tmp_path / "a.png", dpi=(66, 66)))
    assert "Housing Officer" in reading.text and reading.width_px == 500
    assert max(word.x1 for word in reading.words) <= 500


def test_a_page_is_ocred_exactly_once_even_if_its_way_up_is_in_doubt(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    runs = tmp_path / "runs"
    real = next(
        Path(folder, "tesseract")
        for folder in os.environ["PATH"].split(":")
        if Path(folder, "tesseract").exists()
    )
    wrapper = tmp_path / "bin" / "tesseract"
    wrapper.parent.mkdir()
    wrapper.write_text(f'#!/bin/sh\necho run >> {runs}\nexec {real} "$@"\n')
    wrapper.chmod(stat.S_IRWXU)
    monkeypatch.setenv("PATH", f"{wrapper.parent}:{os.environ['PATH']}")
    read(saved(letter(), tmp_path / "a.png"), ocr=TesseractOcr())
    read(saved(letter(["12 34"]), tmp_path / "b.png"), ocr=TesseractOcr())
    assert runs.read_text().splitlines() == ["run", "run"]


def test_a_tesseract_that_fails_is_an_error_never_an_empty_text(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = saved(letter(), tmp_path / "a.png")
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(CannotRead) as absent:
        read(page, ocr=TesseractOcr())
    assert absent.value.reason is HeldReason.READER_CRASHED
    broken = tmp_path / "tesseract"
    broken.write_text("#!/bin/sh\nexit 1\n")
    broken.chmod(stat.S_IRWXU)
    with pytest.raises(CannotRead) as crashed:
        read(page, ocr=TesseractOcr())
    assert crashed.value.reason is HeldReason.READER_CRASHED


def test_a_tesseract_that_loops_is_stopped_and_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = saved(letter(), tmp_path / "a.png")
    looping = tmp_path / "tesseract"
    looping.write_text("#!/bin/sh\nexec /bin/sleep 60\n")
    looping.chmod(stat.S_IRWXU)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(CannotRead) as stopped:
        read_page(page, "image/png", 1, tmp_path, Limits(wall_s=1), TesseractOcr())
    assert stopped.value.reason is HeldReason.TOOK_TOO_LONG


def test_an_image_of_too_many_pixels_is_refused_before_it_is_decoded(tmp_path: Path) -> None:
    page = saved(letter(), tmp_path / "a.png")
    with pytest.raises(CannotRead) as refused:
        read_page(page, "image/png", 1, tmp_path, Limits(max_pixels=1_000_000))
    assert refused.value.reason is HeldReason.TOO_MANY_PIXELS


def test_a_cut_off_image_is_damaged_not_blank(tmp_path: Path) -> None:
    page = saved(letter(), tmp_path / "a.png")
    page.write_bytes(page.read_bytes()[:2000])
    with pytest.raises(CannotRead) as refused:
        read(page)
    assert refused.value.reason is HeldReason.DAMAGED
