"""Dividing items, saying where pages are, and adding up a batch: no page lost, whatever the order."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanning.batches.model import Whereabouts, reconcile, whereabouts
from scanning.batches.rules import Run, divide

KINDS = st.sampled_from(["content", "blank", "separator"])


def pages_of(run: Run) -> set[int]:
    return set(range(run.first_page, run.last_page + 1))


@given(st.lists(KINDS, max_size=40))
def test_every_page_with_something_on_it_is_in_exactly_one_document(kinds: list[str]) -> None:
    runs = divide(kinds)
    for number, kind in enumerate(kinds, start=1):
        within = sum(number in pages_of(run) for run in runs)
        assert within == 1 if kind == "content" else within <= 1


@given(st.lists(KINDS, max_size=40))
def test_documents_keep_the_order_of_the_pages_and_never_overlap(kinds: list[str]) -> None:
    for earlier, later in pairwise(divide(kinds)):
        assert earlier.last_page < later.first_page


@given(st.lists(KINDS, max_size=40))
def test_a_separator_sheet_is_part_of_no_document(kinds: list[str]) -> None:
    inside = set().union(*(pages_of(run) for run in divide(kinds)))
    assert all(kinds[number - 1] != "separator" for number in inside)


@given(st.lists(st.sampled_from(["content", "blank"]), min_size=1, max_size=40))
def test_without_a_separator_an_item_is_one_document_of_all_its_pages(kinds: list[str]) -> None:
    assert divide(kinds) == [Run(1, len(kinds))]


@given(st.lists(KINDS, max_size=40))
def test_a_document_with_content_does_not_begin_with_the_back_of_a_separator(
    kinds: list[str],
) -> None:
    if "separator" in kinds:
        assert all(kinds[run.first_page - 1] == "content" for run in divide(kinds))


def test_the_backs_of_separator_sheets_join_no_document() -> None:
    kinds = ["separator", "blank", "content", "blank", "separator", "blank", "content"]
    assert divide(kinds) == [Run(3, 4), Run(7, 7)]


def test_an_item_of_nothing_but_separators_holds_no_document() -> None:
    assert divide(["separator", "separator"]) == []


@pytest.mark.parametrize(
    ("item", "kind", "document", "place"),
    [
        ("received", "", None, "being_read"),
        ("reading", "content", None, "being_read"),
        ("reading", "blank", None, "being_read"),
        ("read", "content", None, "being_read"),
        ("read", "content", "to_index", "to_index"),
        ("read", "content", "filed", "filed"),
        ("read", "blank", "filed", "blank"),
        ("read", "blank", "rejected", "rejected"),
        ("read", "separator", None, "separator"),
        ("held", "content", None, "held"),
        ("held", "separator", None, "held"),
        ("rejected", "", None, "rejected"),
    ],
)
def test_every_page_is_at_one_place(item: str, kind: str, document: str | None, place: str) -> None:
    assert whereabouts(item, kind, document) is Whereabouts(place)


@given(st.lists(st.tuples(st.none() | st.integers(0, 9), st.sampled_from(Whereabouts))))
def test_a_batch_balances_exactly_when_pages_and_places_agree(
    rows: list[tuple[int | None, Whereabouts]],
) -> None:
    counts = [count for count, _ in rows]
    places = [place for count, place in rows for _ in range(count or 0)]
    account = reconcile(counts, places)
    assert account.balances
    assert account.uncounted_items == counts.count(None)
    assert not reconcile(counts, [*places, Whereabouts.FILED]).balances
    assert not places or not reconcile(counts, places[1:]).balances


@pytest.mark.parametrize("moving", ["being_read", "to_index", "held"])
def test_a_batch_is_not_settled_while_a_page_is_on_its_way(moving: str) -> None:
    assert not reconcile([1], [Whereabouts(moving)]).is_settled
    assert not reconcile([None], []).is_settled
    assert reconcile([2], [Whereabouts.FILED, Whereabouts.REJECTED]).is_settled
