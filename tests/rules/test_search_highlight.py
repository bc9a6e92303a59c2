"""Highlights: which words of a page answer a question, and what a snippet shows."""

import re

import pytest

from search.highlight import leaves_of, matching_words, snippet
from search.query import parse

PAGE = re.findall(
    r"\S+",
    "The “Assessments,” of Mr O’Neill, NHS 999 123 4567, seen 12 March 2014; care plan. Care home",
)


@pytest.mark.parametrize(
    ("asked", "marked"),
    [
        ("assessing", ["“Assessments,”"]),
        ("assessment", ["“Assessments,”"]),
        ("oneill", ["O’Neill,"]),
        ("9991234567", ["999", "123", "4567,"]),
        ("12/03/2014", ["12", "March", "2014;"]),
        ('"care plan"', ["care", "plan."]),
        ("care", ["care", "Care"]),
        ("ass*", ["“Assessments,”"]),
        ("care -plan", ["care", "Care"]),
        ("home OR seen", ["seen", "home"]),
        ("zebra", []),
        ("", []),
    ],
)
def test_the_words_that_answer_are_marked(asked: str, marked: list[str]) -> None:
    found = [PAGE[number] for number in sorted(matching_words(parse(asked), PAGE))]
    assert found == marked


def test_a_phrase_marks_only_words_that_stand_together() -> None:
    assert matching_words(parse('"care home"'), ["care", "plan", "care", "home"]) == {2, 3}


def test_a_word_of_signs_alone_is_stepped_over() -> None:
    assert matching_words(parse('"care plan"'), ["care", "***", "plan"]) == {0, 1, 2} - {1}


def test_a_snippet_shows_where_most_of_the_question_stands() -> None:
    page = "plan " + "filler " * 80 + "the care plan was signed " + "filler " * 80
    spans = snippet(leaves_of(parse("care plan")), page)
    assert [span.text for span in spans if span.is_hit] == ["care", "plan"]
    assert len("".join(span.text for span in spans).split()) == 32


def test_a_snippet_is_the_pages_own_text() -> None:
    page = "Dear Ms Ŵyn,\nyour plan & letter"
    spans = snippet(leaves_of(parse("plan")), page)
    assert "".join(span.text for span in spans) == "Dear Ms Ŵyn, your plan & letter"


def test_a_page_without_words_has_no_snippet() -> None:
    assert snippet(leaves_of(parse("plan")), " .. ") == ()


def test_a_page_without_a_match_shows_its_beginning() -> None:
    spans = snippet(leaves_of(parse("zebra")), "one two three")
    assert [(span.text, span.is_hit) for span in spans] == [("one two three", False)]
