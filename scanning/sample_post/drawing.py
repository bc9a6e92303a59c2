"""Drawing a sheet as a clean picture, 300 dpi A4, before anything makes it look scanned."""

from PIL import Image, ImageDraw

from scanning.sample_post.fonts import font
from scanning.sample_post.model import PAGE_SIZE_PX
from scanning.sample_post.sheet import Box, Colour, Mark, Sheet, Stroke, Text


def draw_sheet(sheet: Sheet, colour: bool) -> Image.Image:
    """The sheet as an RGB picture, or 8-bit grey where colour is false."""
    picture = Image.new("RGB" if colour else "L", PAGE_SIZE_PX, (255, 255, 255) if colour else 255)
    pen = ImageDraw.Draw(picture)
    for mark in sheet.marks:
        _draw(pen, mark, colour)
    return picture


def _draw(pen: ImageDraw.ImageDraw, mark: Mark, colour: bool) -> None:
    ink = mark.colour if colour else _grey(mark.colour)
    match mark:
        case Text():
            face = font(mark.face, mark.size_px)
            pen.text((mark.x, mark.baseline), mark.text, fill=ink, font=face, anchor="ls")
        case Stroke():
            pen.line(list(mark.points), fill=ink, width=mark.width_px, joint="curve")
        case Box():
            corners = (mark.x0, mark.y0, mark.x1, mark.y1)
            pen.rectangle(
                corners, outline=ink, width=mark.width_px, fill=ink if mark.filled else None
            )


def _grey(colour: Colour) -> int:
    red, green, blue = colour
    return (299 * red + 587 * green + 114 * blue) // 1000
