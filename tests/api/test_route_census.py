"""Every route, counted: who may call it, what a forged request gets, what every answer carries.

Made from the application's own map of routes, so that a route added tomorrow is judged too.
"""

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

import api.web
from api.authn import PUBLIC, SIGNED_IN, TICKET, needed_by
from edrms.access.roles import PERMISSIONS
from edrms.audit.tables import AuditEvent
from tests.api.conftest import CHILD, Site, csrf_of

OPEN_TO_ALL = {"static", "auth.sign_in", "auth.code", "v1.sign_in", "v1.health", "v1.openapi"}
BY_TICKET = {"content.fetch"}
ABSENT = "0" * 32
SAFE = {"GET", "HEAD", "OPTIONS"}
TEMPLATES = Path(api.web.__file__).parent / "templates"


def rules(site: Site) -> Iterator[Rule]:
    return (rule for rule in site.app.url_map.iter_rules() if rule.endpoint != "static")


def address_of(rule: Rule, ids: str = ABSENT) -> str:
    """An address of this route, with this id wherever it wants one."""
    address = re.sub(r"<int:[^>]+>", "1", rule.rule)
    address = re.sub(r"<(rendition|kind)>", "original", address)
    return re.sub(r"<[^>]+>", ids, address)


def unsafe(site: Site) -> list[tuple[Rule, str]]:
    return [
        (rule, method)
        for rule in rules(site)
        for method in sorted(set(rule.methods or ()) - SAFE)
    ]  # fmt: skip


def plain(answer: TestResponse, *typed: str) -> bytes:
    """The body without the request's own id and what was asked with."""
    body = answer.data
    for one in typed:
        body = body.replace(one.encode(), b"ID")
    return re.sub(rb"[0-9a-f]{16}(?![0-9a-f])", b"", body)


def test_every_route_names_a_permission_or_is_on_the_short_public_list(site: Site) -> None:
    needs = {rule.endpoint: needed_by(site.app, rule.endpoint) for rule in rules(site)}
    assert {name for name, what in needs.items() if what == PUBLIC} == OPEN_TO_ALL - {"static"}
    assert {name for name, what in needs.items() if what == TICKET} == BY_TICKET
    others = set(needs) - OPEN_TO_ALL - BY_TICKET
    assert {needs[name] for name in others} <= PERMISSIONS | {SIGNED_IN}


def test_every_unsafe_route_refuses_a_form_without_the_token_or_from_elsewhere(site: Site) -> None:
    browser = site.signed_in("quality_supervisor")
    token = csrf_of(browser)
    judged = 0
    for rule, method in unsafe(site):
        if rule.endpoint in OPEN_TO_ALL:
            continue
        address = address_of(rule)
        foreign = {"Origin": "https://elsewhere.example", "X-CSRF-Token": token}
        for headers in ({}, {"X-CSRF-Token": "guessed"}, {"X-CSRF-Token": ""}, foreign):
            answer = browser.open(address, method=method, headers=headers)
            assert answer.status_code in (404, 422), (address, headers, answer.status_code)
        ours = {"Origin": "http://localhost", "X-CSRF-Token": "guessed"}
        assert browser.open(address, method=method, headers=ours).status_code in (404, 422)
        judged += 1
    assert judged > 12
    assert browser.get("/").status_code == 200  # still signed in: sign-out was refused as well


def test_every_answer_of_every_route_carries_the_guarding_headers(site: Site) -> None:
    browser = site.signed_in("quality_supervisor")
    for rule in rules(site):
        for method in ("GET", "POST", "DELETE", "OPTIONS"):
            check_headers(browser.open(address_of(rule), method=method))
    check_headers(browser.get("/no/such/page"))


def check_headers(answer: TestResponse) -> None:
    headers = answer.headers
    policy = headers["Content-Security-Policy"]
    where = answer.request.path
    assert headers["Cache-Control"] == "no-store", where
    assert headers["X-Content-Type-Options"] == "nosniff", where
    assert "default-src 'none'" in policy and "frame-ancestors 'none'" in policy, where
    assert "unsafe" not in policy and "*" not in policy, where


class _Page(HTMLParser):
    """What a page links to, and what of it a strict policy would not run."""

    def __init__(self) -> None:
        super().__init__()
        self.links: list[str] = []
        self.inline: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "a" and given.get("href"):
            self.links.append(given["href"] or "")
        if tag == "style" or (tag == "script" and not given.get("src")):
            self.inline.append(tag)
        handlers = [name for name in given if name.startswith("on") or name == "style"]
        self.inline += [f"{tag} {name}" for name in handlers]
        scripted = [
            v for v in given.values() if (v or "").strip().lower().startswith("javascript:")
        ]
        self.inline += [f"{tag} javascript:" for _ in scripted]


def crawl(browser: FlaskClient, most: int = 150) -> dict[str, _Page]:
    """Every page that links lead to from the start page."""
    waiting, seen = ["/"], {}
    while waiting and len(seen) < most:
        address = waiting.pop(0)
        if address in seen or not address.startswith("/") or address.startswith("//"):
            continue
        page = seen[address] = _Page()
        with browser.get(address) as answer:
            check_headers(answer)
            if answer.mimetype == "text/html":
                assert answer.status_code in (200, 302), address
                page.feed(answer.text)
                waiting += page.links
    return seen


@pytest.mark.parametrize("role", ["quality_supervisor", "team_manager", "information_governance"])
def test_no_page_that_links_lead_to_holds_anything_inline(site: Site, role: str) -> None:
    record_id, _ = site.filed(), site.waiting()
    browser = site.signed_in(role)
    seen = crawl(browser)
    for address in (f"/records/{record_id}", f"/clients/{CHILD}", "/search?q=marmalade"):
        page = seen.setdefault(address, _Page())
        page.feed(browser.get(address).text)
    assert len(seen) > 5
    assert {address: page.inline for address, page in seen.items() if page.inline} == {}


def test_no_template_holds_script_style_or_handlers() -> None:
    wrong = re.compile(
        r"<style|<script(?![^>]*\bsrc=)|\sstyle\s*=|\son[a-z]{3,}\s*=\s*[\"']|javascript:", re.I
    )
    found = {
        f"{path.name}: {match[0]}"
        for path in sorted(TEMPLATES.rglob("*.html"))
        for match in wrong.finditer(path.read_text())
    }
    assert found == set()
    assert len(list(TEMPLATES.rglob("*.html"))) > 10
    for planted in ("<script>x", "<p style='x'>", '<a onclick="x">', "href='javascript:x'"):
        assert wrong.search(planted), planted


def test_ids_of_others_in_any_address_answer_as_absent_ones(site: Site) -> None:
    record_id, (batch_id, document_id) = site.filed(), site.waiting(sender="quality_supervisor")
    with site.instance.database.read() as session:
        others = [record_id, batch_id, document_id, CHILD, *_items_and_pages(site, session)]
    outsider, headers = site.signed_in("social_worker_adults"), site.token("social_worker_adults")
    token = csrf_of(outsider)
    judged = 0
    for rule in rules(site):
        if "<" not in rule.rule or rule.endpoint in BY_TICKET:
            continue
        for method in sorted(set(rule.methods or ()) - {"HEAD", "OPTIONS"}):
            sent = headers if rule.rule.startswith("/api/") else {"X-CSRF-Token": token}
            absent = outsider.open(address_of(rule), method=method, headers=sent)
            for other in others:
                if rule.endpoint in ("clients.show", "v1.client") and other == CHILD:
                    continue  # who may see which client is judged by the tests of access
                found = outsider.open(address_of(rule, other), method=method, headers=sent)
                where = (method, rule.rule, other)
                assert found.status_code == absent.status_code, where
                assert plain(found, other) == plain(absent, ABSENT), where
                judged += 1
    assert judged > 100


def _items_and_pages(site: Site, session: object) -> list[str]:
    from scanning.batches.tables import Item, ItemPage

    items = session.scalars(select(Item.item_id).limit(1)).all()  # type: ignore[attr-defined]
    pages = session.scalars(select(ItemPage.page_id).limit(1)).all()  # type: ignore[attr-defined]
    return [*items, *pages]


def test_ids_of_others_in_a_body_answer_as_absent_ones(site: Site) -> None:
    """In query, in JSON and nested in it, in forms: swapped between a client and a record too."""
    record_id, (_, document_id) = site.filed(), site.waiting()
    headers = site.token("indexer")
    indexer = site.app.test_client()
    indexer.post(f"/api/v1/documents/{document_id}/take", headers=headers)

    def filed_with(client_id: object) -> TestResponse:
        body = {
            "document_type": "D05", "client_ids": [client_id], "document_date": "2026-05-01",
            "title": "x",
        }  # fmt: skip
        return indexer.post(f"/api/v1/documents/{document_id}/file", json=body, headers=headers)

    absent = filed_with(ABSENT)
    assert absent.status_code in (409, 422)
    for swapped in (record_id, document_id):
        answer = filed_with(swapped)
        assert answer.status_code == absent.status_code
        assert plain(answer, swapped) == plain(absent, ABSENT)
    for nested in ({"client_id": CHILD}, [CHILD], None, 7):
        assert filed_with(nested).status_code == 422
    outsider = site.signed_in("social_worker_adults")
    for address in ("/search?q=x&client=", "/search?q=x&client_id=", "/clients?q="):
        found, none = (outsider.get(address + one) for one in (record_id, ABSENT))
        assert plain(found, record_id) == plain(none, ABSENT)


HOSTILE = [
    "a\r\nX-Injected: yes",
    "\x1b[2J\x1b]0;x\x07",
    "%0d%0aX-Injected:%20yes",
    "\u202eevil",
    "x" * 60_000,
]


@pytest.mark.parametrize("typed", HOSTILE)
def test_nothing_typed_gets_into_headers_or_into_the_plain_part_of_the_log(
    site: Site, typed: str
) -> None:
    browser = site.signed_in("information_governance")
    asked = [
        browser.get("/search", query_string={"q": typed}),
        browser.get("/batches", query_string={"show": typed}),
        browser.get("/batches/" + typed.replace("/", "")[:2000]),
        browser.get("/sign-in", query_string={"next": typed}),
    ]
    for answer in asked:
        assert answer.status_code < 500
        assert "X-Injected" not in answer.headers
        assert all(value.isprintable() for value in answer.headers.values())
        with site.instance.database.read() as session:
            mine = AuditEvent.request_id == answer.headers["X-Request-Id"]
            events = session.scalars(select(AuditEvent).where(mine)).all()
        for event in events:
            shown = f"{event.subject_id} {event.reason} {event.detail}"
            assert len(shown) < 2_000 and "evil" not in shown and "Injected" not in shown
            assert "\x1b" not in shown and "\n" not in shown
