"""Schedules as text: what is refused, where and why; what is accepted reads back the same."""

import csv
import io
import random
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from edrms.errors import Invalid
from edrms.fileplan import load_record_classes
from retention.model import (
    Action,
    Alternative,
    AlternativeKind,
    Basis,
    Drawn,
    Period,
    Rule,
    Schedule,
    Status,
    Trigger,
)
from retention.profiles import (
    BASE,
    OVERLAYS,
    PROFILES,
    differences,
    load_profile,
    profile_text,
    shipped_drawn,
)
from retention.schedule import COLUMNS, PIPED, parse, parse_drawn, render, render_drawn, text_of

CLASSES = [one.id for one in load_record_classes()]
GOOD = {
    "id": "A01", "record_class": "Adult enquiry", "trigger": "LAST_CONTACT", "period": "P2Y",
    "alt": "max:DOD:P8Y", "action": "REVIEW", "basis": "L", "authority": "Care Act 2014",
    "owner": "Head of Adult Social Care", "review_date": "2027-03-31", "maximum": "P6Y", "src": "S6",
    "notes": "none",
}  # fmt: skip
TWO = ("A01", "C05")


def table(*rows: dict[str, str], columns: tuple[str, ...] = COLUMNS) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([row.get(column, "") for column in columns] for row in rows)
    return out.getvalue()


def row(**changed: str) -> dict[str, str]:
    return GOOD | changed


def read(text: str, known: tuple[str, ...] = ("A01",), drawn: tuple[Drawn, ...] = ()) -> Schedule:
    return parse(text, version=7, profile="test", known_classes=known, drawn=drawn)


def refused(
    text: str, known: tuple[str, ...] = ("A01",), drawn: tuple[Drawn, ...] = ()
) -> dict[str, str]:
    with pytest.raises(Invalid) as caught:
        read(text, known, drawn)
    assert caught.value.message.startswith("Nothing was imported. ")
    assert len(caught.value.data["faults"]) >= len(caught.value.fields) > 0
    return caught.value.fields


def test_a_row_is_read_whole() -> None:
    schedule = read(table(row()))
    eight = Alternative(AlternativeKind.MAX, Trigger.DOD, Period(years=8))
    assert schedule.rules == {
        "A01": Rule(
            "A01", "Adult enquiry", Trigger.LAST_CONTACT, Period(years=2), (eight,), Action.REVIEW,
            Basis.LOCAL, "Care Act 2014", "Head of Adult Social Care", date(2027, 3, 31),
            Period(years=6), "S6", "",
        )
    }  # fmt: skip
    assert (schedule.version, schedule.profile) == (7, "test")


@pytest.mark.parametrize(
    ("column", "cell", "reason"),
    [
        ("trigger", "BIRTHDAY", '"BIRTHDAY" is no trigger; known are DOB, DOD,'),
        ("trigger", "", '"" is no trigger'),
        ("trigger", "last_contact", "is no trigger"),
        ("action", "SHRED", '"SHRED" is no action; known are REVIEW, DESTROY'),
        ("basis", "X", '"X" is no basis; known are S, M, G, L, U'),
        ("period", "", "a period is needed"),
        ("period", "none", "is no period"),
        ("period", "75", '"75" is no period'),
        ("period", "75 years", "is no period"),
        ("period", "P", "is no period"),
        ("period", "p2y", "is no period"),
        ("period", "P1.5Y", "is no period"),
        ("period", "P2D1Y", "is no period"),
        ("period", "P1Y2W", "is no period"),
        ("period", "P٢Y", "is no period"),
        ("period", "P2Y P3Y", "is no period"),
        ("period", "-P2Y", "is negative"),
        ("period", "P-2Y", "is negative"),
        ("period", "P0Y", "is no time at all"),
        ("period", "P0D", "is no time at all"),
        ("period", "P0W", "is no time at all"),
        ("period", "PT5H", "has a time of day"),
        ("period", "P1DT12H", "has a time of day"),
        ("period", "P1000Y", "is more than 999 years"),
        ("period", "P999Y1M", "is more than 999 years"),
        ("period", "P364900D", "is more than 999 years"),
        ("period", "P99999999999999999999Y", "is more than 999 years"),
        ("alt", "DOD<18", "is no alternative"),
        ("alt", "DOB<18:P1Y", "is no alternative"),
        ("alt", "DOD<0:P1Y", "an age is from 1 to 150"),
        ("alt", "DOD<151:P1Y", "an age is from 1 to 150"),
        ("alt", "DOD<18:P0Y", "is no time at all"),
        ("alt", "min:DOD:P1Y", "is no alternative"),
        ("alt", "died_under:DOD:P1Y", "is no alternative"),
        ("alt", "replace:DEATH:P1Y", '"DEATH" is no trigger'),
        ("alt", "replace:DOD:-P1Y", "is negative"),
        ("alt", "max:DOD:P8Y;", "is no alternative"),
        ("alt", "max:LAST_CONTACT:P8Y", "goes in a circle: LAST_CONTACT is the rule's own trigger"),
        ("alt", "replace:LAST_CONTACT:P8Y", "goes in a circle"),
        ("alt", "later:LAST_CONTACT:P8Y", "goes in a circle"),
        ("alt", "replace:DOD:P8Y;replace:DOD:P10Y", "contradict each other"),
        ("alt", "DOD<18:P8Y;DOD<18:P8Y", "contradict each other"),
        ("authority", "", "say what the period rests on"),
        ("authority", "none", "say what the period rests on"),
        ("record_class", "", "the class needs a name"),
        ("review_date", "31/03/2027", "is no date; write year-month-day"),
        ("review_date", "2027-02-29", "is no date"),
        ("review_date", "20270331", "is no date"),
        ("review_date", "soon", "is no date"),
        ("maximum", "P1Y", "P1Y is less than the period P2Y"),
        ("maximum", "P23M", "P23M is less than the period P2Y"),
        ("maximum", "P0D", "is no time at all"),
        ("maximum", "long", "is no period"),
        ("id", "", "the class's id is needed"),
        ("id", "A99", 'the file plan has no class "A99"'),
        ("notes", "x" * 2001, "longer than 2,000 characters"),
        ("notes", "two\nlines", "a line break inside a cell"),
        ("notes", "a\u200bb", "a character that cannot be seen (U+200B)"),
        ("notes", "a\x00b", "a character that cannot be seen (U+0000)"),
        ("notes", "a\u2028b", "a character that cannot be seen (U+2028)"),
        ("notes", "caf\ufffd", "a character was lost"),
    ],
)  # fmt: skip
def test_a_bad_cell_is_refused_with_its_line_column_and_reason(
    column: str, cell: str, reason: str
) -> None:
    good = row(id="C05")
    fields = refused(table(good, row(**{column: cell})), TWO)
    assert reason in fields[f"line 3, {column}"]
    assert {place for place in fields if place.startswith("line")} == {f"line 3, {column}"}


def test_everything_that_is_wrong_is_said_at_once() -> None:
    bad = row(trigger="X", period="P0Y", action="Y", basis="Z", review_date="never")
    fields = refused(
        table(bad, row(period="-P1Y"), row(id="B01"), row(id="C05", alt="?")), ("A01", "C05", "C06")
    )
    assert set(fields) == {
        "line 2, trigger", "line 2, period", "line 2, action", "line 2, basis", "line 2, review_date",
        "line 3, period", "line 3, id", "line 4, id", "line 5, alt", "class C06",
    }  # fmt: skip


def test_two_rows_with_one_id_are_refused() -> None:
    assert refused(table(row(), row(period="P3Y"))) == {
        "line 3, id": "A01 has a row already, in line 2"
    }


def test_a_class_of_the_file_plan_without_a_row_is_refused() -> None:
    fields = refused(table(row()), TWO)
    assert fields == {"class C05": "the file plan has this class and no row has it"}


def test_a_class_that_a_status_draws_needs_a_row() -> None:
    drawn = (Drawn(Status.ADOPTED, "C10", frozenset({"A01"})),)
    assert "adopted" in refused(table(row()), drawn=drawn)["class C10"]


def test_an_error_says_so_in_a_sentence_and_as_data() -> None:
    with pytest.raises(Invalid) as caught:
        read(table(row(period="P0Y")))
    assert caught.value.message == (
        'Nothing was imported. Line 2, period: "P0Y" is no time at all; only RETAIN may have a period of'
        " zero. Put it right and import the whole file again."
    )
    (fault,) = caught.value.data["faults"]
    assert (fault["line"], fault["column"]) == (2, "period")


def test_a_long_list_of_faults_is_counted_in_the_message_and_whole_in_the_fields() -> None:
    text = table(*(row(id=class_id, period="P0Y") for class_id in CLASSES))
    with pytest.raises(Invalid) as caught:
        read(text, tuple(CLASSES))
    assert len(caught.value.fields) == 75 and "And 70 more." in caught.value.message
    assert len(caught.value.message) < 1000


@pytest.mark.parametrize("column", COLUMNS)
def test_a_missing_column_is_named(column: str) -> None:
    columns = tuple(one for one in COLUMNS if one != column)
    assert refused(table(row(), columns=columns)) == {f"line 1, {column}": "this column is missing"}


@pytest.mark.parametrize("column", PIPED)
def test_a_missing_column_is_named_in_the_shipped_form_too(column: str) -> None:
    columns = [one for one in PIPED if one != column]
    text = "|".join(columns) + "\n" + "|".join(GOOD[one] for one in columns)
    assert refused(text) == {f"line 1, {column}": "this column is missing"}


def test_a_strange_or_doubled_column_is_refused() -> None:
    assert "no such column" in refused(table(row(), columns=(*COLUMNS, "colour")))["line 1, colour"]
    assert "more than once" in refused(table(row(), columns=(*COLUMNS, "period")))["line 1, period"]
    assert "line 1, (no name)" in refused(table(row(), columns=(*COLUMNS, "")))


@pytest.mark.parametrize("text", ["", "\n\n", "\ufeff", "just words", "id;record_class;trigger"])
def test_what_is_no_table_is_refused(text: str) -> None:
    assert refused(text)


@pytest.mark.parametrize(
    ("line", "place", "reason"),
    [
        ("A01,too,few", "line 3", "3 fields where the header has 13"),
        (",".join(["A01"] + ["x"] * 20), "line 3", "21 fields where the header has 13"),
        ('A01,"never closed,x', "line 3", "quotation marks do not pair"),
        ('A01,"closed"early,x', "line 3", "quotation marks do not pair"),
        (
            "A01," + "x" * 200_000,
            "line 3",
            "quotation marks do not pair, and no further line was read",
        ),
    ],
)
def test_a_line_out_of_shape_is_refused(line: str, place: str, reason: str) -> None:
    fields = refused(table(row()) + line + "\n", TWO)
    assert reason in fields[place]
    assert set(fields) == {place}, "a class in a line that cannot be read is not called missing"


def test_a_ragged_line_of_the_shipped_form_is_refused() -> None:
    good = "|".join(GOOD[one] for one in PIPED)
    fields = refused("|".join(PIPED) + f"\n{good}\nA02|x\n{good}|y\n")
    assert set(fields) == {"line 3", "line 4"}


def test_a_table_far_too_large_is_not_read() -> None:
    assert "is this a schedule?" in refused("x" * 2_000_001)["the file"]


def test_marks_line_ends_blank_lines_and_order_of_columns_do_not_matter() -> None:
    plain = read(table(row()))
    text = table(row())
    turned = table(row(), columns=COLUMNS[::-1])
    shouted = text.replace("record_class", " Record_Class ", 1)
    for other in ("\ufeff" + text, text.replace("\n", "\r\n"), text.replace("\n", "\r"),
                  "\n\n" + text + "\n\n,,,,,,,,,,,,\n", turned, shouted,
                  text.replace("Adult enquiry", "  Adult enquiry\u00a0")):  # fmt: skip
        assert read(other) == plain


def test_line_numbers_count_blank_lines() -> None:
    lines = table(row(), row(id="C05", period="P0Y")).replace("\n", "\r\n\r\n")
    assert set(refused(lines, TWO)) == {"line 5, period"}


@pytest.mark.parametrize(
    ("encode", "reason"),
    [
        (lambda text: text.encode("utf-16"), "UTF-16"),
        (lambda text: text.replace("Act", "Açt").encode("cp1252"), "not UTF-8"),
        (lambda text: text.encode() + b"\xff\xfe", "not UTF-8"),
    ],
)
def test_a_file_in_another_encoding_is_refused(encode: Callable[[str], bytes], reason: str) -> None:
    with pytest.raises(Invalid) as caught:
        text_of(encode(table(row())))
    assert reason in caught.value.message and "CSV UTF-8" in caught.value.message


def test_the_line_of_the_first_foreign_byte_is_named() -> None:
    with pytest.raises(Invalid) as caught:
        text_of(b"one\r\ntwo\r\nthr\xe9e\r\n")
    assert "line 3" in caught.value.fields


def test_utf_8_with_or_without_its_mark_is_read() -> None:
    text = table(row(notes="Siân: 18½ years – “kept”"))
    assert read(text_of(text.encode("utf-8-sig"))) == read(text_of(text.encode())) == read(text)


@pytest.mark.parametrize(
    ("written", "period"),
    [
        ("P2W", Period(days=14)), ("P75Y", Period(75)), ("P1Y6M", Period(1, 6)), ("P12M", Period(0, 12)),
        ("P90D", Period(days=90)), ("P1Y0M5D", Period(1, 0, 5)), ("P999Y", Period(999)),
    ],
)  # fmt: skip
def test_periods(written: str, period: Period) -> None:
    assert read(table(row(period=written, maximum=""))).rules["A01"].period == period


def test_retain_may_have_no_time_and_nothing_in_its_place() -> None:
    kept = row(action="RETAIN", period="P0D", alt="", maximum="")
    assert read(table(kept)).rules["A01"].period == Period()
    assert "RETAIN" in refused(table(kept | {"alt": "max:DOD:P8Y"}))["line 2, alt"]
    assert "RETAIN" in refused(table(kept | {"maximum": "P8Y"}))["line 2, maximum"]


def test_several_alternatives_are_split_by_semicolons() -> None:
    schedule = read(table(row(alt="DOD<18:P15Y; replace:CASE_CLOSED:P2W;later:SERVICE_END:P1M")))
    assert schedule.rules["A01"].alternatives == (
        Alternative(AlternativeKind.DIED_UNDER, Trigger.DOD, Period(15), 18),
        Alternative(AlternativeKind.REPLACE, Trigger.CASE_CLOSED, Period(days=14)),
        Alternative(AlternativeKind.LATER, Trigger.SERVICE_END, Period(months=1)),
    )


@pytest.mark.parametrize(
    "cell",
    ["=1+1", "+44 20", "-see A02", "@SUM(A1)", "|pipe", "%x", "'=quoted", "''=twice", "'plain", "＝wide",
     "a,b", 'say "so"', "semi;colon", "=HYPERLINK(\"http://x\",\"y\")", "none of these"],
)  # fmt: skip
def test_a_cell_like_a_formula_is_written_harmless_and_reads_back_the_same(cell: str) -> None:
    rule = read(table(row())).rules["A01"]
    columns = {"title": cell, "authority": cell, "owner": cell, "source": cell, "notes": cell}
    changed = Rule(**{name: getattr(rule, name) for name in Rule.__dataclass_fields__} | columns)
    schedule = Schedule(7, "test", {"A01": changed}, ())
    text = render(schedule)
    cells = next(csv.DictReader(io.StringIO(text)))
    assert not cells["notes"].startswith(("=", "+", "-", "@", "|", "%", "＝"))
    assert dict(read(text).rules) == {"A01": changed}


@pytest.mark.parametrize("name", PROFILES)
def test_a_shipped_profile_reads_back_the_same(name: str) -> None:
    schedule = load_profile(name, version=7, known_classes=CLASSES)
    text = render(schedule)
    again = parse(text, version=7, profile=name, known_classes=CLASSES, drawn=schedule.drawn)
    assert again == schedule and render(again) == text
    assert parse_drawn(render_drawn(schedule.drawn), known_classes=CLASSES) == schedule.drawn
    assert len(schedule.rules) == 75


def test_the_shipped_form_split_on_bars_is_read_and_reads_back_as_csv() -> None:
    rules = load_profile(BASE, version=7, known_classes=CLASSES).rules
    lines = ["|".join(PIPED)]
    for cells in csv.DictReader(io.StringIO(profile_text(BASE))):
        lines.append("|".join(cells[name].replace("'", "") or "none" for name in PIPED))
    piped = parse("\n".join(lines), version=7, profile=BASE, known_classes=CLASSES)
    assert [one.period for one in piped.rules.values()] == [one.period for one in rules.values()]
    assert all(one.owner == "" and one.review_on is None for one in piped.rules.values())
    text = render(piped)
    assert parse(text, version=7, profile=BASE, known_classes=CLASSES) == piped


def test_overlays_differ_from_the_minimum_only_where_they_say() -> None:
    base = load_profile(BASE, version=7, known_classes=CLASSES)
    for name in OVERLAYS:
        other = load_profile(name, version=7, known_classes=CLASSES)
        lines = (Path(profile_file(name))).read_text("utf-8").splitlines()[1:]
        assert len(differences(base, other)) == len(lines) > 10, name
    assert differences(base, base) == ()


def profile_file(name: str) -> Path:
    return Path(__file__).parents[2] / "retention" / "profiles" / f"{name}.csv"


def test_an_unknown_profile_is_a_key_error() -> None:
    with pytest.raises(KeyError):
        profile_text("ireland")


@pytest.mark.parametrize(
    ("line", "place", "reason"),
    [
        ("married,C05,C01,x", "line 2, status", '"married" is no status'),
        ("adopted,C99,C01,x", "line 2, class_id", 'no class "C99"'),
        ("adopted,C10,C01 C99,x", "line 2, from_classes", 'no class "C99"'),
        ("adopted,C10,,x", "line 2, from_classes", "name at least one class"),
        ("adopted,C10,C01 C10,x", "line 2, from_classes", "drawn onto itself"),
        ("adopted,C10,C01,x\nadopted,C10,C02,x", "line 3, class_id", "another row"),
    ],
)
def test_a_bad_row_of_drawn_classes_is_refused(line: str, place: str, reason: str) -> None:
    with pytest.raises(Invalid) as caught:
        parse_drawn(f"status,class_id,from_classes,why\n{line}\n", known_classes=CLASSES)
    assert reason in caught.value.fields[place]


def test_a_looked_after_childs_whole_file_and_no_other_service_is_drawn() -> None:
    drawn = {(one.status, one.class_id): one.from_classes for one in shipped_drawn(CLASSES)}
    looked_after = drawn[Status.LOOKED_AFTER, "C05"]
    assert {
        "C01",
        "C02",
        "C03",
        "C04",
        "C06",
        "C07",
        "C11",
        "C12",
        "C15",
        "C22",
        "C25",
    } <= looked_after
    assert all(class_id.startswith("C") for class_id in looked_after)
    assert not looked_after & {"C09", "C14", "C16", "C21", "C26", "C29", "C30", "C31"}


def test_no_text_however_mangled_raises_anything_but_invalid() -> None:
    dice, text = random.Random(9), profile_text(BASE)
    for _ in range(150):
        at = dice.randrange(len(text))
        junk = "".join(chr(dice.choice([34, 10, 13, 0, 44, 124, 39, 0x2028, dice.randrange(0xD7FF)]))
                       for _ in range(dice.randrange(1, 6)))  # fmt: skip
        mangled = text[:at] + junk + text[at + dice.randrange(40) :]
        try:
            parse(mangled, version=1, profile="x", known_classes=CLASSES)
        except Invalid as error:
            assert error.fields
