"""The separator sheet that stands between letters of one stack: words, Code 128 and QR code.

Both codes carry SEPARATOR_VALUE. The sheet is a clean picture; it is scanned like any other page.
"""

from functools import cache

import numpy as np
import zxingcpp
from PIL import Image, ImageDraw

from scanning.sample_post.fonts import font
from scanning.sample_post.model import PAGE_SIZE_PX, SEPARATOR_VALUE

SEPARATOR_TEXT = (
    f"Document separator\n{SEPARATOR_VALUE}\nPlace this sheet between documents before scanning."
)


@cache
def separator_sheet() -> Image.Image:
    """The sheet, upright, 8-bit grey at 300 dpi."""
    sheet = Image.new("L", PAGE_SIZE_PX, 255)
    pen = ImageDraw.Draw(sheet)
    pen.rectangle((150, 150, 2330, 3358), outline=0, width=12)
    title, value, advice = SEPARATOR_TEXT.splitlines()
    for y, words, face, size_px in (
        (520, title, "sans-bold", 150),
        (2900, value, "mono", 90),
        (3080, advice, "sans", 60),
    ):
        pen.text((1240, y), words, fill=0, font=font(face, size_px), anchor="mm")
    bars = _code(zxingcpp.BarcodeFormat.Code128, 1500)
    bars = bars.resize((bars.width, 420), Image.Resampling.NEAREST)
    square = _code(zxingcpp.BarcodeFormat.QRCode, 900)
    sheet.paste(bars, (1240 - bars.width // 2, 860))
    sheet.paste(square, (1240 - square.width // 2, 1600))
    return sheet


def _code(kind: "zxingcpp.BarcodeFormat", most_px: int) -> Image.Image:
    """The code at the largest whole scale that is at most most_px wide."""
    barcode = zxingcpp.create_barcode(SEPARATOR_VALUE, kind)
    modules = np.asarray(barcode.to_image(scale=1)).shape[1]
    return Image.fromarray(np.array(barcode.to_image(scale=most_px // modules)))
