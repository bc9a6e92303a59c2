"""The audit log's pages, files and JSON: who may, what they say, and that hostile text does nothing there."""

import csv
import io
import json
import re
from datetime import UTC, datetime
from html import unescape

import pytest
from flask import Flask

from api.setting_up import staff_actor
from api.web.audit_words import GROUPS, SENTENCES, actions_of
from edrms.audit.explorer import AuditExplorer
from edrms.audit.seal_view import SealState
from edrms.audit.tables import AuditDetail, AuditEvent
from edrms.audit.vocabulary import ACTIONS
from edrms.ids import new_id
from edrms.staff.accounts import SYSTEM
from edrms.uow import write
from tests.api.conftest import CHILD, Site, csrf_of
from tests.service.events import events

HOSTILE = "=1+1\nsecond\r\n\x1b[31m\u2028\u202e\0<script>alert(1)</script>" + "x" * 1_000_000
PAGES = ["/audit", "/audit/timeline", "/audit/staff", "/audit/client", "/audit/alerts"]


def made_event(site: Site, **given: object) -> str:
    fields = {
        "event_id": new_id(), "at": datetime.now(UTC), "actor_id": "worker-9",
        "action": "search:index:query", "subject_kind": "index", "subject_id": "",
        "outcome": "done", "reason": "", "detail": {},
    }  # fmt: skip
    event = AuditEvent(**fields | given)
    with write(site.instance.database, SYSTEM, site.instance.clock) as work:
        work.session.add(event)
        return event.event_id


def test_every_action_of_the_vocabulary_has_a_sentence_in_one_group() -> None:
    assert set(SENTENCES) >= ACTIONS
    assert sum(len(group.sentences) for group in GROUPS) == len(SENTENCES)
    for words in SENTENCES.values():
        assert str(words) % {"it": "R-1"} and "%" not in str(words).replace("%(it)s", "")
    assert actions_of("group:records") == frozenset(GROUPS[0].sentences)
    assert actions_of("group:none") is actions_of("records") is None


@pytest.mark.parametrize("path", [*PAGES, "/audit/events.csv", "/api/v1/audit/events"])
def test_only_who_may_look_into_the_log_does(site: Site, path: str) -> None:
    for role in ("social_worker_children", "system_administrator", "team_manager"):
        browser = site.signed_in(role)
        assert browser.get(path).status_code == 404
        assert "Audit log" not in browser.get("/").text
    auditor = site.signed_in("auditor")
    assert auditor.get(path).status_code == 200
    assert "Audit log" in auditor.get("/").text


def test_the_log_tells_in_words_who_did_what(site: Site) -> None:
    record_id = site.filed()
    site.signed_in("social_worker_children").get(f"/records/{record_id}")
    auditor = site.signed_in("auditor")
    page = unescape(auditor.get(f"/audit?record={record_id}").text)
    reference = re.search(r"opened record (R-\w+)", page)
    assert reference and f"filed record {reference[1]}" in page
    assert "Social worker (children)" in page and "Not sealed yet" in page
    assert "Bryn" not in page
    link = re.search(r'href="(/audit/events/[0-9a-z]+)">opened record', page)
    assert link
    event = unescape(auditor.get(link[1]).text)
    assert "record:content:view" in event and record_id in event
    assert "None." in event


def test_names_of_clients_are_for_those_who_may_find_clients(site: Site) -> None:
    site.signed_in("team_manager").get(f"/clients/{CHILD}")
    address = f"/audit?client={CHILD}&what=client:file:view"
    assert "Bryn" not in site.signed_in("auditor").get(address).text
    assert "client Bryn Invented" in site.signed_in("information_governance").get(address).text
    assert "No client is known so" in site.signed_in("auditor").get("/audit?client=Invented").text


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("from=yesterday", "Enter a date like 27/3/2026"),
        ("from=31/2/2026", "Enter a date like 27/3/2026"),
        ("to=9999-12-31", "Enter a date like 27/3/2026"),
        ("to=0001-01-01", "Enter a date like 27/3/2026"),
        ("to=٣/٣/٢٠٢٦", "Enter a date like 27/3/2026"),
        ("from=2/1/2026&to=1/1/2026", "must not be before the first"),
        ("what=record:content:shred", "Choose an action of the list"),
        ("outcome=%3Cb%3E", "Choose an outcome of the list"),
        ("staff=" + "x" * 201, "no more than 200 characters"),
    ],
)
def test_nonsense_in_the_filter_is_said_beside_its_field_and_shows_nothing(
    site: Site, query: str, words: str
) -> None:
    auditor = site.signed_in("auditor")
    for path in ("/audit", "/audit/timeline"):
        answer = auditor.get(f"{path}?{query}")
        assert answer.status_code == 422 and words in unescape(answer.text)
        assert "<tbody>" not in answer.text
    answer = auditor.get(f"/api/v1/audit/events?{query}")
    assert answer.status_code == 422 and words in " ".join(answer.json["fields"].values())
    assert auditor.get(f"/audit/events.csv?{query}").status_code == 422


@pytest.mark.parametrize(
    "query",
    ["staff=%00", "client=%27%3B--", "record=%25", "source=%F0%9F%98%80", "request=%ED%A0%80",
     "staff=nobody&client=nobody&record=nobody"],
)  # fmt: skip
def test_odd_words_in_the_filter_find_nothing_and_do_nothing(site: Site, query: str) -> None:
    auditor = site.signed_in("auditor")
    for path in ("/audit", "/audit/timeline"):
        answer = auditor.get(f"{path}?{query}")
        assert answer.status_code == 200 and "<tbody>" not in answer.text


@pytest.mark.parametrize("before", ["x", "-1", "0", "9" * 30, "%0A1", "١"])
def test_a_page_after_nonsense_is_absent(site: Site, before: str) -> None:
    assert site.signed_in("auditor").get(f"/audit?before={before}").status_code == 404


def test_pages_lead_to_older_events_and_back(site: Site) -> None:
    for _ in range(60):
        made_event(site, actor_id="worker-many")
    auditor = site.signed_in("auditor")
    first = auditor.get("/audit?staff=worker-many").text
    older = re.search(r'href="(/audit\?before=[^"]+)"', first)
    assert older and first.count("/audit/events/") >= 50
    second = auditor.get(unescape(older[1])).text
    assert second.count('href="/audit/events/') == 10 and "Newest events" in second


def test_hostile_text_is_shown_harmlessly_everywhere_and_stays_one_event(site: Site) -> None:
    event_id = made_event(
        site, actor_id="worker-bad", reason=HOSTILE, subject_id="=2+2\x1b", outcome="-3",
        detail={"name": HOSTILE, "half": "\ud800"},
    )  # fmt: skip
    auditor = site.signed_in("auditor")
    for path in ("/audit?staff=worker-bad", f"/audit/events/{event_id}"):
        page = auditor.get(path).text
        assert len(page) < 200_000
        assert not set("\x1b\u2028\u202e\0") & set(page) and "<script>alert" not in page
    lines = list(
        csv.reader(io.StringIO(auditor.get("/audit/events.csv?staff=worker-bad").text[1:]))
    )
    assert len(lines) == 2
    assert not any(value.startswith(("=", "+", "-", "@", "\t", "\r")) for value in lines[1])
    assert not any(len(value.splitlines()) > 1 or "\x1b" in value for value in lines[1])
    [line] = auditor.get("/audit/events.jsonl?staff=worker-bad").text.splitlines()
    assert line.isascii() and json.loads(line)["reason"] == HOSTILE.replace("\0", "\ufffd")
    [event] = auditor.get("/api/v1/audit/events?staff=worker-bad").json["events"]
    assert event["event_id"] == event_id and event["detail"]["half"] == "?"


def test_files_are_offered_to_save_and_journalled(site: Site) -> None:
    auditor = site.signed_in("auditor")
    before = len(events(site.instance, "audit:event:export"))
    answer = auditor.get("/audit/events.csv?staff=auditor&from=1/1/2020")
    assert answer.headers["Content-Disposition"].startswith("attachment; filename=")
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.content_type == "text/csv; charset=utf-8"
    assert answer.data.startswith("\ufeff".encode())
    made = events(site.instance, "audit:event:export")[before:]
    assert [one.detail["asked"]["from"] for one in made] == ["2020-01-01"]
    assert auditor.get("/audit/events.exe").status_code == 404


def test_a_staff_name_that_is_a_formula_does_nothing_in_a_report(site: Site) -> None:
    record_id = site.filed()
    site.signed_in("social_worker_children").get(f"/records/{record_id}")
    auditor = site.signed_in("auditor")
    for path in ("staff.csv?staff=social_worker_children", f"client.csv?client={CHILD}"):
        lines = list(csv.DictReader(io.StringIO(auditor.get(f"/audit/{path}").text[1:])))
        assert any(line["subject_id"] == record_id and line["opened"] != "0" for line in lines)
        assert all(line["client_names"] == "" for line in lines)
    assert auditor.get("/audit/client.csv?client=nobody").status_code == 422
    assert auditor.get("/audit/client.csv").status_code == 422


def test_reports_are_pages_with_links_to_the_events(site: Site) -> None:
    record_id = site.filed()
    site.signed_in("social_worker_children").get(f"/records/{record_id}")
    auditor = site.signed_in("auditor")
    by_staff = unescape(auditor.get("/audit/staff?staff=social_worker_children").text)
    assert f"/audit?record={record_id}" in by_staff and CHILD[:12] in by_staff
    by_client = unescape(auditor.get(f"/audit/client?client={CHILD}").text)
    assert "Social worker (children)" in by_client and "Bryn" not in by_client
    for path in ("staff?staff=auditor", "client?client=x", "alerts?x=1"):
        wrong = auditor.get(f"/audit/{path}&from=1/1/2020&to=1/1/2026")
        assert wrong.status_code == 422 and "Choose at most 92 days" in wrong.text
        wrong = auditor.get(f"/audit/{path}&from=tomorrow")
        assert wrong.status_code == 422 and "Enter a date" in wrong.text


def test_a_pattern_is_listed_with_whom_and_what(site: Site) -> None:
    for number in range(25):
        made_event(
            site, at=datetime(2026, 1, 3, 23, 0, number, tzinfo=UTC), subject_kind="record",
            actor_id=staff_actor(site.instance, "finance").staff_id,
            action="record:content:view", subject_id=f"night-{number}",
        )  # fmt: skip
    page = unescape(site.signed_in("auditor").get("/audit/alerts?from=1/1/2026&to=9/1/2026").text)
    assert "Many files out of hours" in page and "Nobody was allocated" in page
    assert "Finance officer" in page


def test_personal_detail_needs_its_permission_and_says_what_became_of_it(site: Site) -> None:
    site.signed_in("team_manager").get("/clients?q=marmalade")
    event = events(site.instance, "client:summary:search")[-1]
    path = f"/audit/events/{event.event_id}"
    auditor, governance = site.signed_in("auditor"), site.signed_in("information_governance")
    assert auditor.get(f"{path}/detail").status_code == 404
    assert "Your role does not show it" in auditor.get(path).text
    assert "marmalade" not in governance.get(path).text
    assert "marmalade" in governance.get(f"{path}/detail").text
    with site.instance.database.session() as session:
        session.delete(session.get(AuditDetail, event.event_id))
        session.commit()
    assert "Erased." in governance.get(f"{path}/detail").text


class _Sealing:
    def __init__(self, wrong: str) -> None:
        self.wrong = wrong

    def state(self) -> SealState:
        now = datetime(2026, 6, 1, 9, 0, tzinfo=UTC)
        return SealState(now, 1234, 2, 61.0, now, self.wrong)

    def place_of(self, event_id: str) -> int | None:
        return 41


def test_the_state_of_sealing_is_shown_as_the_sealer_tells_it(site: Site) -> None:
    made = made_event(site)
    for wrong, words in (
        ("", "1,234 events are sealed. Last signed checkpoint: 1 June 2026 at 10:00am"),
        ("The checkpoint directory is full.", "Sealing has a problem. The checkpoint directory"),
    ):
        app = _app_sealed_by(site, _Sealing(wrong))
        browser = app.test_client()
        given = {"username": "auditor", "password": "invented for the tests"}
        assert browser.post("/sign-in", data=given).status_code == 302
        said = " ".join(re.sub(r"<[^>]+>", " ", unescape(browser.get("/audit").text)).split())
        assert words in said
        assert "Number 41, counted from 0." in browser.get(f"/audit/events/{made}").text


def _app_sealed_by(site: Site, sealing: _Sealing) -> Flask:
    from dataclasses import replace

    from api.app import create_app

    explorer = AuditExplorer(site.instance.database, site.instance.clock, sealing)
    return create_app(replace(site.instance, audit=explorer))


def test_one_request_is_one_look(site: Site) -> None:
    governance = site.signed_in("information_governance")
    csrf_of(governance)
    made = made_event(site)
    paths = [*PAGES, f"/audit/events/{made}", f"/audit/events/{made}/detail", "/audit?staff=auditor",
             "/audit/staff?staff=auditor", f"/audit/client?client={CHILD}", "/audit/events.csv",
             "/audit/events.jsonl", f"/audit/client.csv?client={CHILD}", "/api/v1/audit/events"]  # fmt: skip
    for path in paths:
        before = len(events(site.instance))
        assert governance.get(path).status_code == 200, path
        [made_now] = events(site.instance)[before:]
        is_form = path in ("/audit/staff", "/audit/client")
        assert made_now.action.startswith("access:route:view" if is_form else "audit:"), path
