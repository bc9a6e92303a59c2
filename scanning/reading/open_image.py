"""Images as received: TIFF, JPEG, PNG opened by Pillow, every frame decoded once to the end.

A picture cut short must not become a grey half page, so opening proves that all of it is there.
Rendering and OCR are the page reader's; nothing here keeps pixels.
"""

import struct
import zlib
from pathlib import Path
from typing import BinaryIO

from PIL import Image, ImageFile

from scanning.reading.model import CannotRead, HeldReason, Limits
from scanning.reading.png_length import holds_all_rows

BROKEN = (
    OSError,
    SyntaxError,
    ValueError,
    EOFError,
    struct.error,
    zlib.error,
    ArithmeticError,
    LookupError,
    TypeError,
    AttributeError,
    RuntimeError,
)
"""What Pillow's plug-ins raise for broken files; MemoryError is not among them."""

_STRIPS = ((273, 279), (324, 325))  # TIFF 6.0: where strips and tiles lie, and their sizes

Image.MAX_IMAGE_PIXELS = None  # `_bounded` has our own limit, with our own reason
ImageFile.LOAD_TRUNCATED_IMAGES = False


def open_image(path: Path, image_format: str, limits: Limits) -> tuple[int, tuple[str, ...]]:
    """Number of pages and notes. image_format: Pillow's name: "TIFF", "JPEG" or "PNG".

    Raises CannotRead: TOO_MANY_PIXELS before anything is decoded, TOO_MANY_PAGES, DAMAGED.
    """
    directories = _check_directories(path, limits) if image_format == "TIFF" else 1
    try:
        with Image.open(path, formats=[image_format]) as image:
            _bounded(image, limits)
            frames = _decode_all(image, path, limits) if image_format == "TIFF" else 1
            image.draft(None, (1, 1))  # a JPEG's every bit is read, but its pixels are made small
            image.load()
            notes = ("several_frames",) if frames == 1 and _frame_count(image) > 1 else ()
        if image_format == "PNG":
            _verify_png(path)
    except BROKEN as error:
        raise CannotRead(HeldReason.DAMAGED, f"{image_format}: {type(error).__name__}") from error
    if frames != directories:
        raise CannotRead(HeldReason.DAMAGED, f"TIFF: {directories} pages, {frames} readable")
    return frames, notes


def _frame_count(image: Image.Image) -> int:
    return int(getattr(image, "n_frames", 1))


def _bounded(image: Image.Image, limits: Limits) -> None:
    if image.width * image.height > limits.max_pixels:
        raise CannotRead(HeldReason.TOO_MANY_PIXELS, f"{image.width} x {image.height} pixels")


def _decode_all(image: Image.Image, path: Path, limits: Limits) -> int:
    size_bytes = path.stat().st_size
    frames = _frame_count(image)
    for frame in range(frames):
        image.seek(frame)
        _bounded(image, limits)
        _check_strips(image, size_bytes)
        image.load()
    return frames


def _check_strips(image: Image.Image, size_bytes: int) -> None:
    tags = image.tag_v2  # type: ignore[attr-defined]
    for offsets_tag, sizes_tag in _STRIPS:
        offsets, sizes = tags.get(offsets_tag, ()), tags.get(sizes_tag, ())
        for offset, size in zip(offsets, sizes, strict=False):
            if offset + size > size_bytes:
                raise CannotRead(HeldReason.DAMAGED, "TIFF: the file is cut short")


def _verify_png(path: Path) -> None:
    if not holds_all_rows(path):
        raise CannotRead(HeldReason.DAMAGED, "PNG: rows are missing")
    with Image.open(path, formats=["PNG"]) as image:
        image.verify()


def _check_directories(path: Path, limits: Limits) -> int:
    """Length of the chain of TIFF directories: no loop, none past the end, not too many."""
    size_bytes = path.stat().st_size
    seen: set[int] = set()
    with path.open("rb") as stream:
        order, big, offset = _header(stream)
        while offset:
            if offset in seen or offset >= size_bytes:
                raise CannotRead(HeldReason.DAMAGED, "TIFF: broken chain of pages")
            seen.add(offset)
            if len(seen) > limits.max_pages:
                raise CannotRead(HeldReason.TOO_MANY_PAGES, f"over {limits.max_pages} pages")
            offset = _next_directory(stream, order, big, offset)
    return len(seen)


def _header(stream: BinaryIO) -> tuple[str, bool, int]:
    head = stream.read(16)
    order = "<" if head[:2] == b"II" else ">"
    big = head[2:4] in (b"+\0", b"\0+")
    return order, big, _number(order + ("Q" if big else "I"), head[8 if big else 4 :])


def _next_directory(stream: BinaryIO, order: str, big: bool, offset: int) -> int:
    count_form, entry_bytes, next_form = ("Q", 20, "Q") if big else ("H", 12, "I")
    stream.seek(offset)
    entries = _number(order + count_form, stream.read(struct.calcsize(count_form)))
    stream.seek(min(entries * entry_bytes, 1 << 40), 1)
    return _number(order + next_form, stream.read(struct.calcsize(next_form)))


def _number(form: str, content: bytes) -> int:
    size_bytes = struct.calcsize(form)
    if len(content) < size_bytes:
        raise CannotRead(HeldReason.DAMAGED, "TIFF: the file is cut short")
    (number,) = struct.unpack(form, content[:size_bytes])
    return int(number)
