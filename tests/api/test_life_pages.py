"""The pages of a person's life events, as a browser without scripts sees them."""

import re
from collections.abc import Iterator
from html import unescape

import pytest
from flask.testing import FlaskClient
from sqlalchemy import delete, select

from api.web.retention_wording import KINDS
from edrms.staff.accounts import SYSTEM
from edrms.uow import write
from retention.life import KINDS as ALL_KINDS
from retention.profiles import BASE
from retention.schedules import install
from retention.tables import LifeEvent
from tests import factories
from tests.api.conftest import ADULT, CHILD, Site, csrf_of

LIFE = f"/clients/{CHILD}/life"
ADD = f"{LIFE}/add"


@pytest.fixture(autouse=True)
def fresh(site: Site) -> Iterator[None]:
    yield
    with write(site.instance.database, SYSTEM, site.instance.clock) as work:
        work.session.execute(delete(LifeEvent))
        work.journal("retention:event:withdraw", "client", "")


def post(browser: FlaskClient, address: str, **given: str):  # type: ignore[no-untyped-def]
    return browser.post(address, data=given | {"csrf_token": csrf_of(browser)})


def typed(kind: str, on: str, **given: str) -> dict[str, str]:
    year, month, day = on.split("-")
    return {
        "kind": kind, "day-day": day, "day-month": month, "day-year": year,
        "authority": "letter of the court", **given,
    }  # fmt: skip


def words(page: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page)).split())


def test_every_kind_of_event_has_its_words() -> None:
    assert set(KINDS) == set(ALL_KINDS)


def test_the_file_leads_to_the_life_and_an_event_is_added_shown_and_withdrawn(site: Site) -> None:
    browser = site.signed_in("records_manager")
    assert f'href="{LIFE}"' in browser.get(f"/clients/{CHILD}").text
    shown = browser.get(LIFE)
    assert "Born 3 March 2014 Register of clients" in words(shown.text)
    assert "Contradicted" not in shown.text
    assert "Became looked after" in words(browser.get(ADD).text)
    added = post(browser, ADD, **typed("DOB", "2014-03-30"))
    assert (added.status_code, added.headers["Location"]) == (303, LIFE)
    page = browser.get(LIFE).text
    assert "The dates of birth differ: 2014-03-03 and 2014-03-30." in words(page)
    assert page.count("Contradicted") == 2
    [address] = re.findall(r'href="([^"]+/withdraw)"', page)
    assert "Born: 30 March 2014" in words(browser.get(address).text)
    short = post(browser, address, reason="no")
    assert short.status_code == 422 and "At least 10 characters" in short.text
    done = post(browser, address, reason="the register is right")
    assert (done.status_code, done.headers["Location"]) == (303, LIFE)
    page = words(browser.get(LIFE).text)
    assert "Withdrawn by Records manager: the register is right" in page
    assert "Contradicted" not in page
    assert browser.get(address).status_code == 404


@pytest.mark.parametrize(
    ("given", "field", "told"),
    [
        (typed("", "2020-01-01"), "kind", "There is no kind"),
        (typed("CASE_CLOSED", "2020-02-30"), "day", "Enter a real date"),
        (typed("CASE_CLOSED", "2999-01-01"), "day", "lies in the future"),
        ({"kind": "CASE_CLOSED", "authority": "letter"}, "day", "Enter a date"),
        (typed("CASE_CLOSED", "2020-01-01", authority=""), "authority", "Say why we believe it"),
        (typed("adopted", "2020-01-01", **{"until-day": "x"}), "until", "Enter a real date"),
    ],
)
def test_a_wrong_form_comes_back_as_typed_and_says_what_is_wrong(
    site: Site, given: dict[str, str], field: str, told: str
) -> None:
    browser = site.signed_in("social_worker_children")
    answer = post(browser, ADD, **given)
    assert answer.status_code == 422
    assert told in words(answer.text)
    assert f'id="{field}-error"' in answer.text
    assert given.get("authority", "") in answer.text
    with site.instance.database.read() as session:
        assert session.scalars(select(LifeEvent)).all() == []


def test_what_cannot_be_true_is_said_on_the_form_with_what_was_typed(site: Site) -> None:
    browser = site.signed_in("social_worker_children")
    answer = post(browser, ADD, **typed("DOD", "2014-03-02"))
    assert answer.status_code == 409
    assert "Died 2014-03-02, before the birth on 2014-03-03." in words(answer.text)
    assert 'value="2014"' in answer.text


def test_a_file_may_be_chosen_and_one_of_which_nothing_is_seen_is_not_offered(site: Site) -> None:
    record_id = factories.filed_record(
        site.instance, [factories.child(client_id=CHILD)], document_type="D05"
    )
    browser = site.signed_in("social_worker_children")
    [file_id] = re.findall(r'<option value="([0-9a-f]{32})"', browser.get(ADD).text)
    added = post(browser, ADD, **typed("CLOSED", "2020-01-01", about=file_id))
    assert added.status_code == 303
    assert "Matter closed" in browser.get(LIFE).text
    with write(site.instance.database, SYSTEM, site.instance.clock) as work:
        from edrms.records.tables import Record

        work.session.get_one(Record, record_id).sensitivity = "sealed"
        work.journal("record:content:file", "record", record_id)
    assert re.findall(r'<option value="[0-9a-f]{32}"', browser.get(ADD).text) == []
    assert "Matter closed" not in browser.get(LIFE).text


def test_out_of_reach_is_as_absent_and_who_may_not_withdraw_is_not_offered_it(site: Site) -> None:
    outsider = site.signed_in("social_worker_adults")
    for tail in ("", "/add"):
        for one in (CHILD, "0" * 32):
            assert outsider.get(f"/clients/{one}/life{tail}").status_code == 404
    assert outsider.get(f"/clients/{ADULT}/life").status_code == 200
    worker = site.signed_in("social_worker_children")
    post(worker, ADD, **typed("CASE_CLOSED", "2020-01-01"))
    page = worker.get(LIFE).text
    assert "Case closed" in page and "/withdraw" not in page
    assert site.signed_in("auditor").get(LIFE).status_code in (403, 404)


def test_a_record_says_on_its_page_until_when_it_is_kept_once_a_schedule_is_in_force(
    site: Site,
) -> None:
    record_id = site.filed()
    worker = site.signed_in("social_worker_children")
    assert "Kept until" not in worker.get(f"/records/{record_id}").text
    with write(site.instance.database, SYSTEM, site.instance.clock) as work:
        install(work, BASE)
    assert "Kept until 3 March 20" in worker.get(f"/records/{record_id}").text
    other = site.signed_in("emergency_duty")  # sees the record, and does no retention
    assert other.get(f"/records/{record_id}").status_code == 200
    assert "Kept until" not in other.get(f"/records/{record_id}").text
