"""Retention by API and by command line: one person's life, feeds, schedules of two people."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from flask.testing import FlaskClient
from sqlalchemy import delete

from api.app import create_app
from api.cli import main
from edrms.staff.accounts import SYSTEM
from edrms.uow import write
from retention.profiles import BASE, profile_text
from retention.schedules import install
from retention.tables import LifeEvent
from retention.walking import walk
from tests import factories
from tests.api.conftest import ADULT, CHILD, Site

ABSENT = "0" * 32
HEADER = "system,reference,kind,on,authority,source_id"
REASON = "agreed by the records board in May"


@pytest.fixture
def manager(site: Site) -> dict[str, str]:
    return site.token("records_manager")


@pytest.fixture
def program(site: Site) -> FlaskClient:
    return site.app.test_client()


@pytest.fixture(autouse=True)
def fresh(site: Site) -> Iterator[None]:
    """A schedule is in force, and nothing has been said of anybody."""
    if not site.instance.retention.schedules.versions(factories.actor("records_manager")):
        with write(site.instance.database, SYSTEM, site.instance.clock) as work:
            install(work, BASE)
    yield
    with write(site.instance.database, SYSTEM, site.instance.clock) as work:
        work.session.execute(delete(LifeEvent))
        work.journal("retention:event:withdraw", "client", "")


def event(kind: str = "CASE_CLOSED", on: str = "2020-01-01", **given: str) -> dict[str, str]:
    return {"kind": kind, "on": on, "authority": "letter of the court", **given}


def life_of(client_id: str) -> str:
    return f"/api/v1/retention/clients/{client_id}/events"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "kind"),
        (event(on="yesterday"), "on"),
        (event(on="2020-02-30"), "on"),
        (event(kind="x"), "kind"),
        (event(on="2999-01-01"), "on"),
        (event(authority=""), "authority"),
        (event(until="2021-01-01"), "until"),
        (event(case_file_id=ABSENT, record_id=ABSENT), "record_id"),
        (event(name="Bryn"), "name"),
    ],
)
def test_a_wrong_event_is_422_and_names_the_field(
    program: FlaskClient, manager: dict[str, str], body: dict[str, str], field: str
) -> None:
    answer = program.post(life_of(CHILD), json=body, headers=manager)
    assert answer.status_code == 422
    assert field in answer.json["fields"]
    assert program.get(life_of(CHILD), headers=manager).json["events"] == []


def test_an_event_is_recorded_seen_with_what_it_contradicts_and_withdrawn(
    program: FlaskClient, manager: dict[str, str]
) -> None:
    made = program.post(life_of(CHILD), json=event("DOB", "2014-03-30"), headers=manager)
    assert made.status_code == 201
    shown = program.get(life_of(CHILD), headers=manager).json
    [one] = shown["events"]
    assert (one["event_id"], one["kind"], one["on"]) == (made.json["id"], "DOB", "2014-03-30")
    [clash] = shown["contradictions"]
    assert clash["event_ids"] == [made.json["id"]]
    assert clash["words"] == "The dates of birth differ: 2014-03-03 and 2014-03-30."
    withdraw = f"{life_of(CHILD)}/{made.json['id']}/withdraw"
    assert program.post(withdraw, json={"reason": "no"}, headers=manager).status_code == 422
    given = {"reason": "the register is right"}
    assert program.post(withdraw, json=given, headers=manager).status_code == 204
    assert program.post(withdraw, json=given, headers=manager).status_code == 409
    shown = program.get(life_of(CHILD), headers=manager).json
    assert shown["contradictions"] == []
    assert shown["events"][0]["withdrawn_because"] == "the register is right"


def test_the_impossible_is_409_and_says_what_to_do(
    program: FlaskClient, manager: dict[str, str]
) -> None:
    answer = program.post(life_of(CHILD), json=event("DOD", "2014-03-02"), headers=manager)
    assert (answer.status_code, answer.json["code"]) == (409, "died_before_birth")
    assert "withdraw it first" in answer.json["detail"]


def test_absent_forbidden_and_anothers_are_answered_alike(
    site: Site, program: FlaskClient, manager: dict[str, str]
) -> None:
    record_id = factories.filed_record(
        site.instance, [factories.child(client_id=CHILD)], document_type="D05"
    )
    event_id = program.post(life_of(CHILD), json=event(), headers=manager).json["id"]
    stranger = site.token("social_worker_adults")
    for address in ("/api/v1/retention/clients/{}/events", "/api/v1/retention/records/{}"):
        thing = record_id if "records" in address else CHILD
        answers = [program.get(address.format(one), headers=stranger) for one in (thing, ABSENT)]
        assert [one.status_code for one in answers] == [404, 404]
        assert answers[0].json["detail"] == answers[1].json["detail"]
    for subject in ({"record_id": record_id}, {"record_id": ABSENT}):  # not this person's record
        answer = program.post(life_of(ADULT), json=event(**subject), headers=manager)
        assert answer.status_code == 404
    moved = program.post(
        f"{life_of(ADULT)}/{event_id}/withdraw", json={"reason": REASON}, headers=manager
    )
    assert moved.status_code == 404


def test_a_record_says_until_when_and_why_and_which_fact_it_lacks(
    site: Site, program: FlaskClient, manager: dict[str, str]
) -> None:
    person = factories.child(client_id=CHILD)
    record_id = factories.filed_record(site.instance, [person], document_type="D05")
    address = f"/api/v1/retention/records/{record_id}"
    kept = program.get(address, headers=manager).json
    assert (kept["state"], kept["schedule_version"], kept["missing"]) == ("not_due", 1, [])
    assert kept["sentence"].startswith("Kept until 3 March 20")
    program.post(life_of(CHILD), json=event("adopted"), headers=manager)
    kept = program.get(address, headers=site.token("social_worker_children")).json
    assert (kept["state"], kept["on"]) == ("unknown", None)
    assert kept["missing"] == [
        {"client_id": CHILD, "class_id": "C10", "trigger": "ORDER_DATE", "why": "unknown"}
    ]
    with write(site.instance.database, SYSTEM, site.instance.clock) as work:
        while walk(work):
            pass
    listed = program.get("/api/v1/retention/unknown", headers=manager).json
    assert (CHILD, "ORDER_DATE") in {(one["client_id"], one["trigger"]) for one in listed["facts"]}
    narrowed = program.get(f"/api/v1/retention/unknown?client_id={ADULT}", headers=manager).json
    assert narrowed == {"total": 0, "facts": []}
    assert program.get("/api/v1/retention/unknown?page=0", headers=manager).status_code == 422


# --- feeds -----------------------------------------------------------------------------------------


def test_a_program_feeds_json_or_csv_and_may_send_it_again(
    site: Site, program: FlaskClient
) -> None:
    sender = site.token("integration_client")
    with_number = factories.child(forename="Wella", nhs_number="")
    factories.on_the_register(site.instance, with_number)
    number = with_number.identifiers[0].value
    row = {"system": "LCS", "reference": number, "source_id": "E-1", **event()}
    taken = program.post("/api/v1/retention/events", json={"events": [row]}, headers=sender)
    assert (taken.status_code, taken.json["added"]) == (200, 1)
    text = f"{HEADER}\nLCS,{number},CASE_CLOSED,2020-01-01,letter of the court,E-1\n"
    sent = {"data": text, "content_type": "text/csv", "headers": sender}
    again = program.post("/api/v1/retention/events", **sent)
    assert again.json == {
        "added": 0, "corrected": 0, "unchanged": 1, "left_out": 0, "faults": [],
    }  # fmt: skip
    sent["data"] = text.replace("2020-01-01", "2020-01-31") + "LCS,LCS-0,DOD,2020-01-01,x,E-2\n"
    refused = program.post("/api/v1/retention/events", **sent)
    assert (refused.status_code, set(refused.json["fields"])) == (422, {"line 3"})
    good = program.post("/api/v1/retention/events?accept_good_rows=yes", **sent).json
    assert (good["corrected"], [one["line"] for one in good["faults"]]) == (1, [3])
    wrong = {"events": [{**row, "source_id": "E-9", "on": "soon"}]}
    refused = program.post("/api/v1/retention/events", json=wrong, headers=sender)
    assert set(refused.json["fields"]) == {"line 1"}
    assert program.get(life_of(with_number.client_id), headers=sender).status_code in (403, 404)


def test_who_may_not_record_may_not_feed(site: Site, program: FlaskClient) -> None:
    for role in ("auditor", "post_room", "finance"):
        answer = program.post(
            "/api/v1/retention/events", json={"events": []}, headers=site.token(role)
        )
        assert answer.status_code in (403, 404)


# --- schedules -------------------------------------------------------------------------------------


def test_a_schedule_is_proposed_previewed_and_enacted_by_two_people(
    site: Site, program: FlaskClient, manager: dict[str, str]
) -> None:
    person = factories.child(client_id=CHILD)
    factories.filed_record(site.instance, [person], document_type="D05")
    bad = {"text": profile_text(BASE).replace("P75Y", "P0Y", 1), "profile": "ours"}
    refused = program.post("/api/v1/retention/schedules", json=bad, headers=manager)
    assert refused.status_code == 422
    assert any("line" in place for place in refused.json["fields"])
    longer = {"text": profile_text(BASE).replace("P75Y", "P76Y"), "profile": "ours"}
    made = program.post("/api/v1/retention/schedules", json=longer, headers=manager)
    assert made.status_code == 201
    version = made.json["version"]
    address = f"/api/v1/retention/schedules/{version}"
    seen = program.get(f"{address}/preview", headers=manager).json
    assert (seen["state"], seen["percent"], seen["listed"]) == ("waiting", 0, [])
    governance = site.token("information_governance")
    early = program.post(f"{address}/enact", json={"reason": REASON}, headers=governance)
    assert (early.status_code, early.json["code"]) == (409, "not_previewed")
    asked = [program.post(f"{address}/preview", headers=manager) for _ in range(2)]
    assert [one.status_code for one in asked] == [202, 202]
    assert asked[0].json == asked[1].json  # the one that waits already
    site.do_the_work()
    seen = program.get(f"{address}/preview", headers=manager).json
    assert (seen["state"], seen["percent"], seen["is_current"]) == ("finished", 100, True)
    assert (seen["against"], seen["version"]) == (1, version)
    assert seen["records"] >= 1
    exported = program.get(f"{address}/csv", headers=manager)
    assert exported.mimetype == "text/csv" and "P76Y" in exported.text
    own = program.post(f"{address}/enact", json={"reason": REASON}, headers=manager)
    assert (own.status_code, own.json["code"]) == (409, "own_proposal")
    done = program.post(f"{address}/enact", json={"reason": REASON}, headers=governance)
    assert done.status_code == 204
    listed = program.get("/api/v1/retention/schedules", headers=manager).json["schedules"]
    assert [(one["version"], one["state"]) for one in listed] == [
        (version, "in_force"), (1, "replaced"),
    ]  # fmt: skip
    assert program.get("/api/v1/retention/schedules/99/csv", headers=manager).status_code == 404


def test_enacting_asks_for_password_and_code_afresh(tmp_path: Path) -> None:
    clock = factories.fixed_clock()
    instance = factories.new_instance(tmp_path / "home", clock)
    factories.staff_member(instance, "ig", "information_governance")
    program = create_app(instance).test_client()
    signed_in = program.post(
        "/api/v1/sessions", json={"username": "ig", "password": factories.PASSWORD}
    )
    headers = {"Authorization": f"Bearer {signed_in.json['token']}"}
    address = "/api/v1/retention/schedules/1/enact"
    fresh = program.post(address, json={"reason": REASON}, headers=headers)
    assert fresh.status_code == 404  # asked for nothing more, and there is no such version
    clock.advance(timedelta(minutes=6))
    stale = program.post(address, json={"reason": REASON}, headers=headers)
    assert (stale.status_code, stale.json["code"]) == (403, "step_up_required")
    instance.database.close()


# --- commands --------------------------------------------------------------------------------------


def run(site: Site, *words: str) -> tuple[int, str]:
    done = CliRunner().invoke(main, ["retention", *words], env=site.instance.settings.environment())
    return done.exit_code, done.output


def test_the_commands_take_in_a_feed_and_a_schedule_or_say_what_is_wrong(
    site: Site, tmp_path: Path
) -> None:
    person = factories.child(forename="Morwenna", nhs_number="", identifiers=())
    numbered = factories.client(forename="Piran", nhs_number="")
    factories.on_the_register(site.instance, person)
    factories.on_the_register(site.instance, numbered)
    number = numbered.identifiers[0].value
    feed = tmp_path / "events.csv"
    feed.write_text(f"{HEADER}\nLAS,{number},SERVICE_END,2020-01-01,case system,E-1\nLAS,x\n")
    code, told = run(site, "events", str(feed))
    assert code == 1 and "line 3: Expected 6 fields." in told
    code, told = run(site, "events", str(feed), "--accept-good-rows")
    assert code == 0 and "1 added, 0 corrected" in told and "line 3" in told
    code, told = run(site, "init", "--profile", BASE)
    assert code == 1 and "in force already" in told
    other = factories.new_instance(tmp_path / "other")
    other.database.close()
    first = ["retention", "init", "--profile", "scotland"]
    done = CliRunner().invoke(main, first, env=other.settings.environment())
    assert done.exit_code == 0 and "Version 1 (scotland) is in force" in done.output
    schedule = tmp_path / "ours.csv"
    schedule.write_text(profile_text(BASE).replace("P75Y", "P77Y"))
    words = ("import", str(schedule), "--profile", "ours", "--as", "records_manager")
    code, told = run(site, *words)
    assert code == 0 and "is proposed" in told
    version = told.split()[1]
    code, told = run(site, "preview", version, "--as", "records_manager")
    assert code == 0 and "with another answer" in told
    code, told = run(site, "export", version, "--as", "records_manager")
    assert code == 0 and "P77Y" in told
    schedule.write_text("id,record_class\n")
    code, told = run(site, *words)
    assert code == 1 and "line 1" in told
