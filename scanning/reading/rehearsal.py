"""One page of our own taken through opening, reading and assembling before any child is forked.

Much is loaded where it is first used (Pillow's formats, parts of numpy, pypdf): each child would load it
anew for its one page, 0.04 s of processor time. Nothing foreign is opened here.
"""

import gc
import tempfile
from contextlib import suppress
from functools import cache
from pathlib import Path

from PIL import Image, ImageDraw

from scanning.reading.memory import give_back_room
from scanning.reading.model import CannotRead, Limits
from scanning.reading.opening import open_item
from scanning.reading.page_reader import read_page
from scanning.reading.ports import PdfPage
from scanning.reading.searchable_pdf import assemble_searchable_pdf

PDF = "application/pdf"
FORMATS = {"PNG": "image/png", "JPEG": "image/jpeg", "TIFF": "image/tiff"}
SIZE_PX = (620, 877)  # A4 at 75 dpi
# PDFium looks through the machine's fonts when it first draws with one that is not in the file.
DRAWN = b"""%PDF-1.4
1 0 obj <</Type /Catalog /Pages 2 0 R>> endobj
2 0 obj <</Type /Pages /Kids [3 0 R] /Count 1>> endobj
3 0 obj <</Type /Page /Parent 2 0 R /MediaBox [0 0 300 420] /Contents 4 0 R /Resources <</Font <<
/F1 <</Type /Font /Subtype /Type1 /BaseFont /Helvetica>>
/F2 <</Type /Font /Subtype /TrueType /BaseFont /Arial>> >> >> >> endobj
4 0 obj <</Length 93>> stream
BT /F1 12 Tf 40 300 Td (A page drawn) Tj /F2 12 Tf 0 -40 Td (by its instructions alone) Tj ET
endstream endobj
trailer <</Root 1 0 R>>
"""


@cache
def rehearse(limits: Limits) -> None:
    """Read a page drawn here, in every format, once; later calls find it done.

    What goes wrong is left for the page that it goes wrong with.
    """
    with (
        suppress(CannotRead, ValueError),
        tempfile.TemporaryDirectory(prefix="edrms-rehearsal-") as name,
    ):
        for picture_format, media_type in FORMATS.items():
            _take_through(Path(name), picture_format, media_type, limits)
        drawn = Path(name) / "drawn.pdf"
        drawn.write_bytes(DRAWN)
        read_page(drawn, PDF, 1, Path(name), limits)
    gc.collect()
    give_back_room()
    gc.freeze()  # what was loaded stays; a child's collector is not to touch, and so copy, it


def _take_through(directory: Path, picture_format: str, media_type: str, limits: Limits) -> None:
    picture, made = directory / picture_format, directory / f"{picture_format}.pdf"
    page = Image.new("1" if picture_format == "TIFF" else "RGB", SIZE_PX, "white")
    if picture_format == "PNG":  # of the others the blank page is rehearsed
        ImageDraw.Draw(page).text((60, 80), "Rehearsal\nof a page", fill="navy", font_size=30)
    page.save(picture, format=picture_format, dpi=(75, 75))
    open_item(picture, directory, limits)
    reading = read_page(picture, media_type, 1, directory, limits)
    layer = PdfPage(1, reading.rotation_degrees, reading.text_layer)
    assemble_searchable_pdf(picture, media_type, [layer], made)
    open_item(made, directory, limits)
    read_page(made, PDF, 1, directory, limits)
