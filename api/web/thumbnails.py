"""Small pictures of pages for the strip beside the viewer, made when asked for and kept nowhere.

Only ever given page images that reading itself has encoded, never a file as it came from outside.
"""

from io import BytesIO
from typing import BinaryIO

from PIL import Image

WIDTH_PX, HEIGHT_PX = 152, 216
_QUALITY = 70


def small_picture(page_image: BinaryIO) -> bytes:
    """A JPEG of the page within 152 x 216 pixels (twice the size it is shown at). Closes the stream."""
    with page_image, Image.open(page_image, formats=("JPEG", "PNG")) as image:
        image.draft("L", (WIDTH_PX, HEIGHT_PX))
        small = image.convert("L")
        small.thumbnail((WIDTH_PX, HEIGHT_PX), Image.Resampling.LANCZOS, reducing_gap=2.0)
        made = BytesIO()
        small.save(made, "JPEG", quality=_QUALITY, optimize=True)
    return made.getvalue()
