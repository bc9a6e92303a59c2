"""The type of a document: titles, cues, slips of OCR, and honest doubt."""

import pytest

from edrms.fileplan import load_document_types
from scanning.indexing.classify import MODEL, classify
from scanning.indexing.cues import CueKind, load_cues
from tests.rules.indexing_people import pages


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("INVOICE\nInvoice no: INV-3664\nTotal due: £400\nVAT at 20%", "D46"),
        ("Discharge summary\nDear Dr Lau\nDiagnosis: pneumonia\nMedication on discharge", "D38"),
        ("In the Family Court sitting at Merrowby\nCase No ZC1\nIT IS ORDERED that", "D17"),
        ("Review Child Protection Conference\nCategory of abuse: neglect\nCore group", "D04"),
        ("NHS CONTINUING HEALTHCARE\nDecision Support Tool\nprimary health need", "D36"),
        ("Mental capacity assessment\nable to understand and retain, use or weigh", "D32"),
        ("Personal Education Plan (PEP)\nVirtual school\nUPN A123", "D09"),
        ("Return home interview\nmissing episode: 3 days", "D24"),
        ("Carer's assessment\nThe caring role and whether the carer is willing", "D29"),
    ],
)
def test_a_document_of_a_plain_type_is_known(text: str, code: str) -> None:
    suggested = classify(pages(text))
    assert suggested.code == code
    assert suggested.score >= 0.9


def test_a_title_is_read_through_the_slips_of_ocr() -> None:
    suggested = classify(pages("REV1EW CHlLD PR0TECTION CONFERENGE\ncategory of abuse\ncore group"))
    assert suggested.code == "D04"


def test_an_unknown_document_scores_low() -> None:
    suggested = classify(
        pages("Dear all, the choir meets again on Friday. Bring a friend and a cake.")
    )
    assert suggested.score < 0.3


def test_an_empty_page_has_no_type() -> None:
    assert classify(pages("")).code is None


def test_a_parking_permit_is_no_court_application() -> None:
    suggested = classify(
        pages("APPLICATION FOR A PARKING PERMIT\nFull name: A B\nVehicle reg: ZZ1")
    )
    assert suggested.score < 0.5


def test_the_words_of_two_types_lower_the_score_and_name_the_alternative() -> None:
    suggested = classify(pages("Invoice\nIndividual placement agreement\nfee per week"))
    assert {suggested.code, *(a.code for a in suggested.alternatives)} >= {"D46", "D47"}
    assert suggested.score < 0.95


def test_the_reasons_say_which_words_on_which_line() -> None:
    suggested = classify(pages("Larkspur Ltd\nINVOICE\nInvoice number 12"))
    reasons = [(reason.value, reason.page, reason.line) for reason in suggested.reasons]
    assert ("invoice", 1, 2) in reasons
    assert suggested.model == MODEL


def test_every_type_has_a_title_cue() -> None:
    titled = {cue.code for cue in load_cues() if cue.kind is CueKind.TITLE}
    assert titled == {document_type.code for document_type in load_document_types()}
