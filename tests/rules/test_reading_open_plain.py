"""What a confined child sends back is checked value by value before the worker believes it."""

from pathlib import Path
from typing import Any

import pytest

from scanning.reading.model import (
    Attachment,
    CannotRead,
    HeldReason,
    OpenedItem,
    PageKind,
    PageReading,
    TextSource,
    Word,
)
from scanning.reading.plain import (
    opened_from_plain,
    opened_to_plain,
    reading_from_plain,
    reading_to_plain,
)


def a_reading(workdir: Path) -> PageReading:
    (workdir / "view.jpg").write_bytes(b"x")
    word = Word("Dear", 1, 2, 30, 40, 0.97)
    return PageReading(
        PageKind.CONTENT,
        "Dear",
        (word,),
        TextSource.OCR,
        2480,
        3508,
        300,
        90,
        0.97,
        view_image=workdir / "view.jpg",
        notes=("rotated",),
    )


def test_a_reading_comes_back_as_it_went(tmp_path: Path) -> None:
    reading = a_reading(tmp_path)
    assert reading_from_plain(reading_to_plain(reading, tmp_path), tmp_path) == reading


def test_an_opened_item_comes_back_as_it_went(tmp_path: Path) -> None:
    (tmp_path / "attachment-0001").write_bytes(b"x")
    attachments = (Attachment("plan.pdf", tmp_path / "attachment-0001"),)
    item = OpenedItem("message/rfc822", 1, attachments, ("tiny_inline_images=1",))
    assert opened_from_plain(opened_to_plain(item, tmp_path), tmp_path) == item


@pytest.mark.parametrize(
    "lie",
    [
        {"kind": "nonsense"},
        {"kind": ["content"]},
        {"text": 5},
        {"text": "x" * (9 << 20)},
        {"width_px": -1},
        {"width_px": True},
        {"height_px": 10**400},
        {"rotation_degrees": 45},
        {"confidence": float("nan")},
        {"confidence": 2},
        {"words": [["a", 1, 2, 3]]},
        {"words": [["a", 1, 2, 3, "4", 0.5]]},
        {"words": "many"},
        {"notes": [None]},
        {"notes": ["n"] * 101},
        {"view_image": "/etc/passwd"},
        {"view_image": "../outside"},
        {"view_image": "."},
        {"view_image": "link"},
        {"view_image": "folder"},
        {"view_image": "absent"},
        {"view_image": "linked_folder/view.jpg"},
    ],
)
def test_an_answer_that_breaks_a_bound_is_not_believed(tmp_path: Path, lie: dict[str, Any]) -> None:
    (tmp_path / "link").symlink_to("/etc/passwd")
    (tmp_path / "folder").mkdir()
    (tmp_path / "linked_folder").symlink_to(tmp_path)
    answer = reading_to_plain(a_reading(tmp_path), tmp_path) | lie
    with pytest.raises(CannotRead) as held:
        reading_from_plain(answer, tmp_path)
    assert held.value.reason is HeldReason.READER_CRASHED


def test_text_that_no_database_would_take_is_made_storable(tmp_path: Path) -> None:
    answer = reading_to_plain(a_reading(tmp_path), tmp_path) | {"text": "a\0b\ud800c"}
    assert reading_from_plain(answer, tmp_path).text == "a\ufffdb?c"


MEASURES = {
    "resolution_dpi": 300, "width_mm": 210, "height_mm": 297, "skew_degrees": 0.4, "cut_marks": 0,
    "black_border": 0.0, "contrast": 0.9, "sharpness": None, "ink": 0.04, "words": 3,
    "confidence": 0.9, "low_words": 0.0, "unread_ink": None, "language": "en",
}  # fmt: skip


def test_measures_come_back_as_they_were_and_a_lying_child_is_caught(tmp_path: Path) -> None:
    reading = PageReading(PageKind.BLANK, "", (), TextSource.NONE, 10, 10, 300)
    sent = reading_to_plain(reading, tmp_path)
    assert reading_from_plain(sent, tmp_path).measures is None
    measured = reading_from_plain(sent | {"measures": MEASURES}, tmp_path)
    assert reading_to_plain(measured, tmp_path)["measures"] == MEASURES
    for wrong in (
        {"ink": 2}, {"ink": float("nan")}, {"skew_degrees": 91}, {"skew_degrees": "3"}, {"words": -1},
        {"language": "fr"}, {"width_mm": 1.5}, {"cut_marks": None}, {"confidence": [1]},
    ):  # fmt: skip
        with pytest.raises(CannotRead, match="breaks a bound"):
            reading_from_plain(sent | {"measures": MEASURES | wrong}, tmp_path)
    for wrong_kind in ([], "none", 3):
        with pytest.raises(CannotRead):
            reading_from_plain(sent | {"measures": wrong_kind}, tmp_path)
