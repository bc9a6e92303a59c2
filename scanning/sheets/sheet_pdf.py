"""The post room's sheets as a PDF of A4 pages, drawn with reportlab: two barcodes, words, nothing else.

Tall Code 128 at top and bottom, so that a skewed feed still crosses every bar, each with its quiet zone, and
a QR code between: a fold, a staple or a dark edge spoils one of them, not all.
"""

import io
from collections.abc import Sequence

from reportlab.graphics import renderPDF
from reportlab.graphics.barcode.code128 import Code128
from reportlab.graphics.barcode.qr import QrCodeWidget
from reportlab.graphics.shapes import Drawing
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from scanning.sheets.model import HeaderFacts, Sheet, SheetKind, value_of

_WIDTH, _HEIGHT = A4
_MODULE = 0.7 * mm  # of Code 128; at 200 dpi 5 pixels, at 72 dpi still 2
_BAR_HEIGHT = 32 * mm
_QR = 75 * mm
_WORDS = {
    SheetKind.DOCUMENT: (
        "Document separator", "Gwahanydd dogfennau",
        "A new document begins after this sheet.",
        "Mae dogfen newydd yn dechrau ar ôl y ddalen hon.",
    ),
    SheetKind.ENVELOPE: (
        "Envelope", "Amlen",
        "What follows came in one envelope.",
        "Daeth yr hyn sy'n dilyn mewn un amlen.",
    ),
    SheetKind.BATCH: (
        "Batch header", "Pennawd swp",
        "Lay this sheet on top of the batch, before everything else.",
        "Rhowch y ddalen hon ar ben y swp, cyn popeth arall.",
    ),
}  # fmt: skip
_SIDES = {"one": "One side / Un ochr", "both": "Both sides / Dwy ochr"}


def pdf_of(sheets: Sequence[Sheet], council: str, facts: HeaderFacts | None = None) -> bytes:
    """One page a sheet; facts are printed on batch headers. The same sheets give the same bytes."""
    out = io.BytesIO()
    page = Canvas(out, pagesize=A4, invariant=1, lang="en-GB")
    page.setTitle(f"{_WORDS[sheets[0].kind][0]}: {len(sheets)}")
    page.setAuthor(council)
    for sheet in sheets:
        _draw(page, sheet, council, facts if sheet.kind is SheetKind.BATCH else None)
        page.showPage()
    page.save()
    return out.getvalue()


def _draw(page: Canvas, sheet: Sheet, council: str, facts: HeaderFacts | None) -> None:
    english, welsh, advice, cyngor = _WORDS[sheet.kind]
    value = value_of(sheet)
    for y in (_HEIGHT - 20 * mm - _BAR_HEIGHT, 20 * mm):
        bars = Code128(value, barWidth=_MODULE, barHeight=_BAR_HEIGHT, quiet=0)
        bars.drawOn(page, (_WIDTH - bars.width) / 2, y)
    _centred(page, _HEIGHT - 68 * mm, f"{english} / {welsh}", 22, bold=True)
    _centred(page, _HEIGHT - 78 * mm, advice, 12)
    _centred(page, _HEIGHT - 85 * mm, cyngor, 12)
    _square(page, value, _HEIGHT - 92 * mm - _QR)
    y = _HEIGHT - 100 * mm - _QR
    for line in _lines(facts) if facts else ():
        _centred(page, y, line, 11)
        y -= 5.5 * mm
    _centred(page, 58 * mm, f"{value}   {council[:60]}", 11)


def _centred(page: Canvas, y: float, words: str, size: int, *, bold: bool = False) -> None:
    font = "Helvetica-Bold" if bold else "Helvetica"
    while page.stringWidth(words, font, size) > _WIDTH - 30 * mm and size > 6:
        size -= 1
    page.setFont(font, size)
    page.drawCentredString(_WIDTH / 2, y, words)


def _square(page: Canvas, value: str, y: float) -> None:
    code = QrCodeWidget(value, barLevel="H")
    x0, y0, x1, y1 = code.getBounds()
    drawing = Drawing(_QR, _QR, transform=[_QR / (x1 - x0), 0, 0, _QR / (y1 - y0), 0, 0])
    drawing.add(code)
    renderPDF.draw(drawing, page, (_WIDTH - _QR) / 2, y)


def _lines(facts: HeaderFacts) -> list[str]:
    """What the header says, for people, in both languages."""
    said = (
        ("Date received / Dyddiad derbyn", facts.received_on and f"{facts.received_on:%d/%m/%Y}"),
        ("Post stream / Ffrwd bost", facts.stream),
        ("Sheets / Dalennau", facts.expected_sheets),
        ("Documents / Dogfennau", facts.expected_documents),
        ("Sides scanned / Ochrau", _SIDES.get(facts.sides)),
        ("Operator / Gweithredwr", facts.operator),
        ("Scanner / Sganiwr", facts.device),
    )
    return [f"{name}: {value}" for name, value in said if value]
