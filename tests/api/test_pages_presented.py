"""Values as pages show them: boxes of evidence, small pictures, the clamp of page numbers."""

from io import BytesIO

from PIL import Image

from api.web.presenting import boxes_of_lines, pagination
from api.web.thumbnails import small_picture
from api.web.view_models import Box
from scanning.reading.model import Word


def word(x0: int, y0: int) -> Word:
    return Word("word", x0, y0, x0 + 50, y0 + 20, 0.9)


def test_words_side_by_side_share_one_box_and_the_next_line_has_its_own() -> None:
    boxes = boxes_of_lines([word(100, 40), word(160, 42), word(100, 80), word(400, 80)])
    assert boxes == [
        Box(x=100, y=40, width=110, height=22),
        Box(x=100, y=80, width=50, height=20),
        Box(x=400, y=80, width=50, height=20),
    ]


def test_a_small_picture_keeps_the_shape_of_the_page_and_is_small() -> None:
    page = BytesIO()
    Image.new("RGB", (1654, 2339), "white").save(page, "JPEG")
    made = small_picture(BytesIO(page.getvalue()))
    with Image.open(BytesIO(made)) as image:
        assert image.format == "JPEG"
        assert image.size == (152, 215)
    assert len(made) < 8_000


def test_a_page_number_behind_the_last_shows_the_last() -> None:
    paging = pagination(9, 20, 45)
    assert (paging.page, paging.page_count, paging.first, paging.last) == (3, 3, 41, 45)
    nothing = pagination(4, 20, 0)
    assert (nothing.page, nothing.first, nothing.last) == (1, 0, 0)
