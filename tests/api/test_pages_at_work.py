"""The pages as they are used: uploading, the workbench's refusals, held files, bringing back."""

import dataclasses
import re
from html import unescape
from io import BytesIO

import pytest
from flask.testing import FlaskClient

from api.confinement import tell_confinement
from api.setting_up import staff_actor
from edrms.audit.tables import AuditEvent
from edrms.storage.s3_config import s3_config
from edrms.storage.s3_store import S3ObjectStore
from tests.api.conftest import CHILD, LETTER, PASSWORD, Site, csrf_of
from tests.engines import instances
from tests.engines.server import free_port

JSON = {"Accept": "application/json"}


def form_of(browser: FlaskClient, **fields: str) -> dict[str, str]:
    return {"csrf_token": csrf_of(browser), **fields}


def test_a_script_opens_a_batch_and_sends_each_file_once(site: Site) -> None:
    browser = site.signed_in("post_room")
    token = csrf_of(browser)
    form = {"csrf_token": token, "announced_files": "2", "note": "tray 2"}
    opened = browser.post("/batches", data=form, headers=JSON)
    assert opened.status_code == 201
    headers = {
        **JSON, "X-CSRF-Token": token, "Idempotency-Key": "k1",
        "X-File-Name": "c%C3%B4f%20nodion.txt",
    }  # fmt: skip
    first, again = (
        browser.post(opened.json["receive_url"], data=LETTER, headers=headers) for _ in range(2)
    )
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json == again.json
    page = browser.get(opened.json["batch_url"]).text
    assert "côf nodion.txt" in page
    assert "1 file never arrived." in page


def test_a_faulty_form_is_told_to_a_script_as_a_problem(site: Site) -> None:
    browser = site.signed_in("post_room")
    form = form_of(browser, expected_sheets="many")
    answer = browser.post("/batches", data=form, headers=JSON)
    assert answer.status_code == 422
    assert answer.content_type == "application/problem+json"
    assert "whole number" in answer.json["detail"]


def test_without_scripts_one_form_sends_everything(site: Site) -> None:
    browser = site.signed_in("post_room")
    empty = browser.post("/batches", data=form_of(browser, note="kept"))
    assert empty.status_code == 422
    assert "Choose at least one file." in empty.text
    assert 'value="kept"' in empty.text
    files = [(BytesIO(LETTER), f"letter {n}.txt") for n in (1, 2)]
    sent = browser.post(
        "/batches", data={**form_of(browser), "files": files}, follow_redirects=True
    )
    assert "letter 1.txt" in sent.text
    assert "letter 2.txt" in sent.text


def test_only_the_file_button_files(site: Site) -> None:
    _, document_id = site.waiting()
    browser = site.signed_in("indexer")
    address, fields = f"/queue/{document_id}", {"type": "D05", "client": CHILD}
    shown = browser.post(address, data=form_of(browser, **fields))
    assert (shown.status_code, "There is a problem" in shown.text) == (200, False)
    found = browser.post(
        address, data=form_of(browser, **fields, action="find_client", client_query="invented")
    )
    assert "Bryn Invented" in found.text
    filed = browser.post(address, data=form_of(browser, **fields, action="file"))
    assert filed.status_code == 303


def test_every_fault_of_the_form_is_named_and_nothing_typed_is_lost(site: Site) -> None:
    _, document_id = site.waiting()
    browser = site.signed_in("indexer")
    fields = {"action": "file", "title": "A title", "document_date-day": "31", "document_date-month": "2",
              "document_date-year": "2026"}  # fmt: skip
    page = browser.post(f"/queue/{document_id}", data=form_of(browser, **fields))
    assert page.status_code == 422
    for words in ("Choose a document type.", "Choose the client", "Enter a real date"):
        assert words in page.text
    assert 'value="A title"' in page.text


def test_two_document_types_are_a_question_and_not_a_guess(site: Site) -> None:
    _, document_id = site.waiting()
    browser = site.signed_in("indexer")
    fields = {"action": "file", "type": "D05", "other_type": "D04", "client": CHILD}
    page = browser.post(f"/queue/{document_id}", data=form_of(browser, **fields))
    assert page.status_code == 422
    assert "Two types are chosen" in page.text


@pytest.mark.parametrize("action", ["skip", "reject"])
def test_skipping_and_rejecting_ask_for_a_reason(site: Site, action: str) -> None:
    _, document_id = site.waiting()
    browser = site.signed_in("indexer")
    page = browser.post(f"/queue/{document_id}/{action}", data=form_of(browser, title="Kept"))
    assert page.status_code == 422
    assert f'id="{action}" open' in page.text
    assert 'value="Kept"' in page.text


def test_a_document_a_colleague_has_leads_back_to_the_queue_with_the_reason(site: Site) -> None:
    _, document_id = site.waiting()
    assert site.signed_in("indexer").get(f"/queue/{document_id}").status_code == 200
    other = site.signed_in("quality_supervisor")
    answer = other.get(f"/queue/{document_id}", follow_redirects=True)
    assert answer.status_code == 200
    assert "A colleague has this document open" in unescape(answer.text)


def test_a_rejected_document_is_brought_back_from_its_batch(site: Site) -> None:
    batch_id, document_id = site.waiting()
    browser = site.signed_in("indexer")
    browser.post(f"/queue/{document_id}/reject", data=form_of(browser, reject_reason="A circular"))
    page = browser.get(f"/batches/{batch_id}").text
    assert "Rejected: A circular" in re.sub(r"\s+", " ", page)
    address = f"/batches/{batch_id}/documents/{document_id}/restore"
    back = browser.post(address, data=form_of(browser), follow_redirects=True)
    assert "The document is back in the indexing queue." in back.text
    again = browser.post(address, data=form_of(browser), follow_redirects=True)
    assert "This document is not rejected any more." in again.text
    with site.instance.database.read() as session:
        actions = [e.action for e in session.query(AuditEvent).filter_by(subject_id=document_id)]
    assert actions[-1] == "document:index:restore"


def test_a_held_file_is_downloaded_rejected_and_journalled_by_the_supervisor(site: Site) -> None:
    actor = staff_actor(site.instance, "indexer")
    batch_id = site.instance.intake.open_batch(actor, channel="web")
    item_id = site.instance.intake.receive_file(actor, batch_id, "a.pdf", [b"%PDF-1.4 no"]).item_id
    site.do_the_work()
    address = f"/batches/{batch_id}/items/{item_id}"
    assert site.signed_in("indexer").get(f"{address}/original").status_code == 404
    browser = site.signed_in("quality_supervisor")
    original = browser.get(f"{address}/original")
    assert original.data == b"%PDF-1.4 no"
    assert original.headers["Content-Disposition"].startswith("attachment")
    assert browser.post(f"{address}/reject", data=form_of(browser)).status_code == 422
    reason = form_of(browser, reason="Cut off in sending")
    page = browser.post(f"{address}/reject", data=reason, follow_redirects=True)
    assert "Rejected: Cut off in sending" in re.sub(r"\s+", " ", page.text)
    with site.instance.database.read() as session:
        events = session.query(AuditEvent).filter_by(subject_id=item_id).order_by("number")
        actions = [event.action for event in events]
    assert actions[-2:] == ["item:content:download", "item:content:reject"]


def test_the_same_bytes_again_name_the_batch_that_has_them(site: Site) -> None:
    first, _ = site.waiting(b"Once upon a time in Borchester.\n")
    second, _ = site.waiting(b"Once upon a time in Borchester.\n")
    browser = site.signed_in("indexer")
    reference = site.instance.ledger.batch(
        staff_actor(site.instance, "indexer"), first
    ).batch.reference
    assert f"came before, in batch {reference}" in browser.get(f"/batches/{second}").text


def test_links_are_shown_only_where_they_lead(site: Site) -> None:
    """Every link of every page a role can reach is followed; none may be absent or broken."""
    site.filed(CHILD)
    site.waiting()
    for role in ("post_room", "indexer", "quality_supervisor", "social_worker_adults", "auditor",
                 "team_manager", "information_governance", "system_administrator"):  # fmt: skip
        browser = site.signed_in(role)
        seen, ahead = set(), ["/"]
        while ahead and len(seen) < 60:
            address = ahead.pop()
            seen.add(address)
            with browser.get(address) as answer:
                assert answer.status_code in (200, 302, 303), (role, address)
                is_page = answer.mimetype == "text/html"
                found = re.findall(r'href="(/[^"#]*)', answer.text) if is_page else []
            ahead += [
                n for u in found if (n := unescape(u)) not in seen and not n.startswith("/static")
            ]


def test_a_session_that_has_ended_is_said_plainly(site: Site) -> None:
    answer = site.app.test_client().post("/queue/next")
    assert answer.status_code == 401
    assert "You are not signed in" in answer.text
    assert PASSWORD not in answer.text


def test_the_status_page_says_how_well_the_reading_of_files_is_confined(site: Site) -> None:
    tell_confinement(site.instance.settings, {"files_restricted": True, "tcp_refused": False})
    page = site.signed_in("system_administrator").get("/status").text
    assert "Confined, but without: refusal of connections" in page
    tell_confinement(site.instance.settings, {"files_restricted": True, "tcp_refused": True})
    assert "Fully confined" in site.signed_in("system_administrator").get("/status").text


def test_the_status_page_tells_of_the_store_and_that_no_virus_scan_is_set_up(site: Site) -> None:
    page = site.signed_in("system_administrator").get("/status").text
    assert "Not set up: files are read unscanned" in page
    assert ("It answers" if instances.is_service() else "MB free") in page


def test_the_status_page_says_when_the_store_does_not_answer(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    away = s3_config(f"s3+http://key:secret@127.0.0.1:{free_port()}/bucket")
    elsewhere = site.instance.settings.model_copy(update={"objects_url": "s3+http://away/bucket"})
    gone = dataclasses.replace(site.instance, store=S3ObjectStore(away), settings=elsewhere)
    monkeypatch.setitem(site.app.extensions, "instance", gone)
    page = site.signed_in("system_administrator").get("/status").text
    assert "It does not answer: documents cannot be opened or received" in page
