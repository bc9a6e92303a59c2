"""Every way in from outside: what each route asks for, what a stranger gets, and equal refusals."""

import re

import pytest
from sqlalchemy import select
from werkzeug.test import TestResponse

from api.authn import PUBLIC, SIGNED_IN, TICKET, check_routes, needed_by
from edrms.access.roles import PERMISSIONS
from edrms.audit.tables import AuditEvent
from edrms.errors import CannotStart
from tests.api.conftest import ADULT, CHILD, PASSWORD, Site, csrf_of

OPEN_TO_ALL = {"/sign-in", "/api/v1/health", "/api/v1/openapi.json"}
ABSENT = "0" * 32


def plain(response: TestResponse) -> bytes:
    """The body without what must differ between two requests: the request's own id."""
    return re.sub(rb"[0-9a-f]{16}(?![0-9a-f])", b"", response.data)


def test_every_route_names_a_permission_that_exists(site: Site) -> None:
    named = {needed_by(site.app, rule.endpoint) for rule in site.app.url_map.iter_rules()}
    assert named - PERMISSIONS == {PUBLIC, SIGNED_IN, TICKET}


def test_an_application_with_a_silent_route_does_not_start(site: Site) -> None:
    site.app.view_functions["silent"] = lambda: "here"
    site.app.url_map.add(site.app.url_rule_class("/silent", endpoint="silent"))
    try:
        with pytest.raises(CannotStart, match="silent"):
            check_routes(site.app)
    finally:
        site.app.view_functions["silent"].needs = PUBLIC  # type: ignore[attr-defined]


def test_without_a_session_nothing_answers_but_the_allow_list(site: Site) -> None:
    stranger = site.app.test_client()
    for rule in site.app.url_map.iter_rules():
        if rule.endpoint in ("static", "silent"):
            continue
        address = re.sub(r"<int:[^>]+>", "1", rule.rule)
        address = re.sub(r"<any\(([^,)]+)[^>]*>", r"\1", address)
        address = re.sub(r"<[^>]+>", ABSENT, address)
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            answer = stranger.open(address, method=method)
            is_open = answer.status_code < 300
            assert not is_open or address in OPEN_TO_ALL, (method, address)
            if address not in OPEN_TO_ALL and not address.endswith("/sessions"):
                expected = (404,) if address == "/file" else (302, 401)
                assert answer.status_code in expected, (method, address)


@pytest.mark.parametrize(
    "role", ["post_room", "indexer", "social_worker_adults", "auditor", "system_administrator"]
)
def test_a_route_whose_permission_is_not_held_is_answered_as_absent(site: Site, role: str) -> None:
    browser, headers = site.signed_in(role), site.token(role)
    absent = plain(browser.get("/no-such-page"))
    pages = {"indexer": "/search", "social_worker_adults": "/queue", "post_room": "/status"}
    page = pages.get(role, "/clients")
    assert (plain(browser.get(page)), browser.get(page).status_code) == (absent, 404)
    absent_json = plain(browser.get("/api/v1/no-such-thing", headers=headers))
    api = "/api/v1/documents" if role == "social_worker_adults" else f"/api/v1/records/{ABSENT}"
    assert plain(browser.get(api, headers=headers)) == absent_json


@pytest.mark.parametrize("tail", ["", "/pages/1/image", "/pages/1/thumbnail", "/download/original"])
def test_a_record_of_another_service_looks_as_if_it_did_not_exist(site: Site, tail: str) -> None:
    record_id = site.filed(CHILD)
    outsider = site.signed_in("social_worker_adults")
    forbidden, absent = (outsider.get(f"/records/{one}{tail}") for one in (record_id, ABSENT))
    assert forbidden.status_code == absent.status_code == 404
    assert plain(forbidden) == plain(absent)
    headers = site.token("social_worker_adults")
    api = tail.replace("/download/", "/renditions/").replace("/thumbnail", "/image")
    forbidden, absent = (
        outsider.get(f"/api/v1/records/{one}{api}", headers=headers) for one in (record_id, ABSENT)
    )
    assert (forbidden.status_code, plain(forbidden)) == (404, plain(absent))
    insider = site.signed_in("social_worker_children")
    assert insider.get(f"/records/{record_id}").status_code == 200


def test_search_finds_for_one_service_and_not_for_the_other(site: Site) -> None:
    record_id = site.filed(ADULT, b"The periwinkle teapot stands on the dresser.\n")
    assert record_id in site.signed_in("social_worker_adults").get("/search?q=periwinkle").text
    outsider = site.signed_in("social_worker_children")
    hidden = outsider.get("/search?q=periwinkle").text
    nothing = outsider.get("/search?q=perywunkel").text
    assert hidden.replace("periwinkle", "WORD") == nothing.replace("perywunkel", "WORD")


def test_the_batch_of_another_person_looks_as_if_it_did_not_exist(site: Site) -> None:
    theirs = site.app.test_client().post("/api/v1/batches", json={}, headers=site.token("indexer"))
    browser = site.signed_in("post_room")
    forbidden = browser.get(f"/batches/{theirs.json['batch_id']}")
    assert forbidden.status_code == 404
    assert plain(forbidden) == plain(browser.get(f"/batches/{ABSENT}"))


def test_a_form_without_the_token_of_the_session_is_refused(site: Site) -> None:
    browser = site.signed_in("quality_supervisor")
    assert browser.post("/queue/next").status_code == 422
    assert browser.post("/queue/next", data={"csrf_token": "guessed"}).status_code == 422
    token = {"csrf_token": csrf_of(browser)}
    assert browser.post("/queue/next", data=token).status_code == 303


def test_a_form_from_another_site_is_refused_even_with_the_token(site: Site) -> None:
    browser = site.signed_in("quality_supervisor")
    token = {"csrf_token": csrf_of(browser)}
    for origin in ("https://elsewhere.example", "null", "http://localhost.example"):
        answer = browser.post("/queue/next", data=token, headers={"Origin": origin})
        assert answer.status_code == 422
    given = {"username": "indexer", "password": "x"}
    foreign = site.app.test_client().post(
        "/sign-in", data=given, headers={"Origin": "https://elsewhere.example"}
    )
    assert foreign.status_code == 422


@pytest.mark.parametrize(
    "address", ["/sign-in", "/", "/none", "/api/v1/health", "/static/css/edrms.css"]
)
def test_every_answer_carries_the_guarding_headers(site: Site, address: str) -> None:
    headers = site.app.test_client().get(address).headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    if not address.startswith("/static"):
        assert headers["Cache-Control"] == "no-store"


def test_an_ended_session_is_worth_nothing_at_once(site: Site) -> None:
    browser = site.signed_in("indexer")
    token = csrf_of(browser)
    cookie = browser.get_cookie("edrms_session")
    assert cookie
    browser.post("/sign-out", data={"csrf_token": token})
    again = site.app.test_client()
    again.set_cookie("edrms_session", cookie.value)
    assert again.get("/").status_code == 302
    assert again.post("/queue/next", data={"csrf_token": token}).status_code == 401
    headers = site.token("indexer")
    assert again.delete("/api/v1/sessions/current", headers=headers).status_code == 204
    assert again.get("/api/v1/batches", headers=headers).status_code == 401


def test_signing_in_answers_alike_for_unknown_and_for_wrong(site: Site) -> None:
    stranger = site.app.test_client()
    unknown, wrong = (
        stranger.post("/sign-in", data={"username": name, "password": "not this one"})
        for name in ("nobody_here", "finance")
    )
    assert (unknown.status_code, wrong.status_code) == (401, 401)
    assert unknown.data.replace(b"nobody_here", b"NAME") == wrong.data.replace(b"finance", b"NAME")
    bodies = [
        stranger.post("/api/v1/sessions", json={"username": name, "password": "not this one"})
        for name in ("nobody_here", "finance")
    ]
    assert plain(bodies[0]) == plain(bodies[1])


@pytest.mark.parametrize(
    "heading", ["//elsewhere.example", "https://elsewhere.example", "/\\elsewhere"]
)
def test_signing_in_never_leads_to_another_site(site: Site, heading: str) -> None:
    given = {"username": "indexer", "password": PASSWORD, "next": heading}
    answer = site.app.test_client().post("/sign-in", data=given)
    assert answer.headers["Location"] == "/"


def test_a_large_body_is_refused_before_it_is_read(site: Site) -> None:
    stranger = site.app.test_client()
    large = b"x" * (2 << 20)
    assert stranger.post("/api/v1/sessions", data=large).status_code == 413
    browser = site.signed_in("quality_supervisor")
    form = {"csrf_token": csrf_of(browser), "note": "x" * (2 << 20)}
    assert browser.post("/queue/next", data=form).status_code == 413


def last_refusals(site: Site, count: int) -> list[AuditEvent]:
    """The newest events of refused requests, oldest first."""
    statement = (
        select(AuditEvent)
        .where(AuditEvent.action == "access:request:refuse")
        .order_by(AuditEvent.number.desc())
        .limit(count)
    )
    with site.instance.database.read() as session:
        return list(reversed(session.scalars(statement).all()))


def test_what_was_asked_for_in_vain_is_journalled_whether_absent_or_forbidden(site: Site) -> None:
    record_id = site.filed()
    client = site.signed_in("social_worker_adults")
    for asked in (record_id, "f" * 32):
        assert client.get(f"/records/{asked}").status_code == 404
    refusals = last_refusals(site, 2)
    assert [event.detail["asked"]["record_id"] for event in refusals] == [record_id, "f" * 32]
    assert {event.outcome for event in refusals} == {"refused"}


def test_a_route_beyond_the_role_is_journalled_with_the_reason(site: Site) -> None:
    assert site.signed_in("post_room").get("/search?q=anything").status_code == 404
    assert last_refusals(site, 1)[0].reason == "no role grants search:index:query"
