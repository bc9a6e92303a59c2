"""From an ordered file to its pages: letters laid out, separators and blank backs put between,
looks applied, some pages turned. How the pages become a file is in packaging.py.
"""

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

from PIL import Image

from scanning.sample_post.drawing import draw_sheet
from scanning.sample_post.layout import lay_out
from scanning.sample_post.looks import COLOUR_LOOKS, apply_look
from scanning.sample_post.model import Container, PostFile, SampleClient
from scanning.sample_post.scan_effects import bitonal, bled_through
from scanning.sample_post.separators import SEPARATOR_TEXT, separator_sheet
from scanning.sample_post.sheet import Sheet
from scanning.sample_post.template import Written, write_letter

BITONAL = frozenset({Container.TIFF_G4, Container.PDF_G4})
ONE_PAGE = frozenset({Container.JPEG, Container.PNG, Container.DOCX, Container.EML})


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a file. picture: as received, None for a born-digital page.

    kind: content, blank or separator. document: index of its letter in the file, None for a page
    of no letter (a separator). rotation_degrees: clockwise turn from as received to upright.
    """

    kind: str
    text: str
    document: int | None
    picture: Image.Image | None
    sheet: Sheet | None
    look: str
    rotation_degrees: int = 0

    def without_pixels(self) -> "Page":
        """The same page with a one-pixel picture in place of its own, to save memory."""
        dot = None if self.picture is None else Image.new("1", (1, 1))
        return replace(self, picture=dot, sheet=None)


@dataclass(frozen=True, slots=True)
class _Raw:
    """A page before its look: its clean picture is made only when wanted."""

    kind: str
    text: str
    document: int | None
    sheet: Sheet | None
    clean: Callable[[], Image.Image] | None


def written_letters(
    file: PostFile, people: Mapping[str, SampleClient], seed: int
) -> tuple[Written, ...]:
    """The file's letters filled. people: every client and stranger by key."""
    return tuple(
        write_letter(letter, [people[key] for key in letter.about], seed) for letter in file.letters
    )


def make_pages(file: PostFile, letters: Sequence[Written], seed: int) -> tuple[Page, ...]:
    """All pages of the file in order. Raises ValueError if a one-page kind of file needs more."""
    raws = tuple(_raw_pages(file, letters, seed))
    if file.container in ONE_PAGE and len(raws) != 1:
        raise ValueError(f"{file.name}: {len(raws)} pages do not fit a {file.container}")
    return tuple(_page(file, number, raw, seed) for number, raw in enumerate(raws, 1))


def _raw_pages(file: PostFile, letters: Sequence[Written], seed: int) -> Iterator[_Raw]:
    colour = file.look in COLOUR_LOOKS and file.container not in BITONAL
    for index, letter in enumerate(letters):
        digital = _is_digital(file, index)
        if file.separated and index:
            yield _Raw("separator", SEPARATOR_TEXT, None, None, separator_sheet)
        for sheet in lay_out(letter, seed):
            clean = partial(draw_sheet, sheet, colour)
            yield _Raw("content", sheet.text, index, sheet, None if digital else clean)
            if file.blank_backs and not digital:
                dice = random.Random(f"back:{seed}:{file.name}:{sheet.text}")
                yield _Raw("blank", "", index, None, partial(_back, sheet, colour, dice))


def _back(sheet: Sheet, colour: bool, dice: random.Random) -> Image.Image:
    return bled_through(draw_sheet(sheet, colour), dice)


def _is_digital(file: PostFile, index: int) -> bool:
    if file.container is Container.PDF_MIXED:
        return index == 0
    return file.container in (Container.PDF_DIGITAL, Container.DOCX, Container.EML)


def _page(file: PostFile, number: int, raw: _Raw, seed: int) -> Page:
    if raw.clean is None:
        return Page(raw.kind, raw.text, raw.document, None, raw.sheet, "born digital")
    dice = random.Random(f"page:{seed}:{file.name}:{number}")
    look = file.look if raw.kind == "content" else "clean"
    picture = apply_look(look, raw.clean(), dice, number)
    rotation = 180 if number in file.upside_down else 90 if number in file.sideways else 0
    if rotation:
        # Pillow turns anticlockwise, so the reader must turn as far clockwise.
        turn = Image.Transpose.ROTATE_180 if rotation == 180 else Image.Transpose.ROTATE_90
        picture = picture.transpose(turn)
    if file.container in BITONAL:
        picture = bitonal(picture)
    upright = rotation if raw.kind != "blank" else 0  # an empty page has no right way up
    return Page(raw.kind, raw.text, raw.document, picture, raw.sheet, look, upright)
