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
from scanning.reading.png_length import chunks

EXIF_ORIENTATION = 0x0112
STRIP_OFFSETS, ROWS_PER_STRIP = 0x0111, 0x0116
TEXT_CHUNKS = frozenset({b"tEXt", b"zTXt", b"iTXt"})
TURNING_TEXTS = (b"Raw profile type exif", b"XML:com.adobe.xmp")
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
            may_turn = may_be_turned(original, Image.MIME[image.format or "TIFF"])
            mirrored = may_turn and image.getexif().get(EXIF_ORIENTATION) in MIRRORED
            whole = None
            if _is_one_piece(image) and not mirrored:
                whole = _wrapped(original.read_bytes(), _resolution(image), may_turn)
            out.write_bytes(whole or _wrapped_frames(image, page_numbers))
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


def _is_one_piece(image: Image.Image) -> bool:
    """Whether img2pdf is to have the file: not a TIFF of several frames or strips, which it packs slowly."""
    if image.format != "TIFF":
        return getattr(image, "n_frames", 1) == 1
    strips = image.tag_v2.get(STRIP_OFFSETS, ())  # type: ignore[attr-defined]
    is_g4 = image.info.get("compression") == "group4"
    return is_g4 and len(strips) == 1 and getattr(image, "n_frames", 1) == 1


def may_be_turned(original: Path, media_type: str) -> bool:
    """Whether an image file may say that it is to be shown turned or mirrored.

    A PNG's say may stand after its pixels, and Pillow unpacks all of them to find it: here it is looked for.
    """
    if media_type == "image/png":
        return any(
            name == b"eXIf" or (name in TEXT_CHUNKS and content.startswith(TURNING_TEXTS))
            for name, content in chunks(original)
        )
    with Image.open(original, formats=("TIFF", "JPEG")) as image:
        return bool(image.getexif().get(EXIF_ORIENTATION, 1) != 1)


def _wrapped(
    content: bytes | list[bytes], resolution_dpi: tuple[float, float], may_turn: bool
) -> bytes | None:
    """The PDF img2pdf makes, or None when it cannot carry such an image."""
    rotation = img2pdf.Rotation.ifvalid if may_turn else img2pdf.Rotation.none
    try:
        pdf = img2pdf.convert(
            content,
            layout_fun=img2pdf.get_fixed_dpi_layout_fun(resolution_dpi),
            rotation=rotation,
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
    pdf = _wrapped(frames, _resolution(image), may_turn=False)
    if pdf is None:
        raise CannotRead(HeldReason.DAMAGED, "no PDF could be made of the image")
    return pdf


def _frame_file(image: Image.Image) -> bytes:
    upright = to_simple_mode(ImageOps.exif_transpose(image))
    content = BytesIO()
    if upright.mode == "1":
        whole = {ROWS_PER_STRIP: upright.height}  # one strip goes into a PDF as it is
        upright.save(content, format="TIFF", compression="group4", tiffinfo=whole)
    else:
        upright.save(content, format="PNG", compress_level=1)
    return content.getvalue()
