"""When a filed document names another client better, and when it says more than was dismissed."""

from dataclasses import replace
from datetime import date

import pytest

from edrms.clients.model import Client, Identifier
from scanning.indexing.identifiers import find_identifiers
from scanning.indexing.matching import match
from scanning.indexing.model import PageText
from scanning.misfiles.company import is_kin
from scanning.misfiles.rules import Filed, misfiled, says_more
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


def judged(
    text: str, *filed: Client, related: frozenset[str] = frozenset()
) -> tuple[Client, set[str]] | None:
    """Whom it names better, and the forenames of those on whose files it is wrongly."""
    pages = (PageText(1, text),)
    people = {one.client_id: one for one in (*EVERYBODY, *filed)}
    found = misfiled(
        find_identifiers(pages), match(pages, tuple(people.values())), people,
        Filed({one.client_id: one for one in filed}, related),
    )  # fmt: skip
    return (people[found[0].client_id], {one.client_id for one in found[1]}) if found else None


def better(text: str, *filed: Client) -> Client | None:
    found = judged(text, *filed)
    return found[0] if found else None


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


# --- on the right file and on another beside it -----------------------------------------------------

BOTH = "Re: Jory Penrose, DOB 17/05/2014\nRe: Tamsin Penrose, DOB 04/02/2011\n"
FATHER = factories.client(
    forename="Piran", surname="Nancarrow", date_of_birth=date(1931, 5, 2), nhs_number="9434765897",
    identifiers=(Identifier("LAS", "LAS-300002"),), household="nancarrow",
)  # fmt: skip
MARRIED = factories.client(
    forename="Demelza", surname="Hocking", date_of_birth=date(1970, 5, 2), nhs_number="9434765897",
    identifiers=(Identifier("LAS", "LAS-300003"),),
)  # fmt: skip
WRONG_BESIDE = {
    "a stranger of whom nothing is said": (about(OLIVE), (OLIVE, STRANGER), OLIVE, STRANGER),
    "a namesake of another birth": (about(OLIVE), (OLIVE, NAMESAKE), OLIVE, NAMESAKE),
    "the father of the same name": (about(STRANGER), (STRANGER, FATHER), STRANGER, FATHER),
    "a sister, though another is named": (BOTH, (JORY, UNBORN), SISTER, UNBORN),
    "a brother, though a stranger is named": (
        "Re: Jory Penrose, DOB 17/05/2014, LCS-118822\n"
        "Re: Piran Nancarrow, DOB 30/01/1958, LAS-118455\n",
        (JORY, SISTER), STRANGER, SISTER,
    ),
    "a stranger beside one who is only mentioned": (
        about(JORY, "Sister: Tamsin Penrose, date of birth 04/02/2011"),
        (SISTER, STRANGER), JORY, STRANGER,
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", WRONG_BESIDE)
def test_of_the_files_it_is_on_the_wrong_one_is_told(kind: str) -> None:
    text, filed, named, wrong = WRONG_BESIDE[kind]
    assert judged(text, *filed) == (named, {wrong.client_id})


def test_beside_two_who_are_named_the_third_is_told() -> None:
    found = judged(BOTH, JORY, SISTER, STRANGER)
    assert found and found[0] in (JORY, SISTER) and found[1] == {STRANGER.client_id}


FAMILY = {
    "on a sister's file too, of whom it says nothing": (about(JORY), (JORY, SISTER)),
    "on a twin's file too": (about(JORY), (JORY, TWIN)),
    "on the files of all three": (about(JORY), (JORY, TWIN, SISTER)),
    "on both files it names": (BOTH, (JORY, SISTER)),
    "on both it names and their twin's": (BOTH, (JORY, SISTER, TWIN)),
    "the third child is called by the forename alone": (
        BOTH + "Bridie was at school.", (JORY, UNBORN),
    ),
    "it speaks of brothers and sisters": (BOTH + "Her siblings were seen.", (JORY, UNBORN)),
    "on the file of whom it is copied to": (
        about(OLIVE, "cc: Piran Nancarrow, 4 Mill Lane"), (OLIVE, STRANGER),
    ),
    "on the file of whom it mentions": (about(OLIVE, "Piran Nancarrow rang."), (OLIVE, STRANGER)),
    "it bears a number of his": (about(OLIVE, "LAS-118455 refers."), (OLIVE, STRANGER)),
    "on both files of one person, of one of which little is known": (
        about(OLIVE), (OLIVE, NAMELESS),
    ),
    "on both files of one person": (about(OLIVE), (OLIVE, TWICE)),
    "his birth may be a slip": (
        about(STRANGER),
        (STRANGER, factories.client(forename="Piran", surname="Nancarrow", nhs_number="",
                                    identifiers=(), date_of_birth=date(1958, 1, 31))),
    ),
    "father and son of one name, both named with their births": (
        about(STRANGER, "Father: Piran Nancarrow, date of birth 02/05/1931"), (STRANGER, FATHER),
    ),
    "on the file of a brother whose name is another form of his": (
        about(factories.child(forename="Harry")),
        (factories.child(forename="Harry"), factories.child(
            forename="Henry", date_of_birth=date(2018, 2, 3), nhs_number="", identifiers=())),
    ),
    "it is about nobody": ("Minutes of the allotment society.\n", (OLIVE, STRANGER)),
}  # fmt: skip


@pytest.mark.parametrize("kind", FAMILY)
def test_what_people_put_on_several_files_of_a_family_is_right(kind: str) -> None:
    text, filed = FAMILY[kind]
    assert judged(text, *filed) is None


def test_a_tie_in_the_register_makes_kin_of_two_names() -> None:
    assert judged(about(OLIVE), OLIVE, MARRIED) == (OLIVE, {MARRIED.client_id})
    related = frozenset({OLIVE.client_id, MARRIED.client_id})
    assert judged(about(OLIVE), OLIVE, MARRIED, related=related) is None


def test_kin_is_who_shares_a_home_or_part_of_a_surname() -> None:
    for shared in (
        {"household": "h1"}, {"postcode": "ZZ1 1AA"}, {"uprn": "999000000001"},
        {"surname": "Hocking-Tregenza"},
    ):  # fmt: skip
        one, other = replace(OLIVE, **shared), replace(MARRIED, **{**shared, "forename": "Zelah"})
        assert is_kin(one, other), shared
    assert not is_kin(OLIVE, MARRIED)


def test_on_two_wrong_files_both_are_told() -> None:
    assert judged(about(JORY), OLIVE, STRANGER) == (JORY, {OLIVE.client_id, STRANGER.client_id})


def test_a_dismissal_covers_what_people_had_before_them() -> None:
    assert says_more({"nhs_number"}, [])
    assert not says_more({"nhs_number"}, [["nhs_number", "name"]])
    assert says_more({"nhs_number", "reference"}, [["nhs_number", "name"]])
    assert not says_more({"reference"}, [["nhs_number"], ["reference"]])
