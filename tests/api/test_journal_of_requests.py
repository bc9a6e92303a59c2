"""Every request has its event: exactly one for what is read or refused, and none leaves without."""

import json

import pytest
from sqlalchemy import select, text

from api.strangers import MOST_IN_A_MINUTE, Strangers
from edrms.audit.tables import AuditDetail, AuditEvent
from tests import factories
from tests.api.conftest import CHILD, PASSWORD, Site, csrf_of
from tests.api.random_session import RandomSession
from tests.factories import MONDAY

REQUESTS = 2_500
ROLES = [
    "quality_supervisor", "team_manager", "information_governance", "post_room", "auditor",
    "system_administrator",
]  # fmt: skip


def events_of(site: Site, request_id: str) -> list[AuditEvent]:
    with site.instance.database.read() as session:
        return list(session.scalars(select(AuditEvent).where(AuditEvent.request_id == request_id)))


def test_every_request_of_a_long_random_session_has_exactly_one_event(site: Site) -> None:
    record_id, (batch_id, document_id) = site.filed(), site.waiting()
    session = RandomSession(site, 4, [record_id, batch_id, document_id, "c" * 32], ROLES)
    asked = [one for one in session.ask(REQUESTS) if not _is_public(one.endpoint)]
    assert len(asked) > 1_000
    assert [one for one in asked if not one.events] == []
    assert [one for one in asked if one.is_safe and len(one.events) != 1] == []
    refused = [one for one in asked if one.status >= 400]
    assert len(refused) > 100
    for one in refused:
        assert [event.outcome for event in one.events if event.outcome != "done"] == [
            "failed" if one.status >= 500 else "refused"
        ], one
    unsafe = [one for one in asked if not one.is_safe and one.status < 400]
    assert all(1 <= len(one.events) <= 3 for one in unsafe)
    seen = {one.endpoint for one in asked if one.status < 400}
    assert {"home.index", "search.index"} <= seen and len(seen) > 100


def test_each_look_at_a_record_has_one_event_of_its_own(site: Site) -> None:
    child = factories.client(client_id=CHILD)
    record_id = factories.filed_record(site.instance, [child], document_type="D05")
    browser = site.signed_in("team_manager")
    tails = {
        "": "record:content:view",
        "/pages/1/image": "record:page:view",
        "/pages/1/thumbnail": "record:page:view",
        "/download/original": "record:content:download",
        "/print": "record:content:print",
        "?page=999": "access:request:refuse",
        "/pages/9/thumbnail": "access:request:refuse",
    }
    for tail, action in tails.items():
        answer = browser.get(f"/records/{record_id}{tail}")
        events = events_of(site, answer.headers["X-Request-Id"])
        assert [event.action for event in events] == [action], tail


def _is_public(endpoint: str) -> bool:
    return endpoint in ("v1.health", "v1.openapi", "auth.code")


def test_a_page_of_lists_is_journalled_with_its_ids_and_what_was_typed_stands_apart(
    site: Site,
) -> None:
    batch_id, _ = site.waiting()
    browser = site.signed_in("quality_supervisor")
    answer = browser.get(f"/batches/{batch_id}?show=Mrs+Invented")
    [event] = events_of(site, answer.headers["X-Request-Id"])
    assert (event.action, event.subject_id) == ("access:route:view", "post.batch")
    assert event.detail == {"asked": {"batch_id": batch_id}, "method": "GET"}
    assert "Invented" not in json.dumps(event.detail) + event.reason
    with site.instance.database.read() as session:
        kept = session.get_one(AuditDetail, event.event_id)
    assert json.loads(kept.text) == {"query": "show=Mrs+Invented"}


def test_what_was_typed_in_vain_into_an_address_stands_apart_too(site: Site) -> None:
    browser = site.signed_in("quality_supervisor")
    for address in ("/batches/Mrs Invented", "/no/Mrs Invented"):
        [event] = events_of(site, browser.get(address).headers["X-Request-Id"])
        assert event.outcome == "refused"
        assert "Invented" not in json.dumps(event.detail) + event.reason + event.subject_id
        with site.instance.database.read() as session:
            assert "Mrs Invented" in session.get_one(AuditDetail, event.event_id).text


def test_signing_in_and_out_have_one_event_each_with_the_pseudonym_of_the_source(
    site: Site,
) -> None:
    browser = site.app.test_client()
    given = {"username": "indexer", "password": PASSWORD}
    wrong = browser.post("/sign-in", data=given | {"password": "wrong"})
    right = browser.post("/sign-in", data=given)
    out = browser.post("/sign-out", data={"csrf_token": csrf_of(browser)})
    events = [events_of(site, one.headers["X-Request-Id"]) for one in (wrong, right, out)]
    assert [[(e.action, e.outcome) for e in found] for found in events] == [
        [("staff:session:start", "refused")],
        [("staff:session:start", "done")],
        [("staff:session:end", "done")],
    ]
    [source] = {found[0].source for found in events}
    assert len(source) == 32 and "127" not in source[:3]
    elsewhere = browser.get("/queue", environ_base={"REMOTE_ADDR": "192.0.2.7"})
    [event] = events_of(site, elsewhere.headers["X-Request-Id"])
    assert event.source not in ("", source)


@pytest.mark.embedded  # its trigger is SQLite's
def test_an_answer_whose_event_cannot_be_written_is_not_given(site: Site) -> None:
    record_id = site.filed()
    browser = site.signed_in("team_manager")
    addresses = ("/", f"/records/{record_id}", f"/records/{record_id}/download/original")
    assert all(browser.get(address).status_code == 200 for address in addresses)
    with site.instance.database.session() as session:
        session.execute(text(_STOP))
        session.commit()
    try:
        for address in (*addresses, "/batches", "/no/such/page"):
            answer = browser.get(address)
            assert answer.status_code in (500, 503)
            assert b"marmalade" not in answer.data and b"Assessment" not in answer.data
        assert browser.get("/").status_code == 503
    finally:
        with site.instance.database.session() as session:
            session.execute(text("DROP TRIGGER audit_is_full"))
            session.commit()


_STOP = (
    "CREATE TRIGGER audit_is_full BEFORE INSERT ON audit_events "
    "BEGIN SELECT RAISE(ABORT, 'no room'); END"
)


def test_strangers_are_told_of_once_a_minute_and_counted(site: Site) -> None:
    site.app.extensions["strangers"] = Strangers()
    stranger = site.app.test_client()
    answers = [stranger.get("/queue") for _ in range(50)]
    found = [events_of(site, one.headers["X-Request-Id"]) for one in answers]
    written = [event for events in found for event in events]
    assert 1 <= len(written) <= 2  # two where a minute ended meanwhile
    assert (written[0].actor_id, written[0].reason) == ("stranger", "not_signed_in")
    headers = {"Authorization": "Bearer guessed"}
    unknown = stranger.get("/api/v1/batches", headers=headers).headers["X-Request-Id"]
    [event] = events_of(site, unknown)
    assert (event.outcome, event.reason) == ("refused", "session_unknown_or_ended")
    assert event.detail["unwritten"] in (48, 49, 0)
    assert events_of(site, stranger.get("/no/such").headers["X-Request-Id"]) == []


def test_strangers_from_everywhere_cannot_fill_the_log() -> None:
    strangers = Strangers()
    told = [strangers.note(f"source {n}", "not_signed_in", MONDAY) for n in range(10_000)]
    assert sum(one is not None for one in told) == MOST_IN_A_MINUTE
    later = MONDAY.replace(minute=MONDAY.minute + 1)
    assert strangers.note("source 1", "not_signed_in", later) == 10_000 - MOST_IN_A_MINUTE
