"""Where codes are looked for: never past one, seldom at print; and what a child finds loaded."""

import random

import numpy as np
import pytest
import zxingcpp
from PIL import Image, ImageDraw

from scanning.reading.barcodes import find_barcodes
from scanning.reading.blank import darkness, ink_per_cell
from scanning.reading.code_places import code_places
from scanning.reading.page_image import reduced_grey
from scanning.sample_post.fonts import font

A4_PX = (2480, 3508)
FORMATS = ("Code128", "Code39", "QRCode", "DataMatrix", "PDF417", "Aztec")


def letter(pitch_px: int = 62) -> Image.Image:
    sheet = Image.new("L", A4_PX, 255)
    draw = ImageDraw.Draw(sheet)
    for number in range(40):
        line = "The quick brown fox jumps over the lazy dog and home again"
        draw.text((250, 300 + number * pitch_px), line, font=font("serif", 46), fill=0)
    return sheet


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("ink", [0, 150])
def test_a_code_is_found_anywhere_on_a_letter(name: str, ink: int) -> None:
    dice = random.Random(name)
    code = zxingcpp.create_barcode("AB-20481", getattr(zxingcpp.BarcodeFormat, name))
    drawn = Image.fromarray(np.array(code.to_image(scale=6))).point(lambda level: max(level, ink))
    for _ in range(4):
        sheet = letter()
        at = dice.randrange(60, A4_PX[0] - drawn.width - 60), dice.randrange(60, 3300)
        border = Image.new("L", (drawn.width + 60, drawn.height + 60), 255)
        sheet.paste(border, (at[0] - 30, at[1] - 30))
        sheet.paste(drawn, at)
        reduced = reduced_grey(sheet)
        [found] = find_barcodes(sheet, reduced, darkness(reduced))
        assert (found.kind, found.value) == (name, "AB-20481")
        assert abs(found.x0 - at[0]) < 130 and abs(found.y0 - at[1]) < 130


def test_little_of_a_letter_is_looked_at_and_nothing_of_a_blank_page() -> None:
    dark = np.asarray(darkness(reduced_grey(letter())))
    area = sum((right - left) * (bottom - top) for left, top, right, bottom in code_places(dark))
    assert area < 0.3 * dark.size
    assert code_places(np.zeros((1754, 1240), np.uint8)) == []
    assert code_places(np.zeros((90, 400), np.uint8)) == [(0, 0, 400, 90)]


def test_no_place_reaches_past_the_page() -> None:
    dark = np.full((1754, 1243), 200, np.uint8)
    for left, top, right, bottom in code_places(dark):
        assert 0 <= left < right <= 1243 and 0 <= top < bottom <= 1754


def test_ink_is_counted_cell_by_cell_whatever_the_size() -> None:
    dice = np.random.default_rng(7)
    for height, width in ((1754, 1240), (100, 5), (3, 100), (1, 1), (25, 24)):
        ink = dice.random((height, width)) > 0.5
        rows, columns = max(height // 12, 1), max(width // 12, 1)
        wanted = [
            [int(ink[12 * y : 12 * y + 12, 12 * x : 12 * x + 12].sum()) for x in range(columns)]
            for y in range(rows)
        ]
        assert ink_per_cell(ink).tolist() == wanted
