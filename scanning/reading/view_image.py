"""The picture a browser shows: upright, about 150 dpi, small, good enough to read small print."""

import zlib
from pathlib import Path

from PIL import Image

LONG_SIDE_PX = 1754  # A4 at 150 dpi
JPEG_QUALITY = 75
SMALL_BYTES = 120_000  # grey at 150 dpi is never smaller


def save_view_image(page: Image.Image, reduced: Image.Image, stem: Path) -> Path:
    """Write <stem>.png or .jpg and give its path.

    page: the upright page, mode 1, L or RGB. reduced: the same page in grey, about 150 dpi.
    A 1-bit page stays 1-bit at full size when that is smaller than grey at 150 dpi.
    """
    png, jpeg = stem.with_suffix(".png"), stem.with_suffix(".jpg")
    if page.mode == "1":
        page.save(
            png, compress_type=zlib.Z_RLE
        )  # of 1-bit pages smaller than any level, and quicker
        if png.stat().st_size <= SMALL_BYTES:
            return png
    shown = _reduce(page) if page.mode == "RGB" else reduced
    shown.save(jpeg, quality=JPEG_QUALITY)
    if page.mode != "1":
        return jpeg
    larger, smaller = sorted((jpeg, png), key=lambda path: path.stat().st_size, reverse=True)
    larger.unlink()
    return smaller


def _reduce(page: Image.Image) -> Image.Image:
    factor = max(1, round(max(page.size) / LONG_SIDE_PX))
    return page.reduce(factor) if factor > 1 else page
