"""Fixtures of the browser tests: Chromium, a fresh page, the style guide being served, and a real
server with a little post in it."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pikepdf
import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright
from werkzeug.serving import make_server

from api.web.preview.app import create_preview
from scanning.sample_post.generate import make_post
from tests.journey.running_site import RunningSite, running_site
from tests.journey.visits import FILES_ITSELF, LOCKED, WAITS, Visit, index_the_waiting, visit

CHROMIUM = "/usr/bin/chromium"
READ_WITHIN_MS = 120_000
expect.set_options(timeout=20_000)  # on a busy machine; what is right is seen at once
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The system's Chromium, started once for the run."""
    with sync_playwright() as tools:
        browser = tools.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def window(chromium: Browser, style_guide: str) -> Iterator[Visit]:
    """One window for all that only look at a page and leave no cookie or storage behind: a fresh one
    takes three times as long as the looking."""
    context = chromium.new_context(locale="en-GB")
    page = context.new_page()
    seen = Visit(page, style_guide, [])
    page.on("console", lambda said: seen.complaints.append(said.text))
    page.on("pageerror", lambda error: seen.complaints.append(str(error)))
    yield seen
    context.close()


@pytest.fixture
def looker(window: Visit) -> Visit:
    """That window in its usual size, with nothing in it that another test may have been told."""
    window.page.goto("about:blank")
    window.page.set_viewport_size({"width": 1366, "height": 768})
    window.complaints.clear()
    return window


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    """A page in a context of its own, so no test sees another's cookies or storage."""
    context = chromium.new_context(viewport={"width": 1366, "height": 768}, locale="en-GB")
    yield context.new_page()
    context.close()


@pytest.fixture(scope="session")
def style_guide() -> Iterator[str]:
    """Address of the style guide, served from a free port while the run lasts."""
    server = make_server("127.0.0.1", 0, create_preview(), threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join(timeout=10)


@pytest.fixture(scope="session")
def post(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three files of post: one that files itself, one that waits for a person, one locked."""
    folder = tmp_path_factory.mktemp("post")
    make_post(folder, only=[FILES_ITSELF, WAITS])
    locked = pikepdf.new()
    locked.add_blank_page()
    locked.save(folder / LOCKED, encryption=pikepdf.Encryption(user="u", owner="o"))
    return folder


@pytest.fixture(scope="package")
def empty_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSite]:
    """A server over an instance with clients and staff, and no post yet. It ends with the journeys: its
    processes would look for work as long as the run lasts."""
    with running_site(tmp_path_factory.mktemp("site") / "home") as site:
        yield site


@pytest.fixture(scope="package")
def site(empty_site: RunningSite, chromium: Browser, post: Path) -> RunningSite:
    """The server after the post room has sent the post in and it has been read."""
    with_post_room = visit(chromium, empty_site, "post_room")
    page = with_post_room.page
    with_post_room.go("/upload")
    with_post_room.check()
    page.set_input_files("#files", [post / name for name in (FILES_ITSELF, WAITS, LOCKED)])
    page.get_by_label("Note (optional)").fill("Tray 2")
    page.get_by_role("button", name="Send files").click()
    page.get_by_role("link", name="Go to the batch").wait_for()
    states = page.locator("[data-slot=state]").all_inner_texts()
    assert states == ["Accepted"] * 3
    with_post_room.check()
    page.get_by_role("link", name="Go to the batch").click()
    page.wait_for_selector("#batch-state:not([data-working])", timeout=READ_WITHIN_MS)
    expect(page.locator(".edrms-verdict")).to_contain_text("agree")
    expect(page.get_by_text("The file is locked with a password.")).to_be_visible()
    with_post_room.check()
    page.context.close()
    index_the_waiting(chromium, empty_site)
    return empty_site
