"""What may be said of a life event, and what cannot be true together. Bad input first."""

from datetime import date

import pytest

from retention.life import (
    BEGAN,
    KINDS,
    Clash,
    Contradiction,
    NewEvent,
    Stated,
    SubjectKind,
    contradictions,
    faults_of,
)

TODAY = date(2026, 6, 1)
CLIENT, FILE = SubjectKind.CLIENT, SubjectKind.CASE_FILE


def event(kind: str, on: date, subject: SubjectKind = CLIENT, **given: object) -> NewEvent:
    fields: dict[str, object] = {"authority": "letter of the family court"}
    return NewEvent(subject, "c" * 32, kind, on, **fields | given)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("bad", "field", "words"),
    [
        (event("HOSPITAL", TODAY), "kind", "no kind 'HOSPITAL'. Choose one of DOB"),
        (event("", TODAY), "kind", "Choose one of"),
        (event("RECEIVED", TODAY), "kind", "known from the record itself"),
        (event("CAPTURED", TODAY), "kind", "known from the record itself"),
        (event("deceased", date(2026, 6, 2)), "on", "lies in the future"),
        (event("deceased", TODAY, until=TODAY), "until", "Only a status has an end"),
        (event("DOB", TODAY, FILE), "kind", "about a person"),
        (event("adopted", TODAY, SubjectKind.RECORD), "kind", "about a person"),
        (event("DOD", date(2026, 6, 2)), "on", "2026-06-02 lies in the future"),
        (event("CASE_CLOSED", date(2027, 1, 1)), "on", "lies in the future"),
        (event("DOB", date(1849, 12, 31)), "on", "1849-12-31 is before 1850: check the year"),
        (event("DOB", date(19, 3, 1)), "on", "0019-03-01 is before 1850"),
        (event("CONTRACT_END", date(2126, 1, 1)), "on", "more than 50 years ahead"),
        (event("looked_after", TODAY, until=date(2026, 5, 1)), "until", "before the beginning"),
        (event("looked_after", TODAY, until=date(2200, 5, 1)), "until", "50 years ahead"),
        (event("CASE_CLOSED", TODAY, until=TODAY), "until", "Only a status has an end"),
        (event("CASE_CLOSED", TODAY, authority=" a  "), "authority", "Say why we believe it"),
    ],
)
def test_what_cannot_be_said_of_an_event_is_refused_by_field(
    bad: NewEvent, field: str, words: str
) -> None:
    found = faults_of(bad, TODAY)
    assert set(found) == {field}
    assert words in found[field]


@pytest.mark.parametrize(
    "good",
    [
        event("looked_after", date(2026, 9, 1), until=date(2030, 1, 1)),
        event("CONTRACT_END", date(2031, 3, 31)),
        event("PLACEMENT_END", date(2026, 12, 1)),
        event("DOB", date(1850, 1, 1)),
        event("DOD", TODAY),
        event("QC_PASS", TODAY, SubjectKind.RECORD),
        event("CASE_CLOSED", TODAY, FILE),
    ],
)
def test_what_is_known_ahead_or_happened_today_may_be_said(good: NewEvent) -> None:
    assert faults_of(good, TODAY) == {}


def said(kind: str, on: date, subject: SubjectKind = CLIENT, of: str = "c" * 32) -> Stated:
    return Stated(f"{kind}-{on}", subject, of, kind, on)


def clashes(*stated: Stated) -> list[Clash]:
    return [one.clash for one in contradictions(stated)]


def test_two_dates_of_birth_contradict_and_the_same_twice_does_not() -> None:
    first, second = said("DOB", date(2014, 5, 17)), said("DOB", date(2014, 7, 15))
    assert contradictions([second, first]) == [
        Contradiction(
            Clash.TWO_DATES, (first, second),
            "The dates of birth differ: 2014-05-17 and 2014-07-15.",
        )
    ]  # fmt: skip
    assert clashes(first, first) == []


def test_a_death_before_the_birth_is_impossible_and_on_the_day_of_birth_is_not() -> None:
    born, died = said("DOB", date(2014, 5, 17)), said("DOD", date(2014, 5, 16))
    assert clashes(born, died) == [Clash.DIED_BEFORE_BIRTH]
    assert clashes(born, said("DOD", date(2014, 5, 17))) == []


def test_an_end_before_the_opening_is_impossible_for_the_same_file_or_the_whole_person() -> None:
    closed = said("CASE_CLOSED", date(2019, 1, 1), FILE, "f" * 32)
    opened = said(BEGAN, date(2019, 1, 2), FILE, "f" * 32)
    assert clashes(closed, opened) == [Clash.ENDED_BEFORE_BEGAN]
    assert clashes(closed, said(BEGAN, date(2019, 1, 2))) == [Clash.ENDED_BEFORE_BEGAN]
    assert clashes(closed, said(BEGAN, date(2019, 1, 2), FILE, "0" * 32)) == []
    assert clashes(closed, opened, said(BEGAN, date(2010, 1, 1))) == []


def test_nothing_happens_long_before_birth_but_an_unborn_child_may_have_a_plan() -> None:
    born = said("DOB", date(2014, 5, 17))
    assert clashes(born, said("child_protection", date(2014, 1, 10))) == []
    assert clashes(born, said("CASE_CLOSED", date(1914, 1, 10))) == [Clash.BEFORE_BIRTH]


def test_nobody_is_adopted_after_death_but_a_case_is_closed_then() -> None:
    died = said("DOD", date(2014, 5, 17))
    assert clashes(died, said("adopted", date(2015, 1, 1))) == [Clash.AFTER_DEATH]
    assert clashes(died, said("CASE_CLOSED", date(2015, 1, 1))) == []
    assert clashes(died, said("deceased", date(2015, 1, 1))) == []  # learnt later


def test_every_kind_has_one_name() -> None:
    assert len(set(KINDS)) == len(KINDS)
    assert {"DOB", "CASE_CLOSED", "began", "reopened", "looked_after"} <= set(KINDS)
    assert not {"RECEIVED", "CAPTURED"} & set(KINDS)
