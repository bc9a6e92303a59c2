"""Barcodes of a page: what they say and where they are. zxing-cpp is only here.

One pass over the page at about 150 dpi, where it is dark enough for a code (code_places.py), finds what
sheets carry and most else. Only a page without any barcode that yet looks as if it had one (bars side by
side, 4 mm high) is tried again in full. What a value means is scanning/sheets/model.py's.
"""

from collections.abc import Sequence

import numpy as np
import zxingcpp
from PIL import Image, ImageFilter
from zxingcpp import BarcodeFormat as Format
from zxingcpp import Binarizer

from scanning.reading.code_places import code_places
from scanning.reading.model import Barcode
from scanning.sheets.model import sheet_of

MOST_BARCODES = 50
MOST_CHARACTERS = 4000
_BARS = (
    Format.Code128, Format.Code39, Format.Code93, Format.Codabar, Format.ITF, Format.EANUPC,
    Format.QRCode,
)  # fmt: skip
_OTHERS = (Format.DataMatrix, Format.PDF417, Format.Aztec)
_OF_LETTERS = frozenset(other.name for other in _OTHERS)  # DataMatrix is what franking prints
_DARK = 40  # of 255, darker than the paper
# Measured on the sample post: none of 120 pages without a code looked barred, all with small bars did.
_APART_PX = 6  # 1 mm at 150 dpi ...
_STEPS = 4  # ... and so often: print differs from what is so far above it, bars do not
_BLOCK_PX = 96
_LEAST_EDGES = 12  # in a block of 16 mm; vertical rules of a form make fewer


def find_barcodes(
    pixels: Image.Image, reduced: Image.Image, dark: Image.Image
) -> tuple[Barcode, ...]:
    """The codes of a page, places in pixels of `pixels`, in order of place.

    pixels: the page as received, 1, L or RGB; reduced: the same in grey at about 150 dpi; dark: how much
    darker than the paper that is (blank.darkness).
    """
    factor = pixels.width / reduced.width
    found = [
        barcode
        for place in code_places(np.asarray(dark))
        for barcode in _read(reduced.crop(place), (*_BARS, *_OTHERS), factor, place[:2])
    ]
    if not any(one.kind not in _OF_LETTERS for one in found) and looks_barred(dark):
        found += _in_full(pixels)
    return _in_order(found)


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
    origin: tuple[int, int] = (0, 0),
    binarizer: Binarizer = Binarizer.LocalAverage,
) -> tuple[Barcode, ...]:
    """origin: of grey, in a picture of which factor pixels of the page make one."""
    found = zxingcpp.read_barcodes(
        grey, formats=list(formats), try_downscale=False, try_invert=False, binarizer=binarizer,
        text_mode=zxingcpp.TextMode.Plain,
    )  # fmt: skip
    return _in_order([_placed(one, factor, origin) for one in found])


def _in_order(found: Sequence[Barcode]) -> tuple[Barcode, ...]:
    """Each value of a kind once, by place; none without a value."""
    known = {(one.kind, one.value): one for one in reversed(found) if one.value}
    ordered = sorted(known.values(), key=lambda one: (one.y0, one.x0, one.value))
    return tuple(ordered[:MOST_BARCODES])


def _placed(found: zxingcpp.Barcode, factor: float, origin: tuple[int, int]) -> Barcode:
    at = found.position
    corners = (at.top_left, at.top_right, at.bottom_left, at.bottom_right)
    xs = [(corner.x + origin[0]) * factor for corner in corners]
    ys = [(corner.y + origin[1]) * factor for corner in corners]
    edges = (round(edge) for edge in (min(xs), min(ys), max(xs), max(ys)))
    return Barcode(found.format.name, found.text.strip()[:MOST_CHARACTERS], *edges)
