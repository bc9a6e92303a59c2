"""An information governance officer and a colleague take what is due to its certificate, and meet a hold on
the way: on the running service, in Chromium, every page without an accessibility fault.
"""

import json
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect
from sqlalchemy import select, update

from api.wiring import Instance, build
from edrms.jobs.tables import Duty
from edrms.records.tables import Record
from edrms.settings import Settings
from edrms.staff.accounts import SYSTEM
from edrms.staff.finding import staff_id_of
from edrms.staff.persons import set_person
from edrms.uow import write
from retention.certificate import genuine_certificate
from retention.hold_words import Placing, Scope, ScopeKind
from tests import factories
from tests.journey.axe import violations
from tests.journey.running_site import RunningSite, running_site
from tests.journey.visits import Visit, visit
from tests.service.retained import record_event, renewed

pytestmark = pytest.mark.journey
WHY = "past its period, nothing speaks for keeping it"
CARRIED_OUT_WITHIN_S = 180


@pytest.fixture
def own_site(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> Iterator[RunningSite]:
    """A service of its own that waits no day, since what it ends is gone."""
    monkeypatch.setenv("EDRMS_DISPOSAL_WAITING_DAYS", "0")
    with running_site(tmp_path_factory.mktemp("disposal")) as running:
        yield running


def with_due_records(home: Path) -> Instance:
    """Three records of somebody whose service ended long ago, and two people told apart."""
    instance = build(Settings(home=home, min_free_bytes=0))
    administrator = factories.actor("system_administrator", name="sa")
    for role, number in (("records_manager", "G1"), ("information_governance", "G2")):
        whose = staff_id_of(instance.database, role)
        set_person(instance.database, instance.clock, administrator, whose, number, "")
    person = factories.client(forename="Wenna", surname="Trelawny", nhs_number="")
    factories.on_the_register(instance, person)
    record_event(instance, person, "SERVICE_END", date(2010, 1, 4))
    for title in ("First plan", "Second plan", "Third plan"):
        factories.filed_record(instance, [person], title=title)
    renewed(instance)
    return instance


def press(seen: Visit, name: str) -> None:
    seen.page.get_by_role("button", name=name, exact=True).click()
    seen.page.wait_for_load_state("networkidle")
    seen.check()


def press_in_vain(seen: Visit, name: str) -> None:
    """The fault is said on the page, which has none of its own; the console tells of the status."""
    seen.page.get_by_role("button", name=name, exact=True).click()
    expect(seen.page.get_by_role("heading", name="There is a problem")).to_be_visible()
    assert violations(seen.page) == []
    seen.complaints.clear()


def propose_and_decide(seen: Visit) -> str:
    """Returns the address of the case."""
    seen.go("/disposal")
    seen.check()
    seen.page.get_by_role("button", name="Propose what is due").click()
    seen.page.wait_for_load_state("networkidle")
    press_in_vain(seen, "Open the case")
    seen.page.get_by_label("Name of the case").fill("Adults, closed 2010")
    press(seen, "Open the case")
    where = seen.page.url
    seen.page.get_by_role("link", name="All undecided").click()
    seen.page.wait_for_load_state("networkidle")
    press_in_vain(seen, "Decide")
    seen.page.get_by_label("Destroy").check()
    seen.page.get_by_label("Reason").fill(WHY)
    press(seen, "Decide")
    press(seen, "Complete the appraisal")
    return where.removeprefix(seen.address)


def hold_the_second(instance: Instance) -> None:
    governance = staff_id_of(instance.database, "information_governance")
    actor = factories.actor("information_governance", name=governance)
    with instance.database.read() as session:
        second = session.scalars(select(Record).where(Record.title == "Second plan")).one()
    day = date(instance.clock.now().year + 1, 1, 1)
    instance.holds.place(
        actor,
        Placing("Inquiry", WHY, "Letter 14", governance, day,
                (Scope(ScopeKind.RECORD, second.record_id),), False, True),
    )  # fmt: skip


def upkeep_may_look_again(instance: Instance) -> None:
    """Though it looked for what is to be carried out less than a minute ago."""
    work_of_upkeep = update(Duty).where(Duty.duty == "disposal").values(done_at=None)
    with write(instance.database, SYSTEM, instance.clock) as work:
        work.session.execute(work_of_upkeep)


def test_from_due_to_certificate_with_a_colleague_and_a_hold_half_way(
    own_site: RunningSite, chromium: Browser, tmp_path: Path
) -> None:
    instance = with_due_records(own_site.home)
    manager = visit(chromium, own_site, "records_manager")
    governance = visit(chromium, own_site, "information_governance")
    case = propose_and_decide(manager)
    governance.go("/disposal")
    expect(governance.page.get_by_role("table", name="Waiting for me")).to_be_visible()
    governance.check()
    governance.go(f"{case}/approve")
    governance.check()
    governance.page.get_by_label("Reason").fill(WHY)
    press(governance, "Approve")
    hold_the_second(instance)
    governance.go(f"{case}/execute")
    governance.check()
    press(governance, "Carry it out")
    upkeep_may_look_again(instance)
    expect(governance.page.get_by_text("Being carried out", exact=True)).to_be_visible()
    for _ in range(CARRIED_OUT_WITHIN_S):
        governance.go(case)
        if governance.page.get_by_role("button", name="Certificate").count():
            break
        governance.page.wait_for_timeout(1000)
    governance.check()
    expect(governance.page.get_by_text("Second plan")).to_be_visible()
    expect(governance.page.get_by_text("First plan")).to_have_count(0)
    check_certificate(governance, case, instance, tmp_path)
    for seen in (manager, governance):
        seen.page.context.close()
    instance.database.close()


def check_certificate(seen: Visit, case: str, instance: Instance, tmp_path: Path) -> None:
    seen.go(f"{case}/certificate")
    seen.check()
    with seen.page.expect_download() as saved:
        seen.page.get_by_role("button", name="Save the signed file (JSON)").click()
    path = tmp_path / "certificate.json"
    saved.value.save_as(path)
    key = instance.disposal.certifying.key()
    certified = genuine_certificate(path.read_bytes(), key)["certificate"]
    assert (len(certified["destroyed"]), certified["kept"]) == (2, 1)
    assert "Trelawny" not in json.dumps(certified)
    seen.go("/clients?q=Trelawny")
    seen.page.locator(".edrms-hit h3 a").first.click()
    seen.page.wait_for_load_state("networkidle")
    seen.page.get_by_role("link", name="Destroyed documents").click()
    seen.page.wait_for_load_state("networkidle")
    seen.check()
    assert re.search(r"2 documents were destroyed", seen.page.content())
