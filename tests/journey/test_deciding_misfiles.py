"""A possible misfile by keyboard alone: from the start page to the page it is about, and to saying why it is
right; and every such page without a fault.
"""

from datetime import date
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from api.wiring import build
from edrms.clients.model import Identifier
from edrms.settings import Settings
from edrms.staff.accounts import SYSTEM
from tests import factories
from tests.journey.axe import violations
from tests.journey.running_site import RunningSite
from tests.journey.visits import has_started, visit

pytestmark = pytest.mark.journey


def misfile(home: Path) -> None:
    """A letter about one person newly filed on the file of another, and found."""
    instance = build(Settings(home=home))
    olive = factories.client(nhs_number="9434765897")
    other = factories.client(
        forename="Piran", surname="Nancarrow", date_of_birth=date(1958, 1, 30), nhs_number="",
        identifiers=(Identifier("LAS", "LAS-118455"),),
    )  # fmt: skip
    factories.on_the_register(instance, olive, other)
    instance.misfiles.walks.turn(SYSTEM, is_quiet=False)
    factories.filed_record(instance, [other], texts=["A note.", factories.letter_to(olive)])
    while instance.misfiles.walks.turn(SYSTEM, is_quiet=False):
        pass
    instance.database.close()


def test_a_possible_misfile_is_decided_by_keyboard_alone(
    site: RunningSite, chromium: Browser
) -> None:
    misfile(site.home)
    supervisor = visit(chromium, site, "quality_supervisor")
    page = supervisor.page
    supervisor.go("/")
    supervisor.check()
    page.get_by_role("main").get_by_role("link", name="Possible misfiles").focus()
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Possible misfiles").wait_for()
    supervisor.check()
    assert "Take it off" in page.get_by_role("row").nth(1).inner_text()
    page.get_by_role("link", name="Look at the page").first.focus()
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Is this on the right file?").wait_for()
    has_started(page)
    supervisor.check()
    page.keyboard.press("y")
    assert page.evaluate("document.activeElement.id") == "reason"
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="There is a problem").wait_for()
    has_started(page)
    assert violations(page) == []
    supervisor.complaints.clear()  # the browser says that the answer was 422
    page.keyboard.press("y")
    page.keyboard.type("He is her carer and it is his copy")
    page.keyboard.press("Enter")
    page.get_by_text("Kept where it is").wait_for()
    supervisor.check()
    supervisor.go("/misfiles?show=dismissed")
    page.get_by_text("He is her carer and it is his copy").wait_for()
    supervisor.check()
    page.context.close()
