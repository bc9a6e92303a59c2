"""Reading of questions: what is typed becomes clauses, whatever is typed."""

from hypothesis import given, settings
from hypothesis import strategies as st

from search.highlight import leaves_of, matching_words
from search.model import Notice
from search.query import Clause, Query, parse
from search.words import fold, normal, terms_of, tokens


def _texts(query: Query) -> list[str]:
    return [leaf.text for leaf in leaves_of(query)]


def test_stop_words_are_dropped_unless_nothing_else_is_asked() -> None:
    assert _texts(parse("what of the plan")) == ["plan"]
    assert _texts(parse("to be")) == ["to", "be"]


def test_a_date_a_code_and_a_compound_are_one_leaf_each() -> None:
    assert _texts(parse("seen 12 March 2014 NHS 999 123 4567 Smith-Jones")) == [
        "seen",
        "12 March 2014",
        "NHS",
        "999 123 4567",
        "Smith-Jones",
    ]


def test_marks_make_a_clause_required() -> None:
    query = parse('plain "care plan" type:letter agr* a OR b')
    assert [clause.is_required for clause in query.clauses] == [False, True, True, True, True]
    assert [leaf.field for leaf in query.clauses[2].leaves] == ["type"]
    assert query.clauses[3].leaves[0].prefix == "agr"
    assert [leaf.text for leaf in query.clauses[4].leaves] == ["a", "b"]


def test_minus_excludes_only_before_a_word_that_stands_free() -> None:
    query = parse('plan -court -"care home" re-assessment')
    assert [leaf.text for leaf in query.excluded] == ["court", "care home"]
    assert _texts(query) == ["plan", "re-assessment"]


def test_a_word_typed_twice_counts_once() -> None:
    assert len(parse("plan plan").clauses) == 1


def test_nothing_but_signs_has_no_words_and_blank_asks_for_everything() -> None:
    assert parse("(((").invalid is Notice.NO_WORDS
    assert parse("  \n ") == Query()


def test_a_choice_keeps_its_order() -> None:
    (clause,) = parse("mother OR father OR guardian").clauses
    assert isinstance(clause, Clause)
    assert [leaf.text for leaf in clause.leaves] == ["mother", "father", "guardian"]


def test_an_impossible_date_is_only_numbers() -> None:
    assert not [token for token in tokens("99/99/2014") if token.term.startswith("date:")]


def test_folding_takes_case_accents_and_possessives_away() -> None:
    assert [fold(word) for word in ("Siân", "O’Neill's", "ŴYN", "Łódź")] == [
        "sian",
        "oneill",
        "wyn",
        "lodz",
    ]


def test_the_surface_is_kept_beside_a_different_stem() -> None:
    assert terms_of("assessment") == ("assess", "=assessment")
    assert terms_of("plan") == ("plan",)


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=200))
def test_any_text_is_read_without_error(text: str) -> None:
    query = parse(text)
    assert query.invalid or query.clauses or query.excluded or not normal(text).strip()


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=120))
def test_tokens_lie_within_the_text_and_positions_are_dense(text: str) -> None:
    text = normal(text)
    found = tokens(text)
    assert all(0 <= token.start < token.end <= len(text) for token in found)
    positions = [token.position for token in found if token.is_primary]
    assert positions == list(range(len(positions)))


@settings(max_examples=200, deadline=None)
@given(st.lists(st.text(min_size=1, max_size=12), max_size=20), st.text(max_size=30))
def test_marked_words_exist_on_the_page(words: list[str], text: str) -> None:
    assert matching_words(parse(text), words) <= set(range(len(words)))
