"""When a filed document names another client better, and when it says more than was dismissed."""

from datetime import date

import pytest

from edrms.clients.model import Client, Identifier
from scanning.indexing.identifiers import find_identifiers
from scanning.indexing.matching import match
from scanning.indexing.model import PageText
from scanning.misfiles.rules import may_be_meant, named_better, says_more
from tests import factories

OLIVE = factories.client()
# Same name, another birth and number: a namesake. Same birth and home, another forename: a twin.
NAMESAKE = factories.client(
    date_of_birth=date(1986, 7, 1), nhs_number="9434765838",
    identifiers=(Identifier("LAS", "LAS-331902"),),
)  # fmt: skip
JORY = factories.child()
TWIN = factories.child(
    forename="Merryn", nhs_number="9434765889", identifiers=(Identifier("LCS", "LCS-118823"),)
)
SISTER = factories.child(
    forename="Tamsin", date_of_birth=date(2011, 2, 4), nhs_number="9434765889",
    identifiers=(Identifier("LCS", "LCS-109911"),),
)  # fmt: skip
STRANGER = factories.client(
    forename="Piran", surname="Nancarrow", date_of_birth=date(1958, 1, 30), nhs_number="9434765838",
    identifiers=(Identifier("LAS", "LAS-118455"),),
)  # fmt: skip
NAMELESS = factories.client(date_of_birth=None, nhs_number="", identifiers=())
TWICE = factories.client(identifiers=(Identifier("LAS", "LAS-900001"),))
UNBORN = factories.child(
    forename="Bridie", date_of_birth=None, nhs_number="", identifiers=(Identifier("LCS", "LCS-7"),)
)
EVERYBODY = (OLIVE, NAMESAKE, JORY, TWIN, SISTER, STRANGER)


def about(person: Client, more: str = "") -> str:
    return factories.letter_to(person, more)


def better(text: str, *filed: Client) -> Client | None:
    pages = (PageText(1, text),)
    found = named_better(match(pages, (*EVERYBODY, *filed)), [one.client_id for one in filed])
    named = [one for one in EVERYBODY if found and one.client_id == found.client_id]
    said = find_identifiers(pages)
    return next((n for n in named if not any(may_be_meant(said, f, n) for f in filed)), None)


MISFILED = {
    "anybody": (about(OLIVE), STRANGER, OLIVE),
    "a namesake": (about(OLIVE), NAMESAKE, OLIVE),
    "a twin": (about(JORY), TWIN, JORY),
    "a sister": (about(JORY), SISTER, JORY),
    "a surname alone on the page": (about(OLIVE, "Mr Nancarrow telephoned."), STRANGER, OLIVE),
    "the mother whom it is written to": ("Dear Piran Nancarrow\n" + about(JORY), STRANGER, JORY),
    "a namesake of unknown birth": (about(OLIVE), NAMELESS, OLIVE),
    "whom it is copied to": (about(OLIVE, "cc: Piran Nancarrow"), STRANGER, OLIVE),
}


@pytest.mark.parametrize("kind", MISFILED)
def test_a_document_on_the_file_of_another_names_its_own_client_better(kind: str) -> None:
    text, filed, meant = MISFILED[kind]
    assert better(text, filed) is meant


RIGHT = {
    "its own client": (about(OLIVE), OLIVE),
    "it names a sister of the household too": (
        about(JORY, "Household: Tamsin Penrose, date of birth 04/02/2011"), JORY,
    ),
    "it names a child of the household whose file it is on": (
        about(JORY, "Others in the household: Tamsin Penrose, date of birth 04/02/2011"), SISTER,
    ),
    "the file of the same person, who is on the register twice": (about(OLIVE), TWICE),
    "it names a brother of unknown birth too": (
        about(JORY, "Bridie Penrose came as well."), UNBORN,
    ),
    "a slip in the name of one of two subjects": (
        "Re: Jory Penrose, DOB 17/05/2014\nRe: Tamsin Penrse, DOB 04/02/2011\nLCS-118822\n", SISTER,
    ),
    "it is copied to another": (about(OLIVE, "cc: Piran Nancarrow, NHS number 943 476 5838"), OLIVE),
    "another's name and nothing else": ("Dear Piran Nancarrow,\nThe plan continues.\n", OLIVE),
    "another's surname and birth": ("Re: Mr Nancarrow, DOB 30/01/1958\n", OLIVE),
    "it is about nobody": ("Minutes of the allotment society.\n", OLIVE),
    "it says nothing": ("", OLIVE),
    "a number of another beside a name and birth of nobody": (
        "Re: Zelah Trewin\nDate of birth: 03/03/1999\nNHS number: 943 476 5838\n", OLIVE,
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", RIGHT)
def test_in_doubt_no_document_names_anybody_better(kind: str) -> None:
    text, filed = RIGHT[kind]
    assert better(text, filed) is None


def test_of_two_on_whose_files_it_is_one_is_enough() -> None:
    assert better(about(JORY), JORY, STRANGER) is None
    assert better(about(JORY), OLIVE, STRANGER) is JORY


def test_a_dismissal_covers_what_people_had_before_them() -> None:
    assert says_more({"nhs_number"}, [])
    assert not says_more({"nhs_number"}, [["nhs_number", "name"]])
    assert says_more({"nhs_number", "reference"}, [["nhs_number", "name"]])
    assert not says_more({"reference"}, [["nhs_number"], ["reference"]])
