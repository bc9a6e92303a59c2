"""How the browser tests move about: signing in, searching, opening a hit, checking a page.

Holds no test and starts nothing; the server is in running_site.py, the fixtures in conftest.py.
"""

from dataclasses import dataclass

from playwright.sync_api import Browser, Page

from tests.journey.axe import violations
from tests.journey.running_site import PASSWORD, RunningSite

FILES_ITSELF, WAITS, LOCKED = "scan_0004.tif", "scan_0031.pdf", "locked.pdf"
WORD_OF_FILED, WORD_OF_WAITING = "hovercraft", "pottery"

MESSAGES_ARE_WIDE = """() => [...document.querySelectorAll(".moj-alert__content")].every(
  (one) => one.scrollHeight < 60 || one.clientWidth > 0.6 * one.parentElement.clientWidth)"""


@dataclass
class Visit:
    """A signed-in person's browser window, and what its console complained of."""

    page: Page
    address: str
    complaints: list[str]
    scripts: bool = True

    def go(self, path: str) -> None:
        self.page.goto(self.address + path)
        if self.scripts:
            has_started(self.page)

    def check(self) -> None:
        """No accessibility fault, no console error, no breach of the content security policy, and what
        the page has to tell stands beside nothing, in lines one can read."""
        assert violations(self.page) == [], (violations(self.page), self.page.url)
        assert self.page.evaluate(MESSAGES_ARE_WIDE), self.page.url
        assert self.complaints == [], (self.complaints, self.page.url)


def has_started(page: Page) -> None:
    """Until every script of the page has started. It says so itself; half a second in which nothing is
    fetched (Playwright's networkidle), on every page, would be most of what these tests take."""
    page.wait_for_selector("html[data-started]", state="attached")


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


def visit(
    chromium: Browser, site: RunningSite, role: str, *, scripts: bool = True,
    password: str = PASSWORD,
) -> Visit:  # fmt: skip
    """A new window in which somebody with this role has signed in; of another account with its password."""
    context = chromium.new_context(
        viewport={"width": 1366, "height": 768}, locale="en-GB", java_script_enabled=scripts
    )
    page = context.new_page()
    found = Visit(page, site.address, [], scripts)
    page.on("console", lambda said: found.complaints.append(said.text))
    page.on("pageerror", lambda error: found.complaints.append(str(error)))
    found.go("/sign-in")
    page.get_by_label("User name").fill(role)
    page.locator("#password").fill(password)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("heading", name="What needs you").wait_for()
    return found


def search_for(seen: Visit, words: str) -> None:
    seen.go("/search")
    seen.page.locator("#q").fill(words)
    seen.page.locator("#q").press("Enter")
    seen.page.wait_for_url("**q=*")
    if seen.scripts:
        has_started(seen.page)


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
