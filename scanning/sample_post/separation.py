"""Sheets and other pages as bad feeds, bad printers and bad scanners make them: what separation is tried on.

One picture of a sheet becomes many: every angle, resolution, way up and spoiling that a post room meets.
Pages that are no sheets are spoilt alike. Which of them is which goes with the picture.
"""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import product

import numpy as np
import zxingcpp
from PIL import Image, ImageDraw

from scanning.sample_post import scan_effects as fx
from scanning.sample_post.fonts import font
from scanning.sample_post.model import DEFAULT_SEED, PAGE_SIZE_PX, RESOLUTION_DPI

SKEWS_DEGREES = (0, 1, 2)
RESOLUTIONS_DPI = (200, 300)
PAPER = 250
FOREIGN = (
    (zxingcpp.BarcodeFormat.Code128, "JD0002 2413 5590 7711"),
    (zxingcpp.BarcodeFormat.QRCode, "https://example.test/appointments/ab12"),
    (zxingcpp.BarcodeFormat.EAN13, "5901234123457"),
    (zxingcpp.BarcodeFormat.Code39, "EDRMS-DOC"),
    (zxingcpp.BarcodeFormat.DataMatrix, "MAILMARK 41038422416563762XY11"),
    (zxingcpp.BarcodeFormat.ITF, "04600123456789"),
)


@dataclass(frozen=True, slots=True)
class TriedPage:
    """A page to be judged. how: what was done to it, in words. picture: grey or bitonal."""

    picture: Image.Image
    resolution_dpi: int
    how: str


Spoiling = Callable[[Image.Image, random.Random], Image.Image]


def _clean(picture: Image.Image, dice: random.Random) -> Image.Image:
    return fx.grained(picture, dice, 1.2)


def _faint(picture: Image.Image, dice: random.Random) -> Image.Image:
    return fx.grained(fx.shaded(fx.faded(picture, 0.25), dice, 225), dice, 5)


def _speckled(picture: Image.Image, dice: random.Random) -> Image.Image:
    return fx.grained(fx.speckled(picture, dice, 2500), dice, 4)


def _faxed(picture: Image.Image, dice: random.Random) -> Image.Image:
    return fx.faxed(picture, dice, 1)


def _bitonal(picture: Image.Image, dice: random.Random) -> Image.Image:
    return fx.bitonal(fx.grained(picture, dice, 12))


SPOILINGS: dict[str, Spoiling] = {
    "clean": _clean, "faint": _faint, "speckled": _speckled, "faxed": _faxed, "bitonal": _bitonal,
}  # fmt: skip


def tried(picture: Image.Image, seed: int = DEFAULT_SEED) -> Iterator[TriedPage]:
    """A grey A4 page at 300 dpi in every way: skew, resolution, way up and spoiling."""
    dice = random.Random(seed)
    ways = product(SKEWS_DEGREES, RESOLUTIONS_DPI, (0, 180), SPOILINGS)
    for skew, resolution_dpi, turned, spoiling in ways:
        angle = skew * dice.choice((-1, 1)) + turned
        fed = picture.rotate(angle, Image.Resampling.BILINEAR, fillcolor=PAPER)
        spoilt = SPOILINGS[spoiling](fed, dice)
        if resolution_dpi != RESOLUTION_DPI:
            share = resolution_dpi / RESOLUTION_DPI
            size = (round(spoilt.width * share), round(spoilt.height * share))
            grey = spoilt.convert("L").resize(size, Image.Resampling.BOX)
            spoilt = fx.bitonal(grey) if spoilt.mode == "1" else grey
        upside = ", upside down" if turned else ""
        yield TriedPage(
            spoilt, resolution_dpi, f"{spoiling}, {skew} degrees, {resolution_dpi} dpi{upside}"
        )


def foreign_page() -> Image.Image:
    """A page with barcodes of others: a parcel label, a link, a product, a library ticket, a franking."""
    page = Image.new("L", PAGE_SIZE_PX, 255)
    pen = ImageDraw.Draw(page)
    for number, (kind, value) in enumerate(FOREIGN):
        x, y = 300 + 1100 * (number % 2), 300 + 1000 * (number // 2)
        barcode = zxingcpp.create_barcode(value, kind)
        modules = np.asarray(barcode.to_image(scale=1)).shape[1]
        bars = Image.fromarray(np.array(barcode.to_image(scale=max(900 // modules, 1))))
        if bars.height < 120:
            bars = bars.resize((bars.width, 160), Image.Resampling.NEAREST)
        page.paste(bars, (x, y))
        pen.text((x, y + bars.height + 30), value, fill=0, font=font("mono", 40))
    return page


def striped_page() -> Image.Image:
    """A page of rules and shading such as a form has: bars to the eye, no code."""
    page = Image.new("L", PAGE_SIZE_PX, 255)
    pen = ImageDraw.Draw(page)
    dice = random.Random(DEFAULT_SEED)
    x = 250
    while x < 2200:
        width = dice.choice((4, 8, 8, 12, 16))
        pen.rectangle((x, 400, x + width, 900), fill=0)
        x += width + dice.choice((4, 8, 12, 16))
    for y in range(1200, 3200, 60):
        pen.line((250, y, 2230, y), fill=0, width=3)
    return page
