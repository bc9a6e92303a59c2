"""Keys go from an item to its records: what is filed dies with its record, and nothing dies before."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from edrms.ids import ObjectKey
from edrms.storage.holders import Holder, item_holder, record_holder
from scanning.custody.rules import DocumentFacts, ItemFacts, change, wanted

NOW = datetime(2026, 6, 1, tzinfo=UTC)
ITEM = item_holder("i")
LONG_AGO = NOW - timedelta(days=3)


def key(name: str) -> ObjectKey:
    return ObjectKey(name)


def item(*record_ids: str, is_read: bool = True) -> ItemFacts:
    """An item of an original, a separator sheet and one document for each id, with an object each."""
    return ItemFacts(
        "i", is_read, frozenset({key("original"), key("separator")}),
        tuple(
            DocumentFacts(record_id, frozenset({key(f"page {n}")}))
            for n, record_id in enumerate(record_ids)
        ),
    )  # fmt: skip


def holders(facts: ItemFacts) -> dict[str, set[str]]:
    return {str(name): set(map(str, found)) for name, found in wanted(facts).items()}


def test_before_it_is_read_the_item_holds_its_original() -> None:
    assert holders(item(is_read=False)) == {"original": {ITEM}, "separator": {ITEM}}


def test_an_item_read_into_no_document_keeps_what_it_has() -> None:
    assert holders(item())["original"] == {ITEM}


def test_a_filed_item_holds_nothing_any_more() -> None:
    one = record_holder("a")
    assert holders(item("a")) == {"original": {one}, "separator": {one}, "page 0": {one}}


def test_the_original_of_a_divided_scan_is_held_by_each_record_and_dies_with_the_last() -> None:
    found = holders(item("a", "b"))
    assert found["original"] == found["separator"] == {record_holder("a"), record_holder("b")}
    assert found["page 0"] == {record_holder("a")}


def test_while_one_document_is_unfiled_the_item_holds_it_and_the_original() -> None:
    found = holders(item("a", ""))
    assert found["original"] == {record_holder("a"), ITEM}
    assert (found["page 0"], found["page 1"]) == ({record_holder("a")}, {ITEM})


def test_a_destroyed_record_is_never_given_a_key_again() -> None:
    facts, gone = item("a", "b"), record_holder("a")
    held: dict[ObjectKey, set[Holder]] = {name: {ITEM} for name in wanted(facts)}
    found = change(facts, held, {}, {gone}, NOW)
    assert gone not in found.add
    assert found.for_nobody == [key("page 0")]  # the item was to let go of it all along
    assert key("original") in found.drop


def test_what_a_cut_off_step_left_is_dropped_once_all_is_filed_and_a_day_has_passed() -> None:
    since = {key("left"): LONG_AGO, key("new"): NOW - timedelta(hours=1), key("original"): LONG_AGO}
    assert change(item("a"), {}, since, set(), NOW).for_nobody == [key("left")]
    assert change(item("a", ""), {}, since, set(), NOW).for_nobody == []
    assert change(item("a", is_read=False), {}, since, set(), NOW).for_nobody == []


SHAPES = st.tuples(st.lists(st.sampled_from(["", "a", "b", "c"]), max_size=4), st.booleans())
STAGES = st.lists(st.sampled_from(["add", "drop"]), max_size=8)


@given(SHAPES, st.sets(st.sampled_from(["a", "b", "c"])), STAGES)
def test_cut_off_anywhere_no_object_that_is_wanted_loses_its_last_key(
    shape: tuple[list[str], bool], gone: set[str], stages: list[str]
) -> None:
    """A crash may fall between any two steps; each round begins with what is there."""
    facts = item(*shape[0], is_read=shape[1])
    destroyed = {record_holder(one) for one in gone}
    held: dict[ObjectKey, set[Holder]] = {name: {ITEM} for name in wanted(facts)}
    for stage in [*stages, "add", "drop"]:
        needed = change(facts, held, {}, destroyed, NOW)
        for holder, names in needed.add.items():
            for name in names:
                held[name].add(holder)
        if stage == "drop":
            for name in needed.drop:
                if held[name] - {ITEM}:  # the key store never removes the last key of these
                    held[name].discard(ITEM)
            for name in needed.for_nobody:
                held[name].discard(ITEM)
        for name, should in wanted(facts).items():
            assert not should - destroyed or held[name], "nobody can open it any more"
    for name, should in wanted(facts).items():
        assert held[name] == should - destroyed


def test_a_page_that_went_to_another_record_is_taken_from_the_first() -> None:
    facts, first, other = item("a", "b"), record_holder("a"), record_holder("b")
    held = {key("page 1"): {first}, key("original"): {first}}
    found = change(facts, held, {}, set(), NOW)
    assert {one: set(keys) for one, keys in found.add.items()} == {
        other: {key("original"), key("page 1")}
    }
    assert found.take == {first: [key("page 1")]} and not found.end


def test_a_page_of_a_destroyed_record_that_another_still_opens_ends_for_everybody() -> None:
    held = {key("page 1"): {record_holder("a")}}
    found = change(item("a", "b"), held, {}, {record_holder("b")}, NOW)
    assert (found.end, found.take, found.add) == ([key("page 1")], {}, {})
