"""What came for one's people, on the start page, on its own page, among the clients and by API."""

import re

from tests.api.conftest import ADULT, CHILD, Site


def test_new_post_is_on_the_start_page_until_it_is_opened(site: Site) -> None:
    record_id = site.filed(CHILD)
    theirs, others = (
        site.signed_in("social_worker_children"),
        site.signed_in("social_worker_adults"),
    )
    for address in ("/", "/arrivals"):
        assert f"/records/{record_id}" in theirs.get(address).text
        assert f"/records/{record_id}" not in others.get(address).text
    assert theirs.get(f"/records/{record_id}").status_code == 200
    assert f"/records/{record_id}" not in theirs.get("/arrivals").text
    assert "Documents you used lately" in theirs.get("/").text


def test_the_people_one_works_with_are_there_before_anything_is_asked(site: Site) -> None:
    page = site.signed_in("social_worker_children").get("/clients").text
    assert "People you work with" in page
    assert f"/clients/{CHILD}" in page
    assert f"/clients/{ADULT}" not in page
    asked = site.signed_in("social_worker_children").get("/clients?q=nobody+at+all").text
    assert "People you work with" not in asked


def test_a_page_behind_the_last_leads_to_the_last(site: Site) -> None:
    browser = site.signed_in("social_worker_children")
    for address in ("/arrivals", "/clients"):
        answer = browser.get(f"{address}?page=900")
        assert answer.status_code == 302
        assert re.search(rf"{address}\?page=\d+$", answer.headers["Location"])


def test_a_program_is_told_what_came(site: Site) -> None:
    record_id, headers = site.filed(CHILD), site.token("social_worker_children")
    client = site.app.test_client()
    told = client.get("/api/v1/arrivals", headers=headers).json
    (arrival,) = [one for one in told["arrivals"] if one["record"]["record_id"] == record_id]
    assert arrival["client_ids"] == [CHILD]
    assert told["total"] >= len(told["arrivals"])
    assert client.get("/api/v1/arrivals?page=0", headers=headers).status_code == 422
    outside = client.get("/api/v1/arrivals", headers=site.token("social_worker_adults")).json
    assert record_id not in str(outside)
