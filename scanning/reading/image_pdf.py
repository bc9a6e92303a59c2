"""Wrap a scanned image in a PDF without loss: the only module that knows img2pdf.

A single JPEG, PNG or G4 TIFF goes in byte for byte. Frames of a multi-page TIFF, and images img2pdf
cannot carry, are re-encoded without loss (G4 for 1-bit, else PNG). What a PDF cannot hold is
flattened as page_image.py does for reading: alpha on white, odd modes to grey or RGB; the original
file stays the record.
"""

from collections.abc import Sequence
from io import BytesIO
from pathlib import Path

import img2pdf
from PIL import Image, ImageOps

from scanning.reading.model import CannotRead, HeldReason
from scanning.reading.page_image import believable_dpi, to_simple_mode

EXIF_ORIENTATION = 0x0112
MIRRORED = frozenset({2, 4, 5, 7})  # a PDF page can be turned, not mirrored
_REFUSALS = (
    img2pdf.AlphaChannelError,
    img2pdf.ExifOrientationError,
    img2pdf.ImageOpenError,
    img2pdf.JpegColorspaceError,
    img2pdf.UnsupportedColorspaceError,
    NotImplementedError,
    ValueError,
)


def images_to_pdf(original: Path, page_numbers: Sequence[int], out: Path) -> None:
    """Write a PDF with one page per wanted page (from 1) of a TIFF, JPEG or PNG, in that order.

    A page is as large as the image at its believable resolution; EXIF turns become /Rotate.
    Raises CannotRead(DAMAGED) if an image cannot be opened.
    """
    Image.MAX_IMAGE_PIXELS = None  # the page was measured against the limits when it was read
    try:
        with Image.open(original, formats=("TIFF", "JPEG", "PNG")) as image:
            single = getattr(image, "n_frames", 1) == 1
            if single and image.getexif().get(EXIF_ORIENTATION) not in MIRRORED:
                whole = _wrapped(original.read_bytes(), _resolution(image))
                if whole is not None:
                    out.write_bytes(whole)
                    return
            out.write_bytes(_wrapped_frames(image, page_numbers))
    except (OSError, SyntaxError, EOFError) as error:
        raise CannotRead(HeldReason.DAMAGED, type(error).__name__) from error


def _resolution(image: Image.Image) -> tuple[float, float]:
    """Dots per inch across and down, of one pixel shape with page_image's view of the page."""
    across, down = (float(value or 0) for value in image.info.get("dpi", (0, 0)))
    if across and down and 0.25 < across / down < 4:
        finest = max(across, down)
        size = (round(image.width * finest / across), round(image.height * finest / down))
        believed = believable_dpi(size, finest)
        return believed * across / finest, believed * down / finest
    believed = believable_dpi(image.size, across)
    return believed, believed


def _wrapped(content: bytes | list[bytes], resolution_dpi: tuple[float, float]) -> bytes | None:
    """The PDF img2pdf makes, or None when it cannot carry such an image."""
    try:
        pdf = img2pdf.convert(
            content,
            layout_fun=img2pdf.get_fixed_dpi_layout_fun(resolution_dpi),
            rotation=img2pdf.Rotation.ifvalid,
            nodate=True,
        )
    except _REFUSALS:
        return None
    return bytes(pdf)


def _wrapped_frames(image: Image.Image, page_numbers: Sequence[int]) -> bytes:
    frames = []
    for page_number in page_numbers:
        image.seek(page_number - 1)
        frames.append(_frame_file(image))
    pdf = _wrapped(frames, _resolution(image))
    if pdf is None:
        raise CannotRead(HeldReason.DAMAGED, "no PDF could be made of the image")
    return pdf


def _frame_file(image: Image.Image) -> bytes:
    upright = to_simple_mode(ImageOps.exif_transpose(image))
    content = BytesIO()
    if upright.mode == "1":
        upright.save(content, format="TIFF", compression="group4")
    else:
        upright.save(content, format="PNG", compress_level=3)
    return content.getvalue()
