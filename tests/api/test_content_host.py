"""Files as they came leave by a host of their own: by ticket, once, soon, and decided again."""

from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, update

from api.app import create_app
from api.content_host import content_netloc
from api.wiring import build
from edrms.access.tables import RoleHolding
from edrms.audit.tables import AuditEvent
from edrms.clock import FixedClock
from edrms.errors import CannotStart
from edrms.staff.tables import StaffMember
from edrms.tickets.service import GOOD_FOR
from tests import factories
from tests.api.conftest import PASSWORD, Site, csrf_of

FILES = "http://files.edrms.example"


@pytest.fixture
def clock(site: Site) -> FixedClock:
    return FixedClock(site.instance.clock.now())


@pytest.fixture
def split(site: Site, clock: FixedClock) -> Iterator[Site]:
    """The same instance where files have a host of their own."""
    settings = site.instance.settings.model_copy(update={"content_url": FILES})
    instance = build(settings, clock)
    yield Site(create_app(instance), instance)
    instance.database.close()


def fetch(split: Site, url: str, **options: object) -> object:
    """What the content host answers to somebody without any cookie."""
    parts = urlsplit(url)
    stranger = split.app.test_client()
    return stranger.get(f"{parts.path}?{parts.query}", base_url=FILES, **options)


def ticket_for(browser: FlaskClient, address: str) -> str:
    answer = browser.get(address)
    assert answer.status_code == 303, answer.status_code
    assert answer.headers["Location"].startswith(f"{FILES}/file?ticket=")
    assert b"marmalade" not in answer.data
    return answer.headers["Location"]


@pytest.fixture
def download(site: Site) -> str:
    return f"/records/{site.filed()}/download/original"


def test_a_file_comes_from_its_own_host_by_ticket_with_one_event_for_each_request(
    split: Site, download: str
) -> None:
    browser = split.signed_in("team_manager")
    url = ticket_for(browser, download)
    answer = fetch(split, url)
    assert answer.status_code == 200 and b"marmalade" in answer.data
    headers = answer.headers
    assert headers["Content-Disposition"].startswith("attachment; ")
    assert headers["Content-Security-Policy"].startswith("sandbox; default-src 'none'")
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cache-Control"] == "no-store"
    assert "Set-Cookie" not in headers and "Vary" not in headers
    with split.instance.database.read() as session:
        last = session.scalars(select(AuditEvent).order_by(AuditEvent.number.desc()).limit(2)).all()
    assert [event.action for event in last] == ["access:ticket:use", "record:content:download"]
    assert last[0].request_id == headers["X-Request-Id"]
    assert last[0].actor_id == last[1].actor_id
    ticket = url.split("=")[1]
    assert all(ticket not in str(vars(event)) for event in last)


def test_a_ticket_is_good_once_and_for_a_minute(
    split: Site, clock: FixedClock, download: str
) -> None:
    browser = split.signed_in("team_manager")
    used, old = ticket_for(browser, download), ticket_for(browser, download)
    assert fetch(split, used).status_code == 200
    assert fetch(split, used).status_code == 404
    clock.advance(GOOD_FOR + timedelta(seconds=1))
    again, guessed = fetch(split, old), fetch(split, f"{FILES}/file?ticket={'x' * 43}")
    assert (again.status_code, again.data) == (guessed.status_code, guessed.data) == (404, b"404\n")


def test_a_ticket_of_an_ended_session_or_of_a_person_removed_is_worth_nothing(
    split: Site, download: str
) -> None:
    browser = split.signed_in("team_manager")
    url = ticket_for(browser, download)
    browser.post("/sign-out", data={"csrf_token": csrf_of(browser)})
    assert fetch(split, url).status_code == 401
    browser = split.signed_in("team_manager")
    url = ticket_for(browser, download)
    member = update(StaffMember).where(StaffMember.username == "team_manager")
    with split.instance.database.session() as session:
        session.execute(member.values(active=False))
        session.commit()
    assert fetch(split, url).status_code == 401
    with split.instance.database.session() as session:
        session.execute(member.values(active=True))
        session.commit()


def test_a_right_taken_away_takes_the_ticket_with_it(split: Site, download: str) -> None:
    browser = split.signed_in("team_manager")
    url = ticket_for(browser, download)
    with split.instance.database.read() as session:
        who = session.scalar(select(StaffMember).where(StaffMember.username == "team_manager"))
    roles = update(RoleHolding).where(RoleHolding.staff_id == who.staff_id)
    ended = split.instance.clock.now() - timedelta(seconds=1)
    with split.instance.database.session() as session:
        session.execute(roles.values(until_at=ended))
        session.commit()
    answer = fetch(split, url)
    with split.instance.database.session() as session:
        session.execute(roles.values(until_at=None))
        session.commit()
    assert answer.status_code == 404
    with split.instance.database.read() as session:
        event = session.scalars(select(AuditEvent).order_by(AuditEvent.number.desc())).first()
    assert (event.outcome, event.subject_id) == ("refused", "content.fetch")
    assert event.actor_id == who.staff_id


def test_the_content_host_answers_nothing_else_even_to_who_is_signed_in(split: Site) -> None:
    browser = split.signed_in("team_manager")
    cookie = browser.get_cookie("edrms_session")
    assert cookie
    for address in (
        "/",
        "/sign-in",
        "/static/css/edrms.css",
        "/api/v1/health",
        "/batches",
        "/file/x",
    ):
        answer = browser.get(
            address, base_url=FILES, headers={"Cookie": f"edrms_session={cookie.value}"}
        )
        assert answer.status_code == 404 and answer.data == b"404\n"
        assert "Set-Cookie" not in answer.headers and "Vary" not in answer.headers
    given = {"username": "team_manager", "password": PASSWORD}
    assert browser.post("/sign-in", base_url=FILES, data=given).status_code == 404
    for host in ("FILES.edrms.example", "files.edrms.example:80", "files.edrms.example."):
        answer = browser.get("/", headers={"Host": host, "Cookie": f"edrms_session={cookie.value}"})
        assert answer.status_code == 404 and answer.data == b"404\n"
    assert browser.get("/file", base_url=FILES).status_code == 422


def test_the_main_host_gives_out_no_ticketed_file(split: Site, site: Site, download: str) -> None:
    browser = split.signed_in("team_manager")
    parts = urlsplit(ticket_for(browser, download))
    assert browser.get(f"/file?{parts.query}").status_code == 404
    assert site.signed_in("team_manager").get("/file?ticket=x").status_code == 404
    headers = split.token("team_manager")
    api = download.replace("/records/", "/api/v1/records/").replace("download", "renditions")
    answer = split.app.test_client().get(api, headers=headers)
    assert fetch(split, answer.headers["Location"]).status_code == 200


def test_without_a_host_of_their_own_files_leave_under_the_same_headers(
    site: Site, download: str
) -> None:
    answer = site.signed_in("team_manager").get(download)
    assert answer.status_code == 200 and b"marmalade" in answer.data
    assert answer.headers["Content-Security-Policy"].startswith("sandbox; default-src 'none'")
    assert answer.headers["Content-Disposition"].endswith(".txt")


@pytest.mark.parametrize(
    "url",
    ["files.example", "ftp://files.example", "https://u@files.example", "https://f.example/x"],
)
def test_a_content_url_that_is_no_bare_host_stops_the_start(site: Site, url: str) -> None:
    settings = factories.settings(site.instance.settings.home, content_url=url)
    with pytest.raises(CannotStart, match="EDRMS_CONTENT_URL"):
        content_netloc(settings)
