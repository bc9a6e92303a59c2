"""What the engine answers where rules, people, files and doubts meet."""

import random
from dataclasses import replace
from datetime import date, timedelta

import pytest

from edrms.fileplan import load_record_classes
from retention import rules
from retention.dates import add, financial_year_end
from retention.model import (
    Action,
    Answer,
    Due,
    FileFacts,
    Happening,
    Missing,
    NotDue,
    Period,
    Permanent,
    RecordFacts,
    Schedule,
    Status,
    Trigger,
    Unknown,
    Why,
)
from retention.profiles import BASE, OVERLAYS, PROFILES, load_profile
from retention.rules import evaluate, evaluate_all
from retention.schedule import parse
from tests.rules.retention_lives import (
    History,
    Life,
    facts_of,
    histories,
    random_life,
    without,
)

CLASSES = [one.id for one in load_record_classes()]
SHIPPED = {name: load_profile(name, version=3, known_classes=CLASSES) for name in PROFILES}
ENGLAND = SHIPPED[BASE]
TODAY = date(2026, 11, 26)
NEVER = date(9999, 12, 31)
T = Trigger


def file(
    class_id: str,
    *statuses: Status,
    began: date | None = None,
    client: str = "ana",
    **events: object,
) -> FileFacts:
    """Events by the lower-case name of their trigger: a date, several, or a whole Happening."""
    happenings = {T[name.upper()]: _happening(value) for name, value in events.items()}
    return FileFacts(client, class_id, happenings, dict.fromkeys(statuses, TODAY), began)


def _happening(value: object) -> Happening:
    if isinstance(value, Happening):
        return value
    days = value if isinstance(value, list) else [value]
    return Happening(frozenset(days))


def judged(*files: FileFacts, schedule: Schedule = ENGLAND, as_of: date = TODAY,
           kept: date | None = None) -> Answer:  # fmt: skip
    return evaluate(RecordFacts("r", files, kept, "an appeal"), schedule, as_of)


def whys(answer: Answer) -> set[tuple[str, Trigger | None, Why]]:
    assert isinstance(answer, Unknown), answer
    return {(one.class_id, one.trigger, one.why) for one in answer.missing}


def day(answer: Answer) -> date:
    """The day of an answer that has one."""
    assert isinstance(answer, Due | NotDue), answer
    return answer.on if isinstance(answer, Due) else answer.until


def one_rule(
    period: str, action: str = "REVIEW", alt: str = "none", trigger: str = "DOB"
) -> Schedule:
    header = "id|record_class|trigger|period|alt|action|basis|authority|src|notes"
    row = f"A01|Words|{trigger}|{period}|{alt}|{action}|L|Local|GK|none"
    return parse(f"{header}\n{row}", version=1, profile="x", known_classes=["A01"])


BORN = date(2016, 3, 14)


def test_a_looked_after_child_keeps_the_first_enquiry_for_75_years() -> None:
    before = judged(file("C01", last_contact=date(2020, 1, 1)))
    after = judged(file("C01", Status.LOOKED_AFTER, last_contact=date(2020, 1, 1), dob=BORN))
    assert day(before) == date(2026, 1, 1) and isinstance(before, Due)
    assert day(after) == date(2091, 3, 14) and isinstance(after, NotDue)
    assert (after.ground.class_id, after.ground.status) == ("C05", Status.LOOKED_AFTER)
    assert after.schedule_version == 3


def test_adoption_draws_a_hundred_years_from_the_order_onto_every_childs_file() -> None:
    for class_id in ("C01", "C03", "C04", "C05", "C06", "C11", "C15"):
        answer = judged(file(class_id, Status.ADOPTED, dob=BORN, order_date=date(2019, 6, 1),
                             case_closed=date(2019, 7, 1), last_contact=date(2019, 7, 1)))  # fmt: skip
        assert day(answer) == date(2119, 6, 1), class_id


def test_child_protection_draws_35_years_from_closing() -> None:
    answer = judged(
        file("C03", Status.CHILD_PROTECTION, dob=date(2000, 1, 1), case_closed=date(2017, 5, 5))
    )
    assert day(answer) == date(2052, 5, 5)


def test_death_draws_the_deceaseds_class_onto_every_adult_class_said_or_not() -> None:
    answer = judged(file("A01", last_contact=date(2020, 1, 1), dod=date(2020, 6, 1)))
    assert day(answer) == date(2028, 6, 1)
    assert answer.ground.status is Status.DECEASED  # type: ignore[union-attr]
    adults = [class_id for class_id in CLASSES if class_id.startswith("A") and class_id != "A19"]
    drawn = next(one for one in ENGLAND.drawn if one.status is Status.DECEASED)
    assert drawn.from_classes == set(adults)


def test_a_dead_person_of_whose_death_no_day_is_known_is_unknown() -> None:
    answer = judged(file("A01", Status.DECEASED, last_contact=date(2010, 1, 1)))
    assert whys(answer) == {("A19", T.DOD, Why.UNKNOWN)}
    assert answer.not_before == date(2012, 1, 1)  # type: ignore[union-attr]


def test_a_child_known_to_have_died_waits_for_the_day_of_death() -> None:
    facts = file("C05", Status.DECEASED, dob=date(1940, 1, 1))
    assert whys(judged(facts)) == {("C05", T.DOD, Why.UNKNOWN)}
    assert isinstance(judged(file("C05", dob=date(1940, 1, 1))), Due)


def test_no_facts_make_it_raise() -> None:
    dice = random.Random(8)
    most = date.max.toordinal()
    kinds = set()
    for history in some(3000):
        lives = [_shifted(life, dice) for life in history.lives]
        as_of = date.fromordinal(dice.choice([1, most, dice.randint(1, most)]))
        facts = facts_of(lives, None)
        kinds.add(type(evaluate(facts, history.council.schedule, as_of)))
    assert kinds == {Due, NotDue, Unknown, Permanent}


def _shifted(life: Life, dice: random.Random) -> Life:
    """The same events on any days the calendar has."""
    days = [date.min, date.max, *(date.fromordinal(dice.randint(1, 3_652_059)) for _ in range(4))]
    some_days = [(one.year, one.month, one.day) for one in days]
    events = {
        event: set(dice.sample(some_days, dice.choice([0, 1, 1, 1, 2]))) for event in life.events
    }
    return replace(life, events=events, began=dice.choice([None, *some_days]))


def test_a_letter_on_two_siblings_files_waits_for_the_younger() -> None:
    one, two = file("C03", dob=date(1990, 1, 1)), file("C03", client="ben", dob=date(1995, 1, 1))
    assert day(judged(one)) == date(2020, 1, 1) and isinstance(judged(one), Due)
    both = judged(one, two)
    assert day(both) == day(judged(two, one)) == date(2025, 1, 1)
    assert both.ground.client_id == "ben"  # type: ignore[union-attr]


def test_what_is_missing_is_listed_whole_with_the_day_already_certain() -> None:
    answer = judged(file("C03"), file("C04", client="ben"), file("C05", client="cem", dob=BORN),
                    kept=date(2030, 1, 1))  # fmt: skip
    assert isinstance(answer, Unknown)
    assert answer.missing == (
        Missing("ana", "C03", T.DOB, Why.UNKNOWN), Missing("ben", "C04", T.CASE_CLOSED, Why.UNKNOWN),
    )  # fmt: skip
    assert answer.not_before == date(2091, 3, 14)


def test_a_period_that_a_contradicted_death_may_replace_is_not_certain() -> None:
    twice = [date(2010, 1, 1), date(2011, 1, 1)]
    answer = judged(file("C05", dob=date(2000, 1, 1), dod=twice))
    assert whys(answer) == {("C05", T.DOD, Why.CONTRADICTED)}
    assert answer.not_before is None  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        (file("C03", dob=[BORN, date(2016, 4, 13)]), {("C03", T.DOB, Why.CONTRADICTED)}),
        (file("C03", dob=BORN, dod=date(2016, 3, 13)),
         {("C03", T.DOB, Why.IMPOSSIBLE), ("C03", T.DOD, Why.IMPOSSIBLE)}),
        (file("C03", dod=date(2016, 3, 13)), {("C03", T.DOB, Why.UNKNOWN)}),
        (file("C05", dod=date(2027, 1, 1), dob=BORN), {("C05", T.DOD, Why.NOT_YET)}),
        (file("C03", dob=date(2027, 1, 1)), {("C03", T.DOB, Why.NOT_YET)}),
        (file("C04", case_closed=date(2019, 5, 1), began=date(2019, 5, 2)),
         {("C04", T.CASE_CLOSED, Why.IMPOSSIBLE)}),
        (file("C04", case_closed=Happening(frozenset({date(2019, 5, 1)}), date(2020, 1, 1))),
         {("C04", T.CASE_CLOSED, Why.BEGUN_AGAIN)}),
        (file("C04", case_closed=Happening(frozenset({date(2019, 5, 1)}), date(2019, 5, 1))),
         {("C04", T.CASE_CLOSED, Why.BEGUN_AGAIN)}),
        (file("C10", dob=BORN, order_date=date(2016, 3, 13)), {("C10", T.ORDER_DATE, Why.IMPOSSIBLE)}),
        (file("C10", order_date=date(2026, 11, 27)), {("C10", T.ORDER_DATE, Why.NOT_YET)}),
        (file("C29", closed=date(2020, 1, 1)), {("C29", T.DOB, Why.UNKNOWN)}),
        (file("Z99"), {("Z99", None, Why.NO_RULE)}),
        (file(""), {("", None, Why.NO_RULE)}),
    ],
)  # fmt: skip
def test_what_cannot_be_believed_keeps_the_record(
    facts: FileFacts, expected: set[tuple[str, Trigger | None, Why]]
) -> None:
    assert whys(judged(facts)) == expected


def test_a_record_on_no_file_is_unknown() -> None:
    assert judged() == Unknown((Missing("", "", None, Why.NO_FILE),), None, 3)


def test_a_case_closed_again_after_it_was_reopened_counts_from_the_last_closing() -> None:
    days = frozenset({date(1980, 1, 1), date(1985, 6, 1)})
    answer = judged(file("C04", case_closed=Happening(days, date(1982, 1, 1))))
    assert day(answer) == date(2020, 6, 1)


def test_what_was_closed_on_the_day_it_began_is_believed() -> None:
    assert day(judged(file("C04", case_closed=BORN, began=BORN))) == date(2051, 3, 14)


def test_a_child_may_be_known_before_birth_but_not_die_before_it() -> None:
    unborn = file("C03", Status.CHILD_PROTECTION, dob=BORN, case_closed=date(2016, 3, 1))
    assert day(judged(unborn)) == date(2051, 3, 1)
    assert day(judged(file("C05", dob=BORN, dod=BORN))) == date(2031, 3, 14)


def test_an_order_of_today_has_been_made_and_one_of_tomorrow_has_not() -> None:
    assert day(judged(file("C10", order_date=TODAY))) == date(2126, 11, 26)
    assert isinstance(judged(file("C10", order_date=TODAY + timedelta(days=1))), Unknown)


def test_of_equal_days_the_more_careful_end_wins_whatever_the_order_of_files() -> None:
    destroyed = file("X05", closed=date(2010, 5, 5))  # 10 years
    reviewed = file("C16", client="ben", approval_end=date(2010, 5, 5))  # 10 years
    offered = file("A06", client="cem", closed=date(1995, 5, 5))  # 25 years
    for files, action in (
        ((destroyed, reviewed), Action.REVIEW), ((reviewed, destroyed), Action.REVIEW),
        ((offered, reviewed, destroyed), Action.ARCHIVE_OFFER),
        ((destroyed, reviewed, offered), Action.ARCHIVE_OFFER),
    ):  # fmt: skip
        answer = judged(*files)
        assert isinstance(answer, Due) and answer.action is action and answer.on == date(2020, 5, 5)


def test_an_extension_is_one_more_date_and_keeps_the_end_the_rule_proposed() -> None:
    facts = file("A01", last_contact=date(2020, 1, 1))
    longer = judged(facts, kept=date(2030, 1, 1))
    assert isinstance(longer, NotDue) and longer.until == date(2030, 1, 1)
    assert longer.ground.is_extension and longer.ground.reason == "an appeal"
    assert longer.action is Action.DESTROY
    over = judged(facts, kept=date(2030, 1, 1), as_of=date(2030, 1, 1))
    assert isinstance(over, Due) and over.on == date(2030, 1, 1)
    assert judged(facts, kept=date(2021, 1, 1)) == judged(facts)
    assert judged(facts, kept=date(2022, 1, 1)) == judged(facts)  # the very day the rule gives


def test_retain_is_for_good_whatever_else_is_missing() -> None:
    answer = judged(file("X16"), file("C05"), file("Z99"))
    assert isinstance(answer, Permanent)
    assert (answer.ground.class_id, answer.ground.event) == ("X16", None)


@pytest.mark.parametrize("period", ["P999Y", "P980Y12M", "P360000D"])
def test_a_day_past_the_year_9999_is_for_good_and_not_an_error(period: str) -> None:
    born = date(9500, 1, 1)
    answer = judged(file("A01", dob=born), schedule=one_rule(period), as_of=date.max)
    assert isinstance(answer, Permanent)
    assert (answer.ground.event, answer.ground.event_on) == (T.DOB, born)


def test_the_last_days_of_the_calendar_do_not_raise() -> None:
    for trigger in Trigger:
        schedule = one_rule("P1D", trigger=trigger)
        events = {trigger.value.lower(): date.max}
        assert isinstance(
            judged(file("A01", **events), schedule=schedule, as_of=date.max), Permanent
        )
        first = {trigger.value.lower(): date.min}
        assert isinstance(judged(file("A01", **first), schedule=schedule, as_of=date.min), NotDue)
    dying = file("A01", dob=date(9990, 1, 1), dod=date(9998, 1, 1))
    old = one_rule("P1Y", alt="DOD<18:P1Y")
    assert day(judged(dying, schedule=old, as_of=date.max)) == date(9999, 1, 1)


@pytest.mark.parametrize(
    ("start", "period", "expected"),
    [
        ("2020-02-29", Period(years=1), "2021-03-01"),
        ("2020-02-29", Period(years=4), "2024-02-29"),
        ("1896-02-29", Period(years=4), "1900-03-01"),
        ("1996-02-29", Period(years=4), "2000-02-29"),
        ("2023-01-31", Period(months=1), "2023-03-01"),
        ("2024-01-31", Period(months=1), "2024-03-01"),
        ("2023-01-29", Period(months=1), "2023-03-01"),
        ("2023-08-31", Period(months=1), "2023-10-01"),
        ("2023-12-31", Period(months=2), "2024-03-01"),
        ("2023-12-31", Period(months=12), "2024-12-31"),
        ("2023-11-30", Period(years=1, months=3), "2025-03-01"),
        ("2023-01-31", Period(months=1, days=1), "2023-03-02"),
        ("2023-12-31", Period(days=60), "2024-02-29"),
    ],
)
def test_sums_round_to_the_later_day(start: str, period: Period, expected: str) -> None:
    assert add(date.fromisoformat(start), period) == date.fromisoformat(expected)


def test_the_financial_year_ends_on_31_march_and_that_day_belongs_to_it() -> None:
    assert financial_year_end(date(2024, 3, 31)) == date(2024, 3, 31)
    assert financial_year_end(date(2024, 4, 1)) == date(2025, 3, 31)
    assert financial_year_end(date(2024, 1, 1)) == date(2024, 3, 31)
    assert financial_year_end(date(9999, 4, 1)) is None


def test_the_calendars_last_day_can_be_reached_and_no_day_after_it() -> None:
    assert add(date(9998, 12, 31), Period(years=1)) == date.max
    assert add(date(9999, 12, 30), Period(days=1)) == date.max
    assert add(date(9999, 12, 31), Period(days=1)) is None
    assert add(date(9999, 11, 30), Period(months=1)) == date(9999, 12, 30)
    assert add(date(9999, 12, 1), Period(months=1)) is None
    assert financial_year_end(date(9999, 3, 31)) == date(9999, 3, 31)


def test_two_replacements_that_both_happened_give_the_later_day() -> None:
    schedule = one_rule("P50Y", alt="replace:DOD:P1Y;replace:CASE_CLOSED:P1Y")
    facts = file("A01", dob=date(1990, 1, 1), dod=date(2001, 1, 1), case_closed=date(2003, 1, 1))
    assert day(judged(facts, schedule=schedule)) == date(2004, 1, 1)


@pytest.mark.parametrize(
    ("profile", "facts", "expected", "action"),
    [
        ("england-calgg-125", file("C05", dob=BORN), date(2141, 3, 14), Action.ARCHIVE_OFFER),
        ("england-calgg-125", file("C05", dob=BORN, dod=date(2020, 1, 1)), date(2141, 3, 14),
         Action.ARCHIVE_OFFER),
        ("england-calgg-125", file("C10", dob=BORN, order_date=date(2019, 1, 1)), date(2141, 3, 14),
         Action.ARCHIVE_OFFER),
        ("england-calgg-125", file("C01", Status.LOOKED_AFTER, dob=BORN, last_contact=BORN),
         date(2141, 3, 14), Action.ARCHIVE_OFFER),
        ("scotland", file("C05", dob=BORN), date(2116, 3, 14), Action.REVIEW),
        ("scotland", file("C05", dob=BORN, dod=date(2020, 2, 29)), date(2045, 3, 1), Action.REVIEW),
        ("wales", file("C05", dob=BORN), date(2091, 3, 14), Action.REVIEW),
        ("wales", file("C16", approval_end=date(2020, 5, 5)), date(2030, 5, 5), Action.REVIEW),
    ],
)  # fmt: skip
def test_the_other_shipped_profiles(
    profile: str, facts: FileFacts, expected: date, action: Action
) -> None:
    answer = judged(facts, schedule=SHIPPED[profile])
    assert isinstance(answer, NotDue) and (answer.until, answer.action) == (expected, action)


def test_no_overlay_keeps_anybodys_record_for_less_time_than_the_minimum() -> None:
    for name in OVERLAYS:
        for class_id, rule in SHIPPED[name].rules.items():
            least = ENGLAND.rules[class_id]
            if rule.trigger is least.trigger:
                assert rule.period.years >= least.period.years, (name, class_id)


def test_every_shipped_row_has_an_owner_a_review_date_and_an_authority() -> None:
    for schedule in SHIPPED.values():
        assert list(schedule.rules) == CLASSES
        for rule in schedule.rules.values():
            assert rule.owner and rule.authority and rule.review_on and rule.review_on > TODAY


def test_proof_of_disposal_outlives_every_record_it_proves() -> None:
    for schedule in SHIPPED.values():
        proof = schedule.rules["X19"].period.years
        assert all(rule.period.years <= proof for rule in schedule.rules.values())


def last_day(answer: Answer) -> date:
    """As a day, for comparing: what has none is never."""
    return day(answer) if isinstance(answer, Due | NotDue) else NEVER


def some(number: int) -> list[History]:
    return random.Random(5).sample(histories(), number)


def asked(history: History, lives: list[Life], *, kept: bool = True) -> Answer:
    facts = facts_of(lives, history.kept if kept else None)
    return evaluate(facts, history.council.schedule, date(*history.today))


def test_one_more_file_never_makes_a_record_due_earlier() -> None:
    dice = random.Random(1)
    for history in some(3000):
        more = [*history.lives, random_life(dice, history.council)]
        if history.lives:
            assert last_day(asked(history, more)) >= last_day(asked(history, history.lives)), more


def test_an_unknown_never_makes_a_record_due() -> None:
    dice = random.Random(2)
    for history in some(3000):
        rules = history.council.schedule.rules
        life = random_life(dice, history.council)
        if life.of_class in rules and rules[life.of_class].action is not Action.RETAIN:
            life = without(life, rules[life.of_class].trigger)
        more = asked(history, [*history.lives, life])
        alone = asked(history, [life], kept=False)
        assert not isinstance(alone, Unknown) or isinstance(more, Unknown | Permanent)


def test_a_second_day_of_birth_or_death_never_makes_a_record_due() -> None:
    dice = random.Random(3)
    for history in some(3000):
        event = dice.choice(["DOB", "DOD"])
        lives = [_told_twice(life, event) for life in history.lives]
        before, after = asked(history, history.lives), asked(history, lives)
        if lives != history.lives and not isinstance(before, Due):
            assert not isinstance(after, Due), lives


def _told_twice(life: Life, event: str) -> Life:
    if not life.events.get(event):
        return life
    year, *rest = max(life.events[event])
    days = life.events[event] | {(year - 1, rest[0], 28)}
    return replace(life, events={**life.events, event: days})


def test_the_order_of_files_does_not_matter() -> None:
    several = [history for history in histories() if len(history.lives) > 1][:3000]
    assert len(several) == 3000
    for history in several:
        assert asked(history, history.lives) == asked(history, history.lives[::-1])


def test_an_extension_never_shortens() -> None:
    dice = random.Random(4)
    for history in some(3000):
        facts = facts_of(history.lives, None)
        as_of, schedule = date(*history.today), history.council.schedule
        plain = evaluate(facts, schedule, as_of)
        kept = replace(facts, kept_until=as_of + timedelta(days=dice.randint(-9000, 9000)))
        assert last_day(evaluate(kept, schedule, as_of)) >= last_day(plain)


@pytest.mark.parametrize("held", [3, 10_000])
def test_many_records_at_once_are_answered_as_one_by_one(
    held: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rules, "MOST_HELD", held)
    council, today = histories()[0].council, TODAY
    dice = random.Random(6)
    files = [facts_of([random_life(dice, council)], None).files[0] for _ in range(40)]
    records = [
        RecordFacts(
            str(n), tuple(dice.sample(files, dice.choice([0, 1, 1, 1, 2, 3]))),
            dice.choice([None, TODAY, NEVER]),
        )
        for n in range(800)
    ]  # fmt: skip
    answers = list(evaluate_all(iter(records), council.schedule, today))
    assert answers == [evaluate(facts, council.schedule, today) for facts in records]
    assert len({type(answer) for answer in answers}) >= 3


def test_what_is_due_stays_due_as_days_pass() -> None:
    for history in some(2000):
        answer = asked(history, history.lives)
        if isinstance(answer, Due):
            later = date(*history.today) + timedelta(days=400)
            assert evaluate(history.facts, history.council.schedule, later) == answer
