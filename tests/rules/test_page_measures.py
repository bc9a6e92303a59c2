"""What is measured of a page's picture, on pages made so that the truth is known, and what is found by it."""

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFilter

from scanning.quality.model import Fault
from scanning.quality.reading_rules import shipped
from scanning.quality.rules import judge, thresholds_for
from scanning.reading.blank import darkness, ink_of_print
from scanning.reading.measuring import measure
from scanning.reading.model import (
    Language,
    PageKind,
    PageMeasures,
    PageReading,
    TextSource,
    Word,
)
from scanning.reading.orientation import find_orientation
from scanning.reading.page_image import PageImage, reduced_grey
from scanning.reading.page_language import language_of
from scanning.sample_post.fonts import font
from tests.rules.test_reading_judgements import PROSE

Words = tuple[Word, ...]


def printed(dpi: int = 300, ink: int = 0) -> tuple[Image.Image, Words]:
    """An A4 page of 24 lines, and the words as OCR would give them."""
    scale = dpi / 300
    page = Image.new("L", (round(2480 * scale), round(3508 * scale)), 255)
    pen, letters = ImageDraw.Draw(page), font("sans", round(46 * scale))
    words = []
    for number in range(24):
        x, y = round(240 * scale), round((300 + 88 * number) * scale)
        for text in (PROSE * 2)[number * 3 : number * 3 + 68].split():
            pen.text((x, y), text, font=letters, fill=ink)
            box = tuple(round(edge) for edge in pen.textbbox((x, y), text, font=letters))
            words.append(Word(text, *box, 0.95))
            x = box[2] + round(14 * scale)
    return page, tuple(words)


def measured(
    page: Image.Image, words: Words = (), dpi: int = 300, *, is_drawn: bool = False
) -> PageMeasures:
    reduced = reduced_grey(page)
    dark = darkness(reduced)
    ink = ink_of_print(dark)
    confidence = sum(word.confidence for word in words) / len(words) if words else 0.0
    reading = PageReading(
        PageKind.CONTENT, "", words, TextSource.OCR, *page.size, dpi, confidence=confidence
    )
    skew = find_orientation(ink).measured_degrees
    return measure(PageImage(page, dpi, (), is_drawn), reduced, dark, ink, skew, reading)


def faults(measures: PageMeasures, *, stream: str = "", kind: str = "content") -> set[Fault]:
    return {one.fault for one in judge(kind, measures, thresholds_for(shipped(), "", stream))}


def test_a_good_page_passes_every_check() -> None:
    for dpi in (200, 300, 400):
        measures = measured(*printed(dpi), dpi)
        assert faults(measures) == set(), measures
        assert (measures.width_mm, measures.height_mm) == (210, 297)
        assert measures.language is Language.ENGLISH


@pytest.mark.parametrize(("dpi", "is_enough"), [(72, False), (100, False), (200, True)])
def test_resolution(dpi: int, is_enough: bool) -> None:
    measures = measured(*printed(dpi), dpi)
    assert measures.resolution_dpi == dpi
    assert faults(measures) == (set() if is_enough else {Fault.RESOLUTION})


def test_a_fax_is_measured_by_its_own_thresholds() -> None:
    assert faults(measured(*printed(100), 100), stream="fax") == set()
    assert faults(measured(*printed(72), 72), stream="fax") == {Fault.RESOLUTION}


def test_a_page_drawn_from_a_pdf_has_no_resolution_to_judge() -> None:
    assert measured(*printed(100), 100, is_drawn=True).resolution_dpi is None


@pytest.mark.parametrize(("degrees", "is_askew"), [(1, False), (-1, False), (3, True), (-5, True)])
def test_skew_is_found_to_a_fifth_of_a_degree(degrees: int, is_askew: bool) -> None:
    page, words = printed()
    turned = page.rotate(degrees, fillcolor=255, resample=Image.Resampling.BICUBIC)
    measures = measured(turned, words)
    assert measures.skew_degrees == pytest.approx(abs(degrees), abs=0.2)
    assert (Fault.SKEW in faults(measures)) == is_askew


def test_more_than_can_be_measured_counts_as_that_much() -> None:
    page = printed()[0].rotate(7, fillcolor=255, resample=Image.Resampling.BICUBIC)
    assert measured(page).skew_degrees == 5.0


def test_blur_grows_and_is_found_before_print_cannot_be_read() -> None:
    page, words = printed()
    sharpness = [
        measured(page.filter(ImageFilter.GaussianBlur(radius)), words).sharpness or 0
        for radius in (0, 1, 2, 4, 6)
    ]
    assert sharpness == sorted(sharpness, reverse=True)
    assert faults(measured(page.filter(ImageFilter.GaussianBlur(1)), words)) == set()
    assert Fault.BLUR in faults(measured(page.filter(ImageFilter.GaussianBlur(4)), words))


def test_a_low_resolution_blown_up_looks_blurred() -> None:
    small = printed(50)[0].resize((2480, 3508), Image.Resampling.BICUBIC)
    assert measured(small).sharpness < 0.5 < measured(printed()[0]).sharpness  # type: ignore[operator]


def test_faded_print_has_little_contrast() -> None:
    for ink, is_faint in ((90, False), (200, True), (215, True)):
        assert (Fault.CONTRAST in faults(measured(*printed(ink=ink)))) == is_faint


@pytest.mark.parametrize("box", [(300, 0, 2480, 3508), (0, 0, 1400, 3508), (0, 325, 2480, 3508),
                                 (0, 0, 2480, 2345)])  # fmt: skip
def test_print_that_runs_off_a_side_is_found_on_each_side(box: tuple[int, int, int, int]) -> None:
    page = printed()[0].crop(box)
    assert Fault.CUT_EDGE in faults(measured(page))


def test_a_black_border_is_no_cut_print_and_a_shadow_no_border() -> None:
    page, words = printed()
    border, shadow = page.copy(), page.copy()
    ImageDraw.Draw(border).rectangle((0, 0, 160, 3508), fill=8)
    ImageDraw.Draw(shadow).rectangle((0, 0, 30, 3508), fill=120)
    assert faults(measured(border, words)) & {Fault.BLACK_BORDER, Fault.CUT_EDGE} == {
        Fault.BLACK_BORDER
    }
    assert not faults(measured(shadow, words)) & {Fault.BLACK_BORDER, Fault.CUT_EDGE}


def test_a_black_page_is_one_finding_and_a_white_one_none() -> None:
    black = measured(Image.new("L", (2480, 3508), 0))
    assert faults(black) == faults(black, kind="blank") == {Fault.BLACK_PAGE}
    white = measured(Image.new("L", (2480, 3508), 255))
    assert faults(white, kind="blank") == set()
    assert (white.ink, white.contrast, white.sharpness) == (0.0, None, None)


@pytest.mark.parametrize(
    ("size_mm", "found"),
    [
        ((297, 420), set()),  # A3
        ((80, 380), set()),  # a till receipt
        ((210, 594), {Fault.TOO_LONG}),  # two sheets of A4 fed as one
        ((148, 210), set()),  # A5
        ((10, 10), {Fault.TOO_SMALL}),
    ],
)
def test_sizes_of_pages(size_mm: tuple[int, int], found: set[Fault]) -> None:
    size = tuple(round(side / 25.4 * 200) for side in size_mm)
    assert faults(measured(Image.new("L", size, 255), dpi=200), kind="blank") == found  # type: ignore[arg-type]


@pytest.mark.parametrize("size", [(1, 1), (1, 3000), (3000, 1), (63, 63), (5, 200)])
@pytest.mark.parametrize("shade", [0, 128, 255])
def test_odd_pictures_are_measured_too(size: tuple[int, int], shade: int) -> None:
    measures = measured(Image.new("L", size, shade))
    assert measures.sharpness is None and measures.cut_marks == 0


def test_a_picture_of_noise_is_measured_and_found_unread() -> None:
    noise = np.random.default_rng(7).integers(0, 256, (3508, 2480), dtype=np.uint8)
    grainy = np.random.default_rng(7).random((3508, 2480)) < 0.03
    assert 0 <= measured(Image.fromarray(noise)).ink <= 1
    specks = Image.fromarray(np.where(grainy, 0, 255).astype(np.uint8))
    assert Fault.HANDWRITING in faults(measured(specks))


def test_handwriting_is_suspected_where_much_ink_is_in_no_confident_word() -> None:
    page, words = printed()
    few = words[:20] + tuple(Word("ll", w.x0, w.y0, w.x1, w.y1, 0.3) for w in words[20:])
    assert measured(page, words).unread_ink == pytest.approx(0.0, abs=0.05)
    assert faults(measured(page, few)) == {Fault.HANDWRITING}


def test_low_confidence_is_found_on_a_page_of_print() -> None:
    page, words = printed()
    doubted = tuple(Word(w.text, w.x0, w.y0, w.x1, w.y1, 0.62) for w in words)
    assert faults(measured(page, doubted)) == {Fault.CONFIDENCE}
    assert measured(page, doubted).low_words == 0.0


def test_turned_pages_find_their_words() -> None:
    page, words = printed()
    for turned in (90, 180, 270):
        received = page.rotate(turned, expand=True)  # counter-clockwise: it lies so on the glass
        reduced = reduced_grey(received)
        dark = darkness(reduced)
        reading = PageReading(
            PageKind.CONTENT, "", words, TextSource.OCR, *page.size, 300,
            rotation_degrees=turned, confidence=0.9,
        )  # fmt: skip
        measures = measure(
            PageImage(received, 300), reduced, dark, ink_of_print(dark), 0.0, reading
        )
        assert measures.unread_ink == pytest.approx(0.0, abs=0.05), turned


@pytest.mark.parametrize(
    ("text", "language"),
    [
        (PROSE, Language.ENGLISH),
        ("Mae angen cymorth ar eich plentyn ac mae yr ysgol wedi cysylltu gyda ni", Language.WELSH),
        ("Mae eich plentyn wedi dechrau gyda ni ac mae. You have the right to be heard and to see "
         "all that is said of you.", Language.BOTH),
        ("Invoice 4471 total 80.00", Language.UNKNOWN),
    ],
)  # fmt: skip
def test_language(text: str, language: Language) -> None:
    assert language_of(text.split()) is language
