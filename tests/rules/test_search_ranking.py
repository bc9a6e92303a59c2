"""Ranking arithmetic: it orders as people expect and never goes negative."""

import numpy as np

from search import ranking
from search.whoosh_segment import TEXT_FIELDS


def test_a_rarer_word_weighs_more_and_no_word_weighs_less_than_nothing() -> None:
    weights = [ranking.rarity(holding, 100) for holding in (1, 10, 50, 100)]
    assert weights == sorted(weights, reverse=True) and weights[-1] > 0


def test_more_of_a_word_counts_more_but_ever_less_so() -> None:
    first, second, third = ranking.saturated(np.array([1.0, 2.0, 3.0]))
    assert 0 < third - second < second - first and third < 1


def test_a_longer_text_counts_less() -> None:
    short, long = ranking.length_norm(np.array([100, 1000]), 300.0)
    assert short < 1 < long


def test_a_world_without_words_divides_by_nothing() -> None:
    assert float(ranking.length_norm(np.array([0]), 0.0)[0]) > 0


def test_every_text_field_has_a_weight() -> None:
    assert set(ranking.FIELD_WEIGHTS) == set(TEXT_FIELDS)
