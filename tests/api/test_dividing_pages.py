"""Dividing what was taken off a wrong file, in the browser without scripts and by API: what is offered, what
is said, and the records that come of it."""

from sqlalchemy import select

from api.setting_up import staff_actor
from edrms.incidents.misfiles import Repair
from edrms.incidents.tables import Incident
from edrms.records.tables import Record
from tests.api.conftest import ADULT, CHILD, Site, csrf_of

TEXT = b"\f".join(b"Page %d of the minutes\nThe marmalade was judged." % n for n in (1, 2, 3))
WHY = "Two letters stuck together."


def taken_off(site: Site) -> Record:
    """A record of three pages that was on Bryn's file and waits in the queue again."""
    record_id = site.filed(CHILD, TEXT)
    actor = staff_actor(site.instance, "information_governance")
    site.instance.wrong_person.repair(actor, record_id, Repair(1, (CHILD,), (), WHY))
    return record(site, record_id)


def record(site: Site, record_id: str) -> Record:
    with site.instance.database.read() as session:
        return session.get_one(Record, record_id)


def test_the_pages_of_what_was_taken_off_are_split_and_neither_turned_nor_taken_out(
    site: Site,
) -> None:
    waiting = taken_off(site)
    browser, address = site.signed_in("indexer"), f"/items/{waiting.item_id}/pages"
    page = browser.get(f"{address}?page=2").text
    assert "It was on a file and was taken off it." in page and "Split here" in page
    assert "Move it" in page and "Take it out" not in page and "Turn left" not in page
    form = {"csrf_token": csrf_of(browser), "page": "2", "act": "take_out", "kind": "blank"}
    refused = browser.post(address, data=form | {"seen": "0"}, follow_redirects=True).text
    assert "It stays as it was read and is not turned or taken out" in refused
    split = browser.post(
        address, data=form | {"seen": "0", "act": "split"}, follow_redirects=True
    ).text
    assert "The pages are changed." in split
    site.do_the_work()
    bench = browser.get(f"/queue/{waiting.document_id}").text
    assert "Taken off a file on" in bench and WHY in bench
    form = {"csrf_token": form["csrf_token"], "seen": "1"}
    undone = browser.post(f"{address}/undo", data=form, follow_redirects=True).text
    assert "The last change is taken back." in undone


def test_a_program_files_both_parts_and_each_record_shows_its_own_pages(site: Site) -> None:
    waiting = taken_off(site)
    program, headers = site.app.test_client(), site.token("indexer")
    address = f"/api/v1/items/{waiting.item_id}/pages"
    split = program.post(address, json={"act": "split", "page": 2}, headers=headers).json
    site.do_the_work()
    turned = program.post(address, json={"act": "turn_left", "page": 2}, headers=headers)
    assert (turned.status_code, turned.json["code"]) == (409, "page_on_record")
    first, second = (one["document_id"] for one in split["documents"])
    records = []
    for document_id, client_id in ((first, CHILD), (second, ADULT)):
        program.post(f"/api/v1/documents/{document_id}/take", headers=headers)
        body = {"document_type": "D05", "client_ids": [client_id], "title": "Assessment"}
        filed = program.post(f"/api/v1/documents/{document_id}/file", json=body, headers=headers)
        assert filed.status_code == 201, filed.json
        records.append(filed.json["record_id"])
    assert records[0] == waiting.record_id
    assert record(site, records[0]).reference == waiting.reference
    joined = program.post(address, json={"act": "join", "page": 2}, headers=headers)
    assert joined.status_code in (404, 409)
    site.do_the_work()
    reader = site.signed_in("team_manager")
    for record_id, pages in ((records[0], 1), (records[1], 2)):
        page = reader.get(f"/records/{record_id}").text
        assert "Original, as received" not in page
        assert reader.get(f"/records/{record_id}?page={pages}").status_code == 200
        assert reader.get(f"/records/{record_id}?page={pages + 1}").status_code == 404
        assert reader.get(f"/records/{record_id}/download/original").status_code == 404


def test_the_incident_says_that_its_document_was_divided(site: Site) -> None:
    waiting = taken_off(site)
    program, headers = site.app.test_client(), site.token("indexer")
    address = f"/api/v1/items/{waiting.item_id}/pages"
    split = program.post(address, json={"act": "split", "page": 3}, headers=headers).json
    site.do_the_work()
    document_id = split["documents"][1]["document_id"]
    body = {"document_type": "D05", "client_ids": [CHILD], "title": "Assessment"}
    program.post(f"/api/v1/documents/{document_id}/take", headers=headers)
    filed = program.post(f"/api/v1/documents/{document_id}/file", json=body, headers=headers).json
    governance = site.signed_in("information_governance")
    with site.instance.database.read() as session:
        asked = select(Incident.incident_id).where(Incident.record_id == waiting.record_id)
        incident_id = session.scalars(asked).one()
    page = governance.get(f"/incidents/{incident_id}").text
    assert f"its other parts: {record(site, filed['record_id']).reference}" in page
