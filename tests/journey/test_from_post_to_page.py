"""The whole way of a letter in a real browser over a real server: sent in, read, indexed, searched,
opened at the page with the word boxed; and every page on the way free of accessibility faults.

The tests of this module share one server and build on the first, which fills it.
"""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pikepdf
import pytest
from playwright.sync_api import Browser, Page, expect

from scanning.sample_post.generate import make_post
from tests.journey.axe import violations
from tests.journey.running_site import PASSWORD, RunningSite, running_site

pytestmark = pytest.mark.journey
FILES_ITSELF, WAITS, LOCKED = "scan_0004.tif", "scan_0031.pdf", "locked.pdf"
WORD_OF_FILED, WORD_OF_WAITING = "hovercraft", "pottery"
READ_WITHIN_MS = 120_000


@dataclass
class Visit:
    """A signed-in person's browser window, and what its console complained of."""

    page: Page
    address: str
    complaints: list[str]

    def go(self, path: str) -> None:
        self.page.goto(self.address + path, wait_until="networkidle")

    def check(self) -> None:
        """No accessibility fault, no console error, no breach of the content security policy."""
        assert violations(self.page) == [], self.page.url
        assert self.complaints == [], self.page.url


@pytest.fixture(scope="module")
def post(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three files of post: one that files itself, one that waits for a person, one locked."""
    folder = tmp_path_factory.mktemp("post")
    make_post(folder, only=[FILES_ITSELF, WAITS])
    locked = pikepdf.new()
    locked.add_blank_page()
    locked.save(folder / LOCKED, encryption=pikepdf.Encryption(user="u", owner="o"))
    return folder


@pytest.fixture(scope="module")
def empty_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSite]:
    with running_site(tmp_path_factory.mktemp("site") / "home") as site:
        yield site


@pytest.fixture(scope="module")
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


def index_the_waiting(chromium: Browser, site: RunningSite) -> None:
    """As the indexer: take the document, choose the client after looking, and file it."""
    indexer = visit(chromium, site, "indexer")
    page = indexer.page
    indexer.go("/queue")
    indexer.check()
    page.get_by_role("button", name="Take next document").click()
    page.get_by_role("heading", name="Index document").wait_for()
    indexer.check()
    assert page.locator(".edrms-sheet img").first.evaluate("image => image.naturalWidth") > 500
    page.locator(".edrms-client-choice input").first.check()
    page.get_by_role("button", name="File and open next").click()
    page.get_by_text("Filed as R-").wait_for()
    indexer.check()
    page.context.close()


def visit(chromium: Browser, site: RunningSite, role: str, *, scripts: bool = True) -> Visit:
    """A new window in which somebody with this role has signed in."""
    context = chromium.new_context(
        viewport={"width": 1366, "height": 768}, locale="en-GB", java_script_enabled=scripts
    )
    page = context.new_page()
    found = Visit(page, site.address, [])
    page.on("console", lambda said: found.complaints.append(said.text))
    page.on("pageerror", lambda error: found.complaints.append(str(error)))
    found.go("/sign-in")
    page.get_by_label("User name").fill(role)
    page.locator("#password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("heading", name="What needs you").wait_for()
    return found


def search_for(seen: Visit, words: str) -> None:
    seen.go("/search")
    seen.page.locator("#q").fill(words)
    seen.page.locator("#q").press("Enter")
    seen.page.wait_for_url("**q=*")
    seen.page.wait_for_load_state("networkidle")


def is_found(seen: Visit, words: str) -> bool:
    """Search until the index, which follows filing within moments, has the record; 10 s at most."""
    for _ in range(20):
        search_for(seen, words)
        if seen.page.locator(".edrms-hit").count():
            return True
        seen.page.wait_for_timeout(500)
    return False


def open_the_hit(seen: Visit) -> None:
    seen.page.locator(".edrms-hit h3 a").first.click()
    seen.page.wait_for_load_state("networkidle")


def test_a_practitioner_finds_the_word_and_sees_it_boxed_on_the_page(
    site: RunningSite, chromium: Browser
) -> None:
    reader = visit(chromium, site, "social_worker_children")
    assert is_found(reader, WORD_OF_FILED)
    reader.check()
    assert WORD_OF_FILED in reader.page.locator(".edrms-snippet mark").first.inner_text().lower()
    open_the_hit(reader)
    page = reader.page
    image = page.locator(".edrms-sheet img").bounding_box()
    boxed = page.locator("svg rect").first.bounding_box()
    assert image
    assert boxed
    assert image["x"] < boxed["x"] < boxed["x"] + boxed["width"] < image["x"] + image["width"]
    assert image["y"] < boxed["y"] < boxed["y"] + boxed["height"] < image["y"] + image["height"]
    assert 1.5 < boxed["width"] / boxed["height"] < 12
    assert WORD_OF_FILED in page.locator(".edrms-text mark").first.inner_text().lower()
    reader.check()
    page.context.close()


def test_the_boxed_place_holds_ink_and_the_margin_does_not(
    site: RunningSite, chromium: Browser
) -> None:
    reader = visit(chromium, site, "social_worker_children")
    assert is_found(reader, WORD_OF_FILED)
    open_the_hit(reader)
    script = """([x, y, width, height]) => {
      const image = document.querySelector('.edrms-sheet img')
      const scale = image.naturalWidth / Number(image.getAttribute('width'))
      const canvas = new OffscreenCanvas(width, height)
      const pen = canvas.getContext('2d')
      pen.drawImage(image, x * scale, y * scale, width * scale, height * scale, 0, 0, width, height)
      const data = pen.getImageData(0, 0, width, height).data
      let dark = 0
      for (let at = 0; at < data.length; at += 4) if (data[at] < 128) dark += 1
      return dark / (width * height)
    }"""
    rect = reader.page.locator("svg rect").first
    x, y, width, height = (
        int(rect.get_attribute(name) or 0) for name in ("x", "y", "width", "height")
    )
    assert reader.page.evaluate(script, [x, y, width, height]) > 0.05
    assert reader.page.evaluate(script, [2, y, 40, height]) < 0.02
    reader.page.context.close()


def test_the_downloaded_original_is_byte_for_byte_what_was_sent(
    site: RunningSite, chromium: Browser, post: Path
) -> None:
    reader = visit(chromium, site, "social_worker_children")
    assert is_found(reader, WORD_OF_FILED)
    open_the_hit(reader)
    with reader.page.expect_download() as download:
        reader.page.get_by_role("link", name="Original, as received").click()
    received = hashlib.sha256(Path(download.value.path()).read_bytes()).hexdigest()
    assert received == hashlib.sha256((post / FILES_ITSELF).read_bytes()).hexdigest()
    reader.page.context.close()


def test_what_the_indexer_confirmed_is_found_by_its_service_and_by_no_other(
    site: RunningSite, chromium: Browser
) -> None:
    theirs = visit(chromium, site, "social_worker_adults")
    assert is_found(theirs, WORD_OF_WAITING)
    open_the_hit(theirs)
    address = theirs.page.url
    outsider = visit(chromium, site, "social_worker_children")
    search_for(outsider, WORD_OF_WAITING)
    assert outsider.page.locator(".edrms-hit").count() == 0
    outsider.check()
    answer = outsider.page.goto(address)
    assert answer
    assert answer.status == 404
    image = re.sub(r"\?.*", "", address) + "/pages/1/image"
    assert outsider.page.request.get(image).status == 404
    assert theirs.page.request.get(image).status == 200
    for seen in (theirs, outsider):
        seen.page.context.close()


@pytest.mark.parametrize(
    ("role", "paths"),
    [
        ("post_room", ["/", "/upload", "/batches", "/batches?show=attention"]),
        ("indexer", ["/", "/queue"]),
        ("quality_supervisor", ["/", "/batches", "/queue", "/status", "/reconciliation"]),
        ("team_manager", ["/", "/search", "/search?q=the", "/search?q=hovercroft", "/clients",
                          "/clients?q=a", "/search?q=zzqqxx"]),
        ("auditor", ["/", "/status"]),
        ("system_administrator", ["/"]),
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
    for seen in (supervisor, reader):
        seen.page.context.close()


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
