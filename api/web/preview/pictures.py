"""Draws the sample letter shown as page images in the style guide. No real paper is shown."""

from functools import cache
from io import BytesIO

from PIL import Image, ImageDraw, ImageFont

WIDTH_PX, HEIGHT_PX = 1240, 1754
LINES = (
    "Exampleshire Community Hospital",
    "Ward 4, Sample Road, Exampleton EX1 2MP",
    "",
    "3 November 2026",
    "",
    "Discharge summary",
    "",
    "Patient: Amara Testwell        NHS number: 943 476 5919",
    "Date of birth: 3 March 2014",
    "",
    "Dear colleague,",
    "Amara was seen on the children's ward after a fall at home. She has a",
    "cast on the left arm, to be reviewed in the fracture clinic in two weeks.",
    "Her mother reports that a care package is in place and that the school",
    "has been told. Please arrange a home visit within five working days.",
    "",
    "Yours sincerely,",
    "Dr P. Imaginary, Registrar",
)


@cache
def page_picture(number: int, width_px: int = WIDTH_PX) -> bytes:
    """PNG of the sample letter's page, its number in the foot, scaled to width_px."""
    image = Image.new("L", (WIDTH_PX, HEIGHT_PX), 255)
    drawing = ImageDraw.Draw(image)
    font = ImageFont.load_default(size=30)
    for place, line in enumerate(LINES if number != 3 else ()):
        drawing.text((120, 140 + place * 62), line, fill=20, font=font)
    drawing.text((560, 1640), f"Page {number}", fill=60, font=font)
    shown = image.resize((width_px, round(HEIGHT_PX * width_px / WIDTH_PX)))
    content = BytesIO()
    shown.save(content, "PNG")
    return content.getvalue()
