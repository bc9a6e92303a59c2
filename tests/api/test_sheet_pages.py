"""Sheets to print, in the browser and by API."""

import pypdfium2

from tests.api.conftest import Site, csrf_of


def test_sheets_are_asked_for_on_a_page_and_come_as_a_pdf(site: Site) -> None:
    browser = site.signed_in("post_room")
    assert "Sheets to print" in browser.get("/batches").text
    assert "Document separator" in browser.get("/batches/sheets").text
    form = {"csrf_token": csrf_of(browser), "kind": "DOC", "count": "2"}
    made = browser.post("/batches/sheets", data=form)
    assert made.mimetype == "application/pdf" and len(pypdfium2.PdfDocument(made.data)) == 2
    wrong = browser.post("/batches/sheets", data=form | {"count": "many"})
    assert wrong.status_code == 422 and "Enter a whole number" in wrong.text
    header = form | {"kind": "BAT", "expected_sheets": "40", "sides": "both"}
    made = browser.post("/batches/sheets", data=header)
    text = pypdfium2.PdfDocument(made.data)[0].get_textpage().get_text_bounded()
    assert "Sheets / Dalennau: 40" in text and "Operator / Gweithredwr: Post-room operator" in text


def test_a_program_gets_its_header_by_api(site: Site) -> None:
    program, headers = site.app.test_client(), site.token("post_room")
    asked = {"kind": "BAT", "header": {"stream": "children", "expected_documents": 3}}
    made = program.post("/api/v1/sheets", json=asked, headers=headers)
    assert made.status_code == 200 and len(pypdfium2.PdfDocument(made.data)) == 1
    refused = program.post("/api/v1/sheets", json={"kind": "FLY"}, headers=headers)
    assert refused.status_code == 422
    assert program.post(
        "/api/v1/sheets", json=asked, headers=site.token("auditor")
    ).status_code in (403, 404)  # fmt: skip
