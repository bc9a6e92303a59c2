"""How the quality run counts: what is wrong filing, what is only early, and how sets are read."""

import json
from pathlib import Path
from typing import Any

from tests.quality.measure import Measured, prediction, write_predictions
from tests.quality.outcome import DocumentOutcome, FileOutcome, PageOutcome
from tests.quality.post import PostFigures, compare_file
from tests.quality.sets import LabelledFile, load_set


def a_suggestion(client: str = "tom", score: float = 0.99, code: str = "D46") -> dict[str, Any]:
    return {
        "clients": [{"client_id": client, "score": score}],
        "document_type": {"code": code, "score": 0.98},
        "why": [],
    }


def an_outcome(
    filed_on: tuple[str, ...] = ("tom",), kind: str = "content", turned: int = 0
) -> FileOutcome:
    page = PageOutcome(1, kind, "Invoice", "ocr", turned, 0.9)
    filed_type = "D46" if filed_on else ""
    document = DocumentOutcome(1, 1, a_suggestion(), filed_on, filed_type)
    return FileOutcome("scan.pdf", "read", "", "application/pdf", (page,), (document,))


def truth(clients: tuple[str, ...] = ("tom",), may_file: bool = True) -> dict[str, Any]:
    page = {
        "kind": "content", "rotation_degrees": 0, "is_image": True, "look": "clean",
        "text": "Invoice",
    }  # fmt: skip
    document = {
        "number": 1, "pages": [1], "type": "D46", "clients": list(clients),
        "may_file_itself": may_file, "waits_because": None if may_file else "name_only",
    }  # fmt: skip
    return {"name": "scan.pdf", "pages": [page], "documents": [document], "attachments": []}


def compared(entry: dict[str, Any], outcome: FileOutcome) -> PostFigures:
    figures = PostFigures()
    compare_file(figures, entry, outcome)
    return figures


def test_a_document_on_its_clients_file_is_filed_rightly() -> None:
    figures = compared(truth(), an_outcome())
    assert (figures.filed_rightly, figures.filed_wrongly, figures.remarks) == (1, 0, [])


def test_a_document_on_another_file_or_on_one_of_two_is_filed_wrongly() -> None:
    assert compared(truth(), an_outcome(("ben",))).filed_wrongly == 1
    assert compared(truth(("tom", "ben")), an_outcome(("tom",))).filed_wrongly == 1


def test_a_document_filed_rightly_but_early_is_counted_apart() -> None:
    figures = compared(truth(may_file=False), an_outcome())
    assert (figures.filed_though_it_should_wait, figures.filed_wrongly) == (1, 0)


def test_content_taken_for_blank_and_a_page_turned_for_nothing_are_counted() -> None:
    assert compared(truth(), an_outcome((), kind="blank")).content_taken_for_blank == 1
    assert compared(truth(), an_outcome((), turned=180)).upright_pages_turned == 1


def test_a_file_of_nobody_that_filed_itself_is_wrong_and_is_predicted_as_such() -> None:
    measured = Measured(LabelledFile("a", Path("a.png")), an_outcome())
    assert measured.filed_wrongly
    assert prediction(measured)["filed_on"] == ["tom"]
    assert not Measured(
        LabelledFile("a", Path("a.png"), client_id="tom"), an_outcome()
    ).filed_wrongly


def test_predictions_are_a_text_for_each_file_and_one_row(tmp_path: Path) -> None:
    measured = Measured(LabelledFile("a", Path("a.png"), "invoice", "tom"), an_outcome())
    folder = write_predictions("letters", [measured], tmp_path)
    assert (folder / "a.txt").read_text() == "Invoice"
    row = json.loads((folder / "predictions.jsonl").read_text())
    assert (row["client"], row["type"], row["true_label"]) == ("tom", "D46", "invoice")


def test_a_set_brings_its_files_and_its_register(tmp_path: Path) -> None:
    folder = tmp_path / "e2e_letters"
    folder.mkdir()
    (folder / "gt.jsonl").write_text('{"id": "a", "image": "images/a.png", "client": "C1"}\n')
    (folder / "clients.csv").write_text(
        "client,first,last,dob,house,street,town,postcode,ref\n"
        "C1,Ann,Pellow,09/03/1934,1A,High Street,Eastwick,ZZ1 1AA,TA/1/2\n"
    )
    one = load_set(folder)
    assert one.has_text and one.files[0].path == folder / "images/a.png"
    assert one.clients[0].address_lines == ("1A High Street", "Eastwick")


def test_rows_that_point_into_another_set_are_left_to_that_set(tmp_path: Path) -> None:
    (tmp_path / "labels.jsonl").write_text('{"file": "../../ocr_funsd/dev/a.png", "label": "form"}')
    assert load_set(tmp_path).files == ()
