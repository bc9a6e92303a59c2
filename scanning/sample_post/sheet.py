"""A page laid out: marks at places, in pixels of an upright A4 page at 300 dpi.

Plain values made by layout.py and separators.py, drawn by drawing.py (pictures) and pdf.py.
"""

from dataclasses import dataclass, field

Colour = tuple[int, int, int]
BLACK: Colour = (20, 20, 20)


@dataclass(frozen=True, slots=True)
class Text:
    """Words at the left end of their baseline."""

    x: int
    baseline: int
    text: str
    face: str
    size_px: int
    colour: Colour = BLACK


@dataclass(frozen=True, slots=True)
class Stroke:
    """A pen line through points."""

    points: tuple[tuple[float, float], ...]
    width_px: int
    colour: Colour = BLACK


@dataclass(frozen=True, slots=True)
class Box:
    """An upright rectangle, outlined, or filled when filled is true."""

    x0: int
    y0: int
    x1: int
    y1: int
    width_px: int = 2
    filled: bool = False
    colour: Colour = BLACK


Mark = Text | Stroke | Box


@dataclass(slots=True)
class Sheet:
    """One page's marks in reading order."""

    marks: list[Mark] = field(default_factory=list)

    @property
    def text(self) -> str:
        """The words on the page, one line a mark."""
        return "\n".join(mark.text for mark in self.marks if isinstance(mark, Text))
