"""Every page of the product in a real browser, filled with samples: accessible, whole, by keyboard.

The style guide has no database behind it; what the services do is tested elsewhere.
"""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Request, Route

from api.web.preview.app import addresses
from tests.journey.axe import violations
from tests.journey.visits import Visit, has_started

pytestmark = pytest.mark.journey


@pytest.mark.parametrize("address", addresses())
def test_a_page_has_no_accessibility_fault_and_breaks_no_policy(
    looker: Visit, address: str
) -> None:
    looker.go(address)
    looker.check()


@pytest.mark.parametrize("width_px", [320, 375, 1920])
@pytest.mark.parametrize(
    "address",
    ["/batches/b412", "/queue/d1", "/records/r1", "/status/pages", "/misfiles", "/misfiles/f1", "/incidents",
     "/incidents/i1", "/records/r1/wrong-person", "/records/r1/wrong-person/report"],
)  # fmt: skip
def test_a_page_reflows_without_scrolling_sideways(
    looker: Visit, address: str, width_px: int
) -> None:
    page = looker.page
    page.set_viewport_size({"width": width_px, "height": 800})
    looker.go(address)
    script = "document.documentElement.scrollWidth <= document.documentElement.clientWidth"
    assert page.evaluate(script)


def test_each_file_is_sent_by_itself_and_a_refusal_says_why(
    page: Page, style_guide: str, tmp_path: Path
) -> None:
    names = ["letter.pdf", "scan.tif", "setup.exe", "empty.pdf"]
    for name in names:
        (tmp_path / name).write_bytes(
            b"" if name == "empty.pdf" else b"content of " + name.encode()
        )
    page.goto(style_guide + "/post/upload")
    has_started(page)
    page.set_input_files("#files", [tmp_path / name for name in names])
    page.get_by_role("button", name="Send files").click()
    page.get_by_role("link", name="Go to the batch").wait_for()
    states = page.locator("[data-slot=state]").all_inner_texts()
    assert states == [
        "Accepted",
        "Accepted",
        "Programs are not accepted. Send a PDF.",
        "The file is empty",
    ]
    assert "2 of 4 files accepted" in page.locator("[data-upload-live]").inner_text()
    assert violations(page) == []


def test_a_file_is_sent_again_with_the_same_key_when_the_connection_drops(
    page: Page, style_guide: str, tmp_path: Path
) -> None:
    keys: list[str] = []

    def drop_the_first(route: Route, request: Request) -> None:
        keys.append(request.headers["idempotency-key"])
        if len(keys) == 1:
            route.abort("connectionreset")
        else:
            route.continue_()

    (tmp_path / "letter.pdf").write_bytes(b"content")
    page.route("**/batches/*/files", drop_the_first)
    page.goto(style_guide + "/post/upload")
    has_started(page)
    page.set_input_files("#files", tmp_path / "letter.pdf")
    page.get_by_role("button", name="Send files").click()
    page.get_by_role("link", name="Go to the batch").wait_for(timeout=10_000)
    assert page.locator("[data-slot=state]").inner_text() == "Accepted"
    assert len(keys) == 2
    assert keys[0] == keys[1]


def test_when_the_connection_stays_away_the_rest_is_sent_by_one_press(
    page: Page, style_guide: str, tmp_path: Path
) -> None:
    for name in ("a.pdf", "b.pdf"):
        (tmp_path / name).write_bytes(b"content")
    page.clock.install()
    page.route("**/batches/*/files", lambda route: route.abort("connectionreset"))
    page.goto(style_guide + "/post/upload")
    has_started(page)
    page.set_input_files("#files", [tmp_path / "a.pdf", tmp_path / "b.pdf"])
    page.get_by_role("button", name="Send files").click()
    for seconds in (2, 5, 15, 30):
        page.get_by_text(f"Trying again in {seconds} seconds").wait_for()
        page.clock.run_for(seconds * 1000)
    page.get_by_text("0 of 2 files are there").first.wait_for()
    page.unroute("**/batches/*/files")
    page.get_by_role("button", name="Continue sending").click()
    page.get_by_text("All 2 files accepted").first.wait_for()


def test_a_client_is_found_and_ticked_by_keyboard_alone(page: Page, style_guide: str) -> None:
    page.goto(style_guide + "/variants/workbench-faults")
    has_started(page)
    query = page.get_by_role("combobox", name="Find another client")
    query.fill("toby")
    page.locator("#client-options [role=option]").wait_for()
    query.press("ArrowDown")
    query.press("Enter")
    assert page.get_by_role("checkbox", name="Toby Testwell").is_checked()
    assert "/variants/workbench-faults" in page.url
    assert violations(page) == []


def test_enter_in_a_box_never_files_and_control_enter_does(page: Page, style_guide: str) -> None:
    sent: list[str] = []
    acts = ("file", "skip", "reject")
    page.on("request", lambda r: sent.append(r.url) if r.url.endswith(acts) else None)
    page.goto(style_guide + "/queue/d1")
    has_started(page)
    page.locator("#title").press("Enter")
    assert sent == []
    for focused in ("#title", "h1"):  # in a box, and with nothing of the form in focus
        page.goto(style_guide + "/queue/d1")
        has_started(page)
        with page.expect_response(lambda answer: answer.url.endswith("/file")):
            page.locator(focused).press("Control+Enter")
    assert [url.rsplit("/", 1)[-1] for url in sent] == ["file", "file"]


def test_single_keys_drive_the_viewer_until_they_are_switched_off(
    page: Page, style_guide: str
) -> None:
    page.goto(style_guide + "/queue/d1")
    has_started(page)
    zoom = page.locator("[data-viewer-zoom]")
    page.keyboard.press("+")
    assert zoom.inner_text() == "125%"
    page.keyboard.press("r")
    assert page.locator(".edrms-viewer").get_attribute("data-turn") == "90"
    page.keyboard.press("n")
    page.wait_for_selector('[data-page-link="2"][aria-current]')
    page.locator("#title").press_sequentially("r+")
    assert zoom.inner_text() == "125%"
    page.get_by_text("Keyboard shortcuts").click()
    page.get_by_label("Use single-key shortcuts on this computer").uncheck()
    page.keyboard.press("+")
    assert zoom.inner_text() == "125%"


def test_without_scripts_the_forms_still_send_everything(
    chromium: Browser, style_guide: str
) -> None:
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    sent: list[str] = []
    page.on("request", lambda r: sent.append(r.post_data or "") if r.method == "POST" else None)
    page.goto(style_guide + "/queue/d1")
    page.locator('input[name="client_query"]').fill("toby")
    page.locator('input[name="client_query"]').press("Enter")
    page.wait_for_load_state()
    context.close()
    assert "action=find_client" in sent[0]
    assert "title=Discharge+summary" in sent[0]
