"""The reader's pure judgements: blank, way up, text layer, separator values, boxes."""

from dataclasses import replace

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from scanning.reading.blank import darkness, ink_of_print, is_blank
from scanning.reading.model import Word
from scanning.reading.ocr import text_from_tsv, turn_words, words_from_tsv
from scanning.reading.ocr_picture import LEAST_PRINT_PX, prepare_for_ocr, prepare_reduced
from scanning.reading.orientation import Orientation, find_orientation
from scanning.reading.page_image import PageImage, believable_dpi, reduced_grey
from scanning.reading.text_layer import is_good_text_layer, reads_like_words
from scanning.sample_post.fonts import font

A4_AT_150_DPI = (1240, 1754)
PROSE = (
    "Thank you for your letter about the help that my daughter gets at home. "
    "The day centre has been good for her, but the bus is often late and she gets upset. "
)


def paper(shade: int = 255) -> Image.Image:
    return Image.new("L", A4_AT_150_DPI, shade)


def printed_page() -> Image.Image:
    page = paper()
    draw = ImageDraw.Draw(page)
    for number in range(24):
        line = (PROSE * 2)[number * 3 : number * 3 + 68]
        draw.text((120, 150 + 44 * number), line, font=ImageFont.load_default(26), fill=0)
    return page


def speckle(page: Image.Image) -> None:
    places = np.random.default_rng(7).integers(0, 1200, size=(150, 2))
    for x, y in places:
        page.putpixel((int(x), int(y)), 0)


def grain(page: Image.Image) -> None:
    noise = np.random.default_rng(7).normal(0, 6, size=page.size[::-1])
    page.paste(Image.fromarray(np.clip(np.asarray(page) + noise - 12, 0, 255).astype(np.uint8)))


def edge_shadow(page: Image.Image) -> None:
    ImageDraw.Draw(page).rectangle((0, 0, 30, 1754), fill=60)


def punch_holes(page: Image.Image) -> None:
    draw = ImageDraw.Draw(page)
    for y in (640, 1113):
        draw.ellipse((50, y, 86, y + 36), fill=20)


def bleed_through(page: Image.Image) -> None:
    back = printed_page().transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    soft = back.filter(ImageFilter.GaussianBlur(2)).point(lambda level: 235 + level * 20 // 255)
    page.paste(soft)


@pytest.mark.parametrize("dirt", [speckle, grain, edge_shadow, punch_holes, bleed_through])
def test_dirt_on_a_blank_back_does_not_make_it_content(dirt: object) -> None:
    page = paper()
    dirt(page)  # type: ignore[operator]
    assert is_blank(darkness(page))


def test_yellow_or_grey_paper_is_still_blank() -> None:
    assert is_blank(darkness(paper(190)))


def test_one_faint_line_of_writing_keeps_a_page() -> None:
    page = paper(245)
    draw = ImageDraw.Draw(page)
    draw.text((300, 800), "pls ring Mair", font=ImageFont.load_default(30), fill=170)
    assert not is_blank(darkness(page))


def test_a_page_number_or_a_tick_keeps_a_page() -> None:
    page = paper()
    ImageDraw.Draw(page).line([(600, 800), (615, 820), (650, 770)], fill=60, width=3)
    assert not is_blank(darkness(page))
    numbered = paper()
    font = ImageFont.load_default(28)
    ImageDraw.Draw(numbered).text((600, 1640), "- 12 -", font=font, fill=0)
    assert not is_blank(darkness(numbered))


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
def test_a_page_of_prose_shows_which_way_up_it_lies(turn: int) -> None:
    lying = printed_page().rotate(turn, expand=True)  # counter-clockwise
    found = find_orientation(ink_of_print(darkness(lying)))
    assert replace(found, print_height_px=0.0) == Orientation(turn, True, 0.0)


def test_skew_is_measured_and_its_sign_levels_the_page() -> None:
    crooked = printed_page().rotate(-2, fillcolor=255)  # clockwise by two degrees
    found = find_orientation(ink_of_print(darkness(crooked)))
    assert found.rotation_degrees == 0 and abs(found.skew_degrees + 2) < 0.3


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
def test_a_scanners_black_edges_hide_neither_way_up_nor_skew_nor_size_of_print(turn: int) -> None:
    crooked = printed_page().rotate(-1.3, fillcolor=255).rotate(turn, expand=True)
    clean = find_orientation(ink_of_print(darkness(crooked)))
    draw, (right, bottom) = ImageDraw.Draw(crooked), crooked.size
    draw.rectangle((right - 14, 0, right, bottom), fill=0)
    draw.rectangle((0, 0, right, 9), fill=0)
    found = find_orientation(ink_of_print(darkness(crooked)))
    assert (found.rotation_degrees, found.sure) == (turn, True)
    assert abs(found.skew_degrees + 1.3) < 0.3
    assert abs(found.print_height_px - clean.print_height_px) <= 1


def test_a_page_without_lines_is_in_doubt() -> None:
    page = paper()
    ImageDraw.Draw(page).ellipse((300, 300, 900, 900), outline=0, width=5)
    assert not find_orientation(ink_of_print(darkness(page))).sure


def word_at(text: str, x0: int = 10, y0: int = 20) -> Word:
    return Word(text, x0, y0, x0 + 100, y0 + 30, 0.9)


def test_boxes_turn_with_the_page() -> None:
    (turned,) = turn_words((word_at("a"),), (1000, 600), 90)
    assert (turned.x0, turned.y0, turned.x1, turned.y1) == (550, 10, 580, 110)
    back = turn_words(turn_words((word_at("a"),), (1000, 600), 90), (600, 1000), 270)
    assert back == (word_at("a"),)


def test_boxes_of_an_enlarged_picture_come_back_to_the_page() -> None:
    small = PageImage(Image.new("L", (500, 700), 255), 60)
    picture = prepare_for_ocr(small, small.pixels, Orientation(0, True, 0.0))
    assert picture.pixels.size == (1000, 1400)
    assert picture.word_on_page(Word("a", 20, 40, 220, 100, 1.0)) == Word("a", 10, 20, 110, 50, 1.0)


def upright(print_height_px: float) -> Orientation:
    return Orientation(0, True, 0.0, print_height_px)


def test_a_page_of_large_print_is_read_at_half_its_size_and_its_boxes_come_back_exactly() -> None:
    page = PageImage(Image.new("L", (2481, 3507), 255), 300)
    reduced = reduced_grey(page.pixels)
    picture = prepare_reduced(page, reduced, darkness(reduced), upright(LEAST_PRINT_PX))
    assert picture is not None and picture.is_reduced
    assert picture.pixels.size == reduced.size == (1241, 1754)
    found = Word("a", 20, 40, 220, 100, 1.0)
    assert picture.word_on_page(found) == Word("a", 40, 80, 440, 200, 1.0)
    at_the_edge = Word("a", 1200, 1700, 1241, 1754, 1.0)  # the last pixel holds only half a pair
    assert picture.word_on_page(at_the_edge) == Word("a", 2400, 3400, 2481, 3507, 1.0)


def test_boxes_of_a_turned_and_reduced_page_stay_on_the_turned_page() -> None:
    page = PageImage(Image.new("L", (3507, 2481), 255), 300)
    reduced = reduced_grey(page.pixels)
    lying = Orientation(90, True, 0.0, LEAST_PRINT_PX)
    picture = prepare_reduced(page, reduced, darkness(reduced), lying)
    assert picture is not None and picture.pixels.size == (1241, 1754)
    assert picture.word_on_page(Word("a", 0, 0, 1241, 1754, 1.0)) == Word(
        "a", 0, 0, 2481, 3507, 1.0
    )


@pytest.mark.parametrize("height", [0.0, LEAST_PRINT_PX - 1])
def test_small_or_unmeasured_print_is_read_from_the_full_picture(height: float) -> None:
    page = PageImage(Image.new("L", (2480, 3508), 255), 300)
    reduced = reduced_grey(page.pixels)
    assert prepare_reduced(page, reduced, darkness(reduced), upright(height)) is None


def test_a_page_that_is_no_finer_than_its_reduced_picture_is_not_reduced() -> None:
    page = PageImage(Image.new("L", (1240, 1754), 255), 150)
    assert prepare_reduced(page, page.pixels, darkness(page.pixels), upright(30)) is None


@pytest.mark.parametrize(("size_pt", "lowest", "highest"), [(6, 5, 7), (9, 8, 11), (12, 11, 14)])
def test_the_height_of_small_letters_is_measured(size_pt: int, lowest: int, highest: int) -> None:
    page = Image.new("L", (1240, 1754), 255)
    draw = ImageDraw.Draw(page)
    for line in range(12):
        text = "however the summer was never as warm as we remember"
        draw.text(
            (100, 200 + 60 * line), text, font=font("sans", round(size_pt / 72 * 150)), fill=0
        )
    assert lowest <= find_orientation(ink_of_print(darkness(page))).print_height_px <= highest


def test_one_line_does_not_tell_how_high_the_print_is() -> None:
    page = Image.new("L", (1240, 1754), 255)
    ImageDraw.Draw(page).text((100, 200), "Yours", font=font("sans", 25), fill=0)
    assert find_orientation(ink_of_print(darkness(page))).print_height_px == 0.0


def tsv(*words: tuple[str, int, int]) -> str:
    rows = ["level\tpage\tblock\tpar\tline\tword\tleft\ttop\twidth\theight\tconf\ttext"]
    rows += [
        f"5\t1\t1\t1\t1\t{number}\t{left}\t{top}\t50\t20\t91.5\t{text}"
        for number, (text, left, top) in enumerate(words, 1)
    ]
    return "\n".join(rows)


@pytest.mark.parametrize(
    ("steps", "turn"),
    [((100, 0), 0), ((-100, 0), 180), ((0, 100), 270), ((0, -100), 90)],
)
def test_the_way_up_tesseract_found_is_read_from_the_order_of_words(
    steps: tuple[int, int], turn: int
) -> None:
    words = tsv(*((text, 500 + n * steps[0], 500 + n * steps[1]) for n, text in enumerate("abc")))
    found, rotation_degrees = words_from_tsv(words)
    assert [word.text for word in found] == ["a", "b", "c"]
    assert found[0].confidence == pytest.approx(0.915)
    assert rotation_degrees == turn


def test_lines_paragraphs_and_blocks_are_told_apart_and_rules_are_no_text() -> None:
    places = [
        ("Our", 1, 1, 1), ("ref:", 1, 1, 1), ("4812", 1, 1, 2), (" ", 2, 1, 1), ("Dear", 3, 1, 1),
        ("Madam", 3, 2, 1), ("Yours", 3, 2, 2), (" ", 4, 1, 1),
    ]  # fmt: skip
    rows = [
        f"5\t1\t{block}\t{paragraph}\t{line}\t1\t0\t0\t9\t9\t90\t{text}"
        for text, block, paragraph, line in places
    ]
    table = "\n".join(["heading", "4\t1\t1\t1\t1\t0\t0\t0\t9\t9\t-1\t", *rows])
    assert text_from_tsv(table) == "Our ref:\n4812\n\nDear\n\nMadam\nYours"
    assert text_from_tsv("heading\n") == ""


@pytest.mark.parametrize(
    "text",
    [
        PROSE,
        "Mae'r llythyr hwn yn ymwneud â'ch cais am gymorth gyda'r plant yn yr ysgol",
        "Szanowni Państwo, dziękuję za list w sprawie zasiłku mieszkaniowego",
        "Невероятно, но это тоже письмо",
        "Total £ 1,204.50",
    ],
)
def test_writing_in_any_tongue_reads_like_words(text: str) -> None:
    assert reads_like_words(text.split())


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\x01\x02\x03 \x04\x05 \ue000\ue001",
        "Uif rvjdl cspxo gpy kvnqt qrst xzzt bcdf ghjk",
        "(((( ]]]] **** //// ....",
        "T h e q u i c k b r o w n f o x j u m p s o v e r i t",
    ],
)
def test_garbage_does_not_read_like_words(text: str) -> None:
    assert not reads_like_words(text.split())


def test_a_footer_over_a_full_page_picture_does_not_stand_for_the_page() -> None:
    ink = ink_of_print(darkness(printed_page()))
    footer = [word_at("Page", 100, 1700), word_at("one", 220, 1700)]
    assert not is_good_text_layer(footer, ink, 1.0, picture_share=1.0)
    whole = [word_at("writing", x, y) for y in range(150, 1200, 30) for x in range(100, 1140, 100)]
    assert is_good_text_layer(whole, ink, 1.0, picture_share=1.0)


def test_a_resolution_that_cannot_be_true_is_replaced_by_that_of_an_a4_page() -> None:
    assert believable_dpi((2480, 3508), 300) == 300
    assert believable_dpi((2480, 3508), 72) == 300
    assert believable_dpi((2480, 3508), 0) == 300
