"""Is a picture in a PDF the very bytes of a JPEG or PNG file, described as the file describes itself?

Then any reader shows both alike, and neither need be unpacked to compare them. What is not plainly so (other
formats, transparency, interlacing, CMYK) is answered no, and is compared by drawing it.
Sources: ISO 32000-1, 7.4.4.4 and 8.9.5; PNG, ISO/IEC 15948, 11.2.
"""

import struct
from pathlib import Path
from typing import Any

from PIL import Image
from pypdf.generic import ArrayObject, StreamObject

from scanning.reading.png_length import chunks

_GREY, _COLOUR = "/DeviceGray", "/DeviceRGB"
_JPEG_SPACES = {"L": _GREY, "RGB": _COLOUR}
_PNG_COLOURS = {0: (1, _GREY), 2: (3, _COLOUR), 3: (1, "/Indexed")}
_PNG_PREDICTOR = 15
_CHANGES_COLOURS = ("/Decode", "/SMask", "/Mask", "/ImageMask", "/Matte")


def is_same_picture(original: Path, media_type: str, image: StreamObject) -> bool:
    """Whether the image of a PDF is the file's own picture. Raises OSError for a file that is none."""
    if any(name in image for name in _CHANGES_COLOURS):
        return False
    if media_type == "image/jpeg":
        return _is_jpeg(original, image)
    return media_type == "image/png" and _is_png(original, image)


def _is_jpeg(original: Path, image: StreamObject) -> bool:
    with Image.open(original, formats=("JPEG",)) as file:
        width, height = file.size
        space = _JPEG_SPACES.get(file.mode)
    return (
        image.get("/Filter") == "/DCTDecode"
        and image.get("/ColorSpace") == space
        and _sizes(image) == (width, height, 8)
        and image._data == original.read_bytes()
    )


def _is_png(original: Path, image: StreamObject) -> bool:
    found: dict[bytes, bytes] = {}
    for name, content in chunks(original):
        found[name] = found.get(name, b"") + content
    width, height, bits, kind, _, _, interlaced = struct.unpack(">IIBBBBB", found[b"IHDR"][:13])
    if interlaced or kind not in _PNG_COLOURS or b"tRNS" in found:
        return False
    colours, space = _PNG_COLOURS[kind]
    packed: Any = image.get("/DecodeParms", {})
    packed = packed[0] if isinstance(packed, ArrayObject) else packed
    rows = [packed.get(name) for name in ("/Predictor", "/Colors", "/Columns", "/BitsPerComponent")]
    return (
        image.get("/Filter") in ("/FlateDecode", ["/FlateDecode"])
        and rows == [_PNG_PREDICTOR, colours, width, bits]
        and _sizes(image) == (width, height, bits)
        and _has_space(image.get("/ColorSpace"), space, found.get(b"PLTE", b""))
        and image._data == found[b"IDAT"]
    )


def _sizes(image: StreamObject) -> tuple[Any, ...]:
    return tuple(image.get(name) for name in ("/Width", "/Height", "/BitsPerComponent"))


def _has_space(said: Any, space: str, palette: bytes) -> bool:
    if space != "/Indexed":
        return bool(said == space)
    if not isinstance(said, ArrayObject) or list(said[:2]) != [space, _COLOUR]:
        return False
    colours = getattr(said[3], "original_bytes", None) or said[3].get_object().get_data()
    return bool(colours == palette and said[2] == len(palette) // 3 - 1)
