"""An indexer divides a scan of two letters that was taken off a wrong file, and files both parts: on the
running service, in Chromium, every page without an accessibility fault."""

import time
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from api.setting_up import staff_actor
from api.wiring import Instance, build
from edrms.clients.model import Client
from edrms.incidents.misfiles import Repair
from edrms.settings import Settings
from scanning.batches.tables import Document
from scanning.indexing.filing import IndexDecision
from tests import factories
from tests.journey.running_site import RunningSite
from tests.journey.visits import Visit, has_started, visit

pytestmark = pytest.mark.journey
WHY = "Two letters stuck together: one is about Kerra Trembath."
READ_WITHIN_S = 60  # patience on a busy machine, not a promise


def with_letters_stuck_together(home: Path) -> Document:
    """Pages about Jenna and Kerra in one file, filed on Jenna's file and taken off it."""
    instance = build(Settings(home=home, min_free_bytes=0))
    jenna, kerra = (
        factories.client(forename=forename, surname="Trembath", nhs_number="", identifiers=())
        for forename in ("Jenna", "Kerra")
    )
    factories.on_the_register(instance, jenna, kerra)
    document = _waiting(
        instance, factories.pdf("Dear Jenna, a first letter", "Dear Kerra, another")
    )
    _misfile(instance, document, jenna)
    instance.index.close()
    instance.database.close()
    return document


def _waiting(instance: Instance, content: bytes) -> Document:
    """Read by the worker of the running site."""
    sender = staff_actor(instance, "post_room")
    batch_id = factories.batch(instance, sender)
    item_id = factories.send(instance, sender, batch_id, "stuck.pdf", content).item_id
    until = time.monotonic() + READ_WITHIN_S
    while not (found := factories.documents(instance, item_id)):
        assert time.monotonic() < until, "the file was not read"
        time.sleep(0.2)
    return found[0]


def _misfile(instance: Instance, document: Document, person: Client) -> None:
    decision = IndexDecision("D30", (person.client_id,), None, "Letters", {"by": "person"})
    indexer = staff_actor(instance, "indexer")
    record_id = instance.desk.file(indexer, document.document_id, decision)
    said = Repair(1, (person.client_id,), (), WHY)
    instance.wrong_person.repair(staff_actor(instance, "information_governance"), record_id, said)


def test_two_letters_of_one_misfiled_scan_are_filed_apart(
    site: RunningSite, chromium: Browser
) -> None:
    document = with_letters_stuck_together(site.home)
    seen = visit(chromium, site, "indexer")
    seen.go(f"/items/{document.item_id}/pages")
    expect(seen.page.get_by_text("It was on a file and was taken off it.")).to_be_visible()
    expect(seen.page.get_by_role("button", name="Turn left")).to_have_count(0)
    seen.check()
    seen.page.get_by_role("button", name="Split here").click()
    expect(seen.page.get_by_text("The pages are changed.")).to_be_visible()
    has_started(seen.page)
    seen.check()
    seen.go(f"/items/{document.item_id}/pages?page=2")
    expect(seen.page.get_by_role("button", name="Take it out")).to_have_count(0)
    seen.check()
    _file(seen, f"/queue/{document.document_id}", "Jenna")
    seen.go(f"/items/{document.item_id}/pages")
    expect(seen.page.get_by_text("It was on a file and was taken off it.")).to_be_visible()
    seen.check()
    links = seen.page.get_by_role("link", name="Index it")
    _file(seen, links.first.get_attribute("href") or "", "Kerra")
    seen.page.context.close()


def _file(seen: Visit, path: str, forename: str) -> None:
    """Wait until it is made anew, see why it waits, find the person and file it."""
    until = time.monotonic() + READ_WITHIN_S
    seen.go(path)
    while seen.page.get_by_role("heading", name="Index document").count() == 0:
        assert time.monotonic() < until, "the documents were not made anew"
        time.sleep(0.3)
        seen.go(path)
    expect(seen.page.get_by_text("Taken off a file on")).to_be_visible()
    seen.check()
    seen.page.get_by_label("Another type").check()
    seen.page.locator("#other_type").select_option("D30")
    box = seen.page.locator("[data-client-query]")
    box.fill(f"{forename} Trembath")
    seen.page.locator("#client-options [role=option]").first.wait_for()
    box.press("ArrowDown")
    box.press("Enter")
    expect(seen.page.locator("input[name=client]:checked")).to_have_count(1)
    seen.check()
    seen.page.get_by_role("button", name="File and open next").click()
    expect(seen.page.get_by_text("Filed as R-").first).to_be_visible()
