"""Plain text: its encoding, and its pages. Nothing here knows other formats."""

import re
from pathlib import Path

from scanning.reading.model import CannotRead, HeldReason

MEDIA_TYPE = "text/plain"
LINES_PER_PAGE = 60
LETTERS_PER_LINE = 200

_CONTROLS = re.compile(r"[\x00-\x07\x0b\x0e-\x1a\x1c-\x1f\x7f]")
_LONG_LINE = re.compile(rf"(.{{1,{LETTERS_PER_LINE}}})(?:\s|$)|(.{{{LETTERS_PER_LINE}}})")
_MAX_CONTROL_SHARE = 0.02


def decode(content: bytes) -> str:
    """Text in UTF-8, UTF-16 with a byte order mark, else Windows-1252.

    Raises CannotRead(UNSUPPORTED) for a NUL or for more than 2% control characters: not text.
    """
    text = _decoded(content)
    if "\0" in text or len(_CONTROLS.findall(text)) > len(text) * _MAX_CONTROL_SHARE:
        raise CannotRead(HeldReason.UNSUPPORTED, "Unknown content")
    return text


def is_text(content: bytes) -> bool:
    """Whether `decode` would accept it."""
    text = _decoded(content)
    return "\0" not in text and len(_CONTROLS.findall(text)) <= len(text) * _MAX_CONTROL_SHARE


def _decoded(content: bytes) -> str:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", "replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", "replace")


def pages_of(text: str) -> list[str]:
    """Pages at form feeds and after 60 lines, a line of over 200 letters counting as several."""
    pages: list[str] = []
    for sheet in text.replace("\r\n", "\n").replace("\r", "\n").split("\f"):
        lines = [part for line in sheet.split("\n") for part in _short_lines(line)]
        for start in range(0, len(lines), LINES_PER_PAGE):
            pages.append("\n".join(lines[start : start + LINES_PER_PAGE]))
    while len(pages) > 1 and not pages[-1].strip():
        pages.pop()
    return pages


def _short_lines(line: str) -> list[str]:
    if len(line) <= LETTERS_PER_LINE:
        return [line]
    return [found.group(1) or found.group(2) or "" for found in _LONG_LINE.finditer(line)]


def pages_in(path: Path) -> list[str]:
    """The pages of a plain text file."""
    return pages_of(decode(path.read_bytes()))
