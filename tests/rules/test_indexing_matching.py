"""Which client a document is about: agreement, conflict, doubles, siblings, and what is never enough."""

from datetime import date

import pytest

from scanning.indexing.matching import match, wanted_keys
from scanning.indexing.model import PageText
from scanning.indexing.places import with_words
from scanning.reading.model import Word
from tests.rules.indexing_people import a_client, fileable, matches, pages

NHS_NUMBER = "9434765919"
OTHER_NHS_NUMBER = "9434765870"
HOME = {"address_lines": ("12 Mill Lane", "Eastwick"), "postcode": "ZZ1 2AB"}


def test_reference_and_name_agree() -> None:
    found = matches("Our ref: LCS/104233\nRe: Tom Pellow", a_client(reference=("LCS", "104233")))
    assert fileable(found) == {"tom"}
    assert found[0].explanation == "Reference and name agree, page 1 lines 1 and 2."


def test_nhs_number_and_birth_agree_without_a_name() -> None:
    found = matches("NHS No 943 476 5919\nDOB 09/03/2014", a_client(nhs_number=NHS_NUMBER))
    assert fileable(found) == {"tom"}


def test_a_repaired_nhs_number_says_so() -> None:
    found = matches("Re: Tom Pellow NHS No 943 476 S9I9", a_client(nhs_number=NHS_NUMBER))
    assert fileable(found) == {"tom"}
    assert "with digits put right by its check digit" in found[0].explanation


def test_a_surname_alone_never_files() -> None:
    found = matches("Re: Mr Pellow", a_client())
    assert fileable(found) == set()
    assert all(one.score < 0.1 for one in found)


def test_a_full_name_alone_never_files() -> None:
    assert fileable(matches("Re: Thomas Pellow", a_client())) == set()


def test_surname_and_birth_without_forename_are_not_enough() -> None:
    assert fileable(matches("Re: Master Pellow\nDOB 09/03/2014", a_client())) == set()


def test_full_name_and_address_suggest_but_never_file_as_a_relative_may_be_meant() -> None:
    text = "Re: Thomas Pellow\n12 Mill Lane, Eastwick ZZ1 2AB"
    found = matches(text, a_client(**HOME))
    assert found[0].score > 0.97
    assert fileable(found) == set()


def test_another_birth_labelled_as_the_subjects_forbids_filing() -> None:
    text = "Our ref: LCS/104233\nRe: Tom Pellow\nDOB 10/11/1962"
    found = matches(text, a_client(reference=("LCS", "104233")))
    assert fileable(found) == set()
    assert found[0].vetoes == ("the date of birth differs",)


def test_a_birth_wrong_by_one_digit_forbids_filing_and_says_so() -> None:
    text = "Our ref: LCS/104233\nRe: Tom Pellow\nDOB 09/03/2015"
    found = matches(text, a_client(reference=("LCS", "104233")))
    assert fileable(found) == set()
    assert "date of birth differs by one digit, page 1 line 3" in found[0].explanation


def test_the_date_of_the_letter_is_not_a_birth_that_disagrees() -> None:
    text = "4 May 2025\nRe: Tom Pellow, DOB 09/03/2014\nNHS No 943 476 5919"
    assert fileable(matches(text, a_client(nhs_number=NHS_NUMBER))) == {"tom"}


def test_father_and_son_of_one_name_are_told_apart_by_birth() -> None:
    father = a_client("father", born=date(1961, 12, 5), **HOME)
    son = a_client("son", born=date(1990, 6, 17), **HOME)
    text = "Re: Thomas Pellow\n12 Mill Lane, ZZ1 2AB"
    assert fileable(matches(text, father, son)) == set()
    assert fileable(matches(text + "\nDOB 17/06/1990", father, son)) == {"son"}


def test_twins_are_told_apart_by_forename_and_not_by_initial() -> None:
    cerys = a_client("cerys", "Cerys", "Bevan-Pryce", date(2018, 3, 7), **HOME)
    colin = a_client("colin", "Colin", "Bevan-Pryce", date(2018, 3, 7), **HOME)
    rest = "Bevan-Pryce DOB 07/03/2018\n12 Mill Lane ZZ1 2AB"
    assert fileable(matches(f"Re: Cerys {rest}", colin, cerys)) == {"cerys"}
    assert fileable(matches(f"Re: C {rest}", colin, cerys)) == set()
    assert fileable(matches(f"Re: Cerys {rest}", colin)) == set()


def test_twins_of_nearly_one_name_need_a_number_for_ocr_may_have_changed_the_letter() -> None:
    carys = a_client("carys", "Carys", "Bevan-Pryce", date(2018, 3, 7), **HOME)
    cerys = a_client("cerys", "Cerys", "Bevan-Pryce", date(2018, 3, 7), NHS_NUMBER, **HOME)
    text = "Re: Cerys Bevan-Pryce DOB 07/03/2018\n12 Mill Lane ZZ1 2AB"
    assert fileable(matches(text, carys, cerys)) == set()
    assert fileable(matches(f"{text}\nNHS No 943 476 5919", carys, cerys)) == {"cerys"}


def test_a_twin_whose_line_was_read_badly_keeps_the_letter_from_filing_on_the_other() -> None:
    carys = a_client("carys", "Carys", "Bevan-Pryce", reference=("LCS", "104054"))
    cerys = a_client("cerys", "Cerys", "Bevan-Pryce", reference=("LCS", "104091"))
    text = (
        "'Re: carys Bevan-Pryce, DOB 9 March 2014, Our reference Lcs/104054\n"
        "Re: , Cerys Bevan- 'Pryce, DOB 9 March 2014, (Our reference Lcsi104091"
    )
    found = matches(text, carys, cerys)
    assert fileable(found) == set()
    assert found[0].vetoes == (
        "another reference on the document is nearly that of another client",
    )


def test_two_siblings_named_are_both_clients() -> None:
    amy = a_client("amy", "Amy", born=date(2015, 1, 1), **HOME)
    ben = a_client("ben", "Ben", born=date(2017, 2, 2), **HOME)
    text = "Child's name: Amy Pellow DOB 01/01/2015\nChild's name: Ben Pellow DOB 02/02/2017"
    assert fileable(matches(text, amy, ben)) == {"amy", "ben"}


def test_a_sibling_who_is_no_client_keeps_the_document_waiting() -> None:
    amy = a_client("amy", "Amy", born=date(2015, 1, 1))
    text = "Child's name: Amy Pellow DOB 01/01/2015\nChild's name: Zoe Garside DOB 02/02/2017"
    found = matches(text, amy)
    assert fileable(found) == set()
    assert "it also names Zoe Garside, who is none of the clients found" in found[0].vetoes


def test_a_second_birth_that_is_nobodys_keeps_the_document_waiting() -> None:
    text = "Child's name: Tom Pellow DOB 09/03/2014\nNarne: Arny P&llow DOB 01/01/2015"
    found = matches(text, a_client())
    assert fileable(found) == set()
    assert found[0].vetoes == ("it also bears a date of birth of none of the clients found",)


def test_a_number_of_one_client_and_the_name_and_birth_of_another_is_a_conflict() -> None:
    owner = a_client("owner", "Ruth", "Ashdown", date(1950, 1, 1), nhs_number=NHS_NUMBER)
    named = a_client("named")
    text = "NHS No 943 476 5919\nRe: Tom Pellow, DOB 09/03/2014"
    found = matches(text, owner, named)
    assert fileable(found) == set()
    assert all(one.vetoes for one in found)


def test_the_conflict_is_seen_when_only_one_of_the_two_is_a_client() -> None:
    owner = a_client("owner", "Ruth", "Ashdown", date(1950, 1, 1), nhs_number=NHS_NUMBER)
    text = "NHS No 943 476 5919\nRe: Tom Pellow"
    assert fileable(matches(text, owner)) == set()


def test_numbers_of_two_clients_are_a_conflict() -> None:
    one = a_client("one", nhs_number=NHS_NUMBER)
    two = a_client("two", born=date(2012, 1, 1), reference=("LCS", "104233"))
    text = "Our ref: LCS/104233\nRe: Tom Pellow\nNHS No 943 476 5919"
    assert fileable(matches(text, one, two)) == set()


def test_the_mother_who_is_a_client_too_is_not_the_subject() -> None:
    child = a_client(**HOME)
    mother = a_client("mother", "Ann", "Pellow", date(1985, 2, 1), service="adults", **HOME)
    text = (
        "Name of child: Tom Pellow\nDOB: 09/03/2014\nAddress: 12 Mill Lane ZZ1 2AB\n"
        "Mother: Ann Pellow\nDOB: 01/02/1985"
    )
    assert fileable(matches(text, child, mother)) == {"tom"}


def test_the_foster_carer_is_not_the_subject() -> None:
    child = a_client()
    carer = a_client("carer", "Jean", "Crabtree", date(1970, 5, 5), **HOME)
    text = (
        "Child's name: Tom Pellow  DOB: 09/03/2014\nFoster carer: Jean Crabtree\n"
        "12 Mill Lane, Eastwick ZZ1 2AB"
    )
    assert fileable(matches(text, child, carer)) == {"tom"}


def test_somebody_on_the_copy_list_is_not_the_subject() -> None:
    child = a_client()
    other = a_client("other", "Ann", "Garside", date(1985, 2, 1))
    text = "Re: Tom Pellow DOB 09/03/2014\nYours sincerely\nDr Lau\n\ncc Ann Garside"
    assert fileable(matches(text, child, other)) == {"tom"}


@pytest.mark.parametrize(
    ("forename", "surname", "printed"),
    [
        ("John", "Smith", "SMITH, John"),
        ("John", "Smith", "Mr John SMITH"),
        ("Niamh", "O'Neill", "Niamh O’Neill"),
        ("Niamh", "O'Neill", "Niamh ONeill"),
        ("Siân", "Llewellyn", "Sian Llewellyn"),
        ("Sian", "Llewellyn", "Siân Llewellyn"),
        ("Leticia", "Jones-Parry", "Leticia Jones Parry"),
        ("Jean-Luc", "Begum", "Jean Luc Begum"),
        ("Gwilym", "ap Rhys", "Gwilym ap Rhys"),
        ("Robert", "Tibbs", "Bob Tibbs"),
        ("Unborn baby", "Pellow", "Unborn baby Pellow"),
    ],
)
def test_a_name_agrees_however_it_is_written(forename: str, surname: str, printed: str) -> None:
    client = a_client("c", forename, surname, reference=("LAS", "20311"))
    found = matches(f"Our ref: LAS/20311\nRe: {printed}", client)
    assert fileable(found) == {"c"}


def test_an_alias_agrees_like_the_name() -> None:
    client = a_client("c", "Margaret", "Doyle", date(1938, 8, 21), other_names=("Peggy Flynn",))
    assert fileable(matches("Re: Peggy Flynn DOB 21/08/1938", client)) == {"c"}


def test_a_surname_wrong_by_one_letter_counts_as_no_identifier() -> None:
    found = matches("Re: Tom Pellov\nDOB 09/03/2014", a_client())
    assert fileable(found) == set()
    assert "surname that differs by a letter" in found[0].explanation


def test_a_number_of_another_system_is_not_this_clients() -> None:
    found = matches("Our ref: LAS/104233\nRe: Tom Pellow", a_client(reference=("LCS", "104233")))
    assert fileable(found) == set()


def test_the_unborn_baby_is_not_the_mother() -> None:
    baby = a_client("baby", "Unborn baby", "Pellow", None, **HOME)
    mother = a_client("mother", "Ann", "Pellow", date(1999, 1, 1), **HOME)
    text = (
        "Name of child: Unborn baby Pellow\nMother: Ann Pellow DOB 01/01/1999\n12 Mill Lane ZZ1 2AB"
    )
    assert fileable(matches(text, baby, mother)) <= {"baby"}


def test_residents_of_one_care_home_are_told_apart() -> None:
    john = a_client("john", "John", "Smith", date(1940, 1, 1), **HOME)
    joan = a_client("joan", "Joan", "Smith", date(1942, 1, 1), **HOME)
    assert fileable(matches("Re: J Smith\n12 Mill Lane ZZ1 2AB", john, joan)) == set()


def test_nobody_is_suggested_for_a_page_that_names_nobody() -> None:
    assert matches("The bins will be emptied on Friday.", a_client()) == ()


def test_wanted_keys_are_folded_as_the_register_folds_them() -> None:
    keys = wanted_keys(
        pages(
            "Re: Niamh O'Neill-Parry DOB 09/03/2014\nOur ref: LCS / 1O4233\nNHS 943 476 5919\nZZ1 2AB"
        )
    )
    assert NHS_NUMBER in keys.nhs_numbers
    assert "LCS104233" in keys.references
    assert keys.dates_of_birth == {date(2014, 3, 9)}
    assert "ZZ12AB" in keys.postcodes
    assert ("parry", "niamh") in keys.names


def test_evidence_points_at_the_printed_words() -> None:
    text = "Re: Tom Pellow\nDOB 09/03/2014"
    words = tuple(
        Word(word, place * 10, 0, place * 10 + 9, 9, 0.9) for place, word in enumerate(text.split())
    )
    page = PageText(1, text, words)
    (found,) = matches(text, a_client())
    located = with_words(found.agreeing, (page,))
    assert [[word.text for word in evidence.words] for evidence in located] == [
        ["09/03/2014"],
        ["Tom", "Pellow"],
    ]


def test_the_referrer_of_a_form_is_not_its_subject() -> None:
    text = (
        "Section 1 Details of person\nSurname: Pellow  Forename: Tom\nDate of birth: 09/03/2014\n"
        "Section 2 Details of referrer\nName: Theresa Quillan"
    )
    assert fileable(matches(text, a_client())) == {"tom"}


def test_a_name_before_its_date_of_birth_is_whom_the_letter_is_about() -> None:
    june = a_client("june", "June", "Bell", date(2024, 10, 16))
    isaac = a_client("isaac", "Isaac", "Bell", date(2024, 10, 16))
    text = (
        "Isaac Bell\n12 Mill Lane ZZ1 2AB\n\nDear Isaac Bell\n\nJune Bell, date of birth 16.10.2024"
    )
    assert fileable(matches(text, isaac, june)) == {"june"}
    assert fileable(matches(text, isaac)) == set()


@pytest.mark.parametrize("surname", ["Green", "Hill", "Ward", "Young", "Page", "Day"])
def test_a_surname_that_is_a_word_of_letters_too_is_a_name(surname: str) -> None:
    text = f"Re: Lucy {surname}\nDOB 09/03/2014"
    assert fileable(matches(text, a_client("lucy", "Lucy", surname))) == {"lucy"}


def test_a_reference_after_the_initials_of_its_writer_is_found() -> None:
    text = "Re: Tom Pellow\nI support the request in your letter MA/LCS/104233."
    assert fileable(matches(text, a_client(reference=("LCS", "104233")))) == {"tom"}


def test_letters_that_ocr_cannot_tell_apart_do_not_make_another_name() -> None:
    text = "Re: OIiver HoIlins\nDOB 09/03/2014"
    assert fileable(matches(text, a_client("oliver", "Oliver", "Hollins"))) == {"oliver"}


def test_a_letter_wrong_in_the_forename_does_not_weigh_against_number_and_birth() -> None:
    text = "Re: Horry Field\nDOB 09/03/2014\nNHS No 943 476 5919"
    harry = a_client("harry", "Harry", "Field", nhs_number=NHS_NUMBER)
    horry = a_client("horry", "Horry", "Field")
    assert fileable(matches(text, harry)) == {"harry"}
    assert fileable(matches(text, harry, horry)) == set()


def test_a_brother_at_the_same_home_born_the_same_day_is_not_answered_for() -> None:
    oscar = a_client("oscar", "Oscar", "Wilson", date(2019, 7, 7), **HOME)
    text = "Name of child: James Wilson\nDate of birth: 07/07/2019\nAddress: 12 Mill Lane, ZZ1 2AB"
    found = matches(text, oscar)
    assert all(one.score < 0.5 for one in found)


def test_every_birth_of_the_subject_must_be_of_somebody_it_files_on() -> None:
    megan = a_client("megan", "Megan", "Radmore", date(2011, 12, 25))
    text = "Re: Megan Radmore, DOB 25/12/2011\nRe: Rhys Radmore, DOB 09/10/2014"
    rhys = a_client("rhys", "Rhys", "Radmore", date(2014, 10, 9))
    assert fileable(matches(text, megan)) == set()
    assert fileable(matches(text, megan, rhys)) == {"megan", "rhys"}


def test_the_day_of_the_letter_is_nobodys_birth() -> None:
    baby = a_client("baby", "Georgie", "Smith", date(2026, 10, 25))
    text = (
        "George Smith\n12 Mill Lane\nZZ1 2AB\n\n25 October 2026\n\nYours faithfully\n\nGeorge Smith"
    )
    assert all(one.score < 0.5 for one in matches(text, baby))


def test_a_polish_name_keeps_its_letters() -> None:
    text = "Re: Małgorzata Zieliński, DOB 09/03/2014"
    client = a_client("malgorzata", "Małgorzata", "Zieliński")
    assert fileable(matches(text, client)) == {"malgorzata"}


def test_what_colleagues_filed_before_makes_likelier_and_files_nothing() -> None:
    text = "Re: Ann Kingsworth\nHospital No: H457037\n12 Mill Lane ZZ1 2AB"
    client = a_client("ann", "Ann", "Pellow", **HOME)
    known = {"ann": frozenset({("name", "ann kingsworth"), ("reference", "H457037")})}
    before = match(pages(text), (client,))
    found = match(pages(text), (client,), known)
    assert found[0].score > 2 * (before[0].score if before else 0.0)
    assert "colleagues filed under this client" in found[0].explanation
    assert fileable(found) == set()
