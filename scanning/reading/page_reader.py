"""Read one page: the unit of work of the reading room.

Here lives the order of the steps: take the picture out once, look for a separator, then for a blank
page, use a good text layer, else OCR exactly once; then the picture for the browser. It runs in the
sandboxed child and writes only in the work directory. Each step's own judgement is next door.
"""

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from PIL import Image

from scanning.reading.barcodes import find_barcodes, sheet_value
from scanning.reading.blank import darkness, ink_of_print, is_blank
from scanning.reading.languages import first_languages
from scanning.reading.measuring import measure
from scanning.reading.model import (
    Barcode,
    CannotRead,
    HeldReason,
    Limits,
    PageKind,
    PageReading,
    TextSource,
    Word,
)
from scanning.reading.ocr import PageOcr, mean_confidence, turn_barcodes, turn_words
from scanning.reading.ocr_engines import engine_for
from scanning.reading.ocr_passes import OcrPasses
from scanning.reading.ocr_picture import OcrPicture, prepare_for_ocr, prepare_reduced
from scanning.reading.orientation import Orientation, find_orientation
from scanning.reading.page_image import PageImage, open_page_image, reduced_grey, turn
from scanning.reading.pdf_page import SCAN_DPI, VIEW_DPI, PdfPageView, open_pdf_page
from scanning.reading.text_layer import (
    PICTURE_PAGE_SHARE,
    is_good_text_layer,
    reads_like_words,
)
from scanning.reading.view_image import save_view_image

PDF = "application/pdf"
IMAGE_TYPES = frozenset({"image/tiff", "image/jpeg", "image/png"})


@dataclass(frozen=True, slots=True)
class PageText:
    """What a PDF says a page's text is, in pixels of its picture as shown."""

    text: str
    words: tuple[Word, ...]
    rotation_degrees: int
    picture_share: float


NO_TEXT = PageText("", (), 0, 1.0)


def read_page(
    path: Path,
    media_type: str,
    page_number: int,
    workdir: Path,
    limits: Limits,
    ocr: PageOcr | None = None,
    turned_degrees: int | None = None,
) -> PageReading:
    """All that one page of a PDF, TIFF, JPEG or PNG gives. page_number: from 1.

    turned_degrees: the clockwise turn that makes it upright, where a person has said so. Files (view
    image, text layer) are left in workdir, named by the page number. Raises CannotRead when the page
    cannot be decoded, is too large, or OCR crashes or takes too long.
    """
    image, said = _take_out(path, media_type, page_number, limits)
    reduced = reduced_grey(image.pixels)
    dark, stem = darkness(reduced), workdir / f"page-{page_number:05d}"
    found = find_barcodes(image.pixels, reduced, dark)
    desk = PageDesk(image, reduced, dark, stem, found, turned_degrees)
    if (separator := sheet_value(found)) is not None:
        return replace(desk.without_text(PageKind.SEPARATOR), separator=separator)
    if not said.words and not found and is_blank(dark):
        return desk.without_text(PageKind.BLANK)
    if desk.trusts(said):
        return desk.with_text_layer(said)
    engine = ocr or engine_for(limits.ocr_engine, first_languages(limits.languages))
    return desk.with_ocr(engine, limits)


def _take_out(
    path: Path, media_type: str, page_number: int, limits: Limits
) -> tuple[PageImage, PageText]:
    if media_type in IMAGE_TYPES:
        return open_page_image(path, page_number, limits), NO_TEXT
    if media_type != PDF:
        raise CannotRead(HeldReason.UNSUPPORTED, media_type)
    with open_pdf_page(path, page_number) as page:
        return _take_out_of_pdf(page, limits)


def _take_out_of_pdf(page: PdfPageView, limits: Limits) -> tuple[PageImage, PageText]:
    """A page of plain text is drawn at the view's resolution; any other as fine as a scan."""
    picture_share = page.picture_share()
    text, words, rotation_degrees = page.words(page.size_px(VIEW_DPI))
    readable = reads_like_words([word.text for word in words])
    plain = readable and picture_share < PICTURE_PAGE_SHARE
    image = page.image(limits, VIEW_DPI if plain else SCAN_DPI)
    if words and image.pixels.size != page.size_px(VIEW_DPI):
        text, words, rotation_degrees = page.words(image.pixels.size)
    return image, PageText(text, words, rotation_degrees, picture_share)


@dataclass(frozen=True, slots=True)
class PageDesk:
    """A page laid out for reading: its picture as shown, reduced grey, darkness, file stem, barcodes in
    pixels of the picture, and the turn to upright if a person has said it."""

    image: PageImage
    reduced: Image.Image
    dark: Image.Image
    stem: Path
    barcodes: tuple[Barcode, ...] = ()
    turned_degrees: int | None = None

    def trusts(self, said: PageText) -> bool:
        """Whether the PDF's text stands for the page."""
        if not said.words:
            return False
        scale = self.reduced.width / self.image.pixels.width
        return is_good_text_layer(said.words, ink_of_print(self.dark), scale, said.picture_share)

    def without_text(self, kind: PageKind) -> PageReading:
        """The reading of a blank page or a separator sheet."""
        turned = self.turned_degrees or 0
        return self._measured(self._reading(kind, "", (), TextSource.NONE, turned))

    def with_text_layer(self, said: PageText) -> PageReading:
        """The reading of a page whose PDF text is good."""
        turned = said.rotation_degrees if self.turned_degrees is None else self.turned_degrees
        words = turn_words(said.words, self.image.pixels.size, turned)
        reading = self._reading(PageKind.CONTENT, said.text, words, TextSource.TEXT_LAYER, turned)
        return self._measured(reading)

    def with_ocr(self, engine: PageOcr, limits: Limits) -> PageReading:
        """The reading of a page by OCR."""
        ink = ink_of_print(self.dark)
        way_up = self._as_told(find_orientation(ink))
        passes = OcrPasses(engine, limits, self.stem, self.image.resolution_dpi, not way_up.sure)
        passed = passes.read(
            prepare_reduced(self.image, self.reduced, self.dark, way_up),
            lambda: prepare_for_ocr(self.image, self.dark, way_up),
        )
        picture, found = passed.picture, passed.page
        seen = tuple(picture.word_on_page(word) for word in found.words)
        size = turn(self.image.pixels, picture.turned_degrees).size
        words = turn_words(seen, size, found.rotation_degrees)
        turned = (picture.turned_degrees + found.rotation_degrees) % 360
        reading = self._reading(PageKind.CONTENT, found.text, words, TextSource.OCR, turned)
        read = replace(
            reading,
            confidence=mean_confidence(words),
            text_layer=_as_received(found.text_layer, picture),
            notes=(*reading.notes, *passed.notes),
        )
        return self._measured(read, way_up, ink)

    def _measured(
        self, reading: PageReading, way_up: Orientation | None = None,
        ink: np.ndarray | None = None,
    ) -> PageReading:  # fmt: skip
        """The reading with what is measured of a scan; a page that was drawn has no scan."""
        if self.image.is_drawn and reading.text_source is not TextSource.OCR:
            return reading
        if ink is None and reading.kind is PageKind.CONTENT:
            ink = ink_of_print(self.dark)
            way_up = find_orientation(ink)
        skew = way_up.measured_degrees if way_up else None
        return replace(
            reading, measures=measure(self.image, self.reduced, self.dark, ink, skew, reading)
        )

    def _as_told(self, seen: Orientation) -> Orientation:
        """A person's word before what was seen; the skew only of lines that then lie level."""
        told = self.turned_degrees
        if told is None:
            return seen
        lies_alike = (told - seen.rotation_degrees) % 180 == 0
        return Orientation(told, True, seen.skew_degrees if lies_alike else 0.0)

    def _reading(
        self, kind: PageKind, text: str, words: tuple[Word, ...], source: TextSource, turned: int
    ) -> PageReading:
        upright = self.image.turned(turned)
        return PageReading(
            kind=kind,
            text=text,
            words=words,
            text_source=source,
            width_px=upright.pixels.width,
            height_px=upright.pixels.height,
            resolution_dpi=upright.resolution_dpi,
            rotation_degrees=turned,
            view_image=save_view_image(upright.pixels, turn(self.reduced, turned), self.stem),
            notes=upright.notes,
            barcodes=turn_barcodes(self.barcodes, self.image.pixels.size, turned),
        )


def _as_received(layer: Path, picture: OcrPicture) -> Path:
    """The text layer turned back to how the page was received."""
    if picture.turned_degrees or picture.levelled_degrees:
        from scanning.reading.searchable_pdf import turn_layer  # pypdf only where it is needed

        turn_layer(layer, -picture.turned_degrees, -picture.levelled_degrees)
    return layer
