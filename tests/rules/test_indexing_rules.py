"""Date, correspondent, and whether a document files itself."""

from dataclasses import replace
from datetime import date

import pytest

from edrms.fileplan import document_type
from scanning.indexing.document_date import document_date
from scanning.indexing.identifiers import find_identifiers
from scanning.indexing.model import (
    ClientMatch,
    Evidence,
    EvidenceKind,
    PageText,
    TypeSuggestion,
)
from scanning.indexing.rules import (
    confidence_in_client,
    confidence_in_date,
    confidence_in_type,
    may_file_itself,
)
from scanning.indexing.suggest import suggest
from tests.rules.indexing_people import a_client, pages

RECEIVED_ON = date(2026, 11, 2)
BORN = Evidence(EvidenceKind.DATE_OF_BIRTH, "09/03/2014", page=1, line=2)
SURE = ClientMatch("tom", 0.999, (BORN,), (), "All agrees.", identifiers=3, service="adults")
INVOICE = TypeSuggestion("D46", 0.99)
PAGES = (PageText(1, "Invoice", confidence=0.93),)


def dated(text: str) -> date | None:
    suggested = document_date(find_identifiers(pages(text)), RECEIVED_ON)
    return suggested.on if suggested else None


def test_the_date_at_the_head_of_a_letter_is_its_date() -> None:
    assert dated("The Surgery\n\n4 May 2026\n\nRe: Tom Pellow DOB 09/03/2014") == date(2026, 5, 4)


def test_a_birth_is_never_the_date_of_the_document() -> None:
    assert dated("Re: Tom Pellow\nDate of birth:\n09/03/2014") is None


def test_a_date_after_receipt_is_not_the_date_of_the_document() -> None:
    assert dated("Date of next review: 4 May 2027\nDate: 1 October 2026") == date(2026, 10, 1)
    assert dated("4 May 2027") is None


def test_a_labelled_date_wins_over_an_event() -> None:
    text = "Admitted on 1 September 2026\nDate of letter: 9 September 2026"
    assert dated(text) == date(2026, 9, 9)


def test_a_sure_document_files_itself_and_says_on_what_it_rests() -> None:
    decision = may_file_itself(INVOICE, (SURE,), PAGES, document_type("D46"))
    assert decision.file_itself
    assert decision.why == ("Its type, Provider invoice / remittance, scores 0.99.", "All agrees.")


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"score": 0.96}, "The client scores 0.96, below 0.97."),
        ({"identifiers": 1}, "Fewer than two identifiers of the client agree."),
        ({"vetoes": ("the date of birth differs",)}, "The date of birth differs."),
    ],
)
def test_a_doubtful_client_keeps_the_document_waiting(
    changed: dict[str, object], reason: str
) -> None:
    doubtful = replace(SURE, **changed)  # type: ignore[arg-type]
    decision = may_file_itself(INVOICE, (doubtful,), PAGES, document_type("D46"))
    assert not decision.file_itself
    assert reason in decision.why


def test_each_of_several_clients_must_be_sure() -> None:
    second = replace(SURE, client_id="ben", score=0.8)
    assert not may_file_itself(INVOICE, (SURE, second), PAGES, document_type("D46")).file_itself


def test_clients_named_on_pages_apart_are_looked_at_and_those_named_together_are_not() -> None:
    elsewhere, name = replace(BORN, page=2), replace(BORN, kind=EvidenceKind.NAME)
    apart = replace(SURE, client_id="ben", agreeing=(elsewhere,))
    decided = may_file_itself(INVOICE, (SURE, apart), PAGES, document_type("D46"))
    assert not decided.file_itself
    assert decided.why == (
        "Different pages name different clients: two letters may be stuck together.",
    )
    together = replace(apart, agreeing=(name, elsewhere))
    assert may_file_itself(INVOICE, (SURE, together), PAGES, document_type("D46")).file_itself


def test_no_client_is_no_filing() -> None:
    assert not may_file_itself(INVOICE, (), PAGES, document_type("D46")).file_itself


def test_a_sealed_type_never_files_itself() -> None:
    sealed = TypeSuggestion("D14", 1.0)
    child = replace(SURE, service="children")
    decision = may_file_itself(sealed, (child,), PAGES, document_type("D14"))
    assert not decision.file_itself


def test_a_type_below_its_threshold_waits() -> None:
    weak = TypeSuggestion("D46", 0.89)
    assert not may_file_itself(weak, (SURE,), PAGES, document_type("D46")).file_itself


def test_a_childrens_paper_does_not_file_itself_on_an_adult() -> None:
    plan = TypeSuggestion("D06", 0.99)
    decision = may_file_itself(plan, (SURE,), PAGES, document_type("D06"))
    assert decision.why == ("Child in need plan / review is not a type of the client's service.",)


def test_a_page_read_with_little_confidence_waits() -> None:
    dim = (PageText(1, "Invoice", confidence=0.4),)
    assert not may_file_itself(INVOICE, (SURE,), dim, document_type("D46")).file_itself


def test_a_whole_letter_is_suggested_and_files_itself() -> None:
    text = (
        "Merrowby Hospitals NHS Foundation Trust\nDischarge summary\n1 October 2026\n"
        "Re: Tom Pellow, DOB 09/03/2014, NHS No 943 476 5919\nDear Dr Lau,\n"
        "Diagnosis: asthma\nMedications on discharge: salbutamol\nYours sincerely\nDr Ann Strand"
    )
    suggestion = suggest(pages(text), (a_client(nhs_number="9434765919"),), RECEIVED_ON)
    assert suggestion.file_itself
    assert suggestion.document_date and suggestion.document_date.on == date(2026, 10, 1)
    assert suggestion.title == (
        "Discharge summary / clinic letter from Merrowby Hospitals NHS Foundation Trust"
    )
    assert suggestion.clients[0].client_id == "tom"


def test_the_writer_of_an_e_mail_is_named_without_the_address() -> None:
    mail = (
        "From: Larkspur Homecare Ltd <accounts@larkspur.example>\nSubject: Remittance\n\nAttached."
    )
    suggested = suggest(pages(mail), ())
    assert suggested.correspondent is not None
    assert suggested.correspondent.name == "Larkspur Homecare Ltd"


@pytest.mark.parametrize(
    ("read", "named"),
    [
        ("Next Step Young People' S Project", "Next Step Young People's Project"),
        ("Brackenshire' Council a", "Brackenshire Council"),
        ("Brackenshire Council ee", "Brackenshire Council"),
        ("Brackenshire Council.", "Brackenshire Council"),
        ("Larkspur Homecare Ltd.", "Larkspur Homecare Ltd."),
        ("St James' Hospital", "St James' Hospital"),
        ("The Family Court at Merrowby", "The Family Court at Merrowby"),
    ],
)
def test_the_writer_is_named_without_what_a_speck_adds(read: str, named: str) -> None:
    suggested = suggest(pages(f"{read}\n\nDear Madam,\nThank you for your letter."), ())
    assert suggested.correspondent is not None
    assert suggested.correspondent.name == named


def test_a_type_that_is_hardly_more_than_a_guess_gives_no_title() -> None:
    suggested = suggest(pages("Winter leaflet\n\nWrap up warm and check on your neighbours."), ())
    assert suggested.document_type.score < 0.25
    assert suggested.title == "Document"


@pytest.mark.parametrize(
    ("score", "is_known", "expected"),
    [(0.99, True, "sure"), (0.89, True, "likely"), (0.5, True, "check"), (0.99, False, "likely")],
)
def test_a_type_is_sure_only_where_the_document_might_file_itself_by_it(
    score: float, is_known: bool, expected: str
) -> None:
    plan = document_type("D46") if is_known else None
    assert confidence_in_type(score, plan) == expected


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({}, "sure"),
        ({"score": 0.96}, "likely"),
        ({"identifiers": 1}, "likely"),
        ({"score": 0.5}, "check"),
        ({"vetoes": ("the date of birth differs",)}, "check"),
    ],
)
def test_a_client_is_sure_only_where_the_document_might_be_filed_on_it(
    changed: dict[str, object], expected: str
) -> None:
    found = replace(SURE, **changed)  # type: ignore[arg-type]
    assert confidence_in_client((found,), found) == expected


@pytest.mark.parametrize(("score", "expected"), [(0.85, "sure"), (0.6, "likely"), (0.3, "check")])
def test_a_date_is_sure_where_it_is_labelled_or_stands_at_the_head(
    score: float, expected: str
) -> None:
    assert confidence_in_date(score) == expected
