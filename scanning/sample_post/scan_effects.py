"""What a scanner, a copier, a fax machine and a desk do to a page: one function an effect.

Each takes an upright picture and seeded dice and gives a new picture of the same size. Which
effects go together is in looks.py; nothing here knows what is written on the page.
"""

import random
from functools import cache
from itertools import product
from typing import Any

import numpy as np
from PIL import Image, ImageChops, ImageDraw, ImageFilter

from scanning.sample_post.fonts import font

FAX_SIZE_PX = (1654, 2339)  # A4 at 200 dpi, "fine" resolution
STAMP_INKS = ((178, 30, 40), (32, 48, 150))
STAMP_SIZE_PX = (620, 300)
WHITE = (255, 255, 255)


def skewed(picture: Image.Image, dice: random.Random, most_degrees: float) -> Image.Image:
    """Fed crooked, by at least a third of most_degrees either way."""
    angle = dice.uniform(most_degrees / 3, most_degrees) * dice.choice((-1, 1))
    paper = 250 if picture.mode == "L" else (250, 250, 250)
    return picture.rotate(angle, Image.Resampling.BILINEAR, fillcolor=paper)


def faded(picture: Image.Image, strength: float) -> Image.Image:
    """Ink gone pale. strength: 1 leaves it black, 0.3 leaves three tenths of its darkness."""
    return picture.point([round(255 - (255 - v) * strength) for v in range(256)] * _bands(picture))


def shaded(picture: Image.Image, dice: random.Random, darkest: int) -> Image.Image:
    """An uneven, yellowed background. darkest: grey level of the darkest corner, of 255."""
    small = Image.new("L", (4, 5))
    small.putdata([dice.randrange(darkest, 254) for _ in range(20)])
    return _multiplied(picture, small.resize(picture.size, Image.Resampling.BICUBIC))


def grained(picture: Image.Image, dice: random.Random, sigma: float) -> Image.Image:
    """Sensor noise. sigma: standard deviation in grey levels."""
    x, y = dice.randrange(512), dice.randrange(512)
    field = _noise()[y : y + picture.height, x : x + picture.width]
    noise = np.rint(np.arange(-128, 128) * (sigma / 32)).astype(np.int16)[field.astype(int) + 128]
    pixels = np.asarray(picture).astype(np.int16)
    pixels += noise if picture.mode == "L" else noise[:, :, None]
    return Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8))


@cache
def _noise() -> Any:
    """Bell-shaped noise of standard deviation 32, a little larger than a page, drawn once."""
    # RandomState: numpy promises its stream never changes, default_rng's may.
    bell = np.random.RandomState(20261102).standard_normal((1100, 1100))
    tile = np.clip(np.rint(bell * 32), -128, 127).astype(np.int8)
    return np.tile(tile, (4, 4))


def speckled(picture: Image.Image, dice: random.Random, count: int) -> Image.Image:
    """Toner specks, count of them, and a few larger blots."""
    copy = picture.copy()
    pen = ImageDraw.Draw(copy)
    for number in range(count):
        x, y = dice.randrange(picture.width), dice.randrange(picture.height)
        size = dice.choice((2, 2, 3, 3, 4)) if number % 60 else dice.randrange(6, 13)
        pen.ellipse((x, y, x + size, y + size), fill=_ink(picture, dice.randrange(20, 120)))
    return copy


def copier_edges(picture: Image.Image, dice: random.Random) -> Image.Image:
    """The dark bands a copier leaves along two edges where the lid stood open."""
    copy = picture.copy()
    pen = ImageDraw.Draw(copy)
    width = dice.randrange(18, 60)
    pen.polygon(((0, 0), (width, 0), (width // 3, 3507), (0, 3507)), fill=_ink(picture, 40))
    pen.rectangle((0, 3507 - dice.randrange(6, 26), 2479, 3507), fill=_ink(picture, 50))
    return copy


def punched(picture: Image.Image, dice: random.Random) -> Image.Image:
    """Two punch holes, 6 mm wide and 80 mm apart (ISO 838), dark where the scanner looks through."""
    copy = picture.copy()
    pen = ImageDraw.Draw(copy)
    x, middle = 118 + dice.randrange(-12, 12), 1754 + dice.randrange(-30, 30)
    for y in (middle - 472, middle + 472):
        pen.ellipse((x - 36, y - 36, x + 36, y + 36), fill=_ink(picture, 72))
    return copy


def coffee_ringed(picture: Image.Image, dice: random.Random) -> Image.Image:
    """The ring of a mug, brown in colour and grey in grey."""
    stain = Image.new("RGB", (620, 877), WHITE)
    pen = ImageDraw.Draw(stain)
    x, y, radius = dice.randrange(150, 520), dice.randrange(450, 800), dice.randrange(95, 125)
    for wobble in range(9):
        grow, shift = dice.randrange(-5, 6), dice.randrange(-4, 5)
        box = (x - radius - grow, y - radius - shift, x + radius + shift, y + radius + grow)
        start = dice.randrange(360)
        tint = (214 - 3 * wobble, 188 - 4 * wobble, 150 - 5 * wobble)
        pen.arc(box, start, start + dice.randrange(140, 330), fill=tint, width=3)
    soft = stain.filter(ImageFilter.GaussianBlur(1.5)).resize(picture.size)
    return _multiplied(picture, soft)


def stamped(picture: Image.Image, dice: random.Random, team: str) -> Image.Image:
    """The post room's "RECEIVED" stamp, crooked, on the emptiest of several likely places."""
    plain = Image.new("RGB", (760, 520), WHITE)
    plain.paste(_stamp(dice.choice(STAMP_INKS), team), (70, 110))
    angle = dice.uniform(4, 14) * dice.choice((-1, 1))
    turned = plain.rotate(angle, Image.Resampling.BICUBIC, fillcolor=WHITE)
    layer = Image.new("RGB", picture.size, WHITE)
    layer.paste(turned, _emptiest_spot(picture, turned.size))
    return _multiplied(picture, layer)


def _stamp(ink: tuple[int, int, int], team: str) -> Image.Image:
    stamp = Image.new("RGB", STAMP_SIZE_PX, WHITE)
    pen = ImageDraw.Draw(stamp)
    pen.rectangle((4, 4, 615, 295), outline=ink, width=9)
    lines = ((70, 84, "RECEIVED"), (165, 70, "02 NOV 2026"), (245, 40, team))
    for y, size_px, words in lines:
        pen.text((310, y), words, fill=ink, font=font("sans-bold", size_px), anchor="mm")
    return stamp


def _emptiest_spot(picture: Image.Image, size: tuple[int, int]) -> tuple[int, int]:
    small = np.asarray(picture.convert("L").reduce(8))
    width, height = size[0] // 8, size[1] // 8

    def ink(spot: tuple[int, int]) -> float:
        x, y = spot[0] // 8, spot[1] // 8
        return -float(small[y + 8 : y + height - 8, x : x + width].mean())

    return min(product((1580, 1080, 300), (380, 620, 1500, 2300, 2700, 2930)), key=ink)


def faxed(picture: Image.Image, dice: random.Random, page: int) -> Image.Image:
    """Sent by fax: 200 dpi, black or white, a sender's line on top, some lost scan lines."""
    small = picture.convert("L").resize(FAX_SIZE_PX, Image.Resampling.BOX)
    line = f"02-NOV-2026  09:{dice.randrange(10, 59)}   FROM 01632960{dice.randrange(100, 999)}"
    words = f"{line}    TO 01632960140    P.{page:02d}"
    ImageDraw.Draw(small).text((90, 30), words, fill=0, font=font("mono-bold", 26))
    pixels = np.where(np.asarray(small) < 165, 0, 255).astype(np.uint8)
    for _ in range(dice.randrange(2, 6)):
        row, start = dice.randrange(90, 2300), dice.randrange(0, 900)
        pixels[row, start : start + dice.randrange(200, 700)] = 0
    big = Image.fromarray(pixels).resize(picture.size, Image.Resampling.NEAREST)
    return big.convert(picture.mode)


def bled_through(front: Image.Image, dice: random.Random) -> Image.Image:
    """The blank back of a printed sheet: white, with the front showing faintly, mirrored."""
    mirrored = front.convert("L").transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    soft = mirrored.reduce(4).filter(ImageFilter.GaussianBlur(1.2)).resize(front.size)
    return faded(soft, dice.uniform(0.03, 0.07)).convert(front.mode)


def bitonal(picture: Image.Image, threshold: int = 168) -> Image.Image:
    """Black or white, as a scanner set to text makes it."""
    grey = picture.convert("L")
    return grey.point([0] * threshold + [255] * (256 - threshold)).convert("1")


def _bands(picture: Image.Image) -> int:
    return len(picture.getbands())


def _ink(picture: Image.Image, level: int) -> int | tuple[int, int, int]:
    return level if picture.mode == "L" else (level, level, level)


def _multiplied(picture: Image.Image, layer: Image.Image) -> Image.Image:
    return ImageChops.multiply(picture, layer.convert(picture.mode))
