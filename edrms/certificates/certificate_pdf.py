"""A certificate as a PDF for reading, with reportlab. The same content gives the same bytes."""

import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.platypus import Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle

_BODY = ParagraphStyle("body", fontName="Helvetica", fontSize=9, leading=12, splitLongWords=1)
_SMALL = ParagraphStyle("small", parent=_BODY, fontSize=7, leading=9)
_HEAD = ParagraphStyle("head", parent=_BODY, fontName="Helvetica-Bold")
_TITLE = ParagraphStyle("title", parent=_HEAD, fontSize=16, leading=22)


@dataclass(frozen=True, slots=True)
class Sheet:
    """What stands on the pages. facts: a name and what stands beside it. columns: heading and width in
    millimetres of the table of what was destroyed; rows: its cells."""

    heading: str
    title: str
    author: str
    facts: tuple[tuple[str, str], ...]
    note: str
    columns: tuple[tuple[str, int], ...]
    rows: tuple[Sequence[str], ...]


def pdf_of_sheet(sheet: Sheet) -> bytes:
    """The certificate as a PDF of A4 pages."""
    out = io.BytesIO()
    page = SimpleDocTemplate(
        out, pagesize=A4, invariant=1, leftMargin=18 * mm, rightMargin=18 * mm,
        title=sheet.title, author=sheet.author, lang="en-GB",
    )  # fmt: skip
    facts = [[_cell(name, _HEAD), _cell(value, _BODY)] for name, value in sheet.facts]
    parts: list[Any] = [
        Paragraph(escape(sheet.heading), _TITLE), _table(facts, (48 * mm, 126 * mm)),
        Spacer(1, 6 * mm), _cell(sheet.note, _SMALL), Spacer(1, 6 * mm),
    ]  # fmt: skip
    if sheet.rows:
        heads = [_cell(name, _HEAD) for name, _ in sheet.columns]
        rows = [[_cell(value, _SMALL) for value in row] for row in sheet.rows]
        widths = tuple(width * mm for _, width in sheet.columns)
        parts.append(_table([heads, *rows], widths, heads=1))
    page.build(parts)
    return out.getvalue()


def _cell(text: str, style: ParagraphStyle) -> Paragraph:
    return Paragraph(escape(text), style)


def _table(rows: Iterable[list[Paragraph]], widths: tuple[float, ...], heads: int = 0) -> Table:
    table = Table(list(rows), colWidths=widths, repeatRows=heads)
    table.setStyle(
        TableStyle(
            [("VALIGN", (0, 0), (-1, -1), "TOP"), ("LINEBELOW", (0, 0), (-1, -1), 0.3, colors.grey)]
        )
    )
    return table
