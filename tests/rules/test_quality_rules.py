"""Thresholds as data, findings in words, and what is wrong within one document."""

from datetime import date
from pathlib import Path

import pytest

from edrms.errors import CannotStart
from scanning.quality.document_rules import judge_document, page_number
from scanning.quality.model import Fault, Finding, SeenFault
from scanning.quality.reading_rules import load, parse, shipped
from scanning.quality.rules import thresholds_for
from scanning.quality.words import NAMES, SEEN, advice, sentence

RECEIVED = date(2026, 6, 1)
LEAST = """version = 3
[sampling]
usual = 0.1
new_operator = 0.2
new_device = 0.2
new_batches = 2
sealed = 1
"""


def found(*pages: str) -> list[tuple[Fault, tuple[int, ...]]]:
    return [(one.fault, one.pages) for one in judge_document(pages, RECEIVED)]


def test_every_finding_has_a_name_a_sentence_and_advice() -> None:
    for fault in Fault:
        said = sentence(Finding(fault, 3.25, 2.0, (3, 4)))
        assert said.endswith(".") and "{" not in said and NAMES[fault] and advice(fault)
    assert set(SEEN) == set(SeenFault)
    assert sentence(Finding(Fault.PAGES_MISSING, pages=(3, 5))) == (
        "By its page numbers, page 3, 5 is missing."
    )


def test_later_special_thresholds_come_before_earlier_ones() -> None:
    rules = parse(
        LEAST + "[page]\nmost_skew_degrees = 2\n"
        '[[page.for]]\nstream = "fax"\nmost_skew_degrees = 3\n'
        '[[page.for]]\ndevice = "Old"\nmost_skew_degrees = 4\n'
    )
    assert rules.version == 3
    given = [("", ""), ("", "fax"), ("Old", "fax"), ("Old", "")]
    assert [thresholds_for(rules, *one).most_skew_degrees for one in given] == [2, 3, 4, 4]


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ("", "version"),
        ("version = 0", "version"),
        ("version = true", "version"),
        ("version = 1", "sampling: is missing"),
        (LEAST + "[page]\nleast_dpi = 3", "unknown least_dpi"),
        (LEAST + "[page]\nleast_ink = 'much'", "least_ink"),
        (LEAST + "[page]\nleast_ink = nan", "least_ink"),
        (LEAST + "[page]\nleast_ink = -1", "least_ink"),
        (LEAST + "[page]\nhold = ['nothing']", "nothing"),
        (LEAST + "[page]\nhold = 'skew'", "hold"),
        (LEAST + "[[page.for]]\nleast_ink = 1", "a device or a stream"),
        (LEAST.replace("0.1", "1.1"), "usual"),
        (LEAST.replace("usual = 0.1", ""), "usual"),
        (LEAST + "[sampling.by_class]\nZ99 = 1", "Z99"),
        (LEAST + "[sampling.by_type]\nD99 = 1", "D99"),
        (LEAST + "[sampling.by_device]\nS = 2", "by_device.S"),
        ("version =", "Invalid value"),
    ],
)
def test_a_wrong_file_is_refused_whole_with_what_is_wrong(
    tmp_path: Path, wrong: str, said: str
) -> None:
    file = tmp_path / "quality.toml"
    file.write_text(wrong)
    with pytest.raises(CannotStart, match="EDRMS_QUALITY_FILE") as refusal:
        load(file)
    assert said in refusal.value.message


def test_a_missing_file_stops_the_start_and_none_means_the_shipped_one(tmp_path: Path) -> None:
    with pytest.raises(CannotStart):
        load(tmp_path / "none.toml")
    assert load() is shipped()


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("Page 2 of 5", (2, 5)),
        ("x\nTudalen 3 o 4\ny", (3, 4)),
        ("- 2/5 -", (2, 5)),
        ("pg. 1 of 1", (1, 1)),
        ("see the 2 of 5 that", None),
        ("Page 6 of 5", None),
        ("Page 1 of 3\nPage 2 of 3", None),
        ("Page 0 of 3", None),
        ("", None),
        ("\n".join(["line"] * 5 + ["Page 2 of 5"] + ["line"] * 5), None),
        ("Page 99999 of 99999", None),
    ],
)
def test_what_a_page_says_its_number_is(text: str, number: tuple[int, int] | None) -> None:
    assert page_number(text) == number


def test_a_missing_page_is_named_unless_an_unnumbered_one_may_be_it() -> None:
    one, two, four = "Page 1 of 4", "Page 2 of 4", "Page 4 of 4"
    assert found(one, two, four) == [(Fault.PAGES_MISSING, (3,))]
    assert found(one, two, "nothing to read", four) == []
    assert found(one, two, "Page 3 of 4", four) == []
    assert found("A letter without numbers", "and its second page") == []


def test_a_page_twice_and_pages_out_of_order() -> None:
    pages = [f"Page {number} of 3" for number in (1, 2, 3)]
    assert found(pages[0], pages[1], pages[1], pages[2]) == [(Fault.PAGES_TWICE, (2,))]
    assert found(pages[0], pages[2], pages[1]) == [(Fault.PAGES_ORDER, ())]


def test_an_enclosure_with_numbers_of_its_own_is_not_held_against_its_letter() -> None:
    assert found("Page 1 of 2", "Page 2 of 2", "Page 1 of 9") == []


def test_dates_that_cannot_be() -> None:
    assert found("Date: 18 May 2026") == []
    assert found("Date: 18 May 2027") == [(Fault.DATE_AHEAD, ())]
    assert found("Date: 18 May 2026", "Date: 19 May 2026") == [(Fault.DATES_DIFFER, ())]
    assert found("Date: 18 May 2026\nDate of birth: 03/03/2027") == [(Fault.BORN_LATER, ())]
    assert found("Date: 18 May 2026\nDate of birth: 03/03/2014") == []
    assert found("We met on 18 May 2027 and on 19 May 2028") == []


def test_a_document_of_500_pages_is_judged_in_bounded_time() -> None:
    import time

    pages = [f"Page {n} of 500\n" + "Words of a page. " * 200 for n in range(1, 501) if n != 77]
    begun = time.perf_counter()
    assert found(*pages) == [(Fault.PAGES_MISSING, (77,))]
    assert time.perf_counter() - begun < 5
    hostile = ["1 of " * 20_000, "date " * 20_000, "/" * 50_000]
    begun = time.perf_counter()
    found(*hostile)
    assert time.perf_counter() - begun < 5
