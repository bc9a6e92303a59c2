"""A certificate as a PDF for reading, with reportlab. The same content gives the same bytes."""

import io
from html import escape
from typing import Any

from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.platypus import Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle

from retention.certificate import lines, record_row

_BODY = ParagraphStyle("body", fontName="Helvetica", fontSize=9, leading=12, splitLongWords=1)
_SMALL = ParagraphStyle("small", parent=_BODY, fontSize=7, leading=9)
_HEAD = ParagraphStyle("head", parent=_BODY, fontName="Helvetica-Bold")
_TITLE = ParagraphStyle("title", parent=_HEAD, fontSize=16, leading=22)
_COLUMNS = ("Record", "Class", "Due since", "Destroyed (UTC)", "Pages", "Also in")
_WIDTHS = tuple(width * mm for width in (28, 15, 24, 46, 15, 46))
_NOTE = (
    "This page is for reading. The signed file beside it (JSON) is the proof: check it with "
    "`edrms disposal verify`, or as docs/disposal.md says, without this system."
)


def pdf_of(certified: dict[str, Any]) -> bytes:
    """The certificate as a PDF of A4 pages."""
    out = io.BytesIO()
    page = SimpleDocTemplate(
        out, pagesize=A4, invariant=1, leftMargin=18 * mm, rightMargin=18 * mm,
        title=f"Certificate of destruction {certified['reference']}", author=certified["council"],
        lang="en-GB",
    )  # fmt: skip
    facts = [[_cell(name, _HEAD), _cell(value, _BODY)] for name, value in lines(certified)]
    parts: list[Any] = [
        Paragraph("Certificate of destruction", _TITLE), _table(facts, (48 * mm, 126 * mm)),
        Spacer(1, 6 * mm), _cell(_NOTE, _SMALL), Spacer(1, 6 * mm),
    ]  # fmt: skip
    if certified["destroyed"]:
        rows = [
            [_cell(value, _SMALL) for value in record_row(one)] for one in certified["destroyed"]
        ]
        parts.append(_table([[_cell(name, _HEAD) for name in _COLUMNS], *rows], _WIDTHS, heads=1))
    page.build(parts)
    return out.getvalue()


def _cell(text: str, style: ParagraphStyle) -> Paragraph:
    return Paragraph(escape(text), style)


def _table(rows: list[list[Paragraph]], widths: tuple[float, ...], heads: int = 0) -> Table:
    table = Table(rows, colWidths=widths, repeatRows=heads)
    table.setStyle(
        TableStyle(
            [("VALIGN", (0, 0), (-1, -1), "TOP"), ("LINEBELOW", (0, 0), (-1, -1), 0.3, colors.grey)]
        )
    )
    return table
