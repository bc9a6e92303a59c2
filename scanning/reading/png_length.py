"""Whether a PNG holds as many bytes of pixels as its header promises.

Pillow fills rows that are missing with black and says nothing; here they are counted, by the PNG
specification (ISO/IEC 15948), without keeping any of them.
"""

import struct
import zlib
from collections.abc import Iterator
from pathlib import Path

_SAMPLES = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}  # colour type: samples per pixel (11.2.2)
_ADAM7 = (
    (0, 0, 8, 8),
    (4, 0, 8, 8),
    (0, 4, 4, 8),
    (2, 0, 4, 4),
    (0, 2, 2, 4),
    (1, 0, 2, 2),
    (0, 1, 1, 2),
)  # first column, first row, column step, row step of each pass (8.2)


def holds_all_rows(path: Path) -> bool:
    """True when the compressed data inflate to every row. Raises struct.error, zlib.error."""
    expected_bytes, found_bytes = 0, 0
    inflate = zlib.decompressobj()
    for name, content in chunks(path):
        if name == b"IHDR":
            expected_bytes = _promised_bytes(content)
        if name == b"IDAT" and not inflate.eof:
            found_bytes += len(inflate.decompress(content, expected_bytes + 1))
            while inflate.unconsumed_tail and found_bytes < expected_bytes:
                found_bytes += len(inflate.decompress(inflate.unconsumed_tail, 1 << 20))
        if found_bytes >= expected_bytes > 0:
            return True
    return False


def chunks(path: Path) -> Iterator[tuple[bytes, bytes]]:
    """Name and content of each chunk of a PNG file, in order."""
    with path.open("rb") as stream:
        stream.seek(8)
        while len(head := stream.read(8)) == 8:
            size_bytes, name = struct.unpack(">I4s", head)
            yield name, stream.read(size_bytes)
            stream.seek(4, 1)


def _promised_bytes(header: bytes) -> int:
    width, height, bits, colour, _, _, interlaced = struct.unpack(">IIBBBBB", header[:13])
    bits_per_pixel = bits * _SAMPLES.get(colour, 4)
    passes = _ADAM7 if interlaced else ((0, 0, 1, 1),)
    return sum(
        _pass_bytes((width - x + dx - 1) // dx, (height - y + dy - 1) // dy, bits_per_pixel)
        for x, y, dx, dy in passes
    )


def _pass_bytes(columns: int, rows: int, bits_per_pixel: int) -> int:
    """Each row is led by a filter byte; a pass without a column has no rows (8.2)."""
    return rows * (1 + (columns * bits_per_pixel + 7) // 8) if columns > 0 and rows > 0 else 0
