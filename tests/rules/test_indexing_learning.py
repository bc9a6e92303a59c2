"""What is learned from filing: a model of plain data, used only where it is no worse, and never too bold."""

import pickle
from dataclasses import replace

import pytest

from edrms.errors import Damaged
from scanning.indexing.classify import classify
from scanning.indexing.labels import with_labels_mended
from scanning.indexing.learn_types import Example, judged, verdict
from scanning.indexing.linear_model import LinearModel, learn, with_temperature
from scanning.indexing.lines import lines_of
from scanning.indexing.model import TypeSuggestion
from scanning.indexing.telling import UNSURE, LearnedTypes, tell_type
from scanning.indexing.type_figures import Told, coverage, macro_f1, thresholds
from scanning.indexing.type_words import words_of
from tests.rules.indexing_people import pages

BADGE = "your parking permit for disabled people is ready to collect at the library"
SLIPS = "overtime timesheet for the night shift signed by the ward clerk"
DOCUMENTS = [
    (words_of(f"{text} {extra}"), code)
    for code, text in (("D49", BADGE), ("D48", SLIPS))
    for extra in ("monday", "tuesday", "please reply", "thank you", "page one", "copy")
]


def test_what_was_learned_is_told_again() -> None:
    model = learn(DOCUMENTS)
    chances = model.probabilities(words_of("the parking permit for disabled people"))
    assert chances["D49"] > 0.8
    assert sum(chances.values()) == pytest.approx(1, abs=1e-5)


def test_the_same_documents_give_the_same_model() -> None:
    assert learn(DOCUMENTS).to_bytes() == learn(DOCUMENTS).to_bytes()


def test_a_model_read_back_tells_the_same() -> None:
    model = with_temperature(learn(DOCUMENTS), DOCUMENTS)
    again = LinearModel.from_bytes(model.to_bytes())
    words = words_of(SLIPS)
    assert again.probabilities(words) == pytest.approx(model.probabilities(words), abs=0.01)
    assert again.temperature == model.temperature


@pytest.mark.parametrize(
    "stored",
    [b"", b"no model", pickle.dumps({"classes": ["D01"]}), learn(DOCUMENTS).to_bytes()[:-40]],
)
def test_bytes_that_are_no_model_are_damaged_and_never_run(stored: bytes) -> None:
    with pytest.raises(Damaged):
        LinearModel.from_bytes(stored)


def test_a_model_of_another_shape_is_damaged() -> None:
    model = learn(DOCUMENTS)
    with pytest.raises(Damaged, match="another format"):
        LinearModel.from_bytes(replace(model, vocabulary=model.vocabulary[1:]).to_bytes())


def test_no_figure_and_no_name_that_is_left_out_becomes_a_word() -> None:
    words = words_of("Tom Pellow NHS 943 476 5919 visited", {"tom", "pellow"})
    assert set(words) == {"nhs", "visited", "nhs visited"}


def test_a_text_without_a_known_word_is_told_by_nothing_but_the_bias() -> None:
    assert set(learn(DOCUMENTS).probabilities(words_of("xyzzy"))) == {"D48", "D49"}


def _learned(**sure_from: float) -> LearnedTypes:
    return LearnedTypes("learned/7", learn(DOCUMENTS), sure_from)


def test_what_is_learned_is_told_but_not_surely_before_it_was_right_often_enough() -> None:
    lines = lines_of(pages(BADGE.capitalize()))
    assert tell_type(lines).score < 0.5
    told = tell_type(lines, _learned())
    assert told.code == "D49"
    assert 0.5 < told.score <= UNSURE
    assert told.model == "cues/1+learned/7"
    assert {reason.note for reason in told.reasons} == {"learned from what was filed"}
    assert tell_type(lines, _learned(D49=0.8)).score > UNSURE


def test_a_type_that_was_never_learned_is_left_to_the_cues() -> None:
    found = pages(
        "FAMILY COURT ORDER\nIn the Family Court sitting at Merrowby\nIT IS ORDERED\nCase No"
    )
    cues = classify(found)
    assert cues.score > 0.5
    assert tell_type(lines_of(found), _learned()) == cues


def _example(words: dict[str, int], label: str, told: str | None, score: float = 0.9) -> Example:
    return Example(words, label, TypeSuggestion(told, score))


def test_a_model_that_tells_more_than_the_cues_is_used_and_one_that_tells_less_is_not() -> None:
    blind = [_example(words, label, None, 0.0) for words, label in DOCUMENTS * 20]
    _, figures, _ = judged(sorted(blind, key=lambda one: hash(str(one.words))))
    assert verdict(figures)[0]
    seeing = [_example(words_of("word"), label, label, 1.0) for _, label in DOCUMENTS * 20]
    _, figures, _ = judged(
        [one for pair in zip(seeing[:60], seeing[60:], strict=False) for one in pair]
    )
    is_used, reason = verdict(figures)
    assert not is_used
    assert "the cues stay" in reason


def test_macro_f1_counts_every_type_alike() -> None:
    told = [Told("A", "A", 1.0)] * 9 + [Told("B", "A", 0.9)]
    assert macro_f1(told) == pytest.approx((18 / 19) / 2)
    assert macro_f1([]) == 0.0


def test_coverage_is_of_the_surest_and_equal_scores_go_together() -> None:
    told = [Told("A", "A", 0.9)] * 5 + [Told("A", "B", 0.5)] + [Told("A", "A", 0.5)] * 4
    assert coverage(told) == 0.5
    assert coverage(told, 0.9) == 1.0
    assert coverage([Told("A", None, 0.0)]) == 0.0


def test_a_type_told_too_seldom_has_no_score_from_which_it_is_sure() -> None:
    few = [Told("A", "A", 0.9)] * 99
    assert thresholds(few) == {}
    assert thresholds([*few, Told("A", "A", 0.8), *[Told("B", "A", 0.4)] * 5]) == {"A": 0.8}


@pytest.mark.parametrize(
    ("printed", "meant"),
    [
        ("Patlent: Ava Dixon", "Patient: Ava Dixon"),
        ("Name ot child: Tom Pellow", "Name of child: Tom Pellow"),
        ("Surnome: Field      Forenarne: Harry", "Surname: Field      Forename: Harry"),
        ("Sectian 2 Dctails of referrcr", "Section 2 Details of referrer"),
        ("Rc: Tom Pellow", "Re: Tom Pellow"),
        ("Child's name: Amy", "Child's name: Amy"),
        ("He said: nothing of the sort", "He said: nothing of the sort"),
        ("no label on this line, Patlent", "no label on this line, Patlent"),
    ],
)
def test_a_label_with_slips_of_ocr_is_still_a_label(printed: str, meant: str) -> None:
    assert with_labels_mended(printed) == meant
