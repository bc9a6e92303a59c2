"""Pages and API of documents on the wrong file: bad input first, then from the report to the closed incident,
and that no address shows the document to a former reader."""

import re
from dataclasses import dataclass
from datetime import date

import pytest
from flask.testing import FlaskClient

from api.setting_up import staff_actor
from edrms.clients.model import Client
from edrms.ids import ClientId, new_id
from edrms.staff.persons import set_person
from tests import factories
from tests.api.conftest import CHILD, Site, csrf_of

IG = "information_governance"
WHY = "The letter is about another Bryn, born 2009."
ABSENT = "0" * 32


@dataclass
class Window:
    """A signed-in browser and its form token."""

    browser: FlaskClient
    token: str

    def post(self, path: str, **given: object) -> tuple[int, str]:
        answer = self.browser.post(path, data={"csrf_token": self.token, **given})
        return answer.status_code, answer.text if answer.status_code != 303 else answer.location

    def get(self, path: str) -> str:
        answer = self.browser.get(path)
        assert answer.status_code == 200, (path, answer.status_code)
        return answer.text


def window(site: Site, role: str) -> Window:
    browser = site.signed_in(role)
    return Window(browser, csrf_of(browser))


@pytest.fixture(scope="module")
def sid(site: Site) -> Client:
    """The child whom the letters are about."""
    person = factories.child(
        client_id=ClientId(new_id()), forename="Sid", surname="Otherwise", identifiers=(),
        nhs_number="",
    )  # fmt: skip
    factories.on_the_register(site.instance, person)
    return person


@pytest.fixture(scope="module", autouse=True)
def numbered(site: Site) -> None:
    """Who files and who decides are known to be two people."""
    administrator = staff_actor(site.instance, "system_administrator")
    for number, role in enumerate(("indexer", "information_governance"), start=1):
        set_person(
            site.instance.database, site.instance.clock, administrator,
            staff_actor(site.instance, role).staff_id, f"E{number}", "",
        )  # fmt: skip


@pytest.fixture(scope="module")
def governance(site: Site) -> Window:
    return window(site, "information_governance")


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({}, "Choose where it belongs."),
        ({"belongs": "found"}, "Find the right person and tick the name."),
        ({"belongs": "unknown", "wrong": ""}, "It is not on this person"),
        ({"belongs": "unknown", "reason": "no"}, "There is a problem"),
        ({"belongs": "found", "right": ABSENT}, "Choose a client again."),
        ({"belongs": "unknown", "version": "x"}, "Open this page again."),
    ],
)
def test_a_form_filled_in_badly_says_what_is_wrong_and_moves_nothing(
    site: Site, governance: Window, given: dict[str, str], said: str
) -> None:
    record_id = factories.filed_record(site.instance, [_bryn()])
    whole = {"version": "1", "wrong": CHILD, "reason": WHY}
    status, text = governance.post(f"/records/{record_id}/wrong-person", **whole | given)
    assert (status, said in text) == (422, True)
    assert governance.get(f"/records/{record_id}")


def _bryn() -> Client:
    return Client(CHILD, "Bryn", "Invented", "children", date(2014, 3, 3))


@pytest.mark.parametrize(
    ("role", "path", "status"),
    [
        ("team_manager", "/records/{}/wrong-person", 404),
        ("quality_supervisor", "/records/{}/wrong-person/report", 404),
        ("auditor", "/incidents", 404),
        ("information_governance", f"/records/{ABSENT}/wrong-person", 404),
        ("team_manager", f"/records/{ABSENT}/wrong-person/report", 404),
        ("information_governance", f"/incidents/{ABSENT}", 404),
        ("information_governance", f"/incidents/{ABSENT}/readers.csv", 404),
        ("quality_supervisor", "/records/{}/wrong-person", 200),
    ],
)
def test_each_page_is_there_for_whom_it_is_for(
    site: Site, role: str, path: str, status: int
) -> None:
    record_id = factories.filed_record(site.instance, [_bryn()])
    assert site.signed_in(role).get(path.format(record_id)).status_code == status


def test_from_the_report_to_the_closed_incident(
    site: Site, governance: Window, sid: Client
) -> None:
    record_id = site.filed(text=b"Report of the beekeeper.\nThe zymurgist came on Sunday.\n")
    reader = window(site, "team_manager")
    assert "This is not about this person" in reader.get(f"/records/{record_id}")
    report = f"/records/{record_id}/wrong-person/report"
    assert reader.post(report, reason=WHY)[0] == 422
    assert reader.post(report, wrong=CHILD, reason=WHY) == (303, f"/records/{record_id}")
    assert "You need do nothing" in reader.get(report)
    assert "1 still on the wrong file." in governance.get("/")
    form = governance.get(f"/records/{record_id}/wrong-person")
    assert WHY in form
    status, found = governance.post(
        f"/records/{record_id}/wrong-person", action="find", query="Otherwise", wrong=CHILD,
        version=1,
    )  # fmt: skip
    assert status == 200 and f'name="right" id="right" value="{sid.client_id}"' in found
    said = {"version": 1, "wrong": CHILD, "belongs": "found", "right": sid.client_id, "reason": WHY}
    status, where = governance.post(f"/records/{record_id}/wrong-person", **said)
    assert status == 303 and re.fullmatch(r"/incidents/[0-9a-f]{32}", where)
    page = governance.get(where)
    assert "Team manager" in page and "hours left" in page
    assert governance.post(f"/records/{record_id}/wrong-person", **said)[0] == 303  # a double click
    assert "Somebody changed this document meanwhile" in governance.get("/incidents")
    assert "Team manager" in governance.get(f"{where}/readers.csv")
    assert "was on the wrong file" in reader.get("/notices")
    assert "was on the wrong file until" in governance.get(f"/records/{record_id}")
    assert governance.post(f"{where}/assess", risk="high")[0] == 422
    assert governance.post(f"{where}/assess", risk="high", note=WHY) == (303, where)
    status, text = governance.post(f"{where}/close", closing=WHY)
    assert status == 422 and "Say when the ICO was told" in text
    assert governance.post(f"{where}/assess", risk="unlikely", note=WHY) == (303, where)
    assert governance.post(f"{where}/close", closing=WHY) == (303, where)
    assert governance.post(f"{where}/close", closing=WHY) == (303, where)
    assert "cannot be done" in governance.get(where)
    assert "A risk to people is unlikely" in governance.get("/incidents.csv?show=closed")


def test_no_address_shows_it_to_a_former_reader(site: Site, governance: Window) -> None:
    adult = factories.client(client_id=ClientId(new_id()), identifiers=(), nhs_number="")
    factories.on_the_register(site.instance, adult)
    record_id = site.filed(text=b"Report of the beekeeper.\nThe quincunx was mended.\n")
    reader, token = window(site, "social_worker_children"), site.token("social_worker_children")
    paths = [
        f"/records/{record_id}", f"/records/{record_id}?page=1&q=quincunx",
        f"/records/{record_id}/pages/1/image", f"/records/{record_id}/pages/1/thumbnail",
        f"/records/{record_id}/original", f"/records/{record_id}/searchable_pdf",
        f"/records/{record_id}/print", f"/records/{record_id}/access",
        f"/records/{record_id}/wrong-person/report",
        f"/api/v1/records/{record_id}", f"/api/v1/records/{record_id}/pages/1/text",
        f"/api/v1/records/{record_id}/retention", f"/api/v1/records/{record_id}/paper",
    ]  # fmt: skip
    lists = [
        "/", "/search?q=quincunx", f"/clients/{CHILD}", "/notices", "/batches/trace?q=quincunx",
        "/clients?q=Invented", "/api/v1/search?q=quincunx", f"/api/v1/clients/{CHILD}",
        "/api/v1/notices", f"/clients/{CHILD}/paper",
    ]  # fmt: skip
    before = {path: reader.browser.get(path).status_code for path in paths}
    assert before[f"/records/{record_id}"] == before[f"/records/{record_id}/print"] == 200
    reference = site.instance.viewing.open(
        staff_actor(site.instance, "information_governance"), record_id
    ).record.reference
    said = {"version": 1, "wrong": CHILD, "belongs": "found", "right": adult.client_id}
    assert governance.post(f"/records/{record_id}/wrong-person", reason=WHY, **said)[0] == 303
    for path in paths:
        headers = token if path.startswith("/api") else {}
        answer = reader.browser.get(path, headers=headers)
        absent = reader.browser.get(path.replace(record_id, ABSENT), headers=headers)
        assert answer.status_code == absent.status_code, path
        assert _bare(answer.text, record_id) == _bare(absent.text, ABSENT), path
    for path in lists:
        answer = reader.browser.get(path, headers=token if path.startswith("/api") else {})
        assert reference not in answer.text and record_id not in answer.text, path
        assert "quincunx was" not in answer.text, path


def _bare(text: str, record_id: str) -> str:
    """A page without what differs from request to request."""
    text = text.replace(record_id, "ID")
    return re.sub(r'[0-9a-f]{16}|"request_id":"[^"]+"|content="[^"]{20,}"|value="[^"]{20,}"',
                  "", text)  # fmt: skip


def test_pictures_are_not_kept_by_the_browser(site: Site) -> None:
    record_id = site.filed(text=b"Report of the beekeeper.\nNo pictures.\n")
    browser = site.signed_in("team_manager")
    for path in ("", "/pages/1/image", "/pages/1/thumbnail", "/print"):
        answer = browser.get(f"/records/{record_id}{path}")
        assert answer.headers["Cache-Control"] == "no-store", path


def test_who_moved_it_to_the_wrong_file_is_told_why_there_is_nothing_to_decide_with(
    site: Site, governance: Window, sid: Client
) -> None:
    record_id = factories.filed_record(site.instance, [_bryn()])
    said = {"belongs": "found", "reason": WHY}
    address = f"/records/{record_id}/wrong-person"
    moved = governance.post(address, version=1, wrong=CHILD, right=sid.client_id, **said)
    assert moved[0] == 303
    reader = window(site, "team_manager")
    assert reader.post(f"{address}/report", wrong=sid.client_id, reason=WHY)[0] == 303
    [where] = set(re.findall(r'href="(/incidents/[0-9a-f]{32})"', governance.get("/incidents"))) & {
        f"/incidents/{one.incident.incident_id}"
        for one in site.instance.incidents.export(staff_actor(site.instance, IG), "open")
        if one.incident.record_id == record_id and one.incident.state == "reported"
    }
    shown = governance.get(where)
    assert "You put this document on the wrong file yourself" in shown
    assert "It is on the right file" not in shown and "Take it off the file" in shown
    assert governance.post(f"{where}/dismiss", note=WHY) == (303, where)
    assert "Somebody else decides the incident" in governance.get(where)
    program, headers = site.app.test_client(), site.token(IG)
    for part in ("dismissal", "assessment", "closing"):
        said_no = program.post(
            f"/api/v1{where}/{part}", json={"note": WHY, "risk": "unlikely"} if part == "assessment"
            else {"note": WHY}, headers=headers,
        )  # fmt: skip
        assert said_no.status_code == 409
        assert said_no.json["code"] == ("own_misfile" if part == "dismissal" else "not_now")
    back = governance.post(address, version=2, wrong=sid.client_id, right=CHILD, **said)
    assert back == (303, where)
    assert "Keep the assessment" not in governance.get(where)
    assessed = program.post(
        f"/api/v1{where}/assessment", json={"note": WHY, "risk": "unlikely"}, headers=headers
    )
    assert (assessed.status_code, assessed.json["code"]) == (409, "own_misfile")


def test_a_program_reports_repairs_and_decides(site: Site, sid: Client) -> None:
    record_id = site.filed(text=b"Report of the beekeeper.\nBy program.\n")
    api, reader = site.app.test_client(), site.token("team_manager")
    governance = site.token("information_governance")
    reports = f"/api/v1/records/{record_id}/wrong-person-reports"
    assert api.post(reports, json={"wrong": [], "reason": WHY}, headers=reader).status_code == 422
    made = api.post(reports, json={"wrong": [CHILD], "reason": WHY}, headers=reader)
    assert made.status_code == 201, made.text
    assert api.post(reports, json={"wrong": [CHILD], "reason": WHY}, headers=reader
                    ).status_code == 409  # fmt: skip
    address = f"/api/v1/records/{record_id}/wrong-person"
    said = {"version": 1, "wrong": [CHILD], "right": [sid.client_id], "reason": WHY}
    assert api.post(address, json=said, headers=reader).status_code == 404
    assert api.post(address, json={**said, "right": [ABSENT]}, headers=governance
                    ).status_code == 422  # fmt: skip
    done = api.post(address, json=said, headers=governance)
    assert (done.status_code, done.json["became"]) == (201, "moved")
    assert api.post(address, json=said, headers=governance).status_code == 409
    one = f"/api/v1/incidents/{done.json['incident_id']}"
    found = api.get(one, headers=governance).json
    assert found["reference"] == made.json["reference"]
    assert (found["wrong"], found["right"]) == ([CHILD], [sid.client_id])
    assert api.get(one, headers=reader).status_code == 404
    listed = api.get("/api/v1/incidents?show=open", headers=governance).json
    assert done.json["incident_id"] in {each["incident_id"] for each in listed["incidents"]}
    risk = {"risk": "unlikely", "note": WHY}
    assert api.post(f"{one}/assessment", json={"note": WHY, "risk": "x"}, headers=governance
                    ).status_code == 422  # fmt: skip
    assert api.post(f"{one}/assessment", json=risk, headers=governance).status_code == 204
    assert api.post(f"{one}/closing", json={"note": WHY}, headers=governance).status_code == 204
    assert api.get(one, headers=governance).json["state"] == "closed"
