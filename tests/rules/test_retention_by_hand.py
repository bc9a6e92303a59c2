"""Every row of the shipped schedule against dates worked out by hand (retention_by_hand.psv)."""

from collections import Counter, defaultdict
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from edrms.fileplan import load_record_classes
from retention.model import (
    Due,
    FileFacts,
    Ground,
    Happening,
    NotDue,
    Permanent,
    RecordFacts,
    Trigger,
)
from retention.profiles import BASE, load_profile
from retention.rules import evaluate
from retention.schedule import parse

CLASSES = [one.id for one in load_record_classes()]
WHOLE = load_profile(BASE, version=1, known_classes=CLASSES)
SCHEDULE = replace(
    WHOLE, drawn=()
)  # each row by itself; what statuses draw is in test_retention_rules.py
HAND = Path(__file__).with_name("retention_by_hand.psv")
SOURCE = Path(__file__).with_name("retention_source.psv")  # the facts as they were collected
LONG_AFTER = date(2400, 1, 1)


@dataclass(frozen=True)
class Case:
    """A line of the table."""

    class_id: str
    known: str
    due: str
    worked: str
    authority: str
    src: str

    @property
    def facts(self) -> RecordFacts:
        events = [part.split() for part in self.known.split(";") if part.strip()]
        happenings = {
            Trigger(event): Happening(frozenset(map(date.fromisoformat, days)))
            for event, *days in events
        }
        return RecordFacts("r", (FileFacts("c", self.class_id, happenings),))


CASES = [Case(*line.split("|")) for line in HAND.read_text("utf-8").splitlines()[1:]]


@pytest.mark.parametrize("case", CASES, ids=[f"{one.class_id}: {one.known}" for one in CASES])
def test_the_day_is_the_one_worked_by_hand(case: Case) -> None:
    if case.due == "for good":
        assert isinstance(evaluate(case.facts, SCHEDULE, LONG_AFTER), Permanent)
        return
    due = date.fromisoformat(case.due)
    action = SCHEDULE.rules[case.class_id].action
    on_the_day = evaluate(case.facts, SCHEDULE, due)
    day_before = evaluate(case.facts, SCHEDULE, due - timedelta(days=1))
    assert isinstance(on_the_day, Due) and (on_the_day.on, on_the_day.action) == (due, action)
    assert isinstance(day_before, NotDue) and (day_before.until, day_before.action) == (due, action)


def test_every_row_has_cases_for_its_period_and_for_each_alternative() -> None:
    tried: dict[str, set[object]] = defaultdict(set)
    for case in CASES:
        tried[case.class_id].add(_part_of(_ground(case)))
    for class_id, rule in SCHEDULE.rules.items():
        parts: set[object] = {(one.event, one.period) for one in rule.alternatives}
        parts.add((rule.trigger, rule.period) if case_is_dated(class_id) else (None, None))
        assert parts <= tried[class_id], class_id
    assert min(Counter(case.class_id for case in CASES)[class_id] for class_id in CLASSES) >= 2


def case_is_dated(class_id: str) -> bool:
    return all(case.due != "for good" for case in CASES if case.class_id == class_id)


def _ground(case: Case) -> Ground:
    answer = evaluate(case.facts, SCHEDULE, LONG_AFTER)
    assert isinstance(answer, Due | NotDue | Permanent), case
    return answer.ground


def _part_of(ground: Ground) -> tuple[object, object]:
    return ground.event, ground.period


def test_every_case_names_what_its_row_rests_on() -> None:
    for case in CASES:
        rule = SCHEDULE.rules[case.class_id]
        assert (case.authority, case.src) == (rule.authority, rule.source), case.class_id
        assert case.worked


def test_the_shipped_rows_are_those_of_the_source_but_for_two_that_say_why() -> None:
    source = parse(SOURCE.read_text("utf-8"), version=1, profile="source", known_classes=CLASSES)
    changed = {
        (rule.class_id, name)
        for rule in source.rules.values()
        for name in ("title", "trigger", "period", "alternatives", "action", "basis", "authority", "source",
                     "notes")
        if getattr(rule, name) != getattr(SCHEDULE.rules[rule.class_id], name)
    }  # fmt: skip
    assert changed == {
        ("A19", "alternatives"), ("A19", "notes"), ("X19", "period"), ("X19", "notes"), ("X20", "notes"),
    }  # fmt: skip
    assert list(source.rules) == list(SCHEDULE.rules) == CLASSES
    assert "raised here" in SCHEDULE.rules["X19"].notes
