"""Patterns in the log, the cut of its timeline, and its text made harmless: pure, so tried out widely."""

import csv
import io
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edrms.audit import rules
from edrms.audit.model import Seen
from edrms.audit.plain import MOST_SHOWN, cell, harmless
from edrms.audit.stretches import MONTHS_UP_TO, stretches
from edrms.clock import COUNCIL_ZONE, civil_date

MONDAY_NIGHT = datetime(2026, 6, 1, 22, 0, tzinfo=UTC)  # 23:00 in London
MONDAY_NOON = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)


def seen(
    at: datetime = MONDAY_NOON, who: str = "s1", what: str = "r1", kind: str = "record",
    action: str = "record:content:view",
) -> Seen:  # fmt: skip
    return Seen(at, who, action, kind, what)


def test_looks_are_counted_for_each_person_thing_and_civil_day() -> None:
    late = datetime(2026, 6, 1, 23, 30, tzinfo=UTC)  # the 2nd in London
    found = rules.looks_of(
        [
            seen(),
            seen(action="record:page:view", at=MONDAY_NOON + timedelta(minutes=1)),
            seen(action="record:content:download", at=MONDAY_NOON + timedelta(minutes=9)),
            seen(at=late),
            seen(who="s2"),
        ]
    )
    assert [(one.day.day, one.staff_id) for one in found] == [(2, "s1"), (1, "s1"), (1, "s2")]
    one = found[1]
    assert (one.opened, one.pages, one.downloads) == (1, 1, 1)
    assert one.last_at - one.first_at == timedelta(minutes=9)


@pytest.mark.parametrize(
    ("staff", "client", "alike"),
    [
        ("Ann Penrose", "Penrose", True),
        ("Ann Penrose", "PENROSE", True),
        ("Siân Llŷr", "Llyr", True),
        ("Ann Smith-Jones", "Jones", True),
        ("Ann Jones", "Smith Jones", True),
        ("Ann O’Neill", "ONeill", True),
        ("Penrose Ann", "Penrose", False),
        ("Ann Penrose", "Penros", False),
        ("", "Penrose", False),
        ("Ann Penrose", "", False),
        ("   ", " ", False),
        ("Ann X", "X", False),
    ],
)
def test_a_shared_surname_is_seen_however_it_is_spelt(staff: str, client: str, alike: bool) -> None:
    assert rules.share_a_surname(staff, client) is alike


def test_of_a_record_on_several_files_any_client_counts() -> None:
    names, surnames = {"s1": "Ann Lee"}, {"c1": "Other", "c2": "Lee"}
    looks = [seen(), seen(), seen(what="c2", kind="client"), seen(who="nobody")]
    found = rules.of_same_surname(looks, names, {"r1": ("c1", "c2")}, surnames)
    assert {(one.subject_id, one.count) for one in found} == {("r1", 2), ("c2", 1)}


def test_a_file_that_was_nobodys_at_the_time_is_named_and_no_other() -> None:
    before, after = MONDAY_NOON - timedelta(days=1), MONDAY_NOON + timedelta(days=1)
    looks = [seen()]
    clients_of = {"r1": ("c1", "c2")}
    for spans, is_named in (
        ({}, True),
        ({"c9": [(before, None)]}, True),
        ({"c1": [(before, None)]}, False),
        ({"c2": [(before, after)]}, False),
        ({"c1": [(after, None)]}, True),
        ({"c1": [(before, MONDAY_NOON)]}, True),
        ({"c1": [(MONDAY_NOON, None)]}, False),
    ):
        found = rules.of_nobodys(looks, clients_of, spans)  # type: ignore[arg-type]
        assert bool(found) is is_named, spans


@pytest.mark.parametrize(
    ("at", "closed"),
    [
        (datetime(2026, 6, 1, 6, 30, tzinfo=UTC), False),  # 7:30 in summer
        (datetime(2026, 1, 5, 6, 30, tzinfo=UTC), True),  # 6:30 in winter
        (datetime(2026, 6, 1, 17, 59, tzinfo=UTC), False),
        (datetime(2026, 6, 1, 18, 0, tzinfo=UTC), True),
        (datetime(2026, 6, 6, 12, 0, tzinfo=UTC), True),  # a Saturday
    ],
)
def test_the_office_is_closed_by_the_councils_clock(at: datetime, closed: bool) -> None:
    assert rules.is_out_of_hours(at) is closed


def test_many_files_in_one_night_are_one_alert_across_midnight() -> None:
    half, most = rules.MASS_SUBJECTS // 2, rules.MASS_SUBJECTS
    looks = [
        seen(MONDAY_NIGHT + timedelta(hours=4 * (number >= half)), what=f"r{number}")
        for number in range(most)
    ]
    [alert] = rules.out_of_hours(looks, {})
    assert (alert.staff_id, alert.count) == ("s1", most)
    assert rules.out_of_hours(looks[1:], {}) == []
    assert rules.out_of_hours([looks[0]] * 100, {}) == []


def test_who_is_on_duty_or_looks_by_day_makes_no_alert() -> None:
    night = [seen(MONDAY_NIGHT, what=f"r{number}") for number in range(50)]
    by_day = [seen(what=f"r{number}") for number in range(50)]
    duty = {"s1": [(MONDAY_NIGHT - timedelta(hours=1), MONDAY_NIGHT + timedelta(hours=9))]}
    assert rules.out_of_hours(night, duty) == []
    assert rules.out_of_hours(night, {"s2": duty["s1"]}) != []
    assert rules.out_of_hours(by_day, {}) == []


@given(
    st.dates(date(1990, 1, 1), date(2060, 1, 1)),
    st.integers(-40, 12_000),
    st.booleans(),
    st.booleans(),
)
def test_a_timeline_is_cut_without_gap_into_few_stretches(
    first: date, days: int, has_from: bool, has_to: bool
) -> None:
    last = first + timedelta(days=days)
    each, edges = stretches(first if has_from else None, last if has_to else None, first)
    assert all(before < after for before, after in pairwise(edges))
    assert len(edges) <= MONTHS_UP_TO + 2 and each in ("hour", "day", "month")
    if has_to and edges:
        assert civil_date(edges[-1]) == last + timedelta(days=1)
    if has_from and has_to and 0 <= days < 3_600:
        assert edges[0].astimezone(COUNCIL_ZONE).date() == first


def test_a_day_of_a_change_of_clocks_has_25_hours_or_23() -> None:
    for day, hours in ((date(2026, 10, 25), 25), (date(2026, 3, 29), 23)):
        _, edges = stretches(day, day, day)
        assert len(edges) == hours + 1


HOSTILE = [
    "two\nlines\r\nand more", "\x1b[2J\x1b]0;owned\x07", "a\u2028b\u2029c", "nul\0nul", "x" * 1_000_000,
    "\u202egpj.exe", "\ud800", "=cmd|' /C calc'!A0", "+1+1", "-1", "@SUM(A1)", "\t=1+1", "\r=1+1", " =1",
    "\uff1d1+1", '"quoted", and; more', "<script>alert(1)</script>", "\x85next\x9bcsi", "\u200b=1", "|dir",
    "-2,3", "%0A",
]  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE)
def test_harmless_text_is_one_short_line_of_things_to_be_seen(text: str) -> None:
    shown = harmless(text)
    assert shown.isprintable() or set(shown) <= {c for c in shown if c.isprintable() or c == "\xa0"}
    assert len(shown.splitlines()) <= 1 and len(shown) < 6 * MOST_SHOWN
    shown.encode("utf-8")


def test_what_is_written_out_or_left_off_can_be_seen_to_be() -> None:
    assert harmless("a\nb") == "a\\u000ab"
    assert harmless("Siân Llŷr – “plan” £5") == "Siân Llŷr – “plan” £5"
    assert harmless("x" * 2_010).endswith("(10 more characters)")


@given(st.one_of(st.sampled_from(HOSTILE), st.text()))
def test_no_cell_is_ever_a_formula_and_every_row_is_one_row(text: str) -> None:
    out = io.StringIO()
    csv.writer(out, quoting=csv.QUOTE_ALL).writerow([cell(text), "end"])
    [row] = list(csv.reader(io.StringIO(out.getvalue())))
    assert row[1] == "end"
    assert not row[0].lstrip().startswith(("=", "+", "-", "@", "\t", "\r", "\uff1d"))
    assert len(row[0]) < 200_000
