"""Writing PDF: born-digital pages, scanned pages, and scanned pages under invisible text.

reportlab in its invariant mode and img2pdf without dates: the same pages give the same bytes.
"""

import io
from collections.abc import Sequence

import img2pdf
from PIL import Image
from reportlab.lib.utils import ImageReader
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from scanning.sample_post.fonts import font_file
from scanning.sample_post.model import PAGE_SIZE_PX, RESOLUTION_DPI
from scanning.sample_post.pages import Page
from scanning.sample_post.sheet import Box, Mark, Sheet, Stroke, Text

POINT_PX = 72 / RESOLUTION_DPI  # points in one pixel
A4_POINTS = (PAGE_SIZE_PX[0] * POINT_PX, PAGE_SIZE_PX[1] * POINT_PX)
JPEG_QUALITY = 62
INVISIBLE = 3  # PDF text rendering mode: neither fill nor stroke


def jpeg_bytes(picture: Image.Image) -> bytes:
    """The picture as JPEG, marked 300 dpi."""
    held = io.BytesIO()
    dpi = (RESOLUTION_DPI, RESOLUTION_DPI)
    picture.save(held, "JPEG", quality=JPEG_QUALITY, dpi=dpi)
    return held.getvalue()


def g4_bytes(picture: Image.Image) -> bytes:
    """The bitonal picture as a one-page Group 4 TIFF."""
    held = io.BytesIO()
    picture.save(held, "TIFF", compression="group4", dpi=(RESOLUTION_DPI, RESOLUTION_DPI))
    return held.getvalue()


def picture_pdf(pictures: Sequence[bytes]) -> bytes:
    """An image-only PDF: each JPEG or Group 4 TIFF is one page, put in as it is."""
    made: bytes = img2pdf.convert(*pictures, nodate=True, engine=img2pdf.Engine.internal)
    return made


def page_pdf(pages: Sequence[Page], invisible_text: bool, title: str) -> bytes:
    """A PDF whose pages are drawn, or pictures where they have one.

    invisible_text: lay the words of a pictured page under it, as OCR software does."""
    held = io.BytesIO()
    canvas = Canvas(held, pagesize=A4_POINTS, invariant=1, pageCompression=1)
    canvas.setTitle(title)
    canvas.setAuthor("")
    for page in pages:
        canvas.setPageSize(A4_POINTS)
        if page.picture is not None:
            reader = ImageReader(io.BytesIO(jpeg_bytes(page.picture)))
            canvas.drawImage(reader, 0, 0, *A4_POINTS)
        if page.sheet is not None and (page.picture is None or invisible_text):
            _draw_sheet(canvas, page.sheet, hidden=page.picture is not None)
        canvas.showPage()
    canvas.save()
    return held.getvalue()


def _draw_sheet(canvas: Canvas, sheet: Sheet, hidden: bool) -> None:
    for mark in sheet.marks:
        if isinstance(mark, Text):
            _draw_text(canvas, mark, hidden)
        elif not hidden:
            _draw_shape(canvas, mark)


def _y(y_px: float) -> float:
    return (PAGE_SIZE_PX[1] - y_px) * POINT_PX


def _draw_text(canvas: Canvas, mark: Text, hidden: bool) -> None:
    if mark.face not in pdfmetrics.getRegisteredFontNames():
        pdfmetrics.registerFont(TTFont(mark.face, str(font_file(mark.face))))
    line = canvas.beginText(mark.x * POINT_PX, _y(mark.baseline))
    line.setFont(mark.face, mark.size_px * POINT_PX)
    line.setFillColorRGB(*(part / 255 for part in mark.colour))
    if hidden:
        line.setTextRenderMode(INVISIBLE)
    line.textOut(mark.text)
    canvas.drawText(line)


def _draw_shape(canvas: Canvas, mark: Mark) -> None:
    canvas.setStrokeColorRGB(*(part / 255 for part in mark.colour))
    canvas.setFillColorRGB(*(part / 255 for part in mark.colour))
    if isinstance(mark, Box):
        corner = (mark.x0 * POINT_PX, _y(mark.y1))
        size = ((mark.x1 - mark.x0) * POINT_PX, (mark.y1 - mark.y0) * POINT_PX)
        canvas.setLineWidth(mark.width_px * POINT_PX)
        canvas.rect(*corner, *size, stroke=1, fill=1 if mark.filled else 0)
    elif isinstance(mark, Stroke):
        canvas.setLineWidth(mark.width_px * POINT_PX)
        path = canvas.beginPath()
        path.moveTo(mark.points[0][0] * POINT_PX, _y(mark.points[0][1]))
        for x, y in mark.points[1:]:
            path.lineTo(x * POINT_PX, _y(y))
        canvas.drawPath(path)
