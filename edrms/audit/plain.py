"""Text of the log made harmless for a screen, a terminal and a spreadsheet: one line, nothing that acts."""

import unicodedata

MOST_SHOWN = 2_000
MOST_IN_A_CELL = 30_000  # a spreadsheet's cell ends at 32,767
_ACTS = (
    "C",
    "Zl",
    "Zp",
)  # control, format, surrogate, private, unassigned; line and paragraph ends
_FORMULA = "=+-@|%\uff1d\uff0b\uff0d\uff20"


def harmless(text: str, most: int = MOST_SHOWN) -> str:
    """The text with every character that is not to be seen written out (\\u001b), and no longer than
    most characters, the rest counted."""
    shown = "".join(map(_visible, text[:most]))
    rest = len(text) - most
    return f"{shown} \u2026 ({rest:,} more characters)" if rest > 0 else shown


def _visible(character: str) -> str:
    if not unicodedata.category(character).startswith(_ACTS):
        return character
    point = ord(character)
    return f"\\u{point:04x}" if point <= 0xFFFF else f"\\U{point:08x}"


def cell(text: str) -> str:
    """A spreadsheet's cell: harmless, and never read as a formula, whatever it begins with."""
    shown = harmless(text, MOST_IN_A_CELL)
    return f"'{shown}" if shown.lstrip().startswith(tuple(_FORMULA)) else shown
