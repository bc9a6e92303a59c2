"""The picture of one page: taken out of an image file once, upright by EXIF, in grey or colour.

Here live the value PageImage, opening a TIFF frame, JPEG or PNG with Pillow, and the reduced grey
picture that blank check, barcode, orientation and view share. PDF pages come from pdf_page.py.
Modes 1, L and RGB only leave this module: alpha is laid on white, 16 bits become 8, CMYK becomes
RGB. That is for looking and reading only; the original bytes are never rewritten.
"""

import struct
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from PIL import Image, ImageChops, ImageOps

from scanning.reading.model import CannotRead, HeldReason, Limits

A4_LONG_SIDE_IN = 11.69
REDUCED_LONG_SIDE_PX = 1754  # A4 at 150 dpi
COLOUR_SPREAD = 24  # of 255: yellowed paper is grey, a blue stamp is colour
FLIP_OF_TURN = {
    90: Image.Transpose.ROTATE_270,
    180: Image.Transpose.ROTATE_180,
    270: Image.Transpose.ROTATE_90,
}


@dataclass(frozen=True, slots=True)
class PageImage:
    """Pixels of a page as a viewer shows it (EXIF, /Rotate applied); mode is 1, L or RGB.

    is_drawn: made from a PDF's instructions, so that its resolution says nothing of a scanner.
    """

    pixels: Image.Image
    resolution_dpi: int
    notes: tuple[str, ...] = ()
    is_drawn: bool = False

    def turned(self, rotation_degrees: int) -> "PageImage":
        """The page turned clockwise by 0, 90, 180 or 270 degrees."""
        return replace(self, pixels=turn(self.pixels, rotation_degrees))


def turn(pixels: Image.Image, rotation_degrees: int) -> Image.Image:
    """Pixels turned clockwise by 0, 90, 180 or 270 degrees, without loss."""
    return pixels.transpose(FLIP_OF_TURN[rotation_degrees]) if rotation_degrees else pixels


def open_page_image(path: Path, frame_number: int, limits: Limits) -> PageImage:
    """Frame (1-based) of a TIFF, JPEG or PNG file.

    Raises CannotRead: TOO_MANY_PIXELS before anything is decoded, DAMAGED if it cannot be.
    """
    Image.MAX_IMAGE_PIXELS = None  # our own limit, below, is checked before decoding
    try:
        with Image.open(path, formats=("TIFF", "JPEG", "PNG")) as image:
            image.seek(frame_number - 1)
            refuse_too_many_pixels(image.size, limits)
            image.load()
            return _page_of(image)
    except (OSError, SyntaxError, ValueError, EOFError, struct.error, TypeError, KeyError) as error:
        raise CannotRead(HeldReason.DAMAGED, type(error).__name__) from error
    except MemoryError as error:
        raise CannotRead(HeldReason.TOO_MUCH_MEMORY, "decoding the image") from error


def refuse_too_many_pixels(size: tuple[float, float], limits: Limits) -> None:
    """Raise CannotRead(TOO_MANY_PIXELS) when width x height goes past the limit."""
    if size[0] * size[1] > limits.max_pixels:
        raise CannotRead(HeldReason.TOO_MANY_PIXELS, f"{size[0]:.0f} x {size[1]:.0f}")


def _page_of(image: Image.Image) -> PageImage:
    stated = image.info.get("dpi")
    received = image.size
    ImageOps.exif_transpose(image, in_place=True)
    if image.size != received and stated:
        stated = (stated[1], stated[0])
    pixels = without_false_colour(to_simple_mode(image))
    return _with_square_pixels(pixels, stated)


def _with_square_pixels(pixels: Image.Image, stated: tuple[float, float] | None) -> PageImage:
    """Fax frames (204 x 98 dpi) stretched to the finer of their two resolutions."""
    across, down = (float(stated[0] or 0), float(stated[1] or 0)) if stated else (0.0, 0.0)
    if not (across and down) or 0.8 < across / down < 1.25 or not 0.25 < across / down < 4:
        return PageImage(pixels, believable_dpi(pixels.size, across))
    finest = max(across, down)
    size = (round(pixels.width * finest / across), round(pixels.height * finest / down))
    grey = pixels.convert("L") if pixels.mode == "1" else pixels
    stretched = grey.resize(size, Image.Resampling.BICUBIC)
    return PageImage(stretched, believable_dpi(size, finest), ("fax_pixels_squared",))


def believable_dpi(size: tuple[int, int], stated_dpi: float) -> int:
    """Stated resolution if it makes a page 2 to 24 inches long, else as if the page were A4."""
    if stated_dpi >= 50 and 2 <= max(size) / stated_dpi <= 24:
        return round(stated_dpi)
    return max(round(max(size) / A4_LONG_SIDE_IN), 50)


def to_simple_mode(image: Image.Image) -> Image.Image:
    """Any Pillow mode as 1, L or RGB."""
    if image.mode in {"1", "L", "RGB"} and "transparency" not in image.info:
        return image
    if image.mode.startswith("I") or image.mode == "F":
        return _eight_bits(image)
    if image.mode in {"LA", "La", "RGBA", "RGBa", "PA"} or "transparency" in image.info:
        return _on_white(image)
    return image.convert("L" if image.mode == "P" and _is_grey_palette(image) else "RGB")


def _is_grey_palette(image: Image.Image) -> bool:
    """Whether a picture's palette has no colour in it: then it need not go through RGB."""
    levels = np.array(image.getpalette("RGB") or [0, 0, 255]).reshape(-1, 3)
    return int((levels.max(axis=1) - levels.min(axis=1)).max()) <= COLOUR_SPREAD


def _eight_bits(image: Image.Image) -> Image.Image:
    values = np.asarray(image).astype(np.float32)
    top = 65535.0 if values.max() > 4095 else 4095.0 if values.max() > 255 else 255.0
    scaled = np.clip(values * (255.0 / max(top, float(values.max()))), 0, 255)
    return Image.fromarray(scaled.astype(np.uint8))


def _on_white(image: Image.Image) -> Image.Image:
    layered = image.convert("RGBA")
    paper = Image.new("RGB", image.size, "white")
    paper.paste(layered, mask=layered.getchannel("A"))
    return paper


def without_false_colour(pixels: Image.Image) -> Image.Image:
    """RGB pixels that are grey all over, as L: a third of the memory, a smaller view image."""
    if pixels.mode != "RGB":
        return pixels
    step = max(1, max(pixels.size) // 400)
    red, green, blue = pixels.reduce(step).split()
    most = ImageChops.lighter(ImageChops.lighter(red, green), blue)
    least = ImageChops.darker(ImageChops.darker(red, green), blue)
    coloured = sum(ImageChops.subtract(most, least).histogram()[COLOUR_SPREAD + 1 :])
    return pixels if coloured > 20 else pixels.convert("L")


def reduction_of(size: tuple[int, int]) -> int:
    """How many pixels of a page of this size go into one of the reduced picture, across and down."""
    return max(1, round(max(size) / REDUCED_LONG_SIDE_PX))


def reduced_grey(pixels: Image.Image) -> Image.Image:
    """The page in grey at about 150 dpi (never enlarged)."""
    factor = reduction_of(pixels.size)
    grey = pixels if pixels.mode == "L" else pixels.convert("L")
    return grey.reduce(factor) if factor > 1 else grey
