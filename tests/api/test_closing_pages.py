"""Counting and closing a batch, in the browser and by API."""

from io import BytesIO

from tests.api.conftest import LETTER, Site, csrf_of

WHY = "The last sheet is a leaflet that was thrown away"


def upload(site: Site, **told: str) -> str:
    """Address of a batch of one file of one page, read."""
    browser = site.signed_in("post_room")
    form = {"csrf_token": csrf_of(browser), "files": (BytesIO(LETTER), "letter.txt"), **told}
    sent = browser.post("/batches", data=form)
    assert sent.status_code == 303
    site.do_the_work()
    return sent.location


def test_the_page_compares_what_was_counted_and_the_operator_closes_what_agrees(site: Site) -> None:
    address = upload(
        site, expected_sheets="1", sides="one", expected_documents="1", origin="PO box 12",
        device="Scanner 2",
    )  # fmt: skip
    browser = site.signed_in("post_room")
    page = browser.get(address).text
    assert all(words in page for words in ("PO box 12", "Scanner 2", "What was counted beforehand"))
    assert "differs" not in page and "Say what was counted" not in page
    done = browser.post(
        f"{address}/close", data={"csrf_token": csrf_of(browser)}, follow_redirects=True
    )
    assert "The batch is closed." in done.text and "Close the batch" not in done.text
    assert "Open it again" not in done.text
    again = browser.post(
        f"{address}/close", data={"csrf_token": csrf_of(browser)}, follow_redirects=True
    )
    assert "This batch is closed." in again.text


def test_counts_that_differ_leave_closing_to_a_supervisor_with_a_reason(site: Site) -> None:
    address = upload(site, expected_sheets="2", sides="one")
    browser = site.signed_in("post_room")
    page = browser.get(address).text
    assert "differs" in page and "ask a supervisor to close the batch" in page
    tried = browser.post(
        f"{address}/close",
        data={"csrf_token": csrf_of(browser), "reason": WHY},
        follow_redirects=True,
    )
    assert "Counts differ" in tried.text
    supervisor = site.signed_in("quality_supervisor")
    token = csrf_of(supervisor)
    silent = supervisor.post(f"{address}/close", data={"csrf_token": token})
    assert silent.status_code == 422 and "There is a problem" in silent.text
    done = supervisor.post(
        f"{address}/close", data={"csrf_token": token, "reason": WHY}, follow_redirects=True
    )
    assert f"Although counts differed: {WHY}" in done.text
    opened = supervisor.post(
        f"{address}/reopen", data={"csrf_token": token, "reason": "A second envelope was found"},
        follow_redirects=True,
    )  # fmt: skip
    assert "The batch is open again." in opened.text


def test_a_count_that_nobody_said_is_said_on_the_page_once(site: Site) -> None:
    address = upload(site)
    browser = site.signed_in("post_room")
    form = {"csrf_token": csrf_of(browser), "expected_sheets": "many"}
    wrong = browser.post(f"{address}/counts", data=form)
    assert wrong.status_code == 422 and "Enter a whole number" in wrong.text
    form |= {"expected_sheets": "1", "sides": "both"}
    told = browser.post(f"{address}/counts", data=form, follow_redirects=True).text
    assert "The counts are kept." in told and "differs" in told
    again = browser.post(f"{address}/counts", data=form, follow_redirects=True).text
    assert "This was said before, and stays as it was." in again


def test_a_program_counts_and_closes_by_api(site: Site) -> None:
    program, headers = site.app.test_client(), site.token("post_room")
    body = {
        "expected_sheets": 2, "sides": "both", "device": "S1", "settings": {"resolution_dpi": "300"},
        "scanned_from": "2026-05-31T09:00:00+01:00", "scanned_until": "2026-05-31T09:04:00+01:00",
    }  # fmt: skip
    batch = program.post("/api/v1/batches", json=body, headers=headers).json
    assert (batch["device"], batch["settings"]) == ("S1", {"resolution_dpi": "300"})
    assert batch["scanned_from"].startswith("2026-05-31T08:00:00")
    at = f"/api/v1/batches/{batch['batch_id']}"
    sent = program.post(f"{at}/items?name=a.txt", data=LETTER, headers=headers)
    assert sent.status_code == 201
    early = program.post(f"{at}/close", json={}, headers=headers)
    assert (early.status_code, early.json["code"]) == (409, "being_read")
    site.do_the_work()
    differ = program.post(f"{at}/close", json={}, headers=headers)
    assert (differ.status_code, differ.json["code"]) == (409, "counts_differ")
    told = program.post(f"{at}/counts", json={"expected_documents": 1}, headers=headers).json
    assert told["differences"] == [{"what": "sheets", "expected": 4, "came": 1}]
    supervisor = site.token("quality_supervisor")
    closed = program.post(f"{at}/close", json={"reason": WHY}, headers=supervisor).json
    assert closed["closed_at"]
    late = program.post(f"{at}/items?name=b.txt", data=b"late", headers=headers)
    assert (late.status_code, late.json["code"]) == (409, "closed")
