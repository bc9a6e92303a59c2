"""Fitting the two numbers of the score to generated post, and the table that shows whether they hold.

Fitted on seeds of their own (measure.TUNING); what is reported comes from others. A person writes what is
found into scanning/indexing/match_calibration.json, with a new version.
"""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from edrms.clients.register import find_by_keys
from edrms.db import Database
from scanning.indexing.calibration import Calibration
from scanning.indexing.identifiers import find_identifiers
from scanning.indexing.matching import competing, keys_of
from scanning.indexing.model import PageText
from tests.quality.generated.letters import Letter
from tests.quality.generated.measure import Outcome

_EDGES = (0.02, 0.1, 0.3, 0.5, 0.7, 0.85, 0.95, 0.99, 1.01)


@dataclass(frozen=True)
class Weighed:
    """A claim on a letter: its bits, those of its rivals, and whether it is right."""

    bits: float
    rivals: tuple[float, ...]
    is_right: bool


def weighed(database: Database, letters: Iterable[Letter]) -> Iterator[Weighed]:
    """Every claim on every letter."""
    for letter in letters:
        found = find_identifiers((PageText(1, letter.text),))
        keys = keys_of(found)
        with database.read() as session:
            candidates = find_by_keys(
                session, nhs_numbers=keys.nhs_numbers, references=keys.references,
                dates_of_birth=keys.dates_of_birth, postcodes=keys.postcodes, uprns=keys.uprns,
                names=keys.names,
            )  # fmt: skip
        for claim, rivals in competing(found, tuple(candidates)):
            right = str(claim.client.client_id) in letter.clients
            yield Weighed(claim.bits, tuple(rival.bits for rival in rivals), right)


def fitted(claims: Sequence[Weighed], version: str) -> Calibration:
    """The numbers under which what was right is least surprising."""
    choices = [
        Calibration(version, nobody / 4, slope / 20)
        for nobody in range(32, 73)
        for slope in range(4, 25)
    ]
    return min(choices, key=lambda one: _surprise(one, claims))


def _surprise(calibration: Calibration, claims: Sequence[Weighed]) -> float:
    total = 0.0
    for claim in claims:
        score = min(max(calibration.score(claim.bits, claim.rivals), 0.0005), 0.9995)
        total -= math.log(score if claim.is_right else 1 - score)
    return total


def reliability(outcomes: Iterable[Outcome]) -> list[tuple[float, float, int, float, float]]:
    """For each range of scores: from, to, how many suggestions, their mean score, share that is right."""
    scored = [
        (match.score, match.client_id in outcome.letter.clients)
        for outcome in outcomes
        for match in outcome.suggestion.clients
    ]
    table = []
    for least, most in pairwise(_EDGES):
        inside = [(score, right) for score, right in scored if least <= score < most]
        if inside:
            mean = sum(score for score, _ in inside) / len(inside)
            share = sum(right for _, right in inside) / len(inside)
            table.append((least, min(most, 1.0), len(inside), mean, share))
    return table
