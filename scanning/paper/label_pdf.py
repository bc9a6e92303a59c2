"""The label of a box as a PDF: its barcode as Code 128 and as text. Drawn with reportlab.

The label says nothing of what lies in the box: it stands on a shelf for all to read.
"""

import io

from reportlab.graphics.barcode.code128 import Code128
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

_SIZE = (105 * mm, 74 * mm)  # A7, across
_MARGIN, _HEIGHT = 8 * mm, 24 * mm
_WIDEST_BAR = 0.5 * mm
_QUIET = 10  # modules on either side, as ISO/IEC 15417 wants


def label_of(barcode: str, council: str) -> bytes:
    """One label of A7. The same box gives the same bytes. Raises ValueError for what Code 128 has not."""
    out = io.BytesIO()
    page = Canvas(out, pagesize=_SIZE, invariant=1, lang="en-GB")
    page.setTitle(f"Box {barcode}")
    page.setAuthor(council)
    page.setFont("Helvetica", 9)
    page.drawCentredString(_SIZE[0] / 2, _SIZE[1] - 12 * mm, council[:60])
    _bars(barcode).drawOn(page, *_place(barcode))
    page.setFont("Helvetica-Bold", 16)
    page.drawCentredString(_SIZE[0] / 2, 12 * mm, barcode)
    page.showPage()
    page.save()
    return out.getvalue()


def _bars(barcode: str) -> Code128:
    return Code128(barcode, barWidth=_bar_width(barcode), barHeight=_HEIGHT, quiet=0)


def _bar_width(barcode: str) -> float:
    """As wide as the label allows with its quiet zones."""
    modules = Code128(barcode, barWidth=1, quiet=0).width
    return float(min(_WIDEST_BAR, (_SIZE[0] - 2 * _MARGIN) / (modules + 2 * _QUIET)))


def _place(barcode: str) -> tuple[float, float]:
    return (_SIZE[0] - _bars(barcode).width) / 2, 24 * mm
