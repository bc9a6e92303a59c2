"""Holds by pages, JSON and command line; bad input first."""

import csv
import io
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from api.app import create_app
from api.cli import main
from edrms.audit.tables import AuditEvent
from edrms.clients.model import Client, Identifier
from edrms.ids import ClientId
from edrms.records.tables import CaseFile, Record
from edrms.staff.accounts import SYSTEM
from edrms.uow import write
from retention.hold_guard import live_holds_on
from retention.hold_tables import Hold
from tests import factories
from tests.api.conftest import PASSWORD, Site, csrf_of

JORY, ABSENT = ClientId("d" * 32), "0" * 32
WHY, LETTER = "the inquiry has written to every council", "Letter IGG/2026/14"
ROLES = ("records_manager", "information_governance", "auditor", "social_worker_children",
         "system_administrator")  # fmt: skip
SAID = {
    "title": "Grooming gangs inquiry", "reason": WHY, "authority": LETTER, "owner": "records_manager",
    "day-day": "1", "day-month": "12", "day-year": "2027",
}  # fmt: skip


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    instance = factories.new_instance(tmp_path / "instance")
    person = Client(JORY, "Jory", "Penrose", "children", None,
                    identifiers=(Identifier("LCS", "LCS-118822"),))  # fmt: skip
    with write(instance.database, SYSTEM, instance.clock) as work:
        for role in ROLES:
            factories.add_to_staff(work, role, role, name=role, password=PASSWORD)
        factories.add_to_register(work, person)
    factories.filed_record(instance, [person], document_type="D05", title="Core assessment",
                           texts=("Siân’s review of the plan",))  # fmt: skip
    factories.filed_record(instance, [person], document_type="D30", title="Plan")
    yield Site(create_app(instance), instance)
    instance.index.close()
    instance.database.close()


def post(browser: FlaskClient, address: str, **given: str) -> TestResponse:
    return browser.post(address, data=given | {"csrf_token": csrf_of(browser)})


def place(browser: FlaskClient, **given: str) -> str:
    answer = post(browser, "/holds/new", **SAID | given)
    assert answer.status_code == 303, answer.text
    return answer.location.rsplit("/", 1)[1]


def count(site: Site) -> int:
    with site.instance.database.read() as session:
        return session.scalar(select(func.count()).select_from(Hold)) or 0


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"day-year": "2020"}, "day-day"),
        ({"day-year": "2099"}, "day-day"),
        ({"day-day": "31", "day-month": "2"}, "day-day"),
        ({"day-day": "", "day-month": "", "day-year": ""}, "day-day"),
        ({"owner": "nobody"}, "owner"),
        ({"owner": ""}, "owner"),
        ({"reason": ""}, "reason"),
        ({"reason": "x" * 900_000}, "reason"),
        ({"authority": ""}, "authority"),
        ({"title": ""}, "title"),
        ({"kind": ""}, "kind"),
        ({"kind": "moon"}, "kind"),
        ({"about": ""}, "about"),
        ({"about": "R-0000-0000"}, "about"),
        ({"kind": "record_class", "record_class": "Z99"}, "record_class"),
        ({"kind": "case_file", "file_of": "nobody"}, "file_of"),
        ({"kind": "query", "phrase": "ab"}, "phrase"),
        ({"kind": "query", "query_class": "Z99"}, "query_class"),
        ({"kind": "query", "document_type": "D99"}, "document_type"),
        ({"kind": "query", "team": ABSENT}, "team"),
        ({"kind": "query", "dated_from-day": "x"}, "dated_from-day"),
        ({"kind": "query", "phrase": "never written"}, "confirmed"),
        ({"kind": "query"}, "confirmed"),
    ],
)
def test_what_is_wrong_is_named_on_the_form_and_nothing_is_placed(
    site: Site, given: dict[str, str], field: str
) -> None:
    browser = site.signed_in("records_manager")
    answer = post(
        browser, "/holds/new", **SAID | {"kind": "subject", "about": "LCS-118822"} | given
    )
    assert answer.status_code == 422
    assert f'href="#{field}"' in answer.text, re.findall(r'href="#[^"]+"', answer.text)
    assert re.search(rf'id="{field}(?:-2)?"', answer.text)
    assert count(site) == 0


def test_everything_that_is_wrong_is_told_at_once(site: Site) -> None:
    answer = post(site.signed_in("records_manager"), "/holds/new")
    linked = re.findall(r'href="#([^"]+)"', answer.text)
    assert sorted(set(linked) & {"title", "kind", "reason", "authority", "owner", "day-day"}) == [
        "authority", "day-day", "kind", "owner", "reason", "title",
    ]  # fmt: skip


def test_a_hold_is_placed_shown_reviewed_handed_over_and_lifted_on_pages(site: Site) -> None:
    browser = site.signed_in("records_manager")
    hold_id = place(browser, kind="subject", about="LCS-118822")
    page = browser.get(f"/holds/{hold_id}").text
    assert "2 records you may see" in page and "Core assessment" in page and WHY in page
    assert "Grooming gangs inquiry" in browser.get("/holds").text
    assert browser.get("/holds?show=due").text.count("Grooming") == 0
    rows = list(csv.reader(io.StringIO(browser.get(f"/holds/{hold_id}/records.csv").text)))
    assert len(rows) == 3 and {row[1] for row in rows[1:]} == {"Core assessment", "Plan"}
    for action, wrong, right in (
        (
            "review",
            {"words": ""},
            {"words": WHY, "day-day": "1", "day-month": "6", "day-year": "2028"},
        ),
        ("owner", {"owner": "nobody"}, {"words": WHY, "owner": "information_governance"}),
        ("lift", {"words": WHY, "authority": ""}, {"words": WHY, "authority": LETTER}),
    ):
        address = f"/holds/{hold_id}/{action}"
        assert browser.get(address).status_code == 200
        assert post(browser, address, **wrong).status_code == 422
        assert post(browser, address, **right).status_code == 303
    assert "Lifted" in browser.get("/holds?show=lifted").text
    again = post(browser, f"/holds/{hold_id}/lift", words=WHY, authority=LETTER)
    assert again.status_code == 303
    assert "lifted already" in browser.get(again.location).text


def test_every_kind_of_hold_can_be_placed_on_the_form(site: Site) -> None:
    browser = site.signed_in("information_governance")
    with site.instance.database.read() as session:
        record_class = session.scalars(select(CaseFile.record_class)).first() or ""
        team = factories.TEAMS["children"]
    for given in (
        {"kind": "case_file", "file_of": "LCS-118822", "file_class": record_class},
        {"kind": "record_class", "record_class": record_class},
        {"kind": "query", "phrase": "SIAN'S review", "document_type": "D05", "service": "children",
         "team": team, "received_from-day": "1", "received_from-month": "1",
         "received_from-year": "2026"},
        {"kind": "query", "confirmed": "yes"},
    ):  # fmt: skip
        hold_id = place(browser, **given)
        assert "Core assessment" in browser.get(f"/holds/{hold_id}").text, given
    listed = browser.get("/holds").text
    assert "sian s review" in listed and "Every record" in listed and "Team of children" in listed
    absent = post(browser, "/holds/new", **SAID, kind="case_file", file_of="LCS-118822",
                  file_class="X14")  # fmt: skip
    assert absent.status_code == 404


def test_a_secret_hold_is_seen_by_governance_alone_on_pages_api_log_and_in_refusals(
    site: Site,
) -> None:
    governance, manager = (
        site.signed_in(one) for one in ("information_governance", "records_manager")
    )
    hold_id = place(governance, kind="subject", about="LCS-118822", secret="yes", title="Op. Heron")
    assert "Secret" in governance.get(f"/holds/{hold_id}").text
    assert post(governance, f"/holds/{hold_id}/lift", words="", authority="").status_code == 422
    headers = site.token("records_manager")
    for path in ("/holds/{}", "/holds/{}/records.csv", "/holds/{}/lift", "/holds/{}/review"):
        found, absent = (manager.get(path.format(one)) for one in (hold_id, ABSENT))
        assert found.status_code == absent.status_code == 404
        assert _plain(found, hold_id) == _plain(absent, ABSENT)
    assert "Heron" not in manager.get("/holds").text + manager.get("/holds?show=due").text
    asked = site.app.test_client()
    assert asked.get("/api/v1/holds", headers=headers).json == {"holds": []}
    assert asked.get(f"/api/v1/holds/{hold_id}", headers=headers).status_code == 404
    secret = post(manager, "/holds/new", **SAID, kind="subject", about="LCS-118822", secret="yes")
    assert secret.status_code in (403, 404)
    with site.instance.database.read() as session:
        events = session.scalars(
            select(AuditEvent).where(AuditEvent.subject_kind != "secret_hold")
        ).all()
    assert [one for one in events if hold_id in f"{one.subject_id} {one.detail} {one.reason}"] == []
    auditor = site.signed_in("auditor")
    log = auditor.get("/audit?what=group:holds").text
    assert hold_id[:12] not in log and "Secret hold" not in log
    assert hold_id[:12] in governance.get("/audit?what=group:holds").text


def _plain(answer: TestResponse, typed: str) -> str:
    return re.sub(r"[0-9a-f]{16}(?![0-9a-f])", "", answer.text.replace(typed, "ID"))


def test_the_page_of_a_record_names_the_holds_the_reader_may_know_of(site: Site) -> None:
    governance, manager, worker = (
        site.signed_in(one)
        for one in ("information_governance", "records_manager", "social_worker_children")
    )
    place(governance, kind="subject", about="LCS-118822", secret="yes", title="Op. Heron")
    place(manager, kind="subject", about="LCS-118822", title="Open inquiry")
    with site.instance.database.read() as session:
        record = session.scalars(select(Record)).first()
    assert record
    address, form = f"/records/{record.record_id}", f"/holds/new?about={record.reference}"
    seen = {who: who.get(address).text for who in (governance, manager, worker)}
    assert ["Heron" in page for page in seen.values()] == [True, False, False]
    assert ["Open inquiry" in page for page in seen.values()] == [True, True, False]
    assert [form in page for page in seen.values()] == [True, True, False]
    assert f'value="{record.reference}"' in manager.get(form).text


def test_who_may_not_has_neither_link_nor_page(site: Site) -> None:
    browser = site.signed_in("social_worker_children")
    assert "/holds" not in browser.get("/").text
    for path in ("/holds", "/holds/new", f"/holds/{ABSENT}"):
        assert browser.get(path).status_code in (403, 404)


def test_the_api_places_lists_pages_reviews_and_lifts(site: Site) -> None:
    headers, asked = site.token("records_manager"), site.app.test_client()
    body = {
        "title": "Inquiry", "reason": WHY, "authority": LETTER, "owner": "records_manager",
        "review_on": "2027-12-01",
        "scopes": [{"kind": "client", "id": JORY},
                   {"kind": "query", "criteria": {"phrase": "Siân", "document_types": ["D05"]}}],
    }  # fmt: skip
    for wrong, fields in (
        ({"review_on": None}, {"review_on"}), ({"owner": "nobody", "title": ""}, {"owner", "title"}),
        ({"scopes": []}, {"scopes"}), ({"colour": 1}, {"colour"}),
        ({"scopes": [{"kind": "query", "criteria": {"services": ["army"]}}]}, {"services"}),
    ):  # fmt: skip
        answer = asked.post("/api/v1/holds", json=body | wrong, headers=headers)
        assert (answer.status_code, set(answer.json["fields"])) == (422, fields)
    everything = body | {"scopes": [{"kind": "query"}]}
    refused = asked.post("/api/v1/holds", json=everything, headers=headers)
    assert (refused.status_code, refused.json["code"]) == (409, "holds_everything")
    absent = body | {"scopes": [{"kind": "record", "id": ABSENT}]}
    assert asked.post("/api/v1/holds", json=absent, headers=headers).status_code == 404
    made = asked.post("/api/v1/holds", json=body, headers=headers)
    assert made.status_code == 201 and made.json["too_late"] == 0
    one = f"/api/v1/holds/{made.json['hold_id']}"
    shown = asked.get(one, headers=headers).json
    assert shown["records"] == 2 and len(shown["hold"]["scopes"]) == 2
    listed = asked.get(f"{one}/records?page=1", headers=headers).json
    assert listed["total"] == len(listed["records"]) == 2
    assert asked.get("/api/v1/holds?show=odd", headers=headers).status_code == 422
    again = {"note": WHY, "review_on": "2028-01-01"}
    assert asked.post(f"{one}/reviews", json=again, headers=headers).status_code == 204
    owner = {"owner": "information_governance", "note": WHY}
    assert asked.post(f"{one}/owner", json=owner, headers=headers).status_code == 204
    lifting = {"reason": WHY, "authority": LETTER}
    assert asked.post(f"{one}/lift", json=lifting, headers=headers).json == {"appraised_afresh": 0}
    assert asked.post(f"{one}/lift", json=lifting, headers=headers).status_code == 409
    assert asked.post(f"{one}/lift", json=lifting).status_code == 401


def test_the_command_line_places_lists_exports_imports_and_lifts(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in _environment(site).items():
        monkeypatch.setenv(name, value)
    run, by = CliRunner().invoke, ("--as", "records_manager")
    words = ("--title", "Inquiry", "--reason", WHY, "--authority", LETTER, "--owner", "records_manager",
             "--review-on", "2027-12-01", *by)  # fmt: skip
    for wrong, said in (
        (("--on", "moon:1"), "begin with one of"), (("--query", "{"), "not JSON"),
        (("--query", "[]"), "saved query"), ((), "Say what is held"),
        (("--on", "client:" + ABSENT), "There is no such client"), (("--query", "{}"), "every record"),
    ):  # fmt: skip
        done = run(main, ["holds", "place", *words, *wrong])
        assert done.exit_code == 1 and said in done.output, done.output
    done = run(main, ["holds", "place", *words, "--on", f"client:{JORY}"])
    assert done.exit_code == 0, done.output
    hold_id = re.search(r"[0-9a-f]{32}", done.output)[0]  # type: ignore[index]
    assert "Inquiry" in run(main, ["holds", "list", *by]).output
    path = tmp_path / "holds.json"
    assert run(main, ["holds", "export", str(path), *by]).exit_code == 0
    assert json.loads(path.read_text())["holds"][0]["hold_id"] == hold_id
    assert run(main, ["holds", "export", str(path), *by]).exit_code == 1
    assert "0 holds taken in, 1" in run(main, ["holds", "import", str(path), *by]).output
    path.write_bytes(b"\xff\xfe")
    assert "not UTF-8" in run(main, ["holds", "import", str(path), *by]).output
    lifted = run(main, ["holds", "lift", hold_id, "--reason", WHY, "--authority", LETTER, *by])
    assert lifted.exit_code == 0, lifted.output
    person = ["staff-person", "auditor", "--employee-number", "E1", "--as", "system_administrator"]
    assert run(main, person).exit_code == 0
    with site.instance.database.read() as session:
        assert live_holds_on(session, [hold_id], site.instance.clock.now()) == {}


def _environment(site: Site) -> dict[str, str]:
    settings = site.instance.settings
    return {"EDRMS_HOME": str(settings.home), "EDRMS_MIN_FREE_BYTES": "0"}
