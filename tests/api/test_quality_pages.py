"""The quality check in the browser and by API: look, pass, fail, and the figures of scanning."""

import re
from io import BytesIO

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from api.setting_up import staff_actor
from edrms.staff.persons import set_person
from scanning.quality.tables import QualitySample
from tests import factories
from tests.api.conftest import Site, csrf_of

WHY = "The second page is cut off at the foot"
FORMULA = '=HYPERLINK("http://x")'


@pytest.fixture(scope="module", autouse=True)
def numbered(site: Site) -> None:
    """Everybody has an employee number, so that two people are known to be two."""
    administrator = staff_actor(site.instance, "system_administrator")
    for number, role in enumerate(("post_room", "quality_supervisor", "indexer"), start=1):
        staff_id = staff_actor(site.instance, role).staff_id
        set_person(site.instance.database, site.instance.clock, administrator, staff_id,
                   f"E{number}", "")  # fmt: skip


def upload(site: Site, *files: tuple[bytes, str], device: str = "", by: str = "post_room") -> str:
    """Id of a batch of these files, read."""
    browser = site.signed_in(by)
    form = {"csrf_token": csrf_of(browser), "device": device,
            "files": [(BytesIO(content), name) for content, name in files]}  # fmt: skip
    sent = browser.post("/batches", data=form)
    assert sent.status_code == 303, sent.text
    site.do_the_work()
    return sent.location.rsplit("/", 1)[1]


def sampled(site: Site, batch_id: str) -> list[str]:
    with site.instance.database.read() as session:
        rows = session.query(QualitySample).filter_by(batch_id=batch_id, is_sampled=True)
        return [row.document_id for row in rows]


def post(browser: FlaskClient, address: str, **form: str) -> TestResponse:
    sent = {"csrf_token": csrf_of(browser), **form}
    return browser.post(address, data=sent, follow_redirects=True)


def test_scans_of_an_operator_without_a_number_are_listed_and_it_is_said_why_they_stay(
    site: Site,
) -> None:
    picture = factories.png(factories.page("A rota for\nthe allotment"))
    batch_id = upload(site, (picture, "rota.png"), by="business_support")
    [document_id] = sampled(site, batch_id)
    listed = site.signed_in("quality_supervisor").get("/quality").text
    assert "Not for you to check" in listed and "have both recorded" in listed
    assert f"/quality/samples/{document_id}" not in listed


def test_a_supervisor_looks_passes_and_fails_with_a_reason(site: Site) -> None:
    picture = factories.png(factories.page("Hello to\nthe allotment"))
    batch_id = upload(site, (picture, "a.png"), device=FORMULA)
    [document_id] = sampled(site, batch_id)
    browser = site.signed_in("quality_supervisor")
    assert "Documents to check" in browser.get("/").text
    listed = browser.get("/quality").text
    assert f"/quality/samples/{document_id}" in listed and "A new" in listed
    shown = post(browser, "/quality/next")
    assert "Is this scan good enough?" in shown.text and "dots to the inch" in shown.text
    image = browser.get(f"/quality/samples/{document_id}/pages/1")
    assert image.mimetype.startswith("image/")
    assert browser.get(f"/quality/samples/{document_id}/pages/2").status_code == 404
    address = f"/quality/samples/{document_id}"
    wrong = post(browser, address, action="fail", seen="0", reason=WHY)
    assert wrong.status_code == 422 and 'href="#fault"' in wrong.text and WHY in wrong.text
    silent = post(browser, address, action="fail", seen="0", fault="cut")
    assert silent.status_code == 422 and 'href="#reason"' in silent.text
    failed = post(browser, address, action="fail", seen="0", fault="cut", reason=WHY)
    assert "Every document of its batch is looked at" in failed.text
    assert "Failed, and not put right yet" in browser.get("/quality").text
    assert "Failed checks" in browser.get("/").text
    assert "documents are not good enough" in browser.get(f"/batches/{batch_id}").text
    again = browser.get(address).text
    assert WHY in again and "How was it put right?" in again
    needs = post(browser, address, action="pass", seen="1")
    assert needs.status_code == 422 and 'href="#pass_reason"' in needs.text
    passed = post(browser, address, action="pass", seen="1", pass_reason="Scanned again, whole")
    assert "Passed, and with it the batch." in passed.text
    page = browser.get(f"/batches/{batch_id}").text
    assert "Passed: 1 of 1 documents were looked at." in page and "Low resolution" in page
    late = post(browser, address, action="pass", seen="2")
    assert "Somebody has judged this document meanwhile" in late.text


def test_the_operator_sees_how_the_batch_stands_and_not_what_is_sampled(site: Site) -> None:
    batch_id = upload(site, (b"A note of the allotments.", "n.txt"))
    [document_id] = sampled(site, batch_id)
    browser = site.signed_in("post_room")
    assert "Not checked yet" in browser.get(f"/batches/{batch_id}").text
    for address in ("/quality", f"/quality/samples/{document_id}", "/quality/figures",
                    "/quality/figures.csv"):  # fmt: skip
        assert browser.get(address).status_code in (403, 404), address
    assert post(browser, f"/quality/samples/{document_id}", action="pass").status_code in (403, 404)


def test_nonsense_in_the_form_changes_nothing(site: Site) -> None:
    batch_id = upload(site, (b"A note of the marrows.", "m.txt"))
    [document_id] = sampled(site, batch_id)
    browser = site.signed_in("quality_supervisor")
    browser.get(f"/quality/samples/{document_id}")
    for wrong in ({"action": "both", "seen": "0"}, {"action": "pass", "seen": "-1"},
                  {"action": "pass", "seen": "x"}, {"action": "pass"}, {}):  # fmt: skip
        answer = post(browser, f"/quality/samples/{document_id}", **wrong)
        assert "Nothing was changed." in answer.text
    assert "Not checked yet" in browser.get(f"/batches/{batch_id}").text


def test_the_figures_are_charts_with_tables_and_a_file_without_formulas(site: Site) -> None:
    picture = factories.png(factories.page("Small print"))
    batch_id = upload(site, (picture, "s.png"), device=FORMULA)
    browser = site.signed_in("quality_supervisor")
    [document_id] = sampled(site, batch_id)
    browser.get(f"/quality/samples/{document_id}")
    post(browser, f"/quality/samples/{document_id}", action="pass", seen="0")
    page = browser.get("/quality/figures").text
    assert page.count("<svg") >= 5 and "<rect" in page and "Findings to 1,000 pages by week" in page
    assert "style=" not in page and "post_room" in page
    saved = browser.get("/quality/figures.csv")
    assert saved.mimetype == "text/csv"
    cells = [line.split('","') for line in saved.text.splitlines()]
    assert cells[0][3] == "Pages checked" and FORMULA.replace('"', '""') in saved.text
    assert not re.search(r'(^|,)"[=+\-@]', saved.text)
    other = browser.get("/quality/figures?operator=nobody&device=None").text
    assert "Nothing on these days." in other
    for wrong in ("from=x", "from=1/1/2020&to=1/1/2026", "from=2/2/2026&to=1/2/2026"):
        answer = browser.get(f"/quality/figures?{wrong}")
        assert answer.status_code == 422 and "There is a problem" in answer.text, wrong
        assert browser.get(f"/quality/figures.csv?{wrong}").status_code == 422
    assert site.signed_in("records_manager").get("/quality/figures").status_code == 200


def test_a_program_takes_and_judges(site: Site) -> None:
    batch_id = upload(site, (b"A note of the leeks.", "l.txt"))
    [document_id] = sampled(site, batch_id)
    program, headers = site.app.test_client(), site.token("quality_supervisor")
    stands = program.get(f"/api/v1/batches/{batch_id}/quality", headers=headers).json
    assert (stands["state"], stands["why"], stands["sampled"]) == ("not_yet", "waiting", 1)
    listed = program.get("/api/v1/quality/samples", headers=headers).json
    assert document_id in [one["document_id"] for one in listed["samples"]]
    at = f"/api/v1/quality/samples/{document_id}"
    unseen = program.post(f"{at}/judge", json={"has_passed": True, "seen": 0}, headers=headers)
    assert (unseen.status_code, unseen.json["code"]) == (409, "not_looked")
    taken = program.post(f"{at}/take", headers=headers).json
    assert (taken["seen"], taken["pages"]) == (0, [1])
    wrong = program.post(f"{at}/judge", json={"has_passed": False, "seen": 0}, headers=headers)
    assert wrong.status_code == 422 and "fault" in wrong.json["fields"]
    said = program.post(f"{at}/judge", json={"has_passed": True, "seen": 0}, headers=headers)
    assert said.json["state"] == "passed"
    days = program.get("/api/v1/quality/days", headers=headers).json["days"]
    assert sum(one["judged"] for one in days) >= 1
    bad = program.get("/api/v1/quality/days?from=yesterday", headers=headers)
    assert bad.status_code == 422
    operator = site.token("post_room")
    own = program.get(f"/api/v1/batches/{batch_id}/quality", headers=operator)
    assert own.status_code == 200
    assert program.get("/api/v1/quality/samples", headers=operator).status_code in (403, 404)


def test_the_indexer_is_told_what_was_found(site: Site) -> None:
    words = "Minutes of the allotment society, kept by its secretary.\n" * 12
    pages = factories.pdf(f"Page 1 of 3\n{words}", f"Page 3 of 3\n{words}")
    batch_id, document_id = site.waiting(pages)
    browser = site.signed_in("indexer")
    found = browser.get(f"/queue/{document_id}").text
    assert "Found by the checks:" in found and "page 2 is missing" in found
    assert "page 2 is missing" in browser.get(f"/batches/{batch_id}").text
