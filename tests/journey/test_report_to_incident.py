"""A social worker finds a letter about somebody else on a file; information governance takes it off, and
closes the incident: on the running service, in Chromium, every page without an accessibility fault."""

import os
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from api.wiring import build
from edrms.access.work import allocate
from edrms.settings import Settings
from edrms.staff.accounts import SYSTEM
from edrms.uow import write
from tests import factories
from tests.journey.axe import violations
from tests.journey.running_site import RunningSite
from tests.journey.visits import Visit, has_started, visit

pytestmark = pytest.mark.journey
WHY = "The letter names Merryn Chegwidden, born 1950."


def with_a_misfiled_letter(home: Path) -> tuple[str, str]:
    """A letter on the file of Wenna Trelawny that is about Merryn; record and client id."""
    instance = build(Settings(home=home, min_free_bytes=0))
    wenna = factories.client(forename="Wenna", surname="Kersey", nhs_number="", identifiers=())
    merryn = factories.client(
        forename="Merryn", surname="Chegwidden", nhs_number="", identifiers=()
    )
    factories.on_the_register(instance, wenna, merryn, allocated=False)
    worker = factories.staff_member(instance, "wren", "social_worker_adults")
    with write(instance.database, SYSTEM, instance.clock) as work:
        allocate(work, wenna.client_id, staff_id=worker)
    record_id = factories.filed_record(instance, [wenna], title="Letter of the clinic")
    instance.index.close()
    instance.database.close()
    return record_id, wenna.client_id


def press(seen: Visit, name: str) -> None:
    seen.page.get_by_role("button", name=name, exact=True).click()
    has_started(seen.page)
    look(seen, name)
    seen.check()


def press_in_vain(seen: Visit, name: str) -> None:
    seen.page.get_by_role("button", name=name, exact=True).click()
    expect(seen.page.get_by_role("heading", name="There is a problem")).to_be_visible()
    look(seen, f"{name} in vain")
    assert violations(seen.page) == []
    seen.complaints.clear()


def look(seen: Visit, name: str) -> None:
    """For whoever wants to see the pages: EDRMS_TEST_PICTURES names a directory."""
    if where := os.environ.get("EDRMS_TEST_PICTURES"):
        seen.page.screenshot(path=f"{where}/{name}.png", full_page=True)


def test_from_the_report_to_the_closed_incident(site: RunningSite, chromium: Browser) -> None:
    record_id, wenna = with_a_misfiled_letter(site.home)
    reader, governance = _visits(chromium, site)
    reader.go(f"/records/{record_id}")
    reader.page.get_by_role("link", name="This is not about this person").click()
    has_started(reader.page)
    look(reader, "report")
    reader.check()
    press_in_vain(reader, "Report it")
    reader.page.get_by_label("How do you know?").fill(WHY)
    press(reader, "Report it")
    governance.go("/")
    look(governance, "home")
    governance.check()
    governance.page.get_by_role("link", name="Documents on the wrong file").click()
    has_started(governance.page)
    governance.check()
    governance.page.get_by_role("row").nth(1).get_by_role("link").first.click()
    has_started(governance.page)
    look(governance, "reported")
    governance.check()
    governance.page.get_by_role("button", name="Take it off the file").click()
    has_started(governance.page)
    press_in_vain(governance, "Take it off the file")
    governance.page.get_by_label("Find a person by name").fill("Chegwidden")
    governance.page.get_by_label("Find a person by name").press("Enter")
    has_started(governance.page)
    governance.page.get_by_label("Merryn Chegwidden").check()
    governance.page.get_by_label("On the file of somebody I have found").check()
    governance.page.get_by_label("How do you know?").fill(WHY)
    look(governance, "form")
    press(governance, "Take it off the file")
    expect(governance.page.get_by_role("cell", name="No", exact=True)).to_be_visible()
    assert _is_absent(reader, f"/records/{record_id}")
    reader.go(f"/clients/{wenna}")
    expect(reader.page.get_by_text("Letter of the clinic")).to_have_count(0)
    reader.go("/notices")
    expect(reader.page.get_by_text("A document you opened was on the wrong file")).to_be_visible()
    look(reader, "notice")
    reader.check()
    _decide(governance)
    for seen in (reader, governance):
        seen.page.context.close()


def _visits(chromium: Browser, site: RunningSite) -> tuple[Visit, Visit]:
    return visit(chromium, site, "wren", password=factories.PASSWORD), visit(
        chromium, site, "information_governance"
    )


def _is_absent(seen: Visit, path: str) -> bool:
    answer = seen.page.goto(seen.address + path)
    seen.complaints.clear()  # the console tells of the status
    return answer is not None and answer.status == 404


def _decide(seen: Visit) -> None:
    press_in_vain(seen, "Keep the assessment")
    seen.page.get_by_label("A risk to people is unlikely").check()
    seen.page.get_by_label("Why, and what was done").fill("Only her own worker opened it.")
    press(seen, "Keep the assessment")
    press_in_vain(seen, "Close the incident")
    seen.page.get_by_label("What was learned").fill("Two clients of one name in the team.")
    press(seen, "Close the incident")
    seen.go("/incidents?show=closed")
    expect(seen.page.get_by_text("Closed", exact=True).last).to_be_visible()
    seen.check()
