"""Pages of a file put in order: in the browser without scripts, and by API."""

import re

from tests.api.conftest import Site, csrf_of

TEXT = b"\f".join(b"Page %d of the minutes\nThe marmalade was judged." % n for n in (1, 2, 3))


def item_of(site: Site, sender: str = "indexer") -> str:
    batch_id, _ = site.waiting(TEXT, sender=sender)
    headers = site.token(sender)
    batch = site.app.test_client().get(f"/api/v1/batches/{batch_id}", headers=headers).json
    return str(batch["item_ids"][0])


def test_pages_are_split_moved_and_put_back_by_forms(site: Site) -> None:
    item_id = item_of(site)
    browser = site.signed_in("indexer")
    address = f"/items/{item_id}/pages"
    page = browser.get(f"{address}?page=2").text
    assert "Pages of this file" in page and "Split here" in page and "Move it" in page
    form = {"csrf_token": csrf_of(browser), "page": "2", "seen": "0", "act": "split"}
    done = browser.post(address, data=form, follow_redirects=True).text
    assert "The pages are changed." in done and "a document was split" in done
    assert "Join with the document before" in done
    stale = browser.post(address, data=form | {"page": "3"}, follow_redirects=True).text
    assert "These pages were changed meanwhile." in stale
    site.do_the_work()
    documents = re.findall(r'<option value="([0-9a-f]{32})"', browser.get(f"{address}?page=3").text)
    move = form | {"page": "3", "seen": "1", "act": "move", "document": documents[0]}
    wrong = browser.post(address, data=move | {"position": "9"})
    assert wrong.status_code == 422 and "Give a place from 1 to 2." in wrong.text
    moved = browser.post(address, data=move | {"position": "1"}, follow_redirects=True).text
    assert "a page was moved" in moved
    undo = {"csrf_token": form["csrf_token"], "seen": "2"}
    back = browser.post(f"{address}/undo", data=undo, follow_redirects=True).text
    assert "The last change is taken back." in back and "a document was split" in back
    assert browser.get(f"{address}/1/picture").status_code == 404  # a text has no picture


def test_the_page_is_reached_from_the_batch_and_the_workbench(site: Site) -> None:
    batch_id, document_id = site.waiting(TEXT)
    browser = site.signed_in("indexer")
    links = [
        re.search(r'href="(/items/[0-9a-f]{32}/pages)"', browser.get(address).text)
        for address in (f"/batches/{batch_id}", f"/queue/{document_id}")
    ]
    assert links[0] and links[1] and links[0][1] == links[1][1]
    assert browser.get(links[0][1]).status_code == 200
    reader = site.signed_in("auditor")
    assert reader.get(links[0][1]).status_code in (403, 404)


def test_a_program_arranges_pages_and_takes_it_back(site: Site) -> None:
    item_id = item_of(site)
    program, headers = site.app.test_client(), site.token("indexer")
    address = f"/api/v1/items/{item_id}/pages"
    known = program.get(address, headers=headers).json
    assert [one["pages"] for one in known["documents"]] == [[1, 2, 3]] and not known["can_undo"]
    body = {"act": "split", "page": 2, "seen": 0}
    split = program.post(address, json=body, headers=headers).json
    assert [one["pages"] for one in split["documents"]] == [[1], [2, 3]] and split["is_being_made"]
    late = program.post(address, json=body, headers=headers)
    assert (late.status_code, late.json["code"]) == (409, "changed_meanwhile")
    turned = program.post(address, json={"act": "turn_right", "page": 1}, headers=headers).json
    assert turned["pages"][0]["turned_degrees"] == 90
    marked = program.post(
        address, json={"act": "mark", "page": 3, "fault": "blurred"}, headers=headers
    ).json
    assert marked["pages"][2]["fault"] == "blurred"
    for _ in range(3):
        known = program.post(f"{address}/undo", json={}, headers=headers).json
    assert [one["pages"] for one in known["documents"]] == [[1, 2, 3]]
    assert known["pages"][0]["turned_degrees"] is None
    nothing = program.post(f"{address}/undo", json={}, headers=headers)
    assert (nothing.status_code, nothing.json["code"]) == (409, "nothing_to_undo")
    absent = program.post(address, json={"act": "split", "page": 99}, headers=headers)
    assert absent.status_code == 404
