"""The generated register and post that matching is measured with: one seed, one post, and its truth."""

import random

import pytest

from scanning.indexing.calibration import Calibration, calibration
from tests.quality.generated.calibrating import Weighed, fitted
from tests.quality.generated.layouts import HELD_OUT
from tests.quality.generated.letters import KINDS, NOBODYS, PostMaker
from tests.quality.generated.measure import CALIBRATING, REPORTING, TUNING
from tests.quality.generated.noise import with_slips
from tests.quality.generated.register import make_register

REGISTER = make_register(1, 2000)
LETTERS = PostMaker(REGISTER, "a", held_out=True).letters(600)


def test_the_same_seed_makes_the_same_people_and_the_same_post() -> None:
    assert make_register(1, 2000) == REGISTER
    assert PostMaker(REGISTER, "a", held_out=True).letters(600) == LETTERS
    assert PostMaker(REGISTER, "b", held_out=True).letters(600) != LETTERS


def test_what_is_reported_comes_from_seeds_that_nothing_was_tuned_to() -> None:
    assert len({TUNING, CALIBRATING, REPORTING}) == 3
    assert len({seed for seed, _ in (TUNING, CALIBRATING, REPORTING)}) == 3


def test_every_kind_is_there_and_only_letters_about_nobody_have_no_client() -> None:
    assert {letter.kind for letter in LETTERS} == set(KINDS)
    for letter in LETTERS:
        assert bool(letter.clients) == (letter.kind not in NOBODYS)
        assert len(letter.clients) <= 1 or letter.kind == "two siblings"
        assert "$" not in letter.text


def test_layouts_held_out_are_used_for_reporting_only() -> None:
    assert {letter.layout for letter in LETTERS} & set(HELD_OUT)
    tuned = PostMaker(REGISTER, "a", held_out=False).letters(300)
    assert not {letter.layout for letter in tuned} & set(HELD_OUT)


def test_a_rate_of_slips_is_about_that_share_of_the_characters() -> None:
    text = "The quick brown fox jumps over 0123456789 lazy dogs. " * 40
    assert with_slips(text, 0.0, random.Random(1)) == text
    assert with_slips(text, 0.03, random.Random(1)) != text


def test_the_calibration_in_use_shares_one_between_two_who_cannot_be_told_apart() -> None:
    in_use = calibration()
    assert in_use.version.startswith("match/")
    assert in_use.score(40, [40]) == pytest.approx(0.5)
    assert in_use.score(30, []) > in_use.score(20, []) > 0.5 > in_use.score(8, [])


def test_the_calibration_found_is_the_one_that_made_the_truth() -> None:
    true, dice = Calibration("true", 14.0, 0.5), random.Random(3)
    claims = []
    for _ in range(3000):
        bits = dice.uniform(4, 28)
        claims.append(Weighed(bits, (), dice.random() < true.score(bits, ())))
    found = fitted(claims, "found")
    assert found.nobody_bits == pytest.approx(14.0, abs=1.0)
    assert found.slope == pytest.approx(0.5, abs=0.15)
