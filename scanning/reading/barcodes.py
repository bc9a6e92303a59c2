"""Barcodes of a page: what they say and where they are. zxing-cpp is only here.

One pass over the page at about 150 dpi finds what sheets carry and most else. Only a page without any
barcode that yet looks as if it had one (bars side by side, 4 mm high) is tried again in full.
What a value means is scanning/sheets/model.py's.
"""

from collections.abc import Sequence

import numpy as np
import zxingcpp
from PIL import Image, ImageFilter
from zxingcpp import BarcodeFormat as Format
from zxingcpp import Binarizer

from scanning.reading.model import Barcode
from scanning.sheets.model import sheet_of

MOST_BARCODES = 50
MOST_CHARACTERS = 4000
_BARS = [
    Format.Code128, Format.Code39, Format.Code93, Format.Codabar, Format.ITF, Format.EANUPC,
    Format.QRCode,
]  # fmt: skip
_OTHERS = [Format.DataMatrix, Format.PDF417, Format.Aztec]
_DARK = 40  # of 255, darker than the paper
# Measured on the sample post: none of 120 pages without a code looked barred, all with small bars did.
_APART_PX = 6  # 1 mm at 150 dpi ...
_STEPS = 4  # ... and so often: print differs from what is so far above it, bars do not
_BLOCK_PX = 96
_LEAST_EDGES = 12  # in a block of 16 mm; vertical rules of a form make fewer


def find_barcodes(
    pixels: Image.Image, reduced: Image.Image, dark: Image.Image
) -> tuple[Barcode, ...]:
    """Bars and QR codes of a page, places in pixels of `pixels`, in order of place.

    pixels: the page as received, 1, L or RGB; reduced: the same in grey at about 150 dpi; dark: how much
    darker than the paper that is (blank.darkness).
    """
    factor = pixels.width / reduced.width
    if found := _read(reduced, _BARS, factor):
        return found
    return _in_full(pixels) if looks_barred(dark) else ()


def find_others(reduced: Image.Image, factor: float) -> tuple[Barcode, ...]:
    """The kinds of code that only letters carry (DataMatrix of franking, PDF417, Aztec).

    factor: pixels of the page for one of reduced.
    """
    return _read(reduced, _OTHERS, factor)


def sheet_value(barcodes: Sequence[Barcode]) -> str | None:
    """The value that makes a page one of the post room's sheets; None for a page that is none."""
    return next((one.value for one in barcodes if sheet_of(one.value)), None)


def looks_barred(dark: Image.Image) -> bool:
    """Whether bars stand side by side somewhere, upright or lying. About 3 ms a page."""
    ink = np.asarray(dark) >= _DARK
    return _has_bars(ink) or _has_bars(ink.T)


def _has_bars(ink: np.ndarray) -> bool:
    rows = ink[::_APART_PX]
    width = rows.shape[1] // _BLOCK_PX * _BLOCK_PX
    if len(rows) <= _STEPS or not width:
        return False
    edges = _per_block(rows[:, 1:] != rows[:, :-1], width)
    differ = _per_block(rows[1:] != rows[:-1], width)
    alike = differ * 2 <= edges[1:] + 1
    step = alike & (edges[1:] >= _LEAST_EDGES) & (edges[:-1] >= _LEAST_EDGES)
    steps = [step[at : len(step) - _STEPS + 1 + at] for at in range(_STEPS)]
    return bool(np.logical_and.reduce(steps).any())


def _per_block(marks: np.ndarray, width: int) -> np.ndarray:
    starts = np.arange(0, width, _BLOCK_PX)
    counted: np.ndarray = np.add.reduceat(marks[:, :width], starts, axis=1, dtype=np.int32)
    return counted


def _in_full(pixels: Image.Image) -> tuple[Barcode, ...]:
    grey = pixels if pixels.mode == "L" else pixels.convert("L")
    return (
        _read(grey, _BARS)
        or _read(grey, _BARS, binarizer=Binarizer.GlobalHistogram)
        or _read(grey.filter(ImageFilter.GaussianBlur(1.5)), _BARS)
    )


def _read(
    grey: Image.Image,
    formats: Sequence[Format],
    factor: float = 1.0,
    binarizer: Binarizer = Binarizer.LocalAverage,
) -> tuple[Barcode, ...]:
    found = zxingcpp.read_barcodes(
        grey, formats=list(formats), try_downscale=False, try_invert=False, binarizer=binarizer,
        text_mode=zxingcpp.TextMode.Plain,
    )  # fmt: skip
    known = {(one.format.name, one.text.strip()): one for one in reversed(found)}
    placed = [_placed(kind, value, one, factor) for (kind, value), one in known.items() if value]
    return tuple(sorted(placed, key=lambda one: (one.y0, one.x0, one.value))[:MOST_BARCODES])


def _placed(kind: str, value: str, found: zxingcpp.Barcode, factor: float) -> Barcode:
    at = found.position
    corners = (at.top_left, at.top_right, at.bottom_left, at.bottom_right)
    xs, ys = ([getattr(corner, axis) * factor for corner in corners] for axis in "xy")
    edges = (round(edge) for edge in (min(xs), min(ys), max(xs), max(ys)))
    return Barcode(kind, value[:MOST_CHARACTERS], *edges)
