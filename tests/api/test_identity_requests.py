"""Signing in over HTTP: forged, replayed, expired and foreign sessions and tokens, step-up, limits."""

import html
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pyotp
import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from api.app import create_app
from api.wiring import Instance
from edrms.clock import FixedClock
from edrms.staff.tables import StaffMember
from edrms.uow import write
from tests import factories
from tests.api.conftest import csrf_of
from tests.service.identity import hash_quickly, member, set_up_factor

ADMIN = "system_administrator"
GIVEN = {"password": factories.PASSWORD}


@pytest.fixture(autouse=True)
def quick_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    hash_quickly(monkeypatch)


class Office:
    """An application on a clock that stands still, with an administrator and two members of staff."""

    def __init__(self, instance: Instance, clock: FixedClock) -> None:
        self.instance, self.clock = instance, clock
        self.app = create_app(instance)
        self.ids = {
            name: factories.staff_member(instance, name, role)
            for name, role in (("adam", ADMIN), ("ann", "quality_supervisor"), ("bob", "indexer"))
        }

    def browser(self) -> FlaskClient:
        return self.app.test_client()

    def signed_in(self, name: str) -> FlaskClient:
        browser = self.browser()
        answer = browser.post("/sign-in", data={"username": name} | GIVEN)
        assert (answer.status_code, answer.headers["Location"]) == (302, "/")
        return browser

    def post(self, browser: FlaskClient, path: str, **fields: Any) -> TestResponse:
        return browser.post(path, data={"csrf_token": csrf_of(browser)} | fields)

    def code(self, secret: str) -> str:
        return pyotp.TOTP(secret).at(int(self.clock.now().timestamp()))

    def token(self, *names: str, days: int = 9) -> str:
        admin = member(self.ids["adam"], ADMIN)
        tokens = self.instance.tokens
        if "scanner" not in tokens.programs(admin):
            tokens.add_program(admin, "scanner", "Scanner", frozenset({"quality_supervisor"}))
        until = self.clock.now() + timedelta(days=days)
        return tokens.issue(admin, "scanner", "Scanning", frozenset(names), until)


@pytest.fixture
def office(instance: Instance, clock: FixedClock) -> Office:
    return Office(instance, clock)


@pytest.fixture
def strict(tmp_path: Path, clock: FixedClock) -> Iterator[Office]:
    """An office behind TLS where everybody has a second factor."""
    made = factories.new_instance(
        tmp_path / "strict", clock, secure_cookies=True, require_second_factor=True
    )
    yield Office(made, clock)
    made.index.close()
    made.database.close()


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def plain(answer: TestResponse) -> bytes:
    return re.sub(rb"[0-9a-f]{16}(?![0-9a-f])", b"", answer.data)


def session_of(browser: FlaskClient) -> str:
    cookie = browser.get_cookie("edrms_session")
    assert cookie
    return cookie.value


# --- sessions ------------------------------------------------------------------------------------


def test_signing_in_never_goes_on_with_a_session_that_was_there(office: Office) -> None:
    attacker, victim = office.signed_in("bob"), office.browser()
    planted = session_of(attacker)
    victim.set_cookie("edrms_session", planted)
    victim.post("/sign-out", data={"csrf_token": csrf_of(victim)})
    victim.set_cookie("edrms_session", planted)
    victim.post("/sign-in", data={"username": "ann"} | GIVEN)
    assert session_of(victim) != planted
    attacker.set_cookie("edrms_session", planted)
    assert attacker.get("/").status_code == 302


@pytest.mark.parametrize("forged", ["", "x", "0" * 43, "edrms_00000000_x", "a" * 8000, "é", "."])
def test_a_forged_session_opens_nothing(office: Office, forged: str) -> None:
    browser = office.browser()
    browser.set_cookie("edrms_session", forged)
    assert browser.get("/").status_code == 302
    if forged.isascii():
        assert browser.get("/api/v1/batches", headers=bearer(forged)).status_code == 401


def test_a_changed_session_opens_nothing(office: Office) -> None:
    browser = office.signed_in("ann")
    whole = session_of(browser)
    for changed in (whole[:-1], whole + "A", whole.swapcase(), whole[::-1]):
        browser.set_cookie("edrms_session", changed)
        assert browser.get("/").status_code == 302, changed


def test_the_form_token_of_another_persons_session_is_refused(office: Office) -> None:
    ann, bob = office.signed_in("ann"), office.signed_in("bob")
    answer = ann.post("/queue/next", data={"csrf_token": csrf_of(bob)})
    assert answer.status_code == 422


def test_a_session_in_the_address_or_the_body_is_not_looked_at(office: Office) -> None:
    token = session_of(office.signed_in("ann"))
    program = office.token("batch:list:open")
    stranger = office.browser()
    for value in (token, program):
        for name in ("token", "access_token", "session", "edrms_session"):
            assert stranger.get(f"/api/v1/batches?{name}={value}").status_code == 401
            assert stranger.post("/api/v1/batches", json={name: value}).status_code == 401


def test_a_session_too_old_is_over_and_cannot_be_replayed(office: Office) -> None:
    browser = office.signed_in("ann")
    office.clock.advance(timedelta(hours=1, seconds=1))
    assert browser.get("/").status_code == 302
    assert browser.get("/api/v1/batches").status_code == 401


def test_a_person_deactivated_or_gone_mid_session_is_out_at_the_next_request(
    office: Office,
) -> None:
    ann, bob = office.signed_in("ann"), office.signed_in("bob")
    admin = office.signed_in("adam")
    form = csrf_of(bob)
    assert office.post(admin, f"/staff/{office.ids['ann']}/deactivate").status_code == 303
    assert ann.get("/api/v1/batches").status_code == 401
    with write(office.instance.database, member("adam"), office.clock) as work:
        work.session.get_one(StaffMember, office.ids["bob"]).active = False
        work.journal("staff:account:deactivate", "staff", office.ids["bob"])
    assert bob.post("/queue/next", data={"csrf_token": form}).status_code == 401


def test_another_persons_session_is_not_ended_by_its_id(office: Office) -> None:
    ann, bob = office.signed_in("ann"), office.signed_in("bob")
    [row] = office.instance.session_lists.own(member(office.ids["ann"]))
    theirs = office.post(bob, f"/account/sessions/{row.session_id}/end")
    absent = office.post(bob, f"/account/sessions/{'0' * 32}/end")
    assert (theirs.status_code, plain(theirs)) == (404, plain(absent))
    assert ann.get("/").status_code == 200
    assert office.post(ann, f"/account/sessions/{row.session_id}/end").status_code == 303
    assert ann.get("/").status_code == 302


def test_cookies_behind_tls_are_for_this_host_alone(strict: Office) -> None:
    browser = strict.browser()
    answer = browser.post(
        "/sign-in", data={"username": "ann"} | GIVEN, base_url="https://localhost"
    )
    lines = answer.headers.getlist("Set-Cookie")
    assert len(lines) == 2
    for line in lines:
        assert line.startswith("__Host-edrms_")
        parts = {part.strip() for part in line.split(";")}
        assert {"Secure", "HttpOnly", "Path=/", "SameSite=Strict"} <= parts
        assert "Domain" not in line
    plain_name = strict.browser()
    plain_name.set_cookie("edrms_session", lines[0].split("=")[1].split(";")[0])
    assert plain_name.get("/", base_url="https://localhost").status_code == 302


# --- equal answers -------------------------------------------------------------------------------


def test_refusals_have_the_same_bytes_whatever_was_wrong(office: Office) -> None:
    set_up_factor(office.instance, office.ids["ann"])
    office.token("batch:list:open")
    bodies = [
        {"username": "ann", "password": "wrong"},
        {"username": "ann", "password": "wrong", "code": "000000"},
        {"username": "ann"} | GIVEN,
        {"username": "ann", "code": "000000"} | GIVEN,
        {"username": "bob", "password": "x" * 100_000},
        {"username": "nobody", "password": "wrong"},
        {"username": "scanner", "password": ""},
        {"username": "\0", "password": "\0"},
    ]
    said = {
        (answer.status_code, plain(answer))
        for answer in (office.browser().post("/api/v1/sessions", json=body) for body in bodies)
    }
    assert len(said) == 1


def test_tokens_that_are_worth_nothing_are_answered_alike(office: Office) -> None:
    revoked, expired = office.token("batch:list:open"), office.token("batch:list:open", days=1)
    admin = member(office.ids["adam"], ADMIN)
    for entry in office.instance.tokens.list(admin):
        if revoked.startswith(entry.prefix):
            office.instance.tokens.revoke(admin, entry.token_id)
    office.clock.advance(timedelta(days=2))
    said = {
        (answer.status_code, plain(answer))
        for answer in (
            office.browser().get("/api/v1/batches", headers=bearer(token))
            for token in (revoked, expired, revoked[:-1] + "x", "edrms_00000000_y", "z", "")
        )
    }
    assert len(said) == 1 and said.pop()[0] == 401


# --- the second step -----------------------------------------------------------------------------


def test_signing_in_takes_two_steps_and_the_first_opens_nothing(office: Office) -> None:
    secret, _ = set_up_factor(office.instance, office.ids["ann"])
    office.clock.advance(timedelta(minutes=1))
    browser = office.browser()
    answer = browser.post("/sign-in", data={"username": "ann", "next": "/queue"} | GIVEN)
    assert answer.headers["Location"] == "/sign-in/code?next=/queue"
    assert browser.get("/").status_code == 302
    assert browser.get("/api/v1/batches", headers=bearer(session_of(browser))).status_code == 401
    assert browser.get("/sign-in/code").status_code == 200
    assert browser.post("/sign-in/code", data={"code": "000000"}).status_code == 401
    form = {"code": office.code(secret), "next": "//elsewhere.example"}
    done = browser.post("/sign-in/code", data=form)
    assert (done.status_code, done.headers["Location"]) == (302, "/")
    assert browser.get("/").status_code == 200
    assert browser.get("/sign-in/code").headers["Location"] == "/sign-in"


def test_a_code_cannot_be_given_from_another_site_or_to_no_sign_in(office: Office) -> None:
    browser = office.browser()
    foreign = browser.post(
        "/sign-in/code", data={"code": "1"}, headers={"Origin": "https://elsewhere.example"}
    )
    assert foreign.status_code == 422
    assert browser.post("/sign-in/code", data={"code": "1"}).headers["Location"] == "/sign-in"


def test_where_a_factor_is_required_one_is_led_to_set_it_up_and_nowhere_else(
    strict: Office,
) -> None:
    tls = {"base_url": "https://localhost"}
    browser = strict.browser()
    browser.post("/sign-in", data={"username": "ann"} | GIVEN, **tls)
    for path in ("/", "/queue", "/account", "/batches"):
        assert browser.get(path, **tls).headers["Location"] == "/account/second-factor", path
    assert browser.get("/api/v1/batches", **tls).status_code == 403
    page = browser.get("/account/second-factor", **tls).text
    found = re.search(r'name="sealed" value="([^"]+)"', page)
    shown = re.search(r'class="edrms-secret">([A-Z2-7 ]+)<', page)
    form = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert found and shown and form
    assert "<svg" in page and "otpauth" not in page
    fields = {"csrf_token": html.unescape(form[1]), "sealed": html.unescape(found[1])}
    code = strict.code(shown[1].replace(" ", ""))
    wrong = browser.post("/account/second-factor", data=fields | {"code": "000000"}, **tls)
    assert wrong.status_code == 422 and shown[1] in wrong.text
    done = browser.post("/account/second-factor", data=fields | {"code": code}, **tls)
    assert len(re.findall(r'<li class="edrms-secret">', done.text)) == 10
    assert done.headers["Cache-Control"] == "no-store"
    assert browser.get("/", **tls).status_code == 200


# --- step-up -------------------------------------------------------------------------------------


def test_a_powerful_act_wants_a_fresh_proof_and_leads_back(office: Office) -> None:
    admin, path = office.signed_in("adam"), f"/staff/{office.ids['bob']}"
    office.clock.advance(timedelta(minutes=5, seconds=1))
    token = session_of(admin)
    form = {"csrf_token": csrf_of(admin)}
    asked = admin.post(
        path + "/deactivate", data=form, headers={"Referer": f"http://localhost{path}"}
    )
    assert asked.headers["Location"] == f"/prove?next={path}"
    assert office.instance.sessions.start("bob", factories.PASSWORD)
    assert office.post(admin, "/prove", password="wrong", next=path).status_code == 401
    proved = office.post(admin, "/prove", next=path, **GIVEN)
    assert proved.headers["Location"] == path
    assert session_of(admin) != token
    old = office.browser()
    old.set_cookie("edrms_session", token)
    assert old.get("/").status_code == 302
    assert office.post(admin, path + "/deactivate").headers["Location"] == path
    assert office.browser().post("/sign-in", data={"username": "bob"} | GIVEN).status_code == 401


def test_a_page_of_another_site_is_never_where_a_proof_leads(office: Office) -> None:
    admin = office.signed_in("adam")
    office.clock.advance(timedelta(minutes=6))
    form = {"csrf_token": csrf_of(admin)}
    path = f"/staff/{office.ids['bob']}/deactivate"
    asked = admin.post(path, data=form, headers={"Referer": "https://elsewhere.example/x"})
    assert asked.headers["Location"] == "/prove?next=/"
    for heading in ("//elsewhere.example", "https://elsewhere.example", "/\\elsewhere"):
        assert office.post(admin, "/prove", next=heading, **GIVEN).headers["Location"] == "/"


def test_a_program_with_a_session_is_told_to_prove_itself(office: Office) -> None:
    stranger = office.browser()
    path, proof = "/api/v1/items/0/reject", "/api/v1/sessions/current/proof"
    sent = stranger.post("/api/v1/sessions", json={"username": "ann"} | GIVEN)
    headers = bearer(sent.json["token"])
    office.clock.advance(timedelta(minutes=6))
    refused = stranger.post(path, json={"reason": "x"}, headers=headers)
    assert (refused.status_code, refused.json["code"]) == (403, "step_up_required")
    fresh = stranger.post(proof, json=GIVEN, headers=headers).json["token"]
    assert stranger.post(path, json={"reason": "x"}, headers=headers).status_code == 401
    answer = stranger.post(path, json={"reason": "x"}, headers=bearer(fresh))
    assert answer.status_code == 404


# --- tokens of programs --------------------------------------------------------------------------


def test_a_programs_token_does_what_it_is_for_through_the_json_api_only(office: Office) -> None:
    token = office.token("batch:list:open", "batch:own:view", "item:content:reject")
    stranger = office.browser()
    assert stranger.post("/api/v1/batches", json={}, headers=bearer(token)).status_code == 201
    assert stranger.get("/api/v1/documents", headers=bearer(token)).status_code == 404
    assert stranger.get("/upload", headers=bearer(token)).status_code == 302
    stranger.set_cookie("edrms_session", token)
    assert stranger.get("/upload").status_code == 302
    assert stranger.post("/api/v1/batches", json={}).status_code == 401
    rejected = stranger.post("/api/v1/items/0/reject", json={"reason": "x"}, headers=bearer(token))
    assert (rejected.status_code, rejected.json["code"]) == (403, "step_up_required")
    ended = stranger.delete("/api/v1/sessions/current", headers=bearer(token))
    assert stranger.post("/api/v1/batches", json={}, headers=bearer(token)).status_code == 201
    assert ended.status_code == 204


def test_a_token_is_shown_once_and_listed_by_its_beginning(office: Office) -> None:
    admin = office.signed_in("adam")
    office.post(admin, "/tokens/programs", name="scanner", display_name="S", role="indexer")
    made = office.post(
        admin, "/tokens", program="scanner", purpose="Scanning", expires_on="2026-06-30",
        scopes=["batch:list:open"],
    )  # fmt: skip
    found = re.search(r"edrms_[0-9a-f]{8}_[\w-]{43}", made.text)
    assert found and made.headers["Cache-Control"] == "no-store"
    listed = admin.get("/tokens").text
    assert found[0] not in listed and found[0][:14] in listed
    for bad in ("2026-05-01", "2028-01-01", "soon", ""):
        answer = office.post(
            admin, "/tokens", program="scanner", purpose="x", expires_on=bad,
            scopes=["batch:list:open"],
        )  # fmt: skip
        assert answer.status_code == 422


# --- limits --------------------------------------------------------------------------------------


@pytest.fixture
def narrow(tmp_path: Path, clock: FixedClock) -> Iterator[Office]:
    """An office where little may be asked in a minute."""
    made = factories.new_instance(
        tmp_path / "narrow", clock, requests_per_minute=20, searches_per_minute=4,
        sign_ins_per_minute=16, downloads_per_minute=2, uploads_per_minute=2, web_processes=2,
    )  # fmt: skip
    yield Office(made, clock)
    made.index.close()
    made.database.close()


def test_one_person_has_one_allowance_however_many_sessions(narrow: Office) -> None:
    first, second = narrow.signed_in("ann"), narrow.signed_in("ann")
    answers = [one.get("/queue") for one in (first, second) * 5]
    assert [answer.status_code for answer in answers] == [200] * 10
    for browser in (first, second):
        refused = browser.get("/queue")
        assert refused.status_code == 429
        assert 1 <= int(refused.headers["Retry-After"]) <= 60
    as_json = first.get("/api/v1/batches")
    assert (as_json.status_code, as_json.json["code"]) == (429, "too_many")
    assert narrow.signed_in("bob").get("/queue").status_code == 200
    assert first.get("/static/css/edrms.css").status_code == 200


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/api/v1/records/0/renditions/original"),
        ("POST", "/api/v1/batches/0/items"),
    ],
)
def test_uploads_and_downloads_have_their_own_allowance(
    narrow: Office, method: str, path: str
) -> None:
    ann = narrow.signed_in("ann")
    answers = [ann.open(path, method=method).status_code for _ in range(2)]
    assert answers[0] != 429
    assert answers[1] == 429
    assert ann.get("/queue").status_code == 200


def test_sign_ins_are_limited_by_address_and_a_claimed_address_is_not_believed(
    narrow: Office,
) -> None:
    stranger, statuses = narrow.browser(), []
    for number in range(9):
        answer = stranger.post(
            "/sign-in", data={"username": "x", "password": "y"},
            headers={"X-Forwarded-For": f"10.0.0.{number}"},
        )  # fmt: skip
        statuses.append(answer.status_code)
    assert statuses == [401] * 8 + [429]
    elsewhere = {"REMOTE_ADDR": "10.1.1.1"}
    answer = stranger.post(
        "/sign-in", data={"username": "ann"} | GIVEN, environ_overrides=elsewhere
    )
    assert answer.status_code == 302


def test_behind_a_proxy_the_address_it_saw_counts(tmp_path: Path, clock: FixedClock) -> None:
    made = factories.new_instance(
        tmp_path / "proxied", clock, trusted_proxies=1, sign_ins_per_minute=1, web_processes=1
    )
    stranger = Office(made, clock).browser()

    def status(seen: str) -> int:
        data = {"username": "x", "password": "y"}
        headers = {"X-Forwarded-For": seen}
        return stranger.post("/sign-in", data=data, headers=headers).status_code

    assert [status("10.0.0.1"), status("9.9.9.9, 10.0.0.1"), status("10.0.0.2")] == [401, 429, 401]
    assert [status("2001:db8::1"), status("2001:db8::2"), status("2001:db8:0:1::1")] == [
        401, 429, 401,
    ]  # fmt: skip
    made.index.close()
    made.database.close()
