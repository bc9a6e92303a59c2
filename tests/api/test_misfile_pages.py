"""The list of possible misfiles in the browser and by API: for whom it is there, and what they say of it."""

import csv
import io
import re
from datetime import date
from html import unescape

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from api.setting_up import staff_actor
from edrms.clients.model import Identifier
from edrms.records.reading import client_ids_of
from edrms.records.tables import Record
from edrms.staff.accounts import SYSTEM
from tests import factories
from tests.api.conftest import ADULT, Site, csrf_of

FORMULA = "=cmd|' /C calc'!A0"
OLIVE = factories.client()
PIRAN = factories.client(
    forename="Piran", surname="Nancarrow", date_of_birth=date(1958, 1, 30), nhs_number="9434765838",
    identifiers=(Identifier("LAS", "LAS-118455"),),
)  # fmt: skip
SUPERVISOR, GOVERNANCE = "quality_supervisor", "information_governance"


@pytest.fixture(scope="module", autouse=True)
def registered(site: Site) -> None:
    factories.on_the_register(site.instance, OLIVE, PIRAN)
    site.instance.misfiles.walks.turn(SYSTEM)


def misfiled(site: Site, title: str = "Plan") -> str:
    """Id of the finding about a letter newly filed on the wrong file."""
    texts = [factories.letter_to(OLIVE)]
    record_id = factories.filed_record(site.instance, [PIRAN], texts=texts, title=title)
    while site.instance.misfiles.walks.turn(SYSTEM):
        pass
    listed = site.instance.misfiles.desk.listed(staff_actor(site.instance, SUPERVISOR))
    return next(one.finding.finding_id for one in listed if one.record.record_id == record_id)


def post(browser: FlaskClient, address: str, **form: str) -> TestResponse:
    sent = {"csrf_token": csrf_of(browser), **form}
    return browser.post(address, data=sent, follow_redirects=True)


def test_a_supervisor_looks_and_says_that_it_is_right(site: Site) -> None:
    finding_id = misfiled(site)
    browser = site.signed_in(SUPERVISOR)
    assert "Possible misfiles" in browser.get("/").text
    listed = browser.get("/misfiles").text
    assert f"/misfiles/{finding_id}" in listed and "/wrong-person" in listed
    assert "Olive Tregenza" in listed and "Piran Nancarrow" in listed
    assert "agree, page 1 lines 3, 4, 5" in listed
    address = f"/misfiles/{finding_id}"
    shown = browser.get(address).text
    assert "Is this on the right file?" in shown and "Go to page 1" in shown
    assert browser.get(f"{address}/pages/1").mimetype == "image/png"
    assert browser.get(f"{address}/pages/2").status_code == 404
    silent = post(browser, f"{address}/dismiss", reason=" ")
    assert silent.status_code == 422 and 'href="#reason"' in silent.text
    said = post(browser, f"{address}/dismiss", reason="He is her carer")
    assert "Kept where it is" in said.text and finding_id not in said.text
    kept = browser.get("/misfiles?show=dismissed").text
    assert "He is her carer" in kept and "Quality supervisor" in kept
    again = post(browser, f"{address}/dismiss", reason="He is her carer")
    assert "settled meanwhile" in again.text


def test_taking_it_off_begins_with_whom_its_pages_name(site: Site) -> None:
    misfiled(site)
    browser = site.signed_in(SUPERVISOR)
    pattern = rf'href="(/records/\w+/wrong-person\?wrong={PIRAN.client_id}&amp;right=\w+)"'
    form = unescape(re.findall(pattern, browser.get("/misfiles").text)[0])
    shown = browser.get(form).text
    [ticked] = re.findall(r'<input[^>]*name="wrong"[^>]*>', shown)
    assert "checked" in ticked and PIRAN.client_id in ticked
    [ticked] = re.findall(r'<input[^>]*name="right"[^>]*>', shown)
    assert "checked" in ticked and form.rsplit("=", 1)[1] in ticked
    assert re.search(r'value="found" checked', shown)
    strangers = form.replace(form.rsplit("=", 1)[1], "0" * 32)
    assert 'name="right"' not in browser.get(strangers).text


def test_of_a_record_on_a_right_file_too_the_wrong_one_is_ticked_and_the_other_stays(
    site: Site,
) -> None:
    texts = [factories.letter_to(OLIVE)]
    record_id = factories.filed_record(site.instance, [OLIVE, PIRAN], texts=texts, title="Of both")
    site.instance.misfiles.walks.turn(SYSTEM)
    browser = site.signed_in(GOVERNANCE)
    assert "It may stay on the file of Olive Tregenza" in browser.get("/misfiles").text
    pattern = rf'href="(/records/{record_id}/wrong-person[^"]*)"'
    [form] = set(map(unescape, re.findall(pattern, browser.get("/misfiles").text)))
    shown = browser.get(form).text
    ticked = {
        one: "checked" in box
        for box in re.findall(r'<input[^>]*name="wrong"[^>]*>', shown)
        for one in (OLIVE.client_id, PIRAN.client_id)
        if one in box
    }
    assert ticked == {OLIVE.client_id: False, PIRAN.client_id: True}
    assert re.search(r'value="stays" checked', shown) and 'name="right"' not in shown
    said = {"version": "1", "belongs": "stays", "reason": "It names Olive alone, born 1941."}
    everybody = [OLIVE.client_id, PIRAN.client_id]
    csrf = csrf_of(browser)
    none = browser.post(form, data={**said, "csrf_token": csrf, "wrong": everybody})
    assert none.status_code == 422 and "stays on none" in none.text
    done = post(browser, form, **said, wrong=PIRAN.client_id)
    assert "off the wrong file" in done.text
    with site.instance.database.read() as session:
        assert client_ids_of(session.get_one(Record, record_id)) == [OLIVE.client_id]


def test_the_page_of_a_record_is_linked_only_for_those_who_may_open_it(site: Site) -> None:
    finding_id = misfiled(site)
    for role, may in ((SUPERVISOR, False), (GOVERNANCE, True)):
        browser = site.signed_in(role)
        for address in ("/misfiles", f"/misfiles/{finding_id}"):
            assert (
                'class="govuk-link edrms-code" href="/records/' in browser.get(address).text
            ) is may


@pytest.mark.parametrize(
    "query", ["show=nothing", "page=99999999999999999999", "batch=B-1", "batch=%00"]
)
def test_odd_filters_are_answered(site: Site, query: str) -> None:
    misfiled(site)
    browser = site.signed_in(SUPERVISOR)
    for address in (f"/misfiles?{query}", f"/misfiles/list.csv?{query}"):
        assert browser.get(address).status_code == 200
    assert ("Piran" in browser.get(f"/misfiles?{query}").text) == ("batch" not in query)


def test_only_the_batch_asked_for_is_listed(site: Site) -> None:
    batch_id, document_id = site.waiting(factories.letter_to(OLIVE).encode())
    assert document_id  # it filed itself, rightly; then it is as if an indexer had erred
    browser = site.signed_in(SUPERVISOR)
    reference = site.instance.ledger.batch(
        staff_actor(site.instance, "indexer"), batch_id
    ).batch.reference
    assert "Nothing to show." in browser.get(f"/misfiles?batch={reference}").text


def test_the_file_holds_what_the_list_does_and_no_formula(site: Site) -> None:
    finding_id = misfiled(site, FORMULA)
    assert finding_id
    answer = site.signed_in(SUPERVISOR).get("/misfiles/list.csv")
    rows = list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"))))
    [row] = [one for one in rows if "calc" in one["Title"]]
    assert not row["Title"].startswith("=")
    assert row["Names"].startswith("Olive Tregenza") and row["State"] == "To look at"
    assert len(rows) == site.instance.misfiles.desk.waiting(staff_actor(site.instance, SUPERVISOR))


def test_by_api_findings_are_listed_and_dismissed(site: Site) -> None:
    finding_id = misfiled(site)
    program, headers = site.app.test_client(), site.token(GOVERNANCE)
    answer = program.get("/api/v1/misfiles", headers=headers).json
    assert answer["total"] == len(answer["findings"]) >= 1
    [one] = [each for each in answer["findings"] if each["finding_id"] == finding_id]
    assert one["names"]["client_id"] == OLIVE.client_id and one["score"] >= 0.97
    assert [each["client_id"] for each in one["filed_on"]] == [PIRAN.client_id]
    assert one["also_on"] == []
    address = f"/api/v1/misfiles/{finding_id}/dismiss"
    assert program.post(address, json={"reason": ""}, headers=headers).status_code == 422
    left = program.post(address, json={"reason": "It is right"}, headers=headers).json
    assert left == {"total": answer["total"] - 1, "findings": []}
    assert program.post(address, json={"reason": "Again"}, headers=headers).status_code == 409
    assert program.get("/api/v1/misfiles?state=odd", headers=headers).status_code == 422
    kept = program.get("/api/v1/misfiles?state=dismissed", headers=headers).json
    assert finding_id in [each["finding_id"] for each in kept["findings"]]


@pytest.mark.parametrize("role", ["indexer", "team_manager", "records_manager", "auditor"])
def test_for_others_there_is_nothing_and_no_count(site: Site, role: str) -> None:
    finding_id = misfiled(site)
    browser = site.signed_in(role)
    assert "misfile" not in browser.get("/").text.lower()
    absent = browser.get("/misfiles/" + "0" * 32)
    for address in ("/misfiles", "/misfiles/list.csv", f"/misfiles/{finding_id}"):
        assert browser.get(address).status_code == absent.status_code == 404
    program = site.app.test_client()
    assert program.get("/api/v1/misfiles", headers=site.token(role)).status_code in (403, 404)


def test_a_finding_about_somebody_closed_is_as_absent_as_none(site: Site) -> None:
    texts = [factories.letter_to(OLIVE)]
    sealed = factories.child()
    factories.on_the_register(site.instance, sealed)
    factories.filed_record(site.instance, [sealed], texts=texts, title="Of the child")
    site.instance.misfiles.walks.turn(SYSTEM)
    supervisor = staff_actor(site.instance, SUPERVISOR)
    [finding_id] = [
        one.finding.finding_id
        for one in site.instance.misfiles.desk.listed(supervisor)
        if one.record.title == "Of the child"
    ]
    before = site.instance.misfiles.desk.waiting(supervisor)
    adoption = staff_actor(site.instance, "adoption_team")
    site.instance.seals.seal(adoption, sealed.client_id, "adopted by another family")
    browser = site.signed_in(SUPERVISOR)
    for address in ("/misfiles/{}", "/misfiles/{}/pages/1"):
        hidden = browser.get(address.format(finding_id))
        assert hidden.status_code == browser.get(address.format("0" * 32)).status_code == 404
    assert "Of the child" not in browser.get("/misfiles").text
    assert site.instance.misfiles.desk.waiting(supervisor) == before - 1
    assert "Of the child" in site.signed_in("adoption_team").get("/misfiles").text
    assert ADULT  # nobody of the site's own is touched
