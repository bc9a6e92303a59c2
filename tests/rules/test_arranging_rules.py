"""Any steps, in any order, keep every page at exactly one place; each alone says why it cannot be done."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edrms.errors import Invalid
from scanning.arranging.model import Act, Arrangement, Part, PlacedPage, ScanFault, Step
from scanning.arranging.plain import from_plain, to_plain
from scanning.arranging.rules import after, changed_documents, partings, together

PAGES = tuple("abcdef")
START = Arrangement(
    tuple(PlacedPage(one, "separator" if one == "c" else "content") for one in PAGES),
    (Part("one", ("a", "b"), "c"), Part("two", ("d", "e", "f"))),
)


def step(act: Act, page: str, **told: object) -> Step:
    return Step(act=act, page_id=page, **told)  # type: ignore[arg-type]


def laid(now: Arrangement) -> list[str]:
    return ["".join(part.page_ids) for part in now.parts]


@pytest.mark.parametrize(
    ("done", "expected", "changed"),
    [
        (step(Act.SPLIT, "e"), ["ab", "d", "ef"], {"two", "new"}),
        (step(Act.JOIN, "e"), ["abdef"], {"one", "two"}),
        (step(Act.MOVE, "b", document_id="two", position=1), ["a", "bdef"], {"one", "two"}),
        (step(Act.MOVE, "f", document_id="two", position=1), ["ab", "fde"], {"two"}),
        (step(Act.TURN, "a", turned_degrees=180), ["ab", "def"], {"one"}),
        (step(Act.TAKE_OUT, "e", kind="blank"), ["ab", "df"], {"two"}),
        (step(Act.BRING_BACK, "c", document_id="one", position=3), ["abc", "def"], {"one"}),
        (step(Act.BRING_BACK, "c"), ["ab", "def", "c"], {"new"}),
        (step(Act.MARK, "a", fault=ScanFault.PALE), ["ab", "def"], set()),
        (step(Act.LINK, "a", rescan_of="z"), ["ab", "def"], set()),
    ],
)
def test_a_step_does_what_it_says_to_the_documents_it_names(
    done: Step, expected: list[str], changed: set[str]
) -> None:
    now = after(START, done, "new")
    assert laid(now) == expected and changed_documents(START, now) == changed


@pytest.mark.parametrize(
    "refused",
    [
        step(Act.SPLIT, "a"), step(Act.SPLIT, "c"), step(Act.SPLIT, "z"), step(Act.JOIN, "a"),
        step(Act.MOVE, "c", document_id="one", position=1),
        step(Act.MOVE, "a", document_id="one", position=1),
        step(Act.MOVE, "a", document_id="three", position=1),
        step(Act.MOVE, "a", document_id="two", position=5),
        step(Act.MOVE, "a", document_id="two", position=0),
        step(Act.TURN, "a", turned_degrees=45), step(Act.TAKE_OUT, "c", kind="blank"),
        step(Act.TAKE_OUT, "a", kind="content"), step(Act.BRING_BACK, "a", document_id="one"),
        step(Act.MARK, "a"), step(Act.LINK, "a", rescan_of="a"),
    ],
)  # fmt: skip
def test_a_step_that_means_nothing_is_refused_and_says_why(refused: Step) -> None:
    with pytest.raises(Invalid) as caught:
        after(START, refused, "new")
    assert caught.value.fields


def test_a_document_that_gives_its_last_page_is_gone() -> None:
    alone = after(START, step(Act.SPLIT, "b"), "new")
    assert laid(alone) == ["a", "b", "def"]
    moved = after(alone, step(Act.MOVE, "b", document_id="two", position=4), "other")
    assert laid(moved) == ["a", "defb"]
    assert changed_documents(alone, moved) == {"new", "two"}


steps = st.builds(
    Step, act=st.sampled_from(Act), page_id=st.sampled_from([*PAGES, "z"]),
    document_id=st.sampled_from(["one", "two", "", "new0", "new1"]), position=st.integers(0, 7),
    turned_degrees=st.sampled_from([0, 90, 180, 45]), kind=st.sampled_from(["blank", "separator", ""]),
    fault=st.sampled_from(ScanFault), rescan_of=st.sampled_from([None, "z", "a"]),
)  # fmt: skip


@given(st.lists(steps, max_size=25))
def test_after_any_steps_every_page_is_at_one_place_and_what_is_kept_is_what_was(
    many: list[Step],
) -> None:
    now = START
    for number, one in enumerate(many):
        try:
            now = after(now, one, f"new{number}")
        except Invalid:
            continue
        placed = [page for part in now.parts for page in part.page_ids]
        loose = [page.page_id for page in now.pages if now.part_of(page.page_id) is None]
        assert sorted(placed + loose) == sorted(PAGES)
        assert tuple(page.page_id for page in now.pages) == PAGES
        assert all(part.page_ids for part in now.parts)
        assert all(page.kind != "content" for page in now.pages if page.page_id in loose)
        assert from_plain(to_plain(now)) == now


def test_which_pages_of_a_record_lie_in_which_other_documents_now() -> None:
    now = after(after(START, step(Act.SPLIT, "e"), "new"), step(Act.SPLIT, "f"), "last")
    was = {"two": ("d", "e", "f"), "one": ("a", "b")}
    found = partings(now, was)
    assert found == {"two": {"new": ("e",), "last": ("f",)}}
    assert together(found, "last") == {"two", "new", "last"} == together(found, "two")
    assert together(found, "one") == {"one"}
    assert partings(START, was) == {}


def test_records_are_concerned_together_however_many_documents_lie_between() -> None:
    found = {"a": {"b": ("1",)}, "c": {"b": ("2",)}, "c2": {"d": ("3",)}}
    assert together(found, "a") == {"a", "b", "c"}
    assert together(found, "d") == {"c2", "d"}
