"""Rules of paper, by property and by table: spans, where a page lies, when paper may be destroyed."""

from dataclasses import replace
from datetime import date, timedelta
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edrms.fileplan import load_document_types
from scanning.paper.keeping import load_paper_rules, paper_rule, read_paper_rules
from scanning.paper.model import (
    BoxState,
    Part,
    PartState,
    Quality,
    QualityState,
    Span,
    runs,
)
from scanning.paper.rules import (
    Asked,
    BoxAct,
    LineFacts,
    RecordOnPaper,
    all_met,
    clash,
    conditions,
    innermost,
    next_box_state,
    places_of,
    taken_from,
)
from scanning.paper.words import barcode_wrong, pages_of

PAGES = 6
CHECKED = date(2026, 3, 2)
PASSED = Quality(QualityState.PASSED, "", "quinn", CHECKED)
RECORD = RecordOnPaper("r", CHECKED - timedelta(days=1), False, False, 90, False)
GOOD = LineFacts(PASSED, True, (RECORD,), 0, PartState.KEPT, BoxState.IN_PLACE, "", 90)
OVER = CHECKED + timedelta(days=90)


@st.composite
def spans(draw: st.DrawFn) -> Span:
    batch = draw(st.sampled_from(["b", "c"]))
    item = draw(st.sampled_from(["", "i", "j"]))
    if not item or draw(st.booleans()):
        return Span(batch, item)
    first = draw(st.integers(1, PAGES))
    return Span(batch, item, first, draw(st.integers(first, PAGES)))


def sheets(span: Span) -> set[tuple[str, str, int]]:
    """Every page of a world of two batches of two files of six pages, by brute force."""
    world = product(["b", "c"], ["i", "j"], range(1, PAGES + 1))
    return {
        (batch, item, page)
        for batch, item, page in world
        if batch == span.batch_id
        and span.item_id in ("", item)
        and (not span.first_page or span.first_page <= page <= span.last_page)
    }


@given(spans(), spans())
def test_spans_contain_and_overlap_as_the_sheets_they_are_do(one: Span, other: Span) -> None:
    """A file named whole contains its pages, and not the other way round, however many those are."""
    assert one.overlaps(other) == bool(sheets(one) & sheets(other)) == other.overlaps(one)
    if one.contains(other):
        assert sheets(other) <= sheets(one)
        assert one == other or one.narrowness < other.narrowness
    elif sheets(other) < sheets(one):
        raise AssertionError("a smaller stretch within is contained")


@given(st.lists(st.tuples(spans(), st.booleans()), max_size=12))
def test_whatever_is_put_and_taken_out_every_sheet_lies_in_one_place_alone(
    acts: list[tuple[Span, bool]],
) -> None:
    """A model of sheets, each in at most one box, beside the product's parts."""
    parts: list[Part] = []
    truth: dict[tuple[str, str, int], str] = {}
    for number, (span, is_taken_out) in enumerate(acts):
        name = f"part-{number}"
        if is_taken_out:
            wide = taken_from(span, parts)
            if wide is None:
                continue
            assert wide.span.contains(span) and wide.span != span
            truth |= dict.fromkeys(sheets(span), name)
        else:
            if clash(span, parts) is not None:
                continue
            truth |= {sheet: name for sheet in sheets(span) if sheet not in truth}
        parts.append(Part(name, f"box-{number}", span))
    assert len({part.span for part in parts}) == len(parts)
    for batch, item, page in product(["b", "c"], ["i", "j"], range(1, PAGES + 1)):
        mine = [part for part in parts if part.span.batch_id == batch]
        found = innermost(item, page, mine)
        assert (found.part_id if found else None) == truth.get((batch, item, page))


@given(st.lists(spans(), max_size=8), st.integers(1, PAGES), st.integers(1, PAGES))
def test_the_pages_of_a_document_are_all_told_of_once_and_in_order(
    put: list[Span], one: int, other: int
) -> None:
    parts = [Part(f"p{n}", "x", span) for n, span in enumerate(dict.fromkeys(put))]
    document = Span("b", "i", min(one, other), max(one, other))
    found = places_of(document, [part for part in parts if part.span.batch_id == "b"])
    told = [page for place in found for page in range(place.first_page, place.last_page + 1)]
    assert told == list(range(document.first_page, document.last_page + 1))


@given(st.sets(st.integers(1, 40)))
def test_runs_hold_every_number_once(numbers: set[int]) -> None:
    found = runs(numbers)
    assert [n for first, last in found for n in range(first, last + 1)] == sorted(numbers)


def test_paper_may_go_when_all_six_are_true_and_never_when_one_is_not() -> None:
    assert all_met(conditions(GOOD, OVER))
    one_wrong = {
        Asked.QUALITY: replace(GOOD, quality=replace(PASSED, state=QualityState.FAILED)),
        Asked.FILED: replace(GOOD, is_settled=False),
        Asked.NO_HOLD: replace(GOOD, records=(RECORD, replace(RECORD, is_held=True))),
        Asked.MAY_GO: replace(GOOD, records=(RECORD, replace(RECORD, paper_is_kept=True))),
        Asked.IN_PLACE: replace(GOOD, box_state=BoxState.OUT),
    }
    for asked, facts in one_wrong.items():
        found = {one.asked for one in conditions(facts, OVER) if not one.is_met}
        assert asked in found, asked
        assert not all_met(conditions(facts, OVER))
    assert {one.asked for one in conditions(GOOD, OVER - timedelta(days=1)) if not one.is_met} == {
        Asked.STANDSTILL
    }
    assert not all_met(conditions(GOOD, OVER)[:-1])  # a condition not asked is not met
    assert not all_met(())


@pytest.mark.parametrize(
    ("facts", "ends"),
    [
        (GOOD, OVER),
        (replace(GOOD, records=(replace(RECORD, filed_on=date(2026, 4, 1)),)),
         date(2026, 4, 1) + timedelta(days=90)),
        (replace(GOOD, records=(RECORD, replace(RECORD, standstill_days=180))),
         CHECKED + timedelta(days=180)),
        (replace(GOOD, records=()), OVER),
    ],
)  # fmt: skip
def test_the_standstill_is_the_longest_from_the_later_of_check_and_last_filing(
    facts: LineFacts, ends: date
) -> None:
    by_name = {one.asked: one for one in conditions(facts, date(2026, 3, 3))}
    assert by_name[Asked.STANDSTILL].day == ends and not by_name[Asked.STANDSTILL].is_met


def test_paper_of_records_that_ended_follows_them_and_only_if_all_did() -> None:
    unchecked = Quality(QualityState.NOT_YET, "not_checked")
    ended = replace(RECORD, is_ended=True)
    gone = replace(GOOD, quality=unchecked, is_settled=False, records=(ended, ended))
    assert all_met(conditions(gone, CHECKED))
    for kept in (
        replace(gone, records=(ended, RECORD)), replace(gone, others=1), replace(gone, records=()),
        replace(gone, records=(ended, replace(ended, is_held=True))),
        replace(gone, records=(replace(ended, paper_is_kept=True),)),
        replace(gone, kept_because="deed"), replace(gone, part_state=PartState.LOST),
    ):  # fmt: skip
        assert not all_met(conditions(kept, OVER))


def test_a_passed_check_without_a_day_is_no_check() -> None:
    assert not all_met(conditions(replace(GOOD, quality=replace(PASSED, on=None)), OVER))


def test_a_box_leaves_no_state_but_by_the_table_and_a_retired_one_never() -> None:
    assert {act for act in BoxAct if next_box_state(BoxState.RETIRED, act)} == set()
    assert {act for act in BoxAct if next_box_state(BoxState.OUT, act)} == {
        BoxAct.GIVE_BACK, BoxAct.LOSE,
    }  # fmt: skip
    assert next_box_state(BoxState.LOST, BoxAct.FIND) is BoxState.IN_PLACE


def test_every_type_has_a_rule_and_an_unknown_one_keeps_its_paper() -> None:
    rules = {one.code: paper_rule(one.code) for one in load_document_types()}
    kept = {code for code, rule in rules.items() if rule.is_kept}
    assert kept == {"D13", "D14", "D15", "D17", "D35", "D45", "D54", "D57", "D58"}
    assert all(not rule.is_confirmed for rule in rules.values() if rule.is_kept)
    assert {rule.standstill_days for rule in rules.values()} == {90}
    assert paper_rule("D99").is_kept and not paper_rule("D99").is_confirmed
    assert "*" in load_paper_rules()


HEADER = "document_type|paper|standstill_days|basis|status\n"
OTHERS = "*|may_go|90|x|confirmed\n"


@pytest.mark.parametrize(
    "rows",
    [
        "", "D14|keep|90|x|unconfirmed\n", OTHERS + OTHERS, OTHERS + "D99|keep|90|x|confirmed\n",
        OTHERS + "D14|burn|90|x|confirmed\n", OTHERS + "D14|keep|0|x|confirmed\n",
        OTHERS + "D14|keep|x|x|confirmed\n", OTHERS + "D14|keep|90|x|perhaps\n",
        OTHERS + "D14|keep|90\n",
    ],
)  # fmt: skip
def test_a_malformed_table_of_paper_rules_is_refused(rows: str) -> None:
    with pytest.raises(ValueError):
        read_paper_rules(HEADER + rows)


@pytest.mark.parametrize(
    ("typed", "pages"), [("", (0, 0)), (" 3 ", (3, 3)), ("3-6", (3, 6)), ("3 – 6", (3, 6))]
)
def test_pages_as_people_type_them(typed: str, pages: tuple[int, int]) -> None:
    assert pages_of(typed) == pages


@pytest.mark.parametrize("typed", ["0", "0-3", "6-3", "-3", "3-", "a", "3,4", "1" * 9, "٣"])
def test_what_are_no_pages_is_refused(typed: str) -> None:
    with pytest.raises(ValueError):
        pages_of(typed)


@pytest.mark.parametrize(
    "barcode", ["", "AB", "-ABC", "A B C D", "A" * 33, "ÄBCD", "EDRMS-SEP", "PATCHT"]
)
def test_what_is_no_barcode_of_a_box_is_refused(barcode: str) -> None:
    assert barcode_wrong(barcode)
