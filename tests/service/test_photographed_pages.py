"""Photographs of paper, read with the real parts: grey paper on a table, white where nothing was."""

from pathlib import Path

from PIL import Image, ImageDraw

from scanning.reading.model import Limits
from scanning.reading.ocr_picture import is_on_dark_paper
from scanning.reading.page_reader import read_page
from scanning.sample_post.fonts import font

SLIP = ("Contoso", "123 Main Street", "Redmond", "Sales Paul", "Cappuccino 2.20", "Total 14.50")


def slip_on_a_table(margin: int = 255) -> Image.Image:
    """A till slip photographed upright on a table, with margins where the picture had none."""
    photo = Image.new("L", (1200, 893), margin)
    draw = ImageDraw.Draw(photo)
    draw.rectangle((350, 0, 850, 893), fill=90)
    draw.rectangle((420, 10, 800, 883), fill=125)
    for place, line in enumerate(SLIP):
        draw.text((450, 60 + place * 130), line, fill=35, font=font("sans", 26))
    return photo


def test_a_photograph_of_grey_paper_with_white_margins_is_read(tmp_path: Path) -> None:
    path = tmp_path / "slip.png"
    slip_on_a_table().save(path)
    reading = read_page(path, "image/png", 1, tmp_path, Limits())
    assert reading.rotation_degrees == 0
    assert "Main Street" in reading.text
    assert "14.50" in reading.text


def test_white_paper_is_not_dark_paper() -> None:
    letter = Image.new("L", (1200, 1600), 245)
    ImageDraw.Draw(letter).text((100, 100), "Dear Sir", fill=0, font=font("sans", 60))
    assert not is_on_dark_paper(letter)
    assert is_on_dark_paper(slip_on_a_table())
