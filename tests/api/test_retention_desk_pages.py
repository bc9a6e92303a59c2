"""The governance desk as a browser without scripts sees it; bad input first."""

import csv
import io
import re
from collections.abc import Iterator
from datetime import date
from html import unescape
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from api.app import create_app
from api.setting_up import staff_actor
from edrms.clients.model import Client, Identifier
from edrms.ids import ClientId
from edrms.records.tables import Record
from edrms.staff.accounts import SYSTEM
from edrms.uow import write
from retention.life import NewEvent, SubjectKind
from retention.profiles import BASE, profile_text
from retention.schedules import install
from retention.tables import ScheduleVersion
from tests import factories
from tests.api.conftest import PASSWORD, Site, csrf_of
from tests.service.retained import renewed

JORY, OLIVE = ClientId("d" * 32), ClientId("e" * 32)
FORMULA = "=HYPERLINK(1)"
WHY = "agreed by the records board in May"
ROLES = ("adoption_team", "records_manager", "information_governance", "auditor", "social_worker_children",
         "system_administrator", "team_manager")  # fmt: skip
PAGES = ("/retention", "/retention/records", "/retention/unknown", "/retention/schedule")
FILES = ("/retention/due.csv", "/retention/classes.csv", "/retention/records.csv",
         "/retention/unknown.csv")  # fmt: skip


@pytest.fixture
def bare(tmp_path: Path) -> Iterator[Site]:
    """An instance with two people and no schedule."""
    instance = factories.new_instance(tmp_path / "instance")
    people = [
        Client(JORY, "Jory", "Penrose", "children", date(2014, 3, 3),
               identifiers=(Identifier("LCS", "LCS-118822"),)),
        Client(OLIVE, "Olive", "Tregenza", "adults", date(1941, 3, 9)),
    ]  # fmt: skip
    with write(instance.database, SYSTEM, instance.clock) as work:
        for role in ROLES:
            factories.add_to_staff(work, role, role, name=role, password=PASSWORD)
        for person in people:
            factories.add_to_register(work, person)
    for document_type, title, person in (
        ("D05", FORMULA, people[0]), ("D30", "Plan <b>", people[1]), ("D30", "Plan", people[1]),
    ):  # fmt: skip
        factories.filed_record(instance, [person], document_type=document_type, title=title)
    yield Site(create_app(instance), instance)
    instance.index.close()
    instance.database.close()


@pytest.fixture
def site(bare: Site) -> Site:
    """The same with a schedule in force, and every record's answer worked out."""
    with write(bare.instance.database, SYSTEM, bare.instance.clock) as work:
        install(work, BASE)
    renewed(bare.instance)
    return bare


def words(page: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page)).split())


def post(browser: FlaskClient, address: str, **given: object) -> TestResponse:
    return browser.post(address, data=given | {"csrf_token": csrf_of(browser)})


def sent(text: str | bytes, name: str = "schedule.csv") -> tuple[io.BytesIO, str]:
    return io.BytesIO(text if isinstance(text, bytes) else text.encode()), name


def rows_of(answer: TestResponse) -> list[list[str]]:
    assert answer.status_code == 200 and answer.mimetype == "text/csv"
    assert "attachment" in answer.headers["Content-Disposition"]
    return list(csv.reader(io.StringIO(answer.text.removeprefix("\ufeff"))))


def versions(site: Site) -> int:
    with site.instance.database.read() as session:
        return session.scalar(select(func.count()).select_from(ScheduleVersion)) or 0


def end_service(site: Site, on: date) -> None:
    event = NewEvent(SubjectKind.CLIENT, OLIVE, "SERVICE_END", on, "letter of the provider")
    site.instance.retention.events.record(staff_actor(site.instance, "records_manager"), event)


# --- bad input ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ("state=moon", "state"), ("class=Z99", "class"), ("class==1+1", "class"),
        ("service=space", "service"), ("from=yesterday", "from"), ("from=2026-02-30", "from"),
        ("to=0000-01-01", "to"), ("from=2027-01-01&to=2026-01-01", "to"),
        ("client=" + "g" * 32, "client"), ("client=' OR 1=1", "client"), ("lacks=MOON", "lacks"),
        ("why=because", "why"), ("state=" + "x" * 5000, "state"), ("from=%00", "from"),
    ],
)  # fmt: skip
def test_a_filter_that_cannot_be_read_is_said_on_the_page_and_no_file_is_made(
    site: Site, given: str, field: str
) -> None:
    browser = site.signed_in("records_manager")
    for page in ("/retention", "/retention/records", "/retention/unknown"):
        answer = browser.get(f"{page}?{given}")
        assert answer.status_code == 422, page
        assert f'href="#{field}"' in answer.text
        assert "There is a problem" in answer.text and "Error:" in answer.text
    for file in FILES:
        answer = browser.get(f"{file}?{given}")
        assert answer.status_code in (400, 422) and "attachment" not in str(answer.headers)


@pytest.mark.parametrize("number", ["0", "-1", "x", "99999999999", "2"])
def test_a_page_that_is_not_there_leads_to_one_that_is(site: Site, number: str) -> None:
    browser = site.signed_in("records_manager")
    for page in ("/retention/records", "/retention/unknown"):
        answer = browser.get(f"{page}?page={number}", follow_redirects=True)
        assert answer.status_code == 200


BAD = {
    "negative": (lambda text: text.replace(",P2Y,", ",P-2Y,", 1), "period", "is negative"),
    "zero": (lambda text: text.replace(",P2Y,", ",P0D,", 1), "period", "no time at all"),
    "trigger": (lambda text: text.replace(",LAST_CONTACT,", ",FULL_MOON,", 1), "trigger",
                "is no trigger"),
    "twice": (lambda text: text + text.splitlines()[1] + "\n", "id", "has a row already"),
    "left out": (lambda text: "\n".join([*text.splitlines()[:1], *text.splitlines()[2:]]),
                 "class A01", "no row has it"),
}  # fmt: skip


@pytest.mark.parametrize("fault", BAD)
def test_a_bad_schedule_names_every_line_column_and_reason_and_changes_nothing(
    site: Site, fault: str
) -> None:
    spoil, column, reason = BAD[fault]
    browser = site.signed_in("records_manager")
    text = spoil(profile_text(BASE))
    assert text != profile_text(BASE)
    answer = post(
        browser, "/retention/schedule/new", file=sent(text), profile="ours", note="a note"
    )
    assert answer.status_code == 422
    told = words(answer.text)
    assert column in told and reason in told and "Nothing was changed" in told
    assert 'value="ours"' in answer.text and 'value="a note"' in answer.text
    if fault != "left out":
        assert re.search(r"<td[^>]*>\d+</td>", answer.text)
    assert versions(site) == 1


@pytest.mark.parametrize(
    ("file", "profile", "field", "told"),
    [
        (None, "ours", "file", "Choose a CSV file"),
        ("", "ours", "file", "Nothing was taken in"),
        (b"\xff\xfeid", "ours", "file", "Nothing was taken in"),
        (b"id,record_class\n\xe9", "ours", "file", "Nothing was taken in"),
        ("<script>alert(1)</script>", "ours", "file", "Nothing was taken in"),
        (profile_text(BASE), "", "profile", "Lower-case letters"),
        (profile_text(BASE), "../../etc", "profile", "Lower-case letters"),
        (profile_text(BASE), "x" * 65, "profile", "Lower-case letters"),
    ],
)
def test_what_is_no_schedule_is_refused_with_the_form_as_typed(
    site: Site, file: str | bytes | None, profile: str, field: str, told: str
) -> None:
    browser = site.signed_in("records_manager")
    given: dict[str, object] = {"profile": profile}
    if file is not None:
        given["file"] = sent(file)
    answer = post(browser, "/retention/schedule/new", **given)
    assert answer.status_code == 422
    assert told in words(answer.text) and f'id="{field}-error"' in answer.text
    assert "<script>alert" not in answer.text
    assert versions(site) == 1


def test_a_schedule_too_large_for_a_form_is_refused(site: Site) -> None:
    browser = site.signed_in("records_manager")
    answer = post(browser, "/retention/schedule/new", file=sent(b"x" * (2 << 20)), profile="ours")
    assert answer.status_code == 413 and versions(site) == 1


@pytest.mark.parametrize("tail", ["", "/preview", "/preview.csv", "/enact", "/schedule.csv"])
@pytest.mark.parametrize("version", ["0", "99", "4294967296"])
def test_a_version_there_is_none_of_is_not_found(site: Site, tail: str, version: str) -> None:
    browser = site.signed_in("records_manager")
    assert browser.get(f"/retention/schedule/{version}{tail}").status_code == 404


# --- pages -------------------------------------------------------------------------------------------


def test_before_the_first_schedule_the_desk_says_so(bare: Site) -> None:
    browser = bare.signed_in("records_manager")
    for page in ("/retention", "/retention/schedule"):
        assert "No schedule is in force" in words(browser.get(page).text)
    assert "Not worked out yet 3" in words(browser.get("/retention").text)
    assert browser.get("/retention/records?state=waiting").text.count("R-") >= 3
    for file in FILES:
        assert browser.get(file).status_code == 200


@pytest.mark.parametrize("role", ["records_manager", "information_governance"])
def test_each_number_of_the_desk_opens_a_list_of_so_many_records(site: Site, role: str) -> None:
    end_service(site, date(2015, 5, 5))
    browser = site.signed_in(role)
    page = browser.get("/retention").text
    assert "Due now 2" in words(page)
    assert re.search(r'href="/retention" aria-current="(page|true)"', page)
    opened = 0
    links = re.findall(
        r'href="(/retention/records\?[^"]+)"[^>]*>\s*([\d,]+)(?: records?)?\s*<', page
    )
    for address, number in {(unescape(one), number) for one, number in links}:
        listed = browser.get(address)
        assert listed.status_code == 200
        assert re.search(rf'id="found">{number} records?<', listed.text), address
        assert (
            len(rows_of(browser.get(address.replace("records?", "records.csv?"))))
            == int(number) + 1
        )
        opened += 1
    assert opened >= 3
    assert rows_of(browser.get("/retention/due.csv"))[1][3] == "2"
    classes = {row[0]: row[2:] for row in rows_of(browser.get("/retention/classes.csv"))[1:]}
    assert classes["A02"] == ["2", "0", "0", "0", "0"]


def test_the_list_says_why_in_a_sentence_and_leads_to_the_record(site: Site) -> None:
    browser = site.signed_in("records_manager")
    page = browser.get("/retention/records?state=ahead").text
    assert "Kept until" in words(page) and "schedule version 1." in words(page)
    [address] = re.findall(r'href="(/records/[0-9a-f]{32})"', page)
    assert browser.get(address).status_code == 200
    assert "Plan &lt;b&gt;" in browser.get("/retention/records").text


def test_a_case_that_waits_for_the_reader_is_counted_for_who_can_take_its_next_step(
    site: Site,
) -> None:
    end_service(site, date(2015, 5, 5))
    manager = site.signed_in("records_manager")
    due = manager.get("/retention/records?state=overdue").text
    assert 'href="/disposal/new"' in due
    assert 'href="/disposal/new"' not in manager.get("/retention/records?state=unknown").text
    made = post(manager, "/disposal/new", title="Adults 2015", class_id="A02")
    assert made.status_code == 303, words(made.text)
    for role in ("records_manager", "information_governance"):
        browser = site.signed_in(role)
        waiting = browser.get("/disposal").text.count('class="govuk-table__row"')
        assert waiting == 1
        for page in ("/", "/retention"):
            assert "Cases waiting for me 1" in words(browser.get(page).text), (role, page)


def test_no_title_becomes_a_formula_in_a_file(site: Site) -> None:
    browser = site.signed_in("records_manager")
    rows = rows_of(browser.get("/retention/records.csv"))
    assert len(rows) == 4
    [title] = [row[1] for row in rows if "HYPERLINK" in row[1]]
    assert title.startswith("'=")
    for cell in (cell for row in rows for cell in row):
        assert not cell.startswith(("=", "+", "-", "@", "\t", "\r"))


def test_a_missing_fact_is_found_added_and_gone_from_the_work_list(site: Site) -> None:
    browser = site.signed_in("records_manager")
    page = browser.get("/retention/unknown").text
    assert "Olive Tregenza" in page and "The date the service ended is not known" in words(page)
    rows = rows_of(browser.get("/retention/unknown.csv"))
    assert [row[:5] for row in rows[1:]] == [
        ["Olive Tregenza", "The date the service ended is not known", "A02", "2", "2"]
    ]
    [records] = [
        unescape(one) for one in re.findall(r'href="(/retention/records\?[^"]*client=[^"]+)"', page)
    ]
    listed = browser.get(records).text
    assert "2 records" in listed and "Of one person: Olive Tregenza." in listed
    [add] = [unescape(one) for one in re.findall(r'href="(/clients/[^"]+/life/add[^"]*)"', page)]
    form = browser.get(add).text
    assert re.search(r'value="SERVICE_END"[^>]* selected', form)
    day = {"day-day": "5", "day-month": "5", "day-year": "2015"}
    answer = post(browser, add, kind="SERVICE_END", authority="letter of the provider", **day)
    assert answer.status_code == 303
    assert "No fact is missing" in browser.get("/retention/unknown").text
    for narrowed in ("class=A02", "lacks=DOB", "service=children", "lacks=none"):
        assert browser.get(f"/retention/unknown?{narrowed}").status_code == 200


def test_a_person_and_a_record_say_until_when_they_are_kept(site: Site) -> None:
    end_service(site, date(2025, 5, 5))
    browser = site.signed_in("records_manager")
    page = browser.get(f"/clients/{OLIVE}").text
    assert "The latest date of a document: 5 May 2033." in words(page)
    assert f'href="/retention/records?client={OLIVE}"' in page
    worker = site.signed_in("social_worker_children").get(f"/clients/{JORY}").text
    assert "Kept until" in words(worker) and "/retention/records" not in worker


def test_what_one_may_not_see_is_in_no_number_list_or_file(site: Site) -> None:
    with write(site.instance.database, SYSTEM, site.instance.clock) as work:
        for row in work.session.scalars(select(Record)):
            row.sensitivity = "restricted"
        work.journal("record:content:file", "record", "")
    manager = site.signed_in("records_manager")
    assert "No record you may see" in words(manager.get("/retention").text)
    assert "0 records" in manager.get("/retention/records").text
    assert "0 facts" in manager.get("/retention/unknown").text
    assert "0 records" in manager.get(f"/retention/records?client={OLIVE}").text
    assert "Retention:" not in words(manager.get(f"/clients/{OLIVE}").text)
    for file in ("/retention/records.csv", "/retention/unknown.csv", "/retention/classes.csv"):
        assert len(rows_of(manager.get(file))) == 1
    governance = site.signed_in("information_governance")
    assert "3 records" in governance.get("/retention/records").text


def test_who_may_see_the_desk_has_the_link_and_figures_and_others_do_not(site: Site) -> None:
    for role in ("records_manager", "information_governance"):
        home = site.signed_in(role).get("/").text
        assert 'href="/retention"' in home and "Facts to find out" in home
        assert "Holds to look at" in home and "Cases waiting for me 0" in words(home)
    for role in ("social_worker_children", "team_manager", "system_administrator", "auditor"):
        browser = site.signed_in(role)
        assert 'href="/retention"' not in browser.get("/").text
        for page in (*PAGES[:3], *FILES):
            assert browser.get(page).status_code in (403, 404), (role, page)
    auditor = site.signed_in("auditor")
    assert 'href="/retention/schedule"' in auditor.get("/").text
    schedule = auditor.get("/retention/schedule").text
    assert "/retention/records" not in schedule and "/retention/schedule/new" not in schedule
    assert auditor.get("/retention/schedule/1/schedule.csv").status_code == 200
    assert site.signed_in("team_manager").get("/retention/schedule").status_code in (403, 404)


# --- schedules ---------------------------------------------------------------------------------------


def test_the_schedule_is_searched_saved_changed_proposed_previewed_and_enacted(site: Site) -> None:
    manager = site.signed_in("records_manager")
    page = words(manager.get("/retention/schedule").text)
    assert "Schedule version 1" in page and "75 rows." in page
    assert "1 of 75 rows" in words(manager.get("/retention/schedule?q=a02").text)
    assert "No row has these words" in manager.get("/retention/schedule?q=zzqqxx").text
    text = manager.get("/retention/schedule/1/schedule.csv").text
    changed = re.sub(r"(?m)^(A02,[^\n]*?,SERVICE_END,)P8Y", r"\1P3Y", text)
    assert changed != text
    end_service(site, date(2021, 5, 5))
    answer = post(
        manager, "/retention/schedule/new", file=sent(changed), profile="ours", note="A02"
    )
    assert (answer.status_code, answer.location) == (303, "/retention/schedule/2/preview")
    under_way = manager.get(answer.location).text
    assert "Looked at: 0 per cent" in under_way and "data-working" in under_way
    early = manager.get("/retention/schedule/2/preview.csv")
    assert early.status_code == 409
    governance = site.signed_in("information_governance")
    assert "have it worked out first" in governance.get("/retention/schedule/2/enact").text
    unseen = post(governance, "/retention/schedule/2/enact", reason=WHY)
    assert unseen.status_code == 409 and "Have it previewed first" in unseen.text
    site.do_the_work()
    preview = words(manager.get(answer.location).text)
    assert "Of 3 records 2 would have another answer. 2 would be due at once." in preview
    assert "by somebody else than who proposed it" in preview
    rows = rows_of(manager.get("/retention/schedule/2/preview.csv"))
    assert [(row[2], row[3], row[4]) for row in rows[1:]] == [("A02", "Earlier", "yes")] * 2
    assert "You proposed it" in words(manager.get("/retention/schedule/2/enact").text)
    own = post(manager, "/retention/schedule/2/enact", reason=WHY)
    assert own.status_code == 409 and "somebody else" in own.text
    assert "Take it into force" in governance.get("/retention/schedule/2/preview").text
    short = post(governance, "/retention/schedule/2/enact", reason="no")
    assert short.status_code == 422 and "At least 10 characters" in short.text
    done = post(governance, "/retention/schedule/2/enact", reason=WHY)
    assert (done.status_code, done.location) == (303, "/retention/schedule")
    page = words(governance.get("/retention/schedule").text)
    assert "Version 2 is in force" in page and WHY in page and "Replaced" in page
    again = post(governance, "/retention/schedule/2/enact", reason=WHY)
    assert again.status_code == 409 and "already" in again.text
    assert "In force" in words(governance.get("/retention/schedule/1").text)


# --- sealed ------------------------------------------------------------------------------------------


def test_what_is_due_under_a_seal_has_its_number_and_list_on_the_adoption_teams_desk(
    site: Site,
) -> None:
    adoption = site.signed_in("adoption_team")
    for address in ("/", "/retention"):
        assert "Sealed records due" in adoption.get(address).text, address
    listed = adoption.get("/retention/records?state=overdue&sealed=yes")
    assert listed.status_code == 200 and "Under a seal that you are let in to" in listed.text
    assert adoption.get("/retention/records.csv?state=overdue&sealed=yes").status_code == 200
    assert adoption.get("/retention/records?sealed=maybe").status_code == 422
    for role in ("information_governance", "records_manager"):
        page = site.signed_in(role).get("/retention").text
        assert "Sealed records due" not in page and "adoption team" in page, role
