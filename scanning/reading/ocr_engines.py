"""Which OCR engine reads: the one that is named, or the fastest that is installed and agrees.

Here lives the choice and the specimen it rests on; the engines are next door. The choice is made
once by each process (about 0.2 s) and inherited by the children forked from it. Source: ADR 0025.
"""

import sys
import tempfile
from enum import StrEnum
from functools import lru_cache
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from scanning.reading import tesserocr_ocr
from scanning.reading.model import CannotRead
from scanning.reading.ocr import OcrPage, OcrRequest, PageOcr
from scanning.reading.pytesseract_ocr import TesseractOcr
from scanning.reading.tesserocr_ocr import TesserocrOcr


class OcrEngine(StrEnum):
    """What a setting may ask for."""

    FASTEST = "fastest"
    TESSEROCR = "tesserocr"
    PYTESSERACT = "pytesseract"


SPECIMEN = (
    "Our ref: 4812-07B   3 March 2026",
    "Dear Housing Officer, thank you",
    "for 1,350.60 paid on the 29th;",
    "ring 01632 960 175 (before 5 pm).",
)
SPECIMEN_TIMEOUT_S = 30.0


@lru_cache(maxsize=8)
def engine_for(wanted: str, languages: str) -> PageOcr:
    """The engine of this name. Raises ValueError for an unknown one.

    "fastest" is tesserocr where it reads the specimen word for word as the tesseract command does;
    where it is not there, or says otherwise, it is pytesseract, and the log tells of the latter.
    """
    engine = OcrEngine(wanted)
    if engine is OcrEngine.FASTEST:
        return TesserocrOcr() if _agrees(languages) else TesseractOcr()
    return TesserocrOcr() if engine is OcrEngine.TESSEROCR else TesseractOcr()


def _agrees(languages: str) -> bool:
    if not tesserocr_ocr.is_installed():
        return False
    try:
        named = read_specimen(TesseractOcr(), languages)
        held = read_specimen(TesserocrOcr(), languages)
    except CannotRead as refusal:  # the page itself will say so, read by the named adapter
        print(f"ocr_engine_not_tried detail={refusal.detail!r}", file=sys.stderr, flush=True)
        return False
    if named.text.split() == held.text.split():
        return True
    print("ocr_engines_disagree used=pytesseract", file=sys.stderr, flush=True)
    return False


def read_specimen(engine: PageOcr, languages: str) -> OcrPage:
    """A few lines of print, drawn here and read by an engine."""
    page = Image.new("L", (1200, 420), 255)
    draw = ImageDraw.Draw(page)
    for number, line in enumerate(SPECIMEN):
        draw.text((60, 50 + 80 * number), line, font=ImageFont.load_default(48), fill=0)
    with tempfile.TemporaryDirectory(prefix="edrms-specimen-") as directory:
        picture = Path(directory) / "specimen.bmp"
        page.save(picture, format="BMP")
        return engine.read(OcrRequest(picture, 300, languages, False, SPECIMEN_TIMEOUT_S))
