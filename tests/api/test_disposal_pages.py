"""Disposal by pages, JSON and command line; bad input first."""

import json
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from api.app import create_app
from api.cli import main
from api.duties import carry_disposals_on
from api.wiring import sealer
from edrms.clients.model import Client, Identifier
from edrms.ids import ClientId
from edrms.records.tables import Record
from edrms.staff.accounts import SYSTEM
from edrms.staff.finding import staff_id_of
from edrms.staff.persons import set_person
from edrms.uow import write
from retention.disposal_tables import DisposalCase
from tests import factories
from tests.api.conftest import PASSWORD, Site, csrf_of
from tests.service.retained import record_event, renewed, with_schedule

OLIVE, ABSENT = ClientId("d" * 32), "0" * 32
WHY = "past its period, nothing speaks for keeping it"
ROLES = ("records_manager", "information_governance", "auditor", "social_worker_adults",
         "system_administrator")  # fmt: skip


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    instance = factories.new_instance(tmp_path / "instance", disposal_waiting_days=0)
    person = Client(OLIVE, "Olive", "Tregenza", "adults", date(1941, 3, 9),
                    identifiers=(Identifier("LAS", "LAS-204417"),))  # fmt: skip
    with write(instance.database, SYSTEM, instance.clock) as work:
        for role in ROLES:
            factories.add_to_staff(work, role, role, name=role, password=PASSWORD)
        factories.add_to_register(work, person)
    administrator = factories.actor("system_administrator", name="sa")
    for role, number in (("records_manager", "E1"), ("information_governance", "E2")):
        whose = staff_id_of(instance.database, role)
        set_person(instance.database, instance.clock, administrator, whose, number, "")
    with_schedule(instance)
    record_event(instance, person, "SERVICE_END", date(2010, 1, 4))
    for title in ("First plan", "Second plan"):
        factories.filed_record(instance, [person], title=title)
    renewed(instance)
    yield Site(create_app(instance), instance)
    instance.index.close()
    instance.database.close()


def seal(site: Site) -> None:
    one = sealer(site.instance, "sealer-of-tests")
    term = one.take_lead()
    assert term
    while one.round(term):
        pass
    one._leader.lay_down(term, one.actor)


def post(browser: FlaskClient, address: str, **given: object) -> TestResponse:
    return browser.post(address, data=given | {"csrf_token": csrf_of(browser)})


def opened(browser: FlaskClient, **given: str) -> str:
    answer = post(browser, "/disposal/new", **{"title": "Adults due"} | given)
    assert answer.status_code == 303, answer.text
    return answer.location.rsplit("/", 1)[1]


def decided(browser: FlaskClient, case_id: str, **given: object) -> TestResponse:
    said = {"class": "A02", "action": "REVIEW", "decision": "destroy", "reason": WHY}
    return post(browser, f"/disposal/{case_id}/appraise", **said | given)


def state(site: Site, case_id: str) -> str:
    with site.instance.database.read() as session:
        return session.get_one(DisposalCase, case_id).state


def approve(browser: FlaskClient, case_id: str, **given: str) -> TestResponse:
    page = browser.get(f"/disposal/{case_id}/approve").text
    shown = re.search(r'name="seen_list" value="([0-9a-f]{64})"', page)
    assert shown, page
    fields = {"reason": WHY, "seen_list": shown[1]} | given
    return post(browser, f"/disposal/{case_id}/approve", **fields)


def certified(site: Site) -> str:
    manager, governance = (
        site.signed_in("records_manager"),
        site.signed_in("information_governance"),
    )
    case_id = opened(manager)
    assert decided(manager, case_id).status_code == 303
    post(manager, f"/disposal/{case_id}/complete")
    assert approve(governance, case_id).status_code == 303
    seal(site)
    post(governance, f"/disposal/{case_id}/execute")
    carry_disposals_on(site.instance, "upkeep")
    assert state(site, case_id) == "certified"
    return case_id


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"title": ""}, "title"),
        ({"title": "x" * 300}, "title"),
        ({"class_id": "Z99"}, "class_id"),
        ({"class_id": "C03"}, "class_id"),
        ({"until-day": "1", "until-month": "1", "until-year": "2099"}, "until-day"),
        ({"until-day": "31", "until-month": "2", "until-year": "2020"}, "until-day"),
    ],
)
def test_what_is_wrong_with_a_proposal_is_named_on_the_form(
    site: Site, given: dict[str, str], field: str
) -> None:
    browser = site.signed_in("records_manager")
    answer = post(browser, "/disposal/new", **{"title": "Adults due"} | given)
    assert answer.status_code == 422
    assert f'href="#{field}"' in answer.text and f'id="{field}"' in answer.text
    assert "There is no case yet" in browser.get("/disposal").text


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"decision": ""}, "decision"),
        ({"decision": "burn"}, "decision"),
        ({"reason": "short"}, "reason"),
        ({"decision": "extend"}, "until-day"),
        ({"decision": "extend", "until-day": "x"}, "until-day"),
        ({"decision": "reclass"}, "to_class"),
        ({"class": "", "action": ""}, "decision"),
    ],
)
def test_what_is_wrong_with_an_appraisal_is_named_on_the_form(
    site: Site, given: dict[str, str], field: str
) -> None:
    browser = site.signed_in("records_manager")
    case_id = opened(browser)
    answer = decided(browser, case_id, **given)
    assert answer.status_code == 422
    assert f'href="#{field}"' in answer.text, re.findall(r'href="#[^"]+"', answer.text)
    assert f'id="{field}"' in answer.text
    assert post(browser, f"/disposal/{case_id}/complete").status_code == 303
    assert state(site, case_id) == "proposed"


def test_by_pages_from_due_to_the_certificate(site: Site, tmp_path: Path) -> None:
    manager, governance = (
        site.signed_in("records_manager"),
        site.signed_in("information_governance"),
    )
    assert "/disposal" in manager.get("/").text
    case_id = opened(manager, class_id="A02")
    assert "Waiting for me" in governance.get("/disposal").text
    page = manager.get(f"/disposal/{case_id}").text
    assert "First plan" in page and "All undecided" in page and page.count('type="checkbox"') == 2
    items = re.findall(r'name="item" value="([0-9a-f]{32})"', page)
    form = manager.get(f"/disposal/{case_id}/appraise", query_string={"item": items[:1]})
    assert "What becomes of 1 record?" in form.text and items[0] in form.text
    one = {"item": items[:1], "decision": "extend", "reason": WHY, "until-day": "1",
           "until-month": "2", "until-year": "2040"}  # fmt: skip
    assert post(manager, f"/disposal/{case_id}/appraise", **one).status_code == 303
    assert decided(manager, case_id).status_code == 303
    assert decided(manager, case_id).status_code == 422  # nothing is undecided any more
    assert "Keep longer, until 2040-02-01" in manager.get(f"/disposal/{case_id}").text
    post(manager, f"/disposal/{case_id}/complete")
    assert f"/disposal/{case_id}/approve" not in manager.get(f"/disposal/{case_id}").text
    approve(manager, case_id)
    assert state(site, case_id) == "appraised"  # by who proposed it: refused
    assert approve(governance, case_id, reason="").status_code == 422
    assert approve(governance, case_id, seen_list="").status_code == 422
    approve(governance, case_id, seen_list="0" * 64)
    assert state(site, case_id) == "appraised"
    assert approve(governance, case_id).status_code == 303
    assert state(site, case_id) == "waiting"
    early = post(governance, f"/disposal/{case_id}/execute")
    assert early.status_code == 303 and state(site, case_id) == "waiting"  # nothing is sealed yet
    assert "do not agree" in governance.get(f"/disposal/{case_id}").text
    seal(site)
    post(governance, f"/disposal/{case_id}/execute")
    assert state(site, case_id) == "executing"
    carry_disposals_on(site.instance, "upkeep")
    page = manager.get(f"/disposal/{case_id}").text
    assert "Certified" in page and "Destroyed" in page
    check_files(site, manager, case_id, tmp_path)


def check_files(site: Site, browser: FlaskClient, case_id: str, tmp_path: Path) -> None:
    told = browser.get(f"/disposal/{case_id}/certificate").text
    assert "Certificate of destruction" in told and "Backups expire on" in told
    assert "Tregenza" not in told
    signed = browser.get(f"/disposal/{case_id}/certificate.json")
    paper = browser.get(f"/disposal/{case_id}/certificate.pdf")
    assert "attachment" in signed.headers["Content-Disposition"]
    assert paper.mimetype == "application/pdf" and paper.data.startswith(b"%PDF-")
    settings = {"EDRMS_HOME": str(site.instance.settings.home), "EDRMS_MIN_FREE_BYTES": "0"}
    for name, data in (("one.json", signed.data), ("one.pdf", paper.data)):
        path = tmp_path / name
        path.write_bytes(data)
        done = CliRunner().invoke(main, ["disposal", "verify", str(path)], env=settings)
        assert done.exit_code == 0 and "GENUINE" in done.output, done.output
        path.write_bytes(data[:-40] + bytes([data[-40] ^ 1]) + data[-39:])
        done = CliRunner().invoke(main, ["disposal", "verify", str(path)], env=settings)
        assert done.exit_code == 1 and "NOT GENUINE" in done.output, done.output


def test_without_fresh_proof_nobody_approves_or_sets_going(site: Site) -> None:
    manager, governance = (
        site.signed_in("records_manager"),
        site.signed_in("information_governance"),
    )
    case_id = opened(manager)
    decided(manager, case_id)
    post(manager, f"/disposal/{case_id}/complete")
    token = csrf_of(governance)
    _grow_old(site)
    for act in ("approve", "execute"):
        for answer in (
            governance.get(f"/disposal/{case_id}/{act}"),
            governance.post(
                f"/disposal/{case_id}/{act}", data={"csrf_token": token, "reason": WHY}
            ),
        ):
            assert answer.status_code == 303 and "/prove" in answer.location
    assert state(site, case_id) == "appraised"


def _grow_old(site: Site) -> None:
    """The proofs of every session were given an hour ago."""
    from datetime import timedelta

    from sqlalchemy import update

    from edrms.staff.tables import StaffSession

    at = site.instance.clock.now() - timedelta(hours=1)
    with write(site.instance.database, SYSTEM, site.instance.clock) as work:
        work.session.execute(update(StaffSession).values(proved_at=at))


def test_a_case_is_declined_with_a_reason(site: Site) -> None:
    manager = site.signed_in("records_manager")
    case_id = opened(manager)
    assert post(manager, f"/disposal/{case_id}/decline", reason="no").status_code == 422
    assert post(manager, f"/disposal/{case_id}/decline", reason=WHY).status_code == 303
    assert state(site, case_id) == "declined"
    assert WHY in manager.get(f"/disposal/{case_id}").text
    assert post(manager, f"/disposal/{case_id}/decline", reason=WHY).status_code == 303


def test_what_was_destroyed_is_shown_to_those_who_may_and_nobody_else_sees_a_trace(
    site: Site,
) -> None:
    worker = site.signed_in("social_worker_adults")
    before = worker.get(f"/clients/{OLIVE}").text
    assert "First plan" in before and "estroyed" not in before
    case_id = certified(site)
    after = worker.get(f"/clients/{OLIVE}").text
    assert "First plan" not in after and "estroyed" not in after and case_id not in after
    for role in ("social_worker_adults", "auditor", "system_administrator"):
        browser, headers = site.signed_in(role), site.token(role)
        for path in (f"/clients/{OLIVE}/destroyed", "/disposal", f"/disposal/{case_id}",
                     f"/disposal/{case_id}/certificate", f"/disposal/{case_id}/certificate.json",
                     f"/api/v1/disposal/stubs?client={OLIVE}", "/api/v1/disposal/cases"):  # fmt: skip
            assert browser.get(path, headers=headers).status_code in (403, 404), (role, path)
        assert 'href="/disposal"' not in browser.get("/").text
    manager, headers = site.signed_in("records_manager"), site.token("records_manager")
    assert "Destroyed documents" in manager.get(f"/clients/{OLIVE}").text
    page = manager.get(f"/clients/{OLIVE}/destroyed").text
    assert "2 documents were destroyed" in page and f"/disposal/{case_id}/certificate" in page
    asked = site.app.test_client().get(f"/api/v1/disposal/stubs?client={OLIVE}", headers=headers)
    assert {one["case_id"] for one in asked.json["stubs"]} == {case_id}
    nobody = site.app.test_client().get("/api/v1/disposal/stubs", headers=headers)
    assert nobody.status_code == 422
    absent = site.app.test_client().get(f"/api/v1/disposal/stubs?client={ABSENT}", headers=headers)
    assert absent.status_code == 404


def test_the_api_goes_the_whole_way(site: Site) -> None:
    asked, manager = site.app.test_client(), site.token("records_manager")
    governance = site.token("information_governance")
    cases = "/api/v1/disposal/cases"
    for wrong, fields in (
        ({"title": ""}, {"title"}), ({"colour": 1}, {"colour", "title"}),
        ({"title": "Due", "records": [ABSENT], "class_id": "A02"}, {"records"}),
    ):  # fmt: skip
        answer = asked.post(cases, json=wrong, headers=manager)
        assert (answer.status_code, set(answer.json["fields"])) == (422, fields)
    absent = asked.post(cases, json={"title": "Due", "records": [ABSENT]}, headers=manager)
    assert absent.status_code == 404
    made = asked.post(cases, json={"title": "Due", "class_id": "A02"}, headers=manager)
    assert made.status_code == 201
    one = f"{cases}/{made.json['case_id']}"
    again = asked.post(cases, json={"title": "Due"}, headers=manager)
    assert (again.status_code, again.json["code"]) == (409, "nothing_due")
    said = {"decision": "destroy", "reason": WHY, "class_id": "A02", "action": "REVIEW"}
    none = asked.post(f"{one}/appraisals", json=said | {"class_id": "C03"}, headers=manager)
    assert (none.status_code, set(none.json["fields"])) == (422, {"items"})
    assert asked.post(f"{one}/appraisals", json=said, headers=manager).status_code == 204
    assert asked.post(f"{one}/completion", headers=manager).status_code == 204
    shown = asked.get(one, headers=governance).json
    assert shown["case"]["waits_for_me"] and "approve" in shown["may"] and shown["total"] == 2
    approval = {"reason": WHY, "list_sha256": shown["list_sha256"]}
    same = asked.post(f"{one}/approval", json=approval, headers=manager)
    assert (same.status_code, same.json["code"]) == (409, "same_proposer")
    blind = asked.post(f"{one}/approval", json=approval | {"list_sha256": ""}, headers=governance)
    assert blind.status_code == 422
    other = asked.post(f"{one}/approval", json=approval | {"list_sha256": "0"}, headers=governance)
    assert (other.status_code, other.json["code"]) == (409, "changed")
    assert asked.post(f"{one}/approval", json=approval, headers=governance).status_code == 204
    assert asked.post(f"{one}/announcement", headers=governance).status_code == 204
    seal(site)
    assert asked.get(f"{one}/certificate", headers=manager).status_code == 404
    assert asked.post(f"{one}/execution", headers=governance).status_code == 204
    late = asked.post(f"{one}/refusal", json={"reason": WHY}, headers=manager)
    assert (late.status_code, late.json["code"]) == (409, "state")
    carry_disposals_on(site.instance, "upkeep")
    signed = asked.get(f"{one}/certificate", headers=manager)
    assert len(json.loads(signed.data)["certificate"]["destroyed"]) == 2
    assert asked.get(f"{one}/certificate.pdf", headers=manager).data.startswith(b"%PDF-")
    listed = asked.get(cases, headers=manager).json["cases"]
    assert [(found["state"], found["records"]) for found in listed] == [("certified", 2)]


def test_the_command_line_proposes_appraises_shows_carries_on_and_checks(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EDRMS_HOME", str(site.instance.settings.home))
    monkeypatch.setenv("EDRMS_MIN_FREE_BYTES", "0")
    run, by = CliRunner().invoke, ("--as", "records_manager")
    wrong = run(main, ["disposal", "propose", "--title", "Due", "--class", "Z99", *by])
    assert wrong.exit_code == 1 and "no such record class" in wrong.output
    made = run(main, ["disposal", "propose", "--title", "Due", *by])
    assert made.exit_code == 0, made.output
    case_id = made.output[:32]
    said = ("--decision", "destroy", "--reason", WHY, *by)
    for args, words in (
        (("--class", "C03", "--action", "REVIEW", *said), "at least one record"),
        (("--class", "A02", "--action", "REVIEW", *said[:2], "--reason", "x", *by), "at least 10"),
    ):
        refused = run(main, ["disposal", "appraise", case_id, *args])
        assert refused.exit_code == 1 and words in refused.output, refused.output
    done = run(
        main, ["disposal", "appraise", case_id, "--class", "A02", "--action", "REVIEW", *said]
    )
    assert "2 records: destroy" in done.output, done.output
    assert run(main, ["disposal", "complete", case_id, *by]).exit_code == 0
    assert "A02" in run(main, ["disposal", "show", case_id, *by]).output
    assert "appraised" in run(main, ["disposal", "list", *by]).output
    governance = site.signed_in("information_governance")
    assert approve(governance, case_id).status_code == 303
    seal(site)
    post(governance, f"/disposal/{case_id}/execute")
    assert "certified" in run(main, ["disposal", "run"]).output
    assert run(main, ["disposal", "run"]).output == ""
    written = run(main, ["disposal", "certificate", case_id, str(tmp_path), *by])
    assert written.exit_code == 0, written.output
    assert run(main, ["disposal", "certificate", case_id, str(tmp_path), *by]).exit_code == 1
    public = run(main, ["disposal", "key"]).output.strip()
    [path] = tmp_path.glob("certificate-*.json")
    monkeypatch.setenv("EDRMS_HOME", str(tmp_path / "nowhere"))
    alone = run(main, ["disposal", "verify", str(path), "--key", public])
    assert alone.exit_code == 0 and "2 records destroyed" in alone.output, alone.output
    path.write_bytes(path.read_bytes().replace(b"A02", b"A03", 1))
    assert run(main, ["disposal", "verify", str(path), "--key", public]).exit_code == 1
    monkeypatch.setenv("EDRMS_HOME", str(site.instance.settings.home))
    stubs = run(main, ["disposal", "stubs", OLIVE, *by]).output
    assert len(stubs.splitlines()) == 2
    with site.instance.database.read() as session:
        assert all(one.title == "" for one in session.query(Record))
