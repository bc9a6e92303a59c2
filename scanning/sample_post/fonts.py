"""The fonts letters are set in, found where Debian puts them. Nothing is drawn here."""

from functools import cache
from pathlib import Path

from PIL import ImageFont

FONTS = Path("/usr/share/fonts/truetype")
FACES = {
    "sans": "liberation/LiberationSans-Regular.ttf",
    "sans-bold": "liberation/LiberationSans-Bold.ttf",
    "serif": "liberation/LiberationSerif-Regular.ttf",
    "serif-bold": "liberation/LiberationSerif-Bold.ttf",
    "mono": "liberation/LiberationMono-Regular.ttf",
    "mono-bold": "liberation/LiberationMono-Bold.ttf",
    "dejavu": "dejavu/DejaVuSans.ttf",
    "dejavu-bold": "dejavu/DejaVuSans-Bold.ttf",
}
PACKAGES = {"liberation": "fonts-liberation", "dejavu": "fonts-dejavu-core"}


class FontMissing(Exception):
    """A font file is not on this machine; the message names the Debian package that holds it."""


def font_file(face: str) -> Path:
    """File of the face ("sans", "serif-bold", ...). Raises FontMissing."""
    file = FONTS / FACES[face]
    if not file.is_file():
        package = PACKAGES[file.parent.name]
        raise FontMissing(f"{file} is missing: install the Debian package {package}")
    return file


@cache
def font(face: str, size_px: int) -> ImageFont.FreeTypeFont:
    """The face at a size in pixels. Raises FontMissing."""
    return ImageFont.truetype(str(font_file(face)), size_px)


def width_px(text: str, face: str, size_px: int) -> float:
    """How far the text runs, in pixels."""
    return font(face, size_px).getlength(text)
