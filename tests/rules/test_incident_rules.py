"""The states of an incident, its 72 hours, and whom to tell before it is closed."""

from datetime import UTC, date, datetime, timedelta

import pytest

from edrms.incidents.rules import (
    Act,
    Risk,
    State,
    Told,
    clock_runs,
    closing_wrong,
    due_at,
    is_overdue,
    next_state,
    telling_wrong,
)

FRIDAY = datetime(2026, 6, 5, 16, 30, tzinfo=UTC)
DAY = date(2026, 6, 5)
NOBODY = Told("", None, None)


def test_what_is_still_on_the_wrong_file_is_neither_assessed_nor_closed() -> None:
    found = {(state, act): next_state(state, act) for state in State for act in Act}
    assert {pair for pair, to in found.items() if to is not None} == {
        (State.REPORTED, Act.CONTAIN), (State.REPORTED, Act.DISMISS),
        (State.CONTAINED, Act.ASSESS), (State.ASSESSED, Act.ASSESS), (State.ASSESSED, Act.CLOSE),
    }  # fmt: skip


def test_the_clock_counts_hours_over_the_weekend() -> None:
    assert due_at(FRIDAY) == datetime(2026, 6, 8, 16, 30, tzinfo=UTC)
    assert not is_overdue("contained", NOBODY, FRIDAY, due_at(FRIDAY))
    assert is_overdue("contained", NOBODY, FRIDAY, due_at(FRIDAY) + timedelta(seconds=1))
    assert is_overdue("reported", NOBODY, FRIDAY, FRIDAY + timedelta(days=9))


@pytest.mark.parametrize(
    ("state", "told"),
    [
        ("closed", NOBODY), ("dismissed", NOBODY), ("assessed", Told(Risk.UNLIKELY, None, None)),
        ("assessed", Told(Risk.HIGH, DAY, None)),
    ],
)  # fmt: skip
def test_the_clock_stops(state: str, told: Told) -> None:
    assert not clock_runs(state, told)
    assert not is_overdue(state, told, FRIDAY, FRIDAY + timedelta(days=9))


@pytest.mark.parametrize("risk", ["", "none", "great"])
def test_a_risk_is_one_of_three(risk: str) -> None:
    assert telling_wrong(Told(risk, None, None), DAY, DAY).keys() == {"risk"}


def test_nobody_was_told_before_the_report_or_tomorrow() -> None:
    before, after = DAY - timedelta(days=1), DAY + timedelta(days=1)
    wrong = telling_wrong(Told(Risk.RISK, before, after), DAY, DAY)
    assert wrong.keys() == {"regulator_on", "people_on"}
    assert telling_wrong(Told(Risk.RISK, DAY, DAY), DAY, DAY) == {}


@pytest.mark.parametrize(
    ("told", "lacks"),
    [
        (Told(Risk.UNLIKELY, None, None), set()),
        (Told(Risk.RISK, None, DAY), {"regulator_on"}),
        (Told(Risk.RISK, DAY, None), set()),
        (Told(Risk.HIGH, None, None), {"regulator_on", "people_on"}),
        (Told(Risk.HIGH, DAY, None), {"people_on"}),
        (Told(Risk.HIGH, DAY, DAY), set()),
    ],
)
def test_who_must_be_told_was_told_before_it_is_closed(told: Told, lacks: set[str]) -> None:
    assert closing_wrong(told).keys() == lacks
