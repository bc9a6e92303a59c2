"""Giving a letter's blocks their places: lines broken, rows ruled, pages begun and numbered.

Pure arithmetic on font widths; the drawing itself is in drawing.py and pdf.py, and the freehand
shapes (signatures, outlines) in freehand.py.
"""

import random
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from scanning.sample_post import blocks as b
from scanning.sample_post.fonts import width_px
from scanning.sample_post.freehand import figure_marks, signature_strokes
from scanning.sample_post.sheet import BLACK, Box, Colour, Sheet, Stroke, Text
from scanning.sample_post.template import Written

LEFT, RIGHT, TOP, BOTTOM = 270, 2210, 230, 3260
PX_PER_MM = 300 / 25.4
SCALES = (1.0, 0.95, 0.9, 0.85)


@dataclass(frozen=True, slots=True)
class _Style:
    size_px: int
    bold: bool = False
    after_px: int = 26
    indent_px: int = 0
    align: str = "left"


STYLES = {
    "body": _Style(46),
    "bold": _Style(46, bold=True, after_px=16),
    "small": _Style(36),
    "address": _Style(46, after_px=0),
    "bullet": _Style(46, after_px=14, indent_px=60),
    "right": _Style(46, after_px=6, align="right"),
    "title": _Style(62, bold=True, after_px=36),
    "heading": _Style(52, bold=True, after_px=18),
    "cell": _Style(42, after_px=0),
}


def lay_out(written: Written, seed: int) -> list[Sheet]:
    """The pages of a letter, numbered at the foot when there are several.

    Set smaller where that spares a page that would hold but a few lines."""
    wanted = 1 + sum(isinstance(block, b.PageBreak) for block in written.blocks)
    sheets = _set(written, seed, SCALES[0])
    for scale in SCALES[1:]:
        if len(sheets) > wanted:
            sheets = _set(written, seed, scale)
    for number, sheet in enumerate(sheets, 1):
        if len(sheets) > 1:
            note = f"Page {number} of {len(sheets)}"
            sheet.marks.append(Text(LEFT, 3380, note, written.typeface, 34))
    return sheets


def _set(written: Written, seed: int, scale: float) -> list[Sheet]:
    dice = random.Random(f"layout:{seed}:{written.letter}")
    pen = _Pen(written.typeface, dice, scale)
    for block in written.blocks:
        pen.put(block)
    return pen.sheets


def broken_lines(text: str, face: str, size_px: int, room_px: int) -> list[str]:
    """Words wrapped to a width; a word wider than the room stands alone."""
    lines: list[str] = []
    for word in text.split():
        joined = f"{lines[-1]} {word}" if lines else word
        if lines and width_px(joined, face, size_px) <= room_px:
            lines[-1] = joined
        else:
            lines.append(word)
    return lines or [""]


def _colour(hexadecimal: str) -> Colour:
    red, green, blue = bytes.fromhex(hexadecimal.removeprefix("#"))
    return red, green, blue


@dataclass(slots=True)
class _Pen:
    """Where the next block goes. y: top of the free space on the page in hand."""

    typeface: str
    dice: random.Random
    scale: float = 1.0
    sheets: list[Sheet] = field(default_factory=lambda: [Sheet()])
    y: int = TOP

    def put(self, block: b.Block) -> None:
        match block:
            case b.Letterhead():
                self._letterhead(block)
            case b.Paragraph():
                self._paragraph(block)
            case b.Table():
                self._table(block)
            case b.Tick():
                self._tick(block)
            case b.Signature():
                self._signature(block)
            case b.Figure():
                self._room(1150)
                self.sheets[-1].marks += figure_marks(block.kind, LEFT + 300, self.y)
                self.y += 1150
            case b.Gap():
                self.y += round(block.size_mm * PX_PER_MM)
            case b.PageBreak():
                self._new_page()

    def _style(self, name: str) -> _Style:
        style = STYLES[name]
        size_px, after_px = round(style.size_px * self.scale), round(style.after_px * self.scale)
        return replace(style, size_px=size_px, after_px=after_px)

    def _new_page(self) -> None:
        self.sheets.append(Sheet())
        self.y = TOP

    def _room(self, height_px: int) -> None:
        if self.y + height_px > BOTTOM:
            self._new_page()

    def _face(self, bold: bool) -> str:
        return f"{self.typeface}-bold" if bold else self.typeface

    def _line(self, text: str, style: _Style, x: int, colour: Colour = BLACK) -> None:
        baseline = self.y + style.size_px
        face = self._face(style.bold)
        self.sheets[-1].marks.append(Text(x, baseline, text, face, style.size_px, colour))
        self.y += round(style.size_px * 1.32)

    def _letterhead(self, head: b.Letterhead) -> None:
        colour = _colour(head.colour)
        self.sheets[-1].marks.append(Box(LEFT, TOP, LEFT + 26, TOP + 190, 2, True, colour))
        x = LEFT + 60
        size_px = next(
            px for px in range(76, 30, -2) if width_px(head.name, self._face(True), px) < 1850
        )
        self._line(head.name, _Style(size_px, bold=True), x, colour)
        if head.department:
            self._line(head.department, _Style(46), x, colour)
        self._line(f"{head.address}   Tel {head.telephone}", _Style(32), x)
        self._line(head.email, _Style(32), x)
        self.y += 24
        self.sheets[-1].marks.append(Stroke(((LEFT, self.y), (RIGHT, self.y)), 4, colour))
        self.y += 50

    def _paragraph(self, paragraph: b.Paragraph) -> None:
        style = self._style(paragraph.style)
        face, x = self._face(style.bold), LEFT + style.indent_px
        lines = broken_lines(paragraph.text, face, style.size_px, RIGHT - x)
        for place, line in enumerate(lines):
            self._room(round(style.size_px * (4 if style.bold else 1.4)))
            if paragraph.style == "bullet" and place == 0:
                top = self.y + 20
                self.sheets[-1].marks.append(Box(x - 40, top, x - 26, top + 14, 1, True))
            shift = RIGHT - x - width_px(line, face, style.size_px)
            self._line(line, style, x + round(shift) if style.align == "right" else x)
        self.y += style.after_px

    def _table(self, table: b.Table) -> None:
        columns = max(len(row) for row in table.rows)
        form = columns == 2 and table.rows[0][0].endswith(":")
        first = 620 if form else round(1940 * (0.4 if columns < 4 else 0.3))
        rest = (RIGHT - LEFT - first) // max(columns - 1, 1)
        edges = [LEFT, *(LEFT + first + rest * i for i in range(columns - 1)), RIGHT]
        for number, row in enumerate(table.rows):
            heading = number == 0 and not form
            bold = [heading or (form and place == 0) for place in range(columns)]
            self._row(row, edges, bold)
        self.y += 34

    def _row(self, row: tuple[str, ...], edges: list[int], bold: list[bool]) -> None:
        size_px = self._style("cell").size_px
        cells = [
            broken_lines(cell, self._face(bold[i]), size_px, edges[i + 1] - edges[i] - 40)
            for i, cell in enumerate(row)
        ]
        height = round(max(map(len, cells)) * size_px * 1.32) + 28
        self._room(height)
        top = self.y
        for place, lines in enumerate(cells):
            x0, x1 = edges[place], edges[place + 1]
            self.sheets[-1].marks.append(Box(x0, top, x1, top + height))
            self.y = top + 10
            for line in lines:
                self._line(line, _Style(size_px, bold=bold[place]), x0 + 20)
        self.y = top + height

    def _tick(self, tick: b.Tick) -> None:
        style = self._style("body")
        lines = broken_lines(tick.text, self.typeface, style.size_px, RIGHT - LEFT - 90)
        self._room(round(len(lines) * style.size_px * 1.32))
        top = self.y + 10
        self.sheets[-1].marks.append(Box(LEFT, top, LEFT + 44, top + 44, 3))
        if tick.ticked:
            points = ((LEFT + 6, top + 20), (LEFT + 20, top + 40), (LEFT + 56, top - 14))
            self.sheets[-1].marks.append(Stroke(points, 7, (20, 30, 110)))
        self._lines(lines, LEFT + 90)
        self.y += 18

    def _lines(self, lines: Iterable[str], x: int) -> None:
        for line in lines:
            self._line(line, self._style("body"), x)

    def _signature(self, signature: b.Signature) -> None:
        self._room(round(390 * self.scale))
        self.sheets[-1].marks += signature_strokes(LEFT + 30, self.y + 110, self.dice)
        self.y += round(220 * self.scale)
        self._lines((signature.name, signature.role), LEFT)
        self.y += 30
