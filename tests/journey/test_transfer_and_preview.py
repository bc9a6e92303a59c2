"""Records handed over to an archive, and a schedule previewed before it is in force: on the running service,
in Chromium, every page without an accessibility fault.
"""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, FilePayload, expect

from retention.profiles import BASE, profile_text
from tests.api.test_transfer_pages import lacking, receipt_of
from tests.journey.running_site import RunningSite
from tests.journey.test_due_to_certificate import (
    WHY,
    own_site,
    press,
    press_in_vain,
    with_due_records,
)
from tests.journey.visits import Visit, visit

__all__ = ["own_site"]
pytestmark = pytest.mark.journey
WORKED_OUT_WITHIN_MS = 60_000


def case_to_transfer(seen: Visit) -> str:
    """A case of everything that is due, all of it to be handed over; its address."""
    seen.go("/disposal")
    seen.page.get_by_role("button", name="Propose what is due").click()
    seen.page.get_by_label("Name of the case").fill("Adults, closed 2010")
    press(seen, "Open the case")
    where = seen.page.url
    seen.page.get_by_role("link", name="All undecided").click()
    seen.page.get_by_label("Transfer").check()
    seen.page.get_by_label("Reason").fill(WHY)
    press(seen, "Decide")
    press(seen, "Complete the appraisal")
    return where.removeprefix(seen.address)


def give_in(seen: Visit, receipt: bytes) -> None:
    file: FilePayload = {"name": "receipt.txt", "mimeType": "text/plain", "buffer": receipt}
    seen.page.set_input_files("#receipt", file)


def test_records_are_handed_over_and_the_receipt_is_compared(
    own_site: RunningSite, chromium: Browser, tmp_path: Path
) -> None:
    instance = with_due_records(own_site.home)
    manager = visit(chromium, own_site, "records_manager")
    governance = visit(chromium, own_site, "information_governance")
    governance.go(case_to_transfer(manager))
    governance.page.get_by_role("button", name="Hand over 3 records").click()
    governance.check()
    press_in_vain(governance, "Prepare")
    governance.page.get_by_label("Who receives it?").fill("County Record Office")
    governance.page.get_by_label("On what ground?").fill("Deposit agreement of 2026, section 4")
    press(governance, "Prepare")
    with governance.page.expect_download() as saved:
        governance.page.get_by_role("button", name="Take the bag away (ZIP)").click()
    saved.value.save_as(tmp_path / "bag.zip")
    governance.page.reload()
    governance.check()
    receipt = receipt_of((tmp_path / "bag.zip").read_bytes())
    give_in(governance, lacking(receipt))
    press_in_vain(governance, "Compare")
    expect(governance.page.get_by_text("Not in the receipt").first).to_be_visible()
    give_in(governance, receipt)
    press(governance, "Compare")
    expect(governance.page.get_by_text("Arrived", exact=True)).to_be_visible()
    governance.go("/transfers")
    governance.check()
    for seen in (manager, governance):
        seen.page.context.close()
    instance.database.close()


def test_a_schedule_is_previewed_and_then_taken_into_force_by_a_colleague(
    own_site: RunningSite, chromium: Browser
) -> None:
    instance = with_due_records(own_site.home)
    manager = visit(chromium, own_site, "records_manager")
    governance = visit(chromium, own_site, "information_governance")
    longer = re.sub(r"(?m)^(A02,[^\n]*?,SERVICE_END,)P8Y", r"\1P60Y", profile_text(BASE))
    file: FilePayload = {"name": "s.csv", "mimeType": "text/csv", "buffer": longer.encode()}
    manager.go("/retention/schedule/new")
    manager.page.set_input_files("#file", file)
    manager.page.locator("#profile").fill("ours")
    press(manager, "Propose")
    governance.go("/retention/schedule/2/preview")
    governance.check()
    governance.page.get_by_role("button", name="Work it out").click()
    finished = governance.page.locator("#preview-state:not([data-working])")
    expect(finished).to_contain_text("Of 3 records 3 would have", timeout=WORKED_OUT_WITHIN_MS)
    governance.check()
    expect(governance.page.get_by_role("link", name="Second plan")).to_be_visible()
    governance.page.get_by_role("button", name="Take it into force").click()
    governance.page.get_by_label("Who decided it, and why?").fill("Board of 3 March, item 4")
    governance.check()
    press(governance, "Take into force")
    manager.go("/retention/schedule")
    expect(manager.page.get_by_role("heading", name="Schedule version 2")).to_be_visible()
    for seen in (manager, governance):
        seen.page.context.close()
    instance.database.close()
