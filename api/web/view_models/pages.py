"""View models of a document's pages: the image, the boxes of found words, and the text.

Boxes and sizes are pixels of the upright page image, origin top left, as scanning.reading gives
them; the drawing scales with the image because the overlay's view box is the page.
"""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """A found word's place on the page, in pixels of the upright page."""

    x: int
    y: int
    width: int
    height: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TextPart:
    """A run of text; marked when it is a found word. Parts are joined without a space."""

    text: str
    is_marked: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PageView:
    """A page to show. number counts from 1. text: what was read on it, in parts.

    has_image: False for a page of text only (an e-mail's body), which is then shown as text.
    """

    number: int
    width_px: int
    height_px: int
    kind: Literal["content", "blank", "separator"] = "content"
    boxes: tuple[Box, ...] = ()
    text: tuple[TextPart, ...] = ()
    has_image: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class PageLink:
    """A page in the strip of small pictures. hit_count: found words on it."""

    number: int
    hit_count: int = 0
    is_blank: bool = False
