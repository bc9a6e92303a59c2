"""Does a rendition look like its master? Page by page, drawn small by PDFium, compared in grey.

Unpacking a page's picture costs most of that, so pictures that are known to be the same bytes in the same
place are taken off both pages first, and what is left is drawn and compared: text that shows, marks, a page
turned or cut otherwise. In doubt the whole page is drawn. The picture of a master that is an image is then
opened by Pillow, so the comparison is of two readers. Nothing but likeness is judged here.
"""

import hashlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pypdfium2 as pdfium
import pypdfium2.raw as raw
from PIL import Image

from scanning.reading.model import Limits
from scanning.reading.page_image import open_page_image, turn
from scanning.reading.ports import PdfPage

PDF = "application/pdf"
LONG_SIDE_PX = 320  # A4 at about 27 dpi: a line of print is one or two rows of grey
CELLS = 16  # across and down: a cell of A4 is 13 by 18 mm
MOST_CELL_DIFFERENCE = 24.0  # mean grey levels; two ways of reducing one picture stay below 6
MOST_SHAPE_DIFFERENCE = 0.03  # of the sides' ratio
MOST_PICTURES = 50


def differing_pages(
    original: Path, media_type: str, pages: Sequence[PdfPage], made: Path, *, is_same: bool = False
) -> list[int]:
    """Numbers (in the original) of pages that do not look alike; [] when the rendition is faithful.

    is_same: the one picture in the rendition is known to be the bytes of the original, an image that
    lies as it is to be shown but for its page's turn.
    Raises ValueError when the rendition has another number of pages.
    """
    with pdfium.PdfDocument(made) as rendition:
        if len(rendition) != len(pages):
            raise ValueError(f"{len(rendition)} pages for {len(pages)}")
        masters = _Masters(original, media_type, is_same)
        try:
            return [
                page.page_number
                for place, page in enumerate(pages)
                if not masters.look_like(page, rendition, place)
            ]
        finally:
            masters.close()


class _Masters:
    """The master's pages, each held against its page in the rendition."""

    def __init__(self, original: Path, media_type: str, is_same: bool) -> None:
        self._original = original
        self._pdf = pdfium.PdfDocument(original) if media_type == PDF else None
        self._is_same = is_same

    def look_like(self, page: PdfPage, rendition: pdfium.PdfDocument, place: int) -> bool:
        made = rendition[place]
        try:
            return self._looks_like(page, made)
        finally:
            made.close()

    def _looks_like(self, page: PdfPage, made: pdfium.PdfPage) -> bool:
        if self._pdf is None:
            if self._is_same and _is_picture_alone(made, page.rotation_degrees):
                return True
            pixels = open_page_image(self._original, page.page_number, Limits()).pixels
            return look_alike(turn(_small(pixels), page.rotation_degrees), _drawn(made))
        master = self._pdf[page.page_number - 1]
        try:
            if _lie_alike(master, made, page.rotation_degrees):
                _take_off(master)
                _take_off(made)
            return look_alike(turn(_drawn(master), page.rotation_degrees), _drawn(made))
        finally:
            master.close()

    def close(self) -> None:
        if self._pdf is not None:
            self._pdf.close()


def _pictures(page: pdfium.PdfPage) -> list[pdfium.PdfImage]:
    return list(page.get_objects(filter=[raw.FPDF_PAGEOBJ_IMAGE], max_depth=1))


def _lie_alike(master: pdfium.PdfPage, made: pdfium.PdfPage, turned_degrees: int) -> bool:
    """Whether both pages have one frame, the turn wanted, and the same pictures in the same places."""
    return (
        made.get_rotation() == (master.get_rotation() + turned_degrees) % 360
        and made.get_mediabox() == master.get_mediabox()
        and made.get_cropbox() == master.get_cropbox()
        and (placed := _placed(master)) is not None
        and placed == _placed(made)
    )


def _placed(page: pdfium.PdfPage) -> list[tuple[object, ...]] | None:
    """Bytes, size and place of each picture, in order; None for very many."""
    pictures = _pictures(page)
    if len(pictures) > MOST_PICTURES:
        return None
    return [
        (hashlib.sha256(picture.get_data()).digest(), picture.get_px_size(),
         picture.get_matrix().get())
        for picture in pictures
    ]  # fmt: skip


def _take_off(page: pdfium.PdfPage) -> None:
    for picture in _pictures(page):
        page.remove_obj(picture)


def _is_picture_alone(made: pdfium.PdfPage, turned_degrees: int) -> bool:
    """Whether a page turned so shows one picture edge to edge and nothing else."""
    pictures = _pictures(made)
    left, bottom, right, top = made.get_cropbox()
    if len(pictures) != 1 or made.get_rotation() != turned_degrees:
        return False
    wanted = (right - left, 0.0, 0.0, top - bottom, left, bottom)
    at = pictures[0].get_matrix().get()
    if any(abs(one - other) > 0.5 for one, other in zip(at, wanted, strict=True)):
        return False
    _take_off(made)
    return bool(_drawn(made).getextrema()[0] == 255)


def _drawn(page: pdfium.PdfPage) -> Image.Image:
    scale = LONG_SIDE_PX / max(*page.get_size(), 1.0)
    drawn: Image.Image = page.render(scale=scale, grayscale=True).to_pil().convert("L")
    return drawn


def _small(pixels: Image.Image) -> Image.Image:
    grey = pixels.convert("L")
    factor = max(1, max(grey.size) // LONG_SIDE_PX)
    return grey.reduce(factor)


def look_alike(one: Image.Image, other: Image.Image) -> bool:
    """Whether two small grey pictures have one shape, and every cell of them one mean darkness."""
    ratio = (one.width * other.height) / (one.height * other.width)
    if abs(ratio - 1) > MOST_SHAPE_DIFFERENCE:
        return False
    size = (CELLS, CELLS)
    first, second = (
        np.asarray(picture.resize(size, Image.Resampling.BOX), dtype=np.float32)
        for picture in (one, other)
    )
    return float(np.abs(first - second).max()) <= MOST_CELL_DIFFERENCE
