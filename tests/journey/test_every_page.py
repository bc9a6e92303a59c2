"""Every page of the running service, for every kind of role: no accessibility fault, no complaint in
the console, usable by keyboard alone and without scripts.
"""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser
from pypdf import PdfReader

from tests import factories
from tests.journey.axe import violations
from tests.journey.running_site import RunningSite
from tests.journey.visits import WORD_OF_FILED, has_started, is_found, visit

pytestmark = pytest.mark.journey


@pytest.mark.parametrize(
    ("role", "paths"),
    [
        ("post_room", ["/", "/upload", "/batches", "/batches?show=attention", "/paper",
                       "/paper?show=overdue", "/paper/boxes/new", "/paper/tasks"]),
        ("indexer", ["/", "/queue"]),
        ("quality_supervisor", ["/", "/batches", "/queue", "/status", "/reconciliation",
                                "/quality", "/quality/figures", "/misfiles",
                                "/misfiles?show=dismissed",
                                "/quality/figures?from=1/1/2026&operator=nobody"]),
        ("team_manager", ["/", "/arrivals", "/search", "/search?q=the", "/search?q=hovercroft", "/clients",
                          "/clients?q=a", "/search?q=zzqqxx"]),
        ("auditor", ["/", "/status", "/access/reports", "/audit",
                     "/audit?what=group:post&outcome=done", "/audit?staff=nobody",
                     "/audit/timeline", "/audit/timeline?from=1/1/2020", "/audit/staff",
                     "/audit/staff?staff=team_manager", "/audit/client",
                     "/audit/client?client=nobody", "/audit/alerts"]),
        ("information_governance", ["/", "/access", "/access/restrictions", "/access/grants",
                                    "/access/reviews", "/access/matrix", "/audit?staff=indexer",
                                    "/audit/staff?staff=indexer", "/retention",
                                    "/retention/records", "/retention/unknown",
                                    "/retention/schedule", "/transfers", "/transfers/new",
                                    "/incidents", "/incidents?show=overdue"]),
        ("records_manager", ["/", "/holds", "/holds?show=lifted", "/holds/new", "/retention",
                             "/retention?class=C05", "/retention/records",
                             "/retention/records?state=overdue&from=1/1/2020",
                             "/retention/unknown", "/retention/unknown?lacks=DOB",
                             "/retention/schedule", "/retention/schedule?q=adoption",
                             "/retention/schedule/1/preview", "/retention/schedule/1/enact",
                             "/retention/schedule/new", "/paper", "/paper/tasks?show=closed",
                             "/paper/destructions", "/paper/destructions/new"]),
        ("system_administrator", ["/", "/teams", "/duty", "/account", "/account/password",
                                  "/account/second-factor", "/prove", "/staff", "/staff/new",
                                  "/tokens"]),
    ],
)  # fmt: skip
def test_no_page_of_a_role_has_a_fault(
    site: RunningSite, chromium: Browser, role: str, paths: list[str]
) -> None:
    seen = visit(chromium, site, role)
    for path in paths:
        seen.go(path)
        seen.check()
    seen.page.context.close()


def test_pages_behind_links_and_pages_of_errors_have_no_fault(
    site: RunningSite, chromium: Browser
) -> None:
    supervisor = visit(chromium, site, "quality_supervisor")
    supervisor.go("/batches")
    supervisor.page.locator("tbody th a").first.click()
    supervisor.page.wait_for_load_state("networkidle")
    supervisor.check()
    supervisor.page.locator(".edrms-reject summary").click()
    supervisor.page.get_by_role("button", name="Reject the file").click()
    supervisor.page.get_by_role("heading", name="There is a problem").wait_for()
    assert violations(supervisor.page) == []
    reader = visit(chromium, site, "team_manager")
    reader.go("/clients?q=a")
    reader.page.locator(".edrms-hit h3 a").first.click()
    reader.page.wait_for_load_state("networkidle")
    reader.check()
    for path in ("/none", "/search?q=the&year=x"):
        reader.go(path)
        assert violations(reader.page) == []
    auditor = visit(chromium, site, "auditor")
    auditor.go("/audit")
    auditor.page.locator("td.edrms-what a").first.click()
    auditor.page.get_by_role("heading", name="Place in the sealed log").wait_for()
    auditor.check()
    for path in ("/audit?from=x", "/audit/timeline?what=x", "/audit/alerts?from=x"):
        auditor.go(path)
        auditor.page.get_by_role("heading", name="There is a problem").wait_for()
        assert violations(auditor.page) == []
    keeper = visit(chromium, site, "records_manager")
    for path in ("/retention?class=x", "/retention/records?from=x", "/retention/unknown?lacks=x"):
        keeper.go(path)
        keeper.page.get_by_role("heading", name="There is a problem").wait_for()
        assert violations(keeper.page) == []
    keeper.go("/retention/schedule/new")
    wrong = {"name": "x.csv", "mimeType": "text/csv", "buffer": b"id,period\nA01,P-2Y\n"}
    keeper.page.set_input_files("#file", wrong)  # type: ignore[arg-type]
    keeper.page.locator("#profile").fill("ours")
    keeper.page.get_by_role("button", name="Propose").click()
    keeper.page.get_by_text("Nothing was changed.").wait_for()
    assert violations(keeper.page) == []
    for seen in (supervisor, reader, auditor, keeper):
        seen.page.context.close()


def test_a_document_is_printed_with_its_reader_and_the_time_on_every_sheet(
    site: RunningSite, chromium: Browser, tmp_path: Path
) -> None:
    reader = visit(chromium, site, "team_manager")
    page = reader.page
    assert is_found(reader, WORD_OF_FILED)
    page.locator(".edrms-hit h3 a").first.click()
    page.get_by_role("link", name="Print this document").click()
    page.get_by_role("button", name="Print").wait_for()
    page.wait_for_load_state("networkidle")
    reader.check()
    page.evaluate("window.print = () => { document.title = 'printing' }")
    page.get_by_role("button", name="Print").click()
    page.wait_for_function("document.title === 'printing'")
    paper = tmp_path / "paper.pdf"
    page.pdf(path=paper, format="A4")
    sheets = [sheet.extract_text() for sheet in PdfReader(paper).pages]
    assert len(sheets) == page.locator(".edrms-print__sheet").count()
    assert all("Printed by" in sheet and "R-" in sheet for sheet in sheets)
    assert not any("Sign out" in sheet for sheet in sheets)
    page.context.close()


def test_everything_needed_works_without_scripts(
    site: RunningSite, chromium: Browser, tmp_path: Path
) -> None:
    sender = visit(chromium, site, "indexer", scripts=False)
    page = sender.page
    (tmp_path / "note.txt").write_text("A note about the xylophone. Nobody is named.\n")
    sender.go("/upload")
    page.set_input_files("#files", tmp_path / "note.txt")
    page.get_by_role("button", name="Send files").click()
    page.get_by_role("heading", name="Batch").wait_for()
    for _ in range(60):
        if page.get_by_role("link", name=re.compile("note", re.IGNORECASE)).count():
            break
        if page.get_by_text("To index").count():
            break
        page.wait_for_timeout(500)
        page.reload()
    sender.go("/queue")
    page.get_by_role("button", name="Take next document").click()
    page.locator("select[name=other_type]").select_option("D05")
    page.locator("input[name=type][value=other]").check()
    page.locator("input[name=client_query]").fill("a")
    page.get_by_role("button", name="Find", exact=True).click()
    assert page.locator("select[name=other_type]").input_value() == "D05"
    page.locator("input[name=client]").first.check()
    page.get_by_role("button", name="File and open next").click()
    page.get_by_text("Filed as R-").wait_for()
    finder = visit(chromium, site, "team_manager", scripts=False)
    assert is_found(finder, "xylophone")
    for seen in (sender, finder):
        seen.page.context.close()


def test_the_search_and_the_viewer_work_by_keyboard_alone(
    site: RunningSite, chromium: Browser
) -> None:
    reader = visit(chromium, site, "social_worker_children")
    assert is_found(reader, WORD_OF_FILED)
    page = reader.page
    page.locator("#q").focus()
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.matches('.edrms-hit h3 a')"):
            break
    page.keyboard.press("Enter")
    page.wait_for_url("**/records/**")
    page.wait_for_load_state("networkidle")
    first = page.url
    page.keyboard.press("p" if "page=2" in first else "n")
    page.wait_for_function("before => location.href !== before", arg=first)
    page.context.close()


def test_the_governance_desk_works_by_keyboard_alone_and_without_scripts(
    site: RunningSite, chromium: Browser
) -> None:
    keeper = visit(chromium, site, "records_manager", scripts=False)
    page = keeper.page
    keeper.go("/retention")
    page.locator("#class").focus()
    for _ in range(20):
        page.keyboard.press("Tab")
        if page.locator(":focus").inner_text() == "Due now":
            break
    page.keyboard.press("Enter")
    page.wait_for_url("**/retention/records?state=overdue")
    page.locator("#from").focus()
    page.keyboard.type("1/1/2020")
    page.keyboard.press("Enter")
    page.wait_for_url("**from=1%2F1%2F2020**")
    page.get_by_role("heading", name=re.compile("records?$")).wait_for()
    assert page.locator("#state").input_value() == "overdue"
    page.context.close()


def test_a_box_is_registered_filled_and_proposed_from_without_a_fault(
    site: RunningSite, chromium: Browser
) -> None:
    """The pages of paper with something on them, and their faults."""
    supervisor = visit(chromium, site, "quality_supervisor")
    page = supervisor.page
    supervisor.go("/paper/boxes/new")
    page.get_by_role("button", name="Register").click()
    page.get_by_role("heading", name="There is a problem").wait_for()
    assert violations(page) == []
    supervisor.complaints.clear()
    page.get_by_label("Where it stands").fill("Shelf 1")
    page.get_by_label("Who answers for it").fill("Post room")
    page.get_by_role("button", name="Register").click()
    page.get_by_role("heading", name=re.compile("Box BX-")).wait_for()
    box = page.url
    supervisor.check()
    for act in ("move", "lend", "lose", "retire", "put", "take-out"):
        page.goto(f"{box}/{act}", wait_until="networkidle")
        supervisor.check()
    page.goto(f"{box}/put", wait_until="networkidle")
    page.get_by_label("Batch").fill("B-00001")
    page.get_by_role("button", name="Put paper in").click()
    page.get_by_text("it lies in this box").wait_for()
    supervisor.check()
    page.get_by_role("link", name="B-00001").first.click()
    page.get_by_role("heading", name="Document by document").wait_for()
    supervisor.check()
    page.get_by_role("checkbox").first.check(force=True)
    page.get_by_role("button", name="Propose to destroy what is chosen").click()
    page.get_by_role("heading", name="Propose to destroy paper").wait_for()
    supervisor.check()
    page.get_by_label("Reason").fill("the scans were compared")
    page.get_by_role("button", name="Propose").click()
    page.get_by_text("the check did not pass").wait_for()
    supervisor.check()
    page.context.close()


def test_scans_are_checked_by_keyboard_alone(
    site: RunningSite, chromium: Browser, tmp_path: Path
) -> None:
    sender = visit(chromium, site, "post_room", scripts=False)
    (tmp_path / "faint.png").write_bytes(factories.png(factories.page("A letter\nto be seen")))
    sender.go("/upload")
    sender.page.set_input_files("#files", tmp_path / "faint.png")
    sender.page.get_by_role("button", name="Send files").click()
    for _ in range(60):
        if sender.page.get_by_text("wait to be looked at").count():
            break
        sender.page.wait_for_timeout(500)
        sender.page.reload()
    supervisor = visit(chromium, site, "quality_supervisor")
    supervisor.go("/quality")
    supervisor.check()
    page = supervisor.page
    page.get_by_role("button", name="Look at the next document").focus()
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Is this scan good enough?").wait_for()
    has_started(page)
    supervisor.check()
    page.keyboard.press("x")
    assert page.evaluate("document.activeElement.name") == "fault"
    supervisor.check()
    for _ in range(4):
        page.keyboard.press("Tab")
        if page.locator(":focus").inner_text() == "Fail and open next":
            break
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="There is a problem").wait_for()
    has_started(page)
    assert violations(page) == []
    supervisor.complaints.clear()  # the browser says that the answer was 422
    page.keyboard.press("x")
    page.keyboard.press("y")
    page.get_by_text(re.compile("^Passed")).first.wait_for()
    supervisor.go("/quality/figures")
    assert page.locator("svg.edrms-chart rect").count() >= 3
    supervisor.check()
    for seen in (sender, supervisor):
        seen.page.context.close()
