"""Does a PDF hold JBIG2 pictures coded by symbols? Such coding may print one figure for another.

Scanners have swapped 6 and 8 that way; the German BSI forbids it for scans that replace their paper
(BSI TR-03138 "RESISCAN"). Lossless generic coding does not do it. In doubt the answer is yes.
Source of the segment header: ITU-T T.88, 7.2; pictures in a PDF have no file header: ISO 32000-2, 7.4.7.
"""

from pathlib import Path

import pikepdf

SYMBOL_DICTIONARY = 0
TEXT_REGIONS = frozenset({4, 6, 7})  # intermediate, immediate, immediate lossless
GENERIC_REGION = 38  # the only kind whose length may be left open; it is then the last
_OPEN_LENGTH = 0xFFFFFFFF
_FILTER = "/JBIG2Decode"


def codes_symbols(path: Path) -> bool:
    """Whether any JBIG2 picture of the PDF is coded by symbols, or cannot be told not to be."""
    try:
        with pikepdf.open(path) as pdf:
            return any(_is_symbolic(one) for one in pdf.objects if isinstance(one, pikepdf.Stream))
    except (pikepdf.PdfError, ValueError, TypeError, RuntimeError, OSError):
        return True


def _is_symbolic(stream: pikepdf.Stream) -> bool:
    filters = stream.get("/Filter")
    if filters is None:
        return False
    names = [str(filters)] if isinstance(filters, pikepdf.Name) else [str(one) for one in filters]
    if _FILTER not in names:
        return False
    if names[0] != _FILTER:
        return True  # packed once more: nobody does that, and it is not unpacked here
    parameters = stream.get("/DecodeParms")
    every = [parameters] if isinstance(parameters, pikepdf.Dictionary) else list(parameters or ())
    shared = [one["/JBIG2Globals"] for one in every if isinstance(one, pikepdf.Dictionary)
              and "/JBIG2Globals" in one]  # fmt: skip
    return any(has_symbols(part.read_bytes()) for part in shared) or has_symbols(
        stream.read_raw_bytes()
    )


def has_symbols(data: bytes) -> bool:
    """Whether a run of segments has a symbol dictionary or a region of text; yes if it cannot be read."""
    at = 0
    while at < len(data):
        try:
            kind, length, at = _header(data, at)
        except IndexError:
            return True
        if kind == SYMBOL_DICTIONARY or kind in TEXT_REGIONS:
            return True
        if length == _OPEN_LENGTH:
            return kind != GENERIC_REGION
        at += length
    return at != len(data)


def _header(data: bytes, at: int) -> tuple[int, int, int]:
    """Kind of the segment at this place, the length of its data, and where that begins."""
    number, flags, referred = _number(data, at, 4), data[at + 4], data[at + 5] >> 5
    at += 6
    if referred == 7:
        referred = _number(data, at - 1, 4) & 0x1FFFFFFF
        at += 3 + (referred + 8) // 8
    at += referred * (1 if number <= 256 else 2 if number <= 65536 else 4)
    at += 4 if flags & 0x40 else 1
    return flags & 0x3F, _number(data, at, 4), at + 4


def _number(data: bytes, at: int, size: int) -> int:
    part = data[at : at + size]
    if len(part) < size:
        raise IndexError
    return int.from_bytes(part, "big")
