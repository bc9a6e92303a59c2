"""Does a rendition look like its master? Page by page, drawn small by PDFium, compared in grey.

The pictures of a master that is an image are opened by Pillow, so the comparison is of two readers.
It is made in the confined child and judges nothing but likeness; what follows is the caller's.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pypdfium2 as pdfium
from PIL import Image

from scanning.reading.model import Limits
from scanning.reading.page_image import open_page_image, turn
from scanning.reading.ports import PdfPage

PDF = "application/pdf"
LONG_SIDE_PX = 320  # A4 at about 27 dpi: a line of print is one or two rows of grey
CELLS = 16  # across and down: a cell of A4 is 13 by 18 mm
MOST_CELL_DIFFERENCE = 24.0  # mean grey levels; two ways of reducing one picture stay below 6
MOST_SHAPE_DIFFERENCE = 0.03  # of the sides' ratio


def differing_pages(
    original: Path, media_type: str, pages: Sequence[PdfPage], made: Path
) -> list[int]:
    """Numbers (in the original) of pages that do not look alike; [] when the rendition is faithful.

    Raises ValueError when the rendition has another number of pages.
    """
    with pdfium.PdfDocument(made) as rendition:
        if len(rendition) != len(pages):
            raise ValueError(f"{len(rendition)} pages for {len(pages)}")
        masters = _Masters(original, media_type)
        try:
            return [
                page.page_number
                for place, page in enumerate(pages)
                if not look_alike(masters.picture(page), _drawn(rendition, place))
            ]
        finally:
            masters.close()


class _Masters:
    """The master's pages as small pictures, turned as the rendition shows them."""

    def __init__(self, original: Path, media_type: str) -> None:
        self._original = original
        self._pdf = pdfium.PdfDocument(original) if media_type == PDF else None

    def picture(self, page: PdfPage) -> Image.Image:
        if self._pdf is not None:
            found = _drawn(self._pdf, page.page_number - 1)
        else:
            found = _small(open_page_image(self._original, page.page_number, Limits()).pixels)
        return turn(found, page.rotation_degrees)

    def close(self) -> None:
        if self._pdf is not None:
            self._pdf.close()


def _drawn(document: pdfium.PdfDocument, place: int) -> Image.Image:
    page = document[place]
    try:
        scale = LONG_SIDE_PX / max(*page.get_size(), 1.0)
        drawn: Image.Image = page.render(scale=scale, grayscale=True).to_pil().convert("L")
        return drawn
    finally:
        page.close()


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
