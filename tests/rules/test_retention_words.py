"""Each kind of answer in one sentence that an officer can read out."""

import re
from datetime import date
from pathlib import Path

import pytest

from edrms.fileplan import load_record_classes
from retention.model import (
    Action,
    Answer,
    Due,
    FileFacts,
    Ground,
    Happening,
    Missing,
    NotDue,
    Period,
    Permanent,
    RecordFacts,
    Status,
    Trigger,
    Unknown,
    Why,
)
from retention.profiles import BASE, PROFILES, load_profile
from retention.rules import evaluate
from retention.schedule import COLUMNS
from retention.words import EVENTS, STATUSES, lack, length, sentence

CLASSES = [one.id for one in load_record_classes()]
SCHEDULE = load_profile(BASE, version=3, known_classes=CLASSES)
REG_50 = "Care Planning, Placement and Case Review (England) Regs 2010 reg 50"
TODAY = date(2026, 11, 26)
NAMES = {"c1": "Ana Silva"}


def said(class_id: str, *statuses: Status, names: dict[str, str] | None = None,
         kept: date | None = None, because: str = "", **events: date) -> str:  # fmt: skip
    happenings = {Trigger[one.upper()]: Happening(frozenset({day})) for one, day in events.items()}
    file = FileFacts("c1", class_id, happenings, dict.fromkeys(statuses, TODAY))
    facts = RecordFacts("r", (file,), kept, because)
    return sentence(evaluate(facts, SCHEDULE, TODAY), SCHEDULE, names)


def test_kept_because_the_child_was_looked_after() -> None:
    born = date(2016, 3, 14)
    words = said("C03", Status.LOOKED_AFTER, dob=born)
    assert words == (
        "Kept until 14 March 2091 because the child was looked after: 75 years from date of birth,"
        f" 14 March 2016 ({REG_50}), schedule version 3."
    )
    assert "because Ana Silva was looked after" in said(
        "C03", Status.LOOKED_AFTER, names=NAMES, dob=born
    )


def test_due_by_the_files_own_class() -> None:
    assert said("C05", dob=date(1960, 3, 14), dod=date(1977, 12, 25), names=NAMES) == (
        "Due for review since 25 December 1992 because it is on a file of Ana Silva of class C05"
        " (Looked-after child case record): 15 years from date of death, 25 December 1977"
        f" ({REG_50}), schedule version 3."
    )
    assert said("A01", last_contact=date(2020, 1, 1)).startswith(
        "Due to be proposed for destruction since 1 January 2022 because it is on a file of class A01"
        " (Adult contact or enquiry, no further action): 2 years from the date of last contact,"
    )
    assert said("A06", closed=date(2000, 1, 1)).startswith("Due to be offered to an archive since ")


def test_a_financial_years_end_is_named_with_its_day() -> None:
    assert "6 years from the end of the financial year, 31 March 2026 (" in said(
        "X01", fy_end=date(2025, 4, 1)
    )


def test_an_extension_says_who_or_why() -> None:
    words = said(
        "A01", last_contact=date(2020, 1, 1), kept=date(2030, 5, 1), because="An appeal runs."
    )
    assert words == (
        "Kept until 1 May 2030 because a person extended it: An appeal runs, schedule version 3."
    )
    assert said("A01", last_contact=date(2020, 1, 1), kept=date(2030, 5, 1)) == (
        "Kept until 1 May 2030 because a person extended it, schedule version 3."
    )


def test_kept_for_good() -> None:
    assert said("X16") == (
        "Kept for good because it is on a file of class X16 (Paper original of intrinsic value"
        " (certificate, photo, letter from birth family)): the schedule retains it"
        " (Return to owner or keep with file), schedule version 3."
    )
    ground = Ground("c1", "A16", None, Trigger.EXPIRY, date(9999, 12, 31), Period(2), "Badge law")
    assert sentence(Permanent(ground, 3), SCHEDULE) == (
        "Kept for good because it is on a file of class A16 (Blue Badge application): 2 years from the"
        " date of expiry, 31 December 9999 (Badge law), a day past the year 9999, schedule version 3."
    )


def test_not_due_says_what_is_not_known() -> None:
    assert said("C04") == (
        "Not due: the date the case closed is not known (class C04), schedule version 3."
    )
    assert said("C29", closed=date(2024, 1, 1), kept=date(2030, 5, 1), names=NAMES) == (
        "Not due: the date of birth is not known (class C29, Ana Silva); kept until 1 May 2030 at least,"
        " schedule version 3."
    )


@pytest.mark.parametrize(
    ("why", "words"),
    [
        (Why.UNKNOWN, "the date of death is not known (class C05)"),
        (Why.NOT_YET, "the date of death is still to come (class C05)"),
        (Why.CONTRADICTED, "more than one date is given for the date of death (class C05)"),
        (Why.BEGUN_AGAIN,
         "the date of death no longer counts because it was begun again afterwards (class C05)"),
        (Why.IMPOSSIBLE, "the date of death cannot be right beside the other dates (class C05)"),
        (Why.NO_RULE, "the schedule has no rule for class C05"),
        (Why.NO_FILE, "the record is on no file"),
    ],
)  # fmt: skip
def test_every_reason_has_words(why: Why, words: str) -> None:
    trigger = None if why in (Why.NO_RULE, Why.NO_FILE) else Trigger.DOD
    assert lack(Missing("c9", "C05", trigger, why)) == words


def test_a_file_without_a_class_is_said_so() -> None:
    assert (
        said("")
        == "Not due: the schedule has no rule for a file without a class, schedule version 3."
    )


def test_many_missing_facts_are_counted_after_the_fifth() -> None:
    missing = tuple(Missing(f"c{n}", "C04", Trigger.CASE_CLOSED, Why.UNKNOWN) for n in range(8))
    words = sentence(Unknown(missing, None, 3), SCHEDULE)
    assert words.count("the date the case closed") == 5 and "; and 3 more," in words


def test_every_event_status_and_action_has_words() -> None:
    assert set(EVENTS) == set(Trigger) and set(STATUSES) == set(Status)
    for action in Action:
        for event in Trigger:
            for status in (None, *Status):
                ground = Ground("c1", "C05", status, event, TODAY, Period(1, 1, 1), "Law")
                answers: list[Answer] = [
                    Due(TODAY, action, ground, 3),
                    NotDue(TODAY, action, ground, 3),
                ]
                for answer in answers:
                    words = sentence(answer, SCHEDULE)
                    assert words.endswith(" (Law), schedule version 3.") and "the the" not in words


def test_lengths() -> None:
    assert length(Period(1, 6)) == "1 year 6 months"
    assert length(Period(days=90)) == "90 days"
    assert length(Period()) == "0 days"


def test_the_officers_page_shows_what_statuses_draw_and_a_sentence_that_is_said() -> None:
    page = (Path(__file__).parents[2] / "docs" / "retention.md").read_text("utf-8")
    table = page.split("<!-- drawn -->\n")[1].split("<!-- /drawn -->")[0]
    assert table.splitlines()[2:] == [
        f"| {one.status.replace('_', ' ')} | {one.class_id} {SCHEDULE.rules[one.class_id].title} |"
        f" {' '.join(sorted(one.from_classes))} |"
        for one in SCHEDULE.drawn
    ]
    words = said("C03", Status.LOOKED_AFTER, dob=date(2016, 3, 14))
    assert words in " ".join(page.replace("\n> ", " ").split())
    assert set(re.findall(r"^\| `([a-z0-9-]+)` \|", page, re.M)) >= set(PROFILES)
    assert set(COLUMNS) <= set(re.findall(r"`([a-z_]+)`", page))
