"""What was counted by hand against what came."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanning.batches.counts import (
    Announced,
    Came,
    Count,
    Counted,
    Sides,
    came,
    compare,
    pages_of_post,
)

KINDS = st.lists(st.sampled_from(["content", "blank", "separator", "failed"]), max_size=30)


def differences(announced: Announced, found: Came) -> list[Counted]:
    return [count.what for count in compare(announced, found) if not count.agrees]


def test_what_nobody_counted_cannot_differ() -> None:
    assert compare(Announced(), Came(3, 40, 9)) == ()


@pytest.mark.parametrize(
    ("sides", "pages", "agrees"),
    [
        (Sides.ONE, 20, True), (Sides.ONE, 19, False), (Sides.ONE, 21, False),
        (Sides.ONE, 40, False),  # scanned on both sides and not said: somebody must look
        (Sides.BOTH, 40, True), (Sides.BOTH, 39, False), (Sides.BOTH, 20, False),
    ],
)  # fmt: skip
def test_a_sheet_is_a_page_for_each_side_scanned(sides: Sides, pages: int, agrees: bool) -> None:
    counted = Announced(sheets=20, sides=sides)
    assert differences(counted, Came(1, pages, 1)) == ([] if agrees else [Counted.SHEETS])


def test_sheets_without_their_sides_agree_with_nothing() -> None:
    for pages in (20, 40):
        assert differences(Announced(sheets=20), Came(1, pages, 1)) == [Counted.SIDES]


def test_each_count_is_told_apart_with_both_numbers() -> None:
    counted = Announced(files=2, sheets=5, documents=4, sides=Sides.ONE)
    assert compare(counted, Came(2, 5, 3)) == (
        Count(Counted.FILES, 2, 2), Count(Counted.SHEETS, 5, 5), Count(Counted.DOCUMENTS, 4, 3),
    )  # fmt: skip
    assert differences(counted, Came(2, 5, 3)) == [Counted.DOCUMENTS]


@pytest.mark.parametrize(
    ("kinds", "one", "both"),
    [
        (["separator", "content", "separator", "content"], 2, 2),
        (["separator", "blank", "content", "blank"], 3, 2),  # the separator's back is no post
        (["blank", "separator", "blank", "content", "content"], 4, 3),  # the page before it is
        (["separator", "separator", "blank"], 1, 0),
        (["content", "blank", "blank", "separator"], 3, 3),
        ([], 0, 0),
    ],
)
def test_separators_and_their_backs_are_no_post(kinds: list[str], one: int, both: int) -> None:
    assert pages_of_post(kinds, Sides.ONE) == pages_of_post(kinds, Sides.UNKNOWN) == one
    assert pages_of_post(kinds, Sides.BOTH) == both


@given(st.lists(KINDS, max_size=6), st.sampled_from(list(Sides)))
def test_no_page_with_something_on_it_is_ever_left_out_of_the_count(
    items: list[list[str]], sides: Sides
) -> None:
    found = came(len(items), 0, items, sides)
    content = sum(kind in ("content", "failed") for kinds in items for kind in kinds)
    blank = sum(kind == "blank" for kinds in items for kind in kinds)
    assert content <= found.pages <= content + blank


@given(KINDS, st.integers(0, 30))
def test_one_page_lost_is_always_noticed(kinds: list[str], at: int) -> None:
    """Of any pile scanned on one side: without any one page of post the sheets do not agree."""
    post = [number for number, kind in enumerate(kinds) if kind != "separator"]
    if not post:
        return
    lost = post[at % len(post)]
    counted = Announced(sheets=len(post), sides=Sides.ONE)
    assert not differences(counted, came(1, 0, [kinds], Sides.ONE))
    rest = [kind for number, kind in enumerate(kinds) if number != lost]
    assert differences(counted, came(1, 0, [rest], Sides.ONE)) == [Counted.SHEETS]
