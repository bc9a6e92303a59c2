"""The workbench's routes: in hand and put back, divided in place, siblings, and sending that goes on."""

import re
from io import BytesIO

from api.setting_up import staff_actor
from edrms.clients.tables import ClientRelationship
from edrms.ids import ClientId
from edrms.staff.accounts import SYSTEM
from edrms.uow import write
from tests import factories
from tests.api.conftest import CHILD, LETTER, Site, csrf_of
from tests.service.events import events

JSON = {"Accept": "application/json"}
TWO_PAGES = b"\f".join(b"Page %d of the minutes\nThe marmalade was judged." % n for n in (1, 2))


def put_away(site: Site, document_id: str) -> None:
    """So that the next test finds an empty queue."""
    site.instance.desk.reject(staff_actor(site.instance, "indexer"), document_id, "done")


def test_a_page_left_puts_back_what_it_showed_and_no_later_taking(site: Site) -> None:
    _, document_id = site.waiting()
    browser = site.signed_in("indexer")
    address, token = f"/queue/{document_id}", csrf_of(browser)
    first = re.search(r'data-taken-at="([^"]+)"', browser.get(address).text)
    second = re.search(r'data-taken-at="([^"]+)"', browser.get(address).text)
    assert first and second
    form, headers = {"taken_at": first[1]}, JSON | {"X-CSRF-Token": token}
    released = f"{address}/release"
    assert browser.post(released, data=form).status_code == 422  # no token: another site's page
    assert browser.post(released, data=form, headers=headers).status_code == 204
    assert events(site.instance, "document:index:release", document_id) == []
    browser.post(released, data={"taken_at": second[1]}, headers=headers)
    assert len(events(site.instance, "document:index:release", document_id)) == 1
    assert browser.post("/queue/0/release", data=form, headers=headers).status_code == 404
    put_away(site, document_id)


def test_a_supervisor_sees_who_has_what_and_puts_it_back(site: Site) -> None:
    _, document_id = site.waiting()
    site.signed_in("indexer").get(f"/queue/{document_id}")
    supervisor = site.signed_in("quality_supervisor")
    page = supervisor.get("/queue").text
    assert "Open with Indexer" in page
    assert f"/queue/{document_id}/take-back" in page
    other = site.signed_in("business_support")
    assert "take-back" not in other.get("/queue").text
    form = {"csrf_token": csrf_of(other)}
    assert other.post(f"/queue/{document_id}/take-back", data=form).status_code == 404
    form = {"csrf_token": csrf_of(supervisor)}
    done = supervisor.post(f"/queue/{document_id}/take-back", data=form, follow_redirects=True)
    assert "The document is free again." in done.text
    assert "Open with Indexer" not in done.text
    put_away(site, document_id)


def test_a_script_is_given_the_next_document_at_once(site: Site) -> None:
    _, first = site.waiting()
    _, second = site.waiting()
    browser = site.signed_in("indexer")
    browser.get(f"/queue/{first}")
    form = {"csrf_token": csrf_of(browser), "skip_reason": "Hard to read"}
    answer = browser.post(f"/queue/{first}/skip", data=form, headers={"X-In-Place": "yes"})
    assert answer.status_code == 200
    assert answer.headers["X-Address"] == f"/queue/{second}"
    assert "Skipped. It stays in the queue." in answer.text
    nothing = browser.post(f"/queue/{second}/next", data=form, headers=JSON)
    assert nothing.json == {}  # too few are free
    stopped = browser.post("/queue/stop", data=form, follow_redirects=True).text
    assert "Open with you" not in stopped
    for one in (first, second):
        put_away(site, one)


def test_a_file_is_divided_and_joined_again_from_the_workbench(site: Site) -> None:
    _, document_id = site.waiting(TWO_PAGES)
    browser = site.signed_in("indexer")
    address = f"/queue/{document_id}"
    item = re.search(r'name="item" value="([0-9a-f]{32})"', browser.get(address).text)
    assert item
    form = {"csrf_token": csrf_of(browser), "item": item[1]}
    at_first = browser.post(f"{address}/split", data=form | {"page": "1"}, follow_redirects=True)
    assert "A document begins with this page already." in at_first.text
    for wrong in ({"page": "7"}, {"page": "x"}, {"page": "2", "item": "0" * 32}):
        assert browser.post(f"{address}/split", data=form | wrong).status_code == 404
    assert browser.post(f"{address}/join", data=form).status_code == 404  # it is the first
    made = browser.post(f"{address}/split", data=form | {"page": "2"}, follow_redirects=True)
    assert "being made anew" in made.text
    site.do_the_work()
    assert "Page 1 of 1" in browser.get(address).text
    [other] = [
        one.document_id
        for one in factories.documents(site.instance, item[1])
        if one.document_id != document_id
    ]
    joined = browser.post(f"/queue/{other}/join", data=form)
    assert joined.headers["Location"] == address
    site.do_the_work()
    assert "Page 2 of 2" in browser.get(address).text
    put_away(site, document_id)


def test_brothers_and_sisters_of_who_is_ticked_are_offered(site: Site) -> None:
    _, document_id = site.waiting()
    sister = factories.child(client_id=ClientId("b" * 32), forename="Catrin", nhs_number="")
    with write(site.instance.database, SYSTEM, site.instance.clock) as work:
        factories.add_to_register(work, sister)
        tie = {"client_id": CHILD, "other_id": sister.client_id, "kind": "sibling"}
        work.session.flush()
        work.session.add(ClientRelationship(**tie))
    browser = site.signed_in("indexer")
    form = {"csrf_token": csrf_of(browser), "client": CHILD}
    page = browser.post(f"/queue/{document_id}", data=form).text
    assert "Brother or sister of Bryn Invented" in page
    assert f'value="{sister.client_id}"' in page
    told = browser.get(f"/clients/siblings?of={CHILD}", headers=JSON).json["clients"]
    assert [(one["client_id"], one["facts"][0]) for one in told] == [
        (sister.client_id, "Brother or sister of Bryn Invented")
    ]
    assert browser.get("/clients/siblings?of=nobody", headers=JSON).json == {"clients": []}
    put_away(site, document_id)


def test_a_sending_goes_on_without_scripts_and_in_nobody_elses_batch(site: Site) -> None:
    browser = site.signed_in("post_room")
    token = csrf_of(browser)
    opened = browser.post(
        "/batches", data={"csrf_token": token, "announced_files": "2"}, headers=JSON
    ).json
    address = opened["batch_url"] + "/continue"

    def sent(*names: str) -> str:
        files = [(BytesIO(LETTER), name) for name in names]
        form = {"csrf_token": token, "files": files}
        return browser.post(address, data=form, follow_redirects=True).text

    assert "1 file never arrived." in sent("a.txt")
    assert "Continue sending files" in sent("a.txt", "b.txt")
    held = browser.get(opened["receive_url"], headers=JSON).json["files"]
    assert [(one["name"], one["size_bytes"]) for one in held] == [
        ("a.txt", len(LETTER)), ("b.txt", len(LETTER)),
    ]  # fmt: skip
    assert browser.post(address, data={"csrf_token": token}).status_code == 422
    stranger = site.signed_in("indexer")
    for path in (address, opened["receive_url"]):
        assert stranger.get(path).status_code == 404
