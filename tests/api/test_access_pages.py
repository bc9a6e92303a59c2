"""The pages and routes of access, bad input first: what is wrong is refused and changes nothing."""

import csv
import io
import re
from collections.abc import Iterator
from datetime import date

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from api.app import create_app
from api.setting_up import staff_actor
from edrms.access.model import Relation
from edrms.access.subjects import Subject, SubjectKind
from edrms.access.tables import Allocation, Block, Grant, Marking, Review
from edrms.access.work import leave_team
from edrms.clients.model import Client, Identifier
from edrms.db import Base
from edrms.ids import ClientId
from edrms.staff.accounts import SYSTEM
from edrms.uow import write
from tests import factories
from tests.api.conftest import PASSWORD, Site, csrf_of

JORY, OTHER, ABSENT = ClientId("d" * 32), ClientId("e" * 32), "0" * 32
WHY = "found alone at the police station"
ROLES = (
    "social_worker_children", "social_worker_adults", "team_manager", "information_governance",
    "adoption_team", "records_manager", "auditor", "system_administrator", "integration_client",
    "indexer",
)  # fmt: skip


@pytest.fixture
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Somebody of each role, and "wenna", a social worker in no team; two children, one of them Jory."""
    instance = factories.new_instance(tmp_path_factory.mktemp("instance"))
    with write(instance.database, SYSTEM, instance.clock) as work:
        for role in ROLES:
            factories.add_to_staff(work, role, role, name=role, password=PASSWORD)
        wenna = factories.add_to_staff(
            work, "wenna", "social_worker_children", name="Wenna Example", password=PASSWORD
        )
        leave_team(work, factories.TEAMS["children"], wenna)
        for client_id, forename, number in ((JORY, "Jory", "118822"), (OTHER, "Merryn", "118823")):
            person = Client(client_id, forename, "Penrose", "children", date(2014, 5, 17),
                            identifiers=(Identifier("LCS", f"LCS-{number}"),))  # fmt: skip
            factories.add_to_register(work, person)
    yield Site(create_app(instance), instance)
    instance.database.close()


def post(browser: FlaskClient, address: str, **given: str):  # type: ignore[no-untyped-def]
    return browser.post(address, data=given | {"csrf_token": csrf_of(browser)})


def count(site: Site, table: type[Base]) -> int:
    with site.instance.database.read() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def a_record(site: Site, client_id: ClientId = JORY, document_type: str = "D05") -> str:
    people = site.instance.clients.summaries(
        staff_actor(site.instance, "team_manager"), [client_id]
    )
    return factories.filed_record(site.instance, [people[client_id]], document_type=document_type)


def id_of(site: Site, username: str) -> str:
    return staff_actor(site.instance, username).staff_id


def broken(site: Site, **given: str) -> FlaskClient:
    browser = site.signed_in("wenna")
    fields = {"situation": "danger", "words": WHY, "hours": "2"} | given
    assert post(browser, f"/clients/{JORY}/break-glass", **fields).status_code == 303
    return browser


# --- breaking the glass ---------------------------------------------------------------------------


def test_a_closed_file_says_whose_it_is_and_nothing_of_what_is_on_it(site: Site) -> None:
    browser = site.signed_in("wenna")
    empty = browser.get(f"/clients/{JORY}")
    assert empty.status_code == 403
    assert "You do not work with this person" in empty.text and "Jory Penrose" in empty.text
    a_record(site)
    filled = browser.get(f"/clients/{JORY}")
    assert filled.text == empty.text
    assert "break-glass" in filled.text


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"words": ""}, "at least 10 characters"),
        ({"words": "   too    "}, "at least 10 characters"),
        ({"situation": "none-such"}, "Choose what has happened"),
        ({"hours": "0"}, "hours"),
        ({"hours": "25"}, "hours"),
        ({"hours": "-1"}, "number of hours"),
        ({"hours": "1e3"}, "number of hours"),
    ],
)
def test_without_a_reason_or_a_limit_the_form_comes_back_and_the_file_stays_closed(
    site: Site, given: dict[str, str], says: str
) -> None:
    browser = site.signed_in("wenna")
    fields = {"situation": "danger", "words": WHY, "hours": "2"} | given
    answer = post(browser, f"/clients/{JORY}/break-glass", **fields)
    assert answer.status_code == 422 and says in answer.text
    assert browser.get(f"/clients/{JORY}").status_code == 403
    assert count(site, Grant) == 0


def test_a_forged_form_breaks_no_glass(site: Site) -> None:
    browser = site.signed_in("wenna")
    given = {"situation": "danger", "words": WHY, "hours": "2", "csrf_token": "guessed"}
    assert browser.post(f"/clients/{JORY}/break-glass", data=given).status_code == 422
    assert count(site, Grant) == 0


@pytest.mark.parametrize("client_id", [ABSENT, "x"])
def test_the_glass_of_nobody_looks_like_that_of_a_blocked_file(site: Site, client_id: str) -> None:
    governor = staff_actor(site.instance, "information_governance")
    site.instance.guards.block(
        governor, Subject(SubjectKind.CLIENT, JORY), id_of(site, "wenna"), "a relative of hers"
    )
    browser = site.signed_in("wenna")
    for method in (browser.get, lambda address: post(browser, address, words=WHY)):
        blocked, absent = (method(f"/clients/{one}/break-glass") for one in (JORY, client_id))
        hide = re.compile(r"[0-9a-f]{16}(?![0-9a-f])")
        assert blocked.status_code == absent.status_code == 404
        assert hide.sub("", blocked.text) == hide.sub("", absent.text)


def test_the_banner_is_on_every_page_until_it_is_ended_early(site: Site) -> None:
    record_id = a_record(site)
    browser = broken(site)
    for address in ("/", f"/clients/{JORY}", f"/records/{record_id}", "/none"):
        page = browser.get(address).text
        assert "Jory Penrose’s file" in page and "End now" in page, address
    ending = re.search(r'action="(/glass/[0-9a-f]+/end)"', browser.get("/").text)
    assert ending
    other = site.signed_in("social_worker_children")
    assert post(other, ending[1]).status_code == 404
    assert browser.post(ending[1]).status_code == 422
    assert browser.get(f"/records/{record_id}").status_code == 200
    assert post(browser, ending[1]).status_code == 303
    assert "End now" not in browser.get("/").text
    assert browser.get(f"/records/{record_id}").status_code == 404


def test_the_owner_is_told_and_puts_the_notice_away(site: Site) -> None:
    broken(site)
    owner = site.signed_in("team_manager")
    page = owner.get("/").text
    assert "Wenna Example opened in an emergency" in page and "Jory Penrose" in page
    seen = re.search(r'action="(/notices/[0-9a-f]+/seen)"', page)
    assert seen
    assert post(site.signed_in("social_worker_adults"), seen[1]).status_code == 404
    assert post(owner, seen[1]).status_code == 303
    assert "There is nothing new" in owner.get("/notices").text


def test_a_restricted_record_is_said_to_be_there_and_the_glass_opens_it(site: Site) -> None:
    record_id = a_record(site, document_type="D02")
    browser = site.signed_in("social_worker_children")
    page = browser.get(f"/clients/{JORY}").text
    assert "restricted records you cannot see" in page and "break-glass" in page
    assert browser.get(f"/records/{record_id}").status_code == 404
    post(browser, f"/clients/{JORY}/break-glass", situation="danger", words=WHY, hours="1")
    shown = browser.get(f"/records/{record_id}")
    assert shown.status_code == 200 and "Restricted" in shown.text


# --- reviews --------------------------------------------------------------------------------------


def test_nobody_reviews_their_own_look_and_a_verdict_needs_its_fields(site: Site) -> None:
    broken(site)
    with site.instance.database.read() as session:
        [review_id] = session.scalars(select(Review.review_id))
    governor = site.signed_in("information_governance")
    address = f"/access/reviews/{review_id}"
    assert WHY in governor.get("/access/reviews").text
    assert post(site.signed_in("wenna"), address, outcome="justified").status_code == 404
    for wrong in ({}, {"outcome": "perhaps"}, {"outcome": "not_justified", "note": " "}):
        assert post(governor, address, **wrong).status_code == 422
    assert post(governor, address, outcome="justified").status_code == 303
    assert "Nothing waits" in governor.get("/access/reviews").text
    assert post(governor, f"/access/reviews/{ABSENT}", outcome="justified").status_code == 404


# --- guarding -------------------------------------------------------------------------------------

GRANT = {"staff": "wenna", "relation": "granted", "day-day": "1", "day-month": "3",
         "reason": "covers for a colleague"}  # fmt: skip


def next_year() -> str:
    return str(date.today().year + 1)


@pytest.mark.parametrize(
    "given",
    [
        {"staff": "nobody"}, {"staff": ""}, {"relation": "allocated"}, {"relation": "glass"},
        {"relation": "x"}, {"reason": "short"}, {"reason": ""}, {"day-year": "2020"},
        {"day-year": "9999"}, {"day-year": "26"}, {"day-day": "32"}, {"day-day": "x"},
        {"day-day": "", "day-month": "", "day-year": ""},
    ],
)  # fmt: skip
def test_a_grant_with_anything_wrong_is_not_given(site: Site, given: dict[str, str]) -> None:
    browser = site.signed_in("information_governance")
    fields = GRANT | {"day-year": next_year()} | given
    assert post(browser, f"/clients/{JORY}/access/grant", **fields).status_code == 422
    assert count(site, Grant) == 0


def test_one_lets_nobody_in_by_oneself_and_blocks_not_oneself(site: Site) -> None:
    browser = site.signed_in("information_governance")
    own = {"staff": "information_governance", "reason": "because I want to"}
    grant = GRANT | {"day-year": next_year()} | own
    for address, given in (("grant", grant), ("block", own)):
        answer = post(browser, f"/clients/{JORY}/access/{address}", **given)
        assert answer.status_code == 303
        assert "by somebody else" in browser.get(answer.location).text
    assert count(site, Grant) == count(site, Block) == 0


def test_a_grant_lets_in_at_once_and_its_ending_needs_the_right_subject(site: Site) -> None:
    browser = site.signed_in("information_governance")
    given = GRANT | {"day-year": next_year()}
    assert post(browser, f"/clients/{JORY}/access/grant", **given).status_code == 303
    wenna = site.signed_in("wenna")
    assert wenna.get(f"/clients/{JORY}").status_code == 200
    page = browser.get(f"/clients/{JORY}/access").text
    ending = re.search(rf"/clients/{JORY}/access/grants/[0-9a-f]+/end", page)
    assert ending and "covers for a colleague" in page
    record_id = a_record(site)
    swapped = [
        ending[0].replace(JORY, OTHER),
        ending[0].replace(f"clients/{JORY}", f"records/{record_id}"),
        ending[0].replace("/grants/", "/blocks/"),
        ending[0].replace("/grants/", "/markings/"),
    ]
    for address in swapped:
        assert post(browser, address, reason="no longer needed").status_code == 404, address
        assert browser.get(address).status_code == 404
    assert post(browser, ending[0], reason="").status_code == 422
    assert wenna.get(f"/clients/{JORY}").status_code == 200
    assert post(browser, ending[0], reason="no longer needed").status_code == 303
    assert wenna.get(f"/clients/{JORY}").status_code == 403


@pytest.mark.parametrize("tail", ["", "/grant", "/mark", "/block"])
def test_ids_swapped_between_clients_and_records_are_absent(site: Site, tail: str) -> None:
    browser, record_id = site.signed_in("information_governance"), a_record(site)
    for address in (f"/clients/{record_id}/access", f"/records/{JORY}/access"):
        assert browser.get(address + tail).status_code == 404
    assert browser.get(f"/records/{record_id}/access{tail}").status_code == 200


def test_a_restriction_needs_a_day_not_past_and_a_known_word(site: Site) -> None:
    browser, address = site.signed_in("information_governance"), f"/clients/{JORY}/access/mark"
    day = {"day-day": "1", "day-month": "3", "day-year": next_year()}
    right = {"marking": "restricted", "reason": "a threat was made"} | day
    for wrong in (
        {"day-day": "", "day-month": "", "day-year": ""}, {"day-year": "2020"},
        {"marking": "sealed"}, {"marking": "exempt-3"}, {"marking": "x"}, {"reason": "x"},
    ):  # fmt: skip
        assert post(browser, address, **right | wrong).status_code == 422, wrong
    assert count(site, Marking) == 0
    assert post(browser, address, **right).status_code == 303
    assert post(browser, address, **right).status_code == 303
    assert count(site, Marking) == 1


def test_a_block_is_shown_only_to_whoever_may_know_and_never_to_the_blocked(site: Site) -> None:
    governor = site.signed_in("information_governance")
    given = {"staff": "team_manager", "reason": "a relative of the child"}
    assert post(governor, f"/clients/{JORY}/access/block", **given).status_code == 303
    assert "a relative of the child" in governor.get(f"/clients/{JORY}/access").text
    blind = site.signed_in("records_manager").get(f"/clients/{JORY}/access").text
    assert "a relative" not in blind and "Kept out" not in blind
    blocked = site.signed_in("team_manager")
    for address in (f"/clients/{JORY}", f"/clients/{JORY}/access", f"/clients/{JORY}/allocations"):
        assert blocked.get(address).status_code == 404
    assert "No client found" in blocked.get("/clients?q=Jory Penrose").text


def test_a_seal_is_for_the_adoption_team_alone_and_hides_the_person(site: Site) -> None:
    for role in ("information_governance", "team_manager"):
        assert site.signed_in(role).get(f"/clients/{JORY}/access/seal").status_code == 404
    browser, address = site.signed_in("adoption_team"), f"/clients/{JORY}/access/seal"
    reason = {"reason": "adopted by another family"}
    assert post(browser, address, new_client="LCS-000", **reason).status_code == 422
    shared = post(browser, address, new_client="LCS-118822", **reason)
    assert "share everything" in browser.get(shared.location).text
    assert count(site, Marking) == 0
    assert post(browser, address, new_client="LCS-118823", **reason).status_code == 303
    assert "Merryn" in browser.get(f"/clients/{JORY}/identity").text
    worker = site.signed_in("social_worker_children")
    assert worker.get(f"/clients/{JORY}").status_code == 404
    assert worker.get(f"/clients/{OTHER}/identity").status_code == 404


def test_a_marked_record_is_downloaded_only_after_its_warning(site: Site) -> None:
    record_id = a_record(site)
    governor = staff_actor(site.instance, "information_governance")
    about = Subject(SubjectKind.RECORD, record_id)
    for marking in ("address", "exempt-3"):
        site.instance.guards.mark(governor, about, marking, "a refuge is named in it")
    browser = site.signed_in("team_manager")
    page = browser.get(f"/records/{record_id}").text
    assert "Address protected" in page and "Exempt 3" in page
    assert "This shows a protected address" in page
    address = f"/records/{record_id}/download/original"
    first = browser.get(address)
    assert "Check before you share" in first.text and b"as it came" not in first.data
    assert browser.get(f"/records/{record_id}/download/none").status_code == 404
    assert browser.get(address + "?checked=yes").data == b"as it came"


# --- oversight and reports ------------------------------------------------------------------------


def test_the_lists_of_governance_are_files_without_formulas(site: Site) -> None:
    browser = site.signed_in("information_governance")
    given = {"marking": "restricted", "reason": "=cmd|' /C calc'!A0 threat"}
    today = date.today()
    day = {"day-day": str(today.day), "day-month": str(today.month), "day-year": str(today.year)}
    assert post(browser, f"/clients/{JORY}/access/mark", **given | day).status_code == 303
    assert ">1<" in browser.get("/access").text.replace("\n", "").replace(" ", "")
    sent = browser.get("/access/restrictions.csv")
    [_, row] = csv.reader(io.StringIO(sent.data.decode("utf-8-sig")))
    assert row[0] == "Jory Penrose" and row[2].startswith("'=")
    assert "attachment" in sent.headers["Content-Disposition"]
    assert site.signed_in("social_worker_children").get("/access").status_code == 404


def test_who_could_see_is_asked_by_number_and_day_and_a_seal_is_not_told_of(site: Site) -> None:
    browser = site.signed_in("auditor")
    for wrong in ("subject=none", "subject=", "subject=LCS-118822&day-day=1&day-month=1&day-year=9000",
                  "staff=nobody", "subject=LCS-118822&day-day=x&day-month=1&day-year=2020"):  # fmt: skip
        assert browser.get(f"/access/reports?{wrong}").status_code == 422, wrong
    found = browser.get("/access/reports?subject=LCS-118822")
    assert found.status_code == 302
    listed = browser.get(found.location).text
    assert "team_manager" in listed and "social_worker_adults" not in listed
    assert browser.get(f"/clients/{JORY}/could-see?on=2001-01-01").text.count("<tr") == 0
    person = browser.get(browser.get("/access/reports?staff=team_manager").location).text
    assert "Team manager" in person and "answers for its work" in person
    adoption = staff_actor(site.instance, "adoption_team")
    site.instance.seals.seal(adoption, JORY, "adopted by another family")
    assert browser.get("/access/reports?subject=LCS-118822").status_code == 422
    assert browser.get(found.location).status_code == 404


def test_the_matrix_is_the_policy(site: Site) -> None:
    page = site.signed_in("indexer").get("/access/matrix").text
    for words in ("Emergency duty team", "access:glass:break", "Opened in an emergency"):
        assert words in page


# --- teams, duty and allocations ------------------------------------------------------------------


def test_teams_are_managed_but_nobody_puts_themselves_in(site: Site) -> None:
    browser = site.signed_in("system_administrator")
    for wrong in ({}, {"name": "East"}, {"name": "Team of adults", "service": "adults"},
                  {"name": "East", "service": "x"}, {"name": "East", "service": "adults",
                                                      "parent": ABSENT}):  # fmt: skip
        assert post(browser, "/teams", **wrong).status_code == 422, wrong
    made = post(browser, "/teams", name="East", service="children")
    team = made.location
    assert post(browser, f"{team}/members", staff="nobody").status_code == 422
    assert post(browser, f"{team}/members", staff="system_administrator").status_code == 422
    assert post(browser, f"{team}/members", staff="Wenna Example").status_code == 303
    assert "Wenna Example" in browser.get(team).text
    wenna = id_of(site, "wenna")
    assert post(browser, f"{team}/members/{wenna}/leave").status_code == 303
    assert "Nobody is in this team" in browser.get(team).text
    assert post(browser, f"/teams/{ABSENT}/members/{wenna}/leave").status_code == 404
    own = {"staff": "system_administrator", "service": "children", "hours": "8"}
    for wrong in ({}, {"staff": "wenna", "hours": "169"}, {"staff": "wenna", "service": "x"}):
        assert post(browser, "/duty", **own | wrong).status_code == 422
    assert post(browser, "/duty", **own | {"staff": "wenna"}).status_code == 303
    assert "Wenna Example" in browser.get("/duty").text
    assert site.signed_in("wenna").get(f"/clients/{JORY}").status_code == 200


def test_a_manager_allocates_only_whom_the_manager_works_with(site: Site) -> None:
    browser, address = site.signed_in("team_manager"), f"/clients/{JORY}/allocations"
    assert post(browser, address).status_code == 422
    assert post(browser, address, staff="wenna").status_code == 303
    assert site.signed_in("wenna").get(f"/clients/{JORY}").status_code == 200
    ends = re.findall(rf'action="({address}/[0-9a-f]+/end)"', browser.get(address).text)
    assert len(ends) == 2
    assert post(browser, ends[0].replace(JORY, OTHER)).status_code == 404
    for ending in reversed(ends):  # the team's own tie last: with it the manager's right ends
        assert post(browser, ending).status_code == 303
    assert browser.get(f"/clients/{JORY}").status_code == 403
    team = factories.TEAMS["children"]
    assert post(browser, address, team=team).status_code == 404
    assert browser.get(address).status_code == 404


def test_a_case_management_system_feeds_teams_and_allocations(site: Site) -> None:
    program, headers = site.app.test_client(), site.token("integration_client")
    api = "/api/v1"
    team = program.post(
        f"{api}/teams", json={"name": "North", "service": "children"}, headers=headers
    ).json
    member = f"{api}/teams/{team['team_id']}/members"
    assert program.post(member, json={"username": "nobody"}, headers=headers).status_code == 422
    assert program.post(member, json={"username": "wenna"}, headers=headers).status_code == 201
    own = program.post(member, json={"username": "integration_client"}, headers=headers)
    assert own.status_code == 409
    address = f"{api}/clients/{JORY}/allocations"
    given = {"team_id": team["team_id"]}
    for wrong in ({}, {"team_id": None}, {"username": "nobody"}, {"staff": "x"}):
        assert program.post(address, json=wrong, headers=headers).status_code == 422, wrong
    absent = {"team_id": ABSENT}
    assert program.post(address, json=absent, headers=headers).status_code == 404
    elsewhere = program.post(f"{api}/clients/{ABSENT}/allocations", json=given, headers=headers)
    assert elsewhere.status_code == 404
    made = program.post(address, json=given, headers=headers)
    assert made.status_code == 201
    assert program.post(address, json=given, headers=headers).status_code == 409
    assert site.signed_in("wenna").get(f"/clients/{JORY}").status_code == 200
    row = made.json["allocation_id"]
    other = f"{api}/clients/{OTHER}/allocations/{row}"
    assert program.delete(other, headers=headers).status_code == 404
    assert program.delete(f"{address}/{row}", headers=headers).status_code == 204
    assert program.delete(f"{address}/{row}", headers=headers).status_code == 409
    assert site.signed_in("wenna").get(f"/clients/{JORY}").status_code == 403
    assert len(program.get(address, headers=headers).json["allocations"]) == 1
    assert count(site, Allocation) == 3


def test_the_json_routes_refuse_as_the_pages_do(site: Site) -> None:
    program, headers = site.app.test_client(), site.token("information_governance")
    api, record_id = f"/api/v1/clients/{JORY}/access", a_record(site)
    grant = {"username": "wenna", "relation": "granted", "reason": "covers for a colleague",
             "until": f"{next_year()}-03-01T00:00:00+00:00"}  # fmt: skip
    for wrong in (
        {"relation": "allocated"}, {"reason": ""}, {"until": "2020-01-01T00:00:00+00:00"},
        {"until": f"{next_year()}-03-01T00:00:00"}, {"username": "nobody"},
        {"nested": {"client_id": OTHER}},
    ):  # fmt: skip
        refused = program.post(f"{api}/grants", json=grant | wrong, headers=headers)
        assert refused.status_code == 422, wrong
    own = grant | {"username": "information_governance"}
    assert program.post(f"{api}/grants", json=own, headers=headers).status_code == 409
    made = program.post(f"{api}/grants", json=grant, headers=headers).json["id"]
    why = {"reason": "no longer needed"}
    for address in (f"/api/v1/clients/{OTHER}/access", f"/api/v1/records/{record_id}/access"):
        ended = program.post(f"{address}/grants/{made}/end", json=why, headers=headers)
        assert ended.status_code == 404
    [row] = program.get(api, headers=headers).json["grants"]
    assert row["relation"] == Relation.GRANTED
    assert program.post(f"{api}/grants/{made}/end", json=why, headers=headers).status_code == 204
    assert program.get(api, headers=headers).json["grants"] == []
    seen = program.get(f"/api/v1/clients/{JORY}/could-see?at=yesterday", headers=headers)
    assert seen.status_code == 422
