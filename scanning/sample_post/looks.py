"""Looks: which effects a page has had, by name, from a clean scan to a bad fax.

The effects themselves are in scan_effects.py.
"""

import random
from collections.abc import Callable

from PIL import Image

from scanning.sample_post import scan_effects as fx

Look = Callable[[Image.Image, random.Random, int], Image.Image]
COLOUR_LOOKS = frozenset({"colour", "coffee"})


def apply_look(look: str, picture: Image.Image, dice: random.Random, page: int) -> Image.Image:
    """The page after this look. page: its number, from 1. Raises KeyError for an unknown look."""
    return LOOKS[look](picture, dice, page)


def _clean(picture: Image.Image, dice: random.Random, page: int) -> Image.Image:
    return fx.grained(fx.skewed(picture, dice, 0.3), dice, 1.2)


def _scan(picture: Image.Image, dice: random.Random, page: int) -> Image.Image:
    return fx.grained(fx.shaded(fx.skewed(picture, dice, 0.9), dice, 232), dice, 3)


def _worn(picture: Image.Image, dice: random.Random, page: int) -> Image.Image:
    holed = fx.punched(fx.speckled(picture, dice, 500), dice)
    return fx.grained(fx.shaded(fx.skewed(holed, dice, 2.0), dice, 190), dice, 5)


def _faded(picture: Image.Image, dice: random.Random, page: int) -> Image.Image:
    pale = fx.faded(picture, 0.32)
    return fx.grained(fx.shaded(fx.skewed(pale, dice, 1.2), dice, 218), dice, 8)


def _photocopy(picture: Image.Image, dice: random.Random, page: int) -> Image.Image:
    copied = fx.copier_edges(fx.speckled(fx.skewed(picture, dice, 1.6), dice, 2200), dice)
    return fx.grained(copied, dice, 4)


def _fax(picture: Image.Image, dice: random.Random, page: int) -> Image.Image:
    return fx.faxed(fx.skewed(picture, dice, 0.8), dice, page)


def _stamped(picture: Image.Image, dice: random.Random, page: int) -> Image.Image:
    marked = fx.punched(picture, dice)
    if page == 1:
        marked = fx.stamped(marked, dice, "SOCIAL CARE POST ROOM")
    return _scan(marked, dice, page)


def _colour(picture: Image.Image, dice: random.Random, page: int) -> Image.Image:
    marked = fx.stamped(picture, dice, "SOCIAL CARE POST ROOM") if page == 1 else picture
    return fx.grained(fx.shaded(fx.skewed(marked, dice, 0.8), dice, 226), dice, 2.5)


def _coffee(picture: Image.Image, dice: random.Random, page: int) -> Image.Image:
    stained = fx.coffee_ringed(picture, dice) if page == 1 else picture
    return _colour(stained, dice, page)


LOOKS: dict[str, Look] = {
    "clean": _clean,
    "scan": _scan,
    "worn": _worn,
    "faded": _faded,
    "photocopy": _photocopy,
    "fax": _fax,
    "stamped": _stamped,
    "colour": _colour,
    "coffee": _coffee,
}
