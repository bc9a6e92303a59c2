"""One page of a PDF through pypdfium2: its picture and the words of its text layer.

Here live the only uses of pypdfium2 by the page reader. A scanned page whose one image covers it is
taken out as it is; any other page is drawn. Form values and notes are burnt into the page in memory
first, so that they are seen and found. Judging the text is text_layer.py, writing PDFs is
searchable_pdf.py.
"""

import ctypes
import math
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pypdfium2 as pdfium
import pypdfium2.raw as raw
from PIL import Image

from scanning.reading.model import CannotRead, HeldReason, Limits, Word
from scanning.reading.page_image import (
    PageImage,
    refuse_too_many_pixels,
    to_simple_mode,
    turn,
    without_false_colour,
)

POINTS_PER_INCH = 72
SCAN_DPI = 300
VIEW_DPI = 150
COVERS_TOLERANCE = 0.02  # of the page's side
MAX_OBJECTS = 20_000
INVISIBLE = 3  # text rendering mode, ISO 32000-1 table 106


@contextmanager
def open_pdf_page(path: Path, page_number: int) -> Iterator["PdfPageView"]:
    """The page (1-based) of a PDF. Raises CannotRead(DAMAGED) where pdfium gives up."""
    try:
        with closing(pdfium.PdfDocument(path)) as document:
            document.init_forms()
            page = document[page_number - 1]
            if raw.FPDFPage_GetAnnotCount(page) > 0:
                # Fills form values into the text. A page that will not flatten is still drawn whole.
                raw.FPDFPage_Flatten(page, raw.FLAT_NORMALDISPLAY)
                page.close()
                page = document[page_number - 1]
            with closing(page):
                yield PdfPageView(page)
    except (pdfium.PdfiumError, IndexError) as error:
        raise CannotRead(HeldReason.DAMAGED, type(error).__name__) from error


class PdfPageView:
    """A page as a viewer shows it: /Rotate and the crop box applied, pixels from the top left."""

    def __init__(self, page: pdfium.PdfPage) -> None:
        self._page = page
        self._images, self._only_scan = _images_of(page)

    def size_px(self, resolution_dpi: int) -> tuple[int, int]:
        """Width and height of the page at this resolution."""
        width, height = self._page.get_size()
        scale = resolution_dpi / POINTS_PER_INCH
        return math.ceil(width * scale), math.ceil(height * scale)

    def picture_share(self) -> float:
        """Share of the page (0 to 1) that lies under pictures."""
        left, bottom, right, top = self._page.get_cropbox()
        page_area = max((right - left) * (top - bottom), 1.0)
        return float(min(sum(_area(image) for image in self._images) / page_area, 1.0))

    def image(self, limits: Limits, fallback_dpi: int) -> PageImage:
        """The page's picture: its one scan as it is, else drawn at fallback_dpi or less."""
        if self._only_scan is not None:
            width, height = self._only_scan.get_px_size()
            refuse_too_many_pixels((width, height), limits)
            extracted = _extract(self._only_scan)
            inches = max(self._page.get_size()) / POINTS_PER_INCH
            upright = turn(extracted, self._page.get_rotation())
            return PageImage(upright, max(round(max(width, height) / inches), 1))
        return self._draw(fallback_dpi, limits)

    def _draw(self, wanted_dpi: int, limits: Limits) -> PageImage:
        width, height = self._page.get_size()
        fitting = math.sqrt(limits.max_pixels / max(width * height, 1.0)) * POINTS_PER_INCH
        resolution_dpi = max(int(min(wanted_dpi, fitting)), 1)
        bitmap = self._page.render(scale=resolution_dpi / POINTS_PER_INCH, rev_byteorder=True)
        pixels = to_simple_mode(bitmap.to_pil())
        notes = ("drawn_at_lower_resolution",) if resolution_dpi < wanted_dpi else ()
        return PageImage(_kept(pixels), resolution_dpi, notes, is_drawn=True)

    def words(self, size_px: tuple[int, int]) -> tuple[str, tuple[Word, ...], int]:
        """Text, words with boxes in a picture of size_px, and the turn that makes it upright."""
        with closing(self._page.get_textpage()) as text_page:
            count = text_page.count_chars()
            text = text_page.get_text_range() if count else ""
            words = tuple(self._words(text_page, count, size_px))
            return text.replace("\r\n", "\n").strip(), words, _turn_of_text(text_page, count)

    def _words(
        self, text_page: pdfium.PdfTextPage, count: int, size_px: tuple[int, int]
    ) -> Iterator[Word]:
        letters, start = "", 0
        places = _Places(self._page, text_page, size_px)
        for index in range(count + 1):
            code = raw.FPDFText_GetUnicode(text_page, index) if index < count else 32
            character = chr(code) if code < 0x110000 else "\ufffd"
            if code and not character.isspace():
                start = start if letters else index
                letters += character
            elif letters:
                yield Word(letters, *places.of(start, index - start), 1.0)
                letters = ""


class _Places:
    """Where runs of a page's characters lie, by one set of numbers for all: there are hundreds."""

    def __init__(
        self, page: pdfium.PdfPage, text_page: pdfium.PdfTextPage, size_px: tuple[int, int]
    ) -> None:
        self._page, self._text_page, self._size_px = page.raw, text_page.raw, size_px
        self._edges = [ctypes.c_double() for _ in range(4)]
        self._point = [ctypes.c_int() for _ in range(2)]

    def of(self, start: int, count: int) -> tuple[int, int, int, int]:
        """Left, top, right, bottom in pixels of so many characters. Raises PdfiumError."""
        rectangles = [self._rectangle(number) for number in range(self._rectangles(start, count))]
        if not rectangles:
            raise pdfium.PdfiumError("no box of a word")
        lefts, tops, rights, bottoms = zip(*rectangles, strict=True)
        x0, y0 = self._to_pixel(min(lefts), min(bottoms))
        x1, y1 = self._to_pixel(max(rights), max(tops))
        return min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1)

    def _rectangles(self, start: int, count: int) -> int:
        return int(raw.FPDFText_CountRects(self._text_page, start, count))

    def _rectangle(self, number: int) -> tuple[float, ...]:
        """Left, top, right, bottom in the page's own units, of one of those last counted."""
        if not raw.FPDFText_GetRect(self._text_page, number, *self._edges):
            raise pdfium.PdfiumError("no box of a word")
        return tuple(edge.value for edge in self._edges)

    def _to_pixel(self, x: float, y: float) -> tuple[int, int]:
        """A point of the page in pixels; text drawn beside the page is put at its edge."""
        width, height = self._size_px
        raw.FPDF_PageToDevice(self._page, 0, 0, width, height, 0, x, y, *self._point)
        across, down = self._point
        return min(max(across.value, 0), width), min(max(down.value, 0), height)


def _images_of(page: pdfium.PdfPage) -> tuple[list[pdfium.PdfObject], pdfium.PdfImage | None]:
    """The page's top-level pictures, and the one that is the whole page if there is such a one."""
    images: list[pdfium.PdfObject] = []
    anything_else = False
    for number, found in enumerate(page.get_objects(max_depth=1)):
        if found.type in {raw.FPDF_PAGEOBJ_IMAGE, raw.FPDF_PAGEOBJ_FORM}:
            images.append(found)
        elif not _is_invisible_text(found):
            anything_else = True
        if number > MAX_OBJECTS:
            anything_else = True
            break
    alone = len(images) == 1 and not anything_else and isinstance(images[0], pdfium.PdfImage)
    return images, images[0] if alone and _covers(images[0], page) else None


def _is_invisible_text(found: pdfium.PdfObject) -> bool:
    if found.type != raw.FPDF_PAGEOBJ_TEXT:
        return False
    return bool(raw.FPDFTextObj_GetTextRenderMode(found) == INVISIBLE)


def _covers(image: pdfium.PdfObject, page: pdfium.PdfPage) -> bool:
    """Whether a picture lies straight, unmirrored and edge to edge on the page."""
    across, skew_x, skew_y, down, *_ = image.get_matrix().get()
    if across <= 0 or down <= 0 or abs(skew_x) > 0.01 * across or abs(skew_y) > 0.01 * down:
        return False
    crop = page.get_cropbox()
    tolerance = COVERS_TOLERANCE * max(crop[2] - crop[0], crop[3] - crop[1])
    edges = zip(image.get_bounds(), crop, strict=True)
    return all(abs(edge - border) <= tolerance for edge, border in edges)


def _extract(image: pdfium.PdfImage) -> Image.Image:
    bits = image.get_metadata().bits_per_pixel
    pixels = to_simple_mode(image.get_bitmap(render=False).to_pil())
    if bits == 1:
        return pixels.convert("L").convert("1", dither=Image.Dither.NONE)
    return _kept(pixels)


def _kept(pixels: Image.Image) -> Image.Image:
    """Pixels in memory of their own: those of a grey bitmap are gone with it, RGB was copied already."""
    plain = without_false_colour(pixels)
    return pixels.copy() if plain is pixels and pixels.mode != "RGB" else plain


def _area(image: pdfium.PdfObject) -> float:
    left, bottom, right, top = image.get_bounds()
    return float(max(right - left, 0.0) * max(top - bottom, 0.0))


def _turn_of_text(text_page: pdfium.PdfTextPage, count: int) -> int:
    """Clockwise turn that makes most of the page's letters upright, as the page is shown."""
    turns = [0, 0, 0, 0]
    for index in range(0, count, max(count // 400, 1)):
        angle = raw.FPDFText_GetCharAngle(text_page, index)
        if angle >= 0:
            turns[round(angle / (math.pi / 2)) % 4] += 1
    quarter = turns.index(max(turns))
    return int(quarter * 90 - 90 * raw.FPDFPage_GetRotation(text_page.page)) % 360
