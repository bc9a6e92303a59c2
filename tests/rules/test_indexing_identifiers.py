"""What is found on a page: numbers, births, postcodes, names, and whose they are."""

from datetime import date

import pytest

from scanning.indexing.dates import dates_in
from scanning.indexing.found import Identifiers
from scanning.indexing.identifiers import find_identifiers
from scanning.indexing.model import Role
from tests.rules.indexing_people import pages

NHS_NUMBER = "9434765919"


def found_in(text: str) -> Identifiers:
    return find_identifiers(pages(text))


def nhs_numbers(text: str) -> list[str]:
    return [number.value for number in found_in(text).nhs_numbers]


def names(text: str, role: Role) -> list[str]:
    return [name.printed for name in found_in(text).names if name.role is role]


def test_an_nhs_number_is_found_grouped_or_not() -> None:
    assert nhs_numbers("NHS No: 943 476 5919") == [NHS_NUMBER]
    assert nhs_numbers("NHS number 9434765919") == [NHS_NUMBER]
    assert nhs_numbers("NHS NO. 943-476-5919") == [NHS_NUMBER]


def test_an_nhs_number_under_its_heading_in_a_table_is_labelled() -> None:
    (number,) = found_in("Name   NHS number\nTom Pellow   943 476 5919").nhs_numbers
    assert number.labelled


def test_letters_read_for_digits_are_put_right_when_the_check_digit_then_holds() -> None:
    (number,) = found_in("NHS No: 943 476 S9l9").nhs_numbers
    assert (number.value, number.repaired) == (NHS_NUMBER, True)


def test_a_number_whose_check_digit_fails_is_not_an_nhs_number() -> None:
    assert nhs_numbers("NHS No: 943 476 5918") == []
    assert nhs_numbers("NHS No: 943 476 S918") == []


def test_a_telephone_number_is_not_an_nhs_number() -> None:
    assert nhs_numbers("Tel: 943 476 5919") == []
    assert nhs_numbers("Mobile 9434765919") == []
    assert nhs_numbers("07943 476 5919") == []


def test_the_label_nearer_to_the_number_wins() -> None:
    assert nhs_numbers("Tel 01632 960100  NHS No 943 476 5919") == [NHS_NUMBER]


@pytest.mark.parametrize(
    "printed",
    ["LCS/104233", "LCS / 104233", "LCS/1O4233", "LCS/l04233", "JS/LCS/104233"],
)
def test_a_reference_is_read_through_the_slips_of_ocr(printed: str) -> None:
    values = {reference.value for reference in found_in(f"Our ref: {printed}").references}
    assert "LCS104233" in values


def test_a_reference_of_three_parts_is_one_reference() -> None:
    values = {reference.value for reference in found_in("Your ref: BA/568286/39").references}
    assert "BA56828639" in values


def test_a_bare_case_number_after_its_label_is_a_reference() -> None:
    values = {reference.value for reference in found_in("Mosaic ID: 104233").references}
    assert "104233" in values


@pytest.mark.parametrize(
    ("printed", "meant"),
    [
        ("ZZ17 5HQ", "ZZ175HQ"),
        ("2Z10 6GR", "ZZ106GR"),
        ("ZZ1O 6GR", "ZZ106GR"),
        ("226 3BR", "ZZ63BR"),
    ],
)
def test_a_postcode_is_put_right_by_its_pattern(printed: str, meant: str) -> None:
    assert meant in {postcode.value for postcode in found_in(f"Eastwick\n{printed}").postcodes}


@pytest.mark.parametrize(
    ("printed", "day"),
    [
        ("09/03/2014", date(2014, 3, 9)),
        ("9.3.2014", date(2014, 3, 9)),
        ("O9/O3/2Ol4", date(2014, 3, 9)),
        ("9 March 2014", date(2014, 3, 9)),
        ("9th of Marcb 2014", date(2014, 3, 9)),
        ("March 9, 2014", date(2014, 3, 9)),
        ("2014-03-09", date(2014, 3, 9)),
        ("9 Mawrth 2014", date(2014, 3, 9)),
        ("9 Sept 2014", date(2014, 9, 9)),
    ],
)
def test_a_date_is_read_in_every_form_of_writing(printed: str, day: date) -> None:
    assert [found.readings[0] for found in dates_in(f"on {printed} at noon")] == [day]


def test_a_year_of_two_digits_has_two_readings() -> None:
    (printed,) = dates_in("09-03-31")
    assert printed.readings == (date(2031, 3, 9), date(1931, 3, 9))


def test_a_day_that_does_not_exist_is_no_date() -> None:
    assert dates_in("31/02/2014 and 45/13/2014") == ()


@pytest.mark.parametrize(
    "label", ["DOB", "D.O.B.", "Date of birth:", "Date of blrth", "born", "born on", "Dyddiad geni"]
)
def test_a_birth_is_known_by_its_label(label: str) -> None:
    (birth,) = found_in(f"Tom Pellow, {label} 09/03/2014").births
    assert birth.labelled


def test_the_date_of_a_review_is_no_birth() -> None:
    assert not any(b.labelled for b in found_in("Date of the review: 09/03/2024").births)


def test_the_mothers_birth_is_not_the_childs() -> None:
    text = "Child's name: Tom Pellow\nDOB: 09/03/2014\nMother: Ann Pellow\nDOB: 01/02/1985"
    births = {birth.readings[0]: birth.role for birth in found_in(text).births}
    assert births == {date(2014, 3, 9): Role.SUBJECT, date(1985, 2, 1): Role.OTHER}


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("Re: Mr John SMITH, DOB 01/02/1950", "John SMITH"),
        ("RE: SMITH, John", "SMITH John"),
        ("Name of child: Siân Llewellyn-Jones", "Sian Llewellyn-Jones"),
        ("Child's name: Niamh O'Neill", "Niamh O'Neill"),
        ("1. Full name:      Mohammed Evans", "Mohammed Evans"),
        ("Client: Gwilym ap Rhys", "Gwilym ap Rhys"),
        ("Surname: SMITH   Forename: John", "SMITH John"),
        ("To the parent or carer of Tom Pellow", "Tom Pellow"),
        ("Patient: Duncan Kowalska _ a", "Duncan Kowalska"),
    ],
)
def test_the_subject_is_known_by_a_label(line: str, name: str) -> None:
    assert name in names(line, Role.SUBJECT)


def test_siblings_in_one_line_are_several_subjects() -> None:
    assert names("Names of children: Amy, Ben and Cara Pellow", Role.SUBJECT) == [
        "Amy Pellow",
        "Ben Pellow",
        "Cara Pellow",
    ]


def test_those_on_copy_and_the_writer_are_not_the_subject() -> None:
    text = "Re: Tom Pellow\nYours sincerely\n\nDr Jane Ashdown\n\ncc Mrs Ann Pellow\nPeter Garside"
    assert names(text, Role.SUBJECT) == ["Tom Pellow"]
    assert "Jane Ashdown" in names(text, Role.WRITER)
    assert "Peter Garside" in names(text, Role.COPY)


def test_a_person_writing_about_himself_is_presumed_the_subject() -> None:
    text = "Edith Hughes\n153 Station Road\nZZ18 8DN\n\nDear Sir,\nI write about my bill.\n"
    assert names(text + "Yours faithfully\nEdith Hughes", Role.PRESUMED) == ["Edith Hughes"]


def test_an_official_addressed_at_the_office_is_not_presumed_the_subject() -> None:
    text = "Ms Jean Brown\nSocial Worker\nAdult Social Care Team\nZZ1 1AA\n\nDear Ms Brown\nHello."
    assert names(text, Role.PRESUMED) == []


def test_a_heading_after_re_is_no_name() -> None:
    assert names("Re: Overdue account", Role.SUBJECT) == []


def test_an_empty_page_holds_nothing() -> None:
    found = found_in("\n \n")
    assert (found.lines, found.names, found.births, found.nhs_numbers) == ((), (), (), ())
