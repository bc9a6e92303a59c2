"""What an indexer has in hand is free for a colleague once its page is gone: the tab closed, or signed out.

In real Chromium over a real server of their own, with so many documents waiting that the next one is readied
as well. Nobody waits for the quarter of an hour after which a document is free anyway.
"""

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from scanning.indexing.hands import LEAST_FREE
from tests.journey.running_site import RunningSite, running_site
from tests.journey.visits import Visit, has_started, visit

pytestmark = pytest.mark.journey

NOTES = LEAST_FREE + 4
HAD = "Open with Indexer"
_READIED = re.compile(r"/queue/\w{32}/next$")


@pytest.fixture(scope="module")
def waiting(tmp_path_factory: pytest.TempPathFactory, chromium: Browser) -> Iterator[RunningSite]:
    """A server where enough notes wait."""
    folder = tmp_path_factory.mktemp("notes")
    notes = [folder / f"note {number:02}.txt" for number in range(NOTES)]
    for number, note in enumerate(notes):
        note.write_text(f"Note {number} of the bell ringers. Nobody is named.\n")
    with running_site(tmp_path_factory.mktemp("leaving") / "home") as site:
        sender = visit(chromium, site, "post_room")
        sender.go("/upload")
        sender.page.set_input_files("#files", notes)
        sender.page.get_by_role("button", name="Send files").click()
        sender.page.get_by_role("link", name="Go to the batch").click()
        sender.page.wait_for_selector("#batch-state:not([data-working])", timeout=120_000)
        sender.page.context.close()
        yield site


@pytest.fixture
def clerk(waiting: RunningSite, chromium: Browser) -> Iterator[Visit]:
    """An indexer with a document on the screen and the next one readied."""
    seen = visit(chromium, waiting, "indexer")
    _take(seen.page, waiting)
    yield seen
    seen.page.context.close()


@pytest.fixture
def colleague(waiting: RunningSite, chromium: Browser) -> Iterator[Visit]:
    """Somebody else who may index."""
    seen = visit(chromium, waiting, "quality_supervisor")
    yield seen
    seen.page.context.close()


def _take(page: Page, site: RunningSite) -> None:
    page.goto(f"{site.address}/queue")
    has_started(page)
    with page.expect_response(_READIED) as readied:
        page.get_by_role("button", name="Take next document").click()
        page.wait_for_selector("[data-workbench-form]")
    assert readied.value.json()["release"]


def _in_hand(seen: Visit) -> int:
    """How many documents the clerk has, as the queue tells the colleague."""
    seen.go("/queue")
    return seen.page.get_by_text(HAD).count()


def _comes_free(seen: Visit, left: int = 0) -> bool:
    """Within three seconds, but for so many."""
    for _ in range(12):
        if _in_hand(seen) == left:
            return True
        seen.page.wait_for_timeout(250)
    return False


def _on_the_screen(seen: Visit) -> str:
    """The address of the document that is being indexed."""
    return urlsplit(seen.page.url).path


def _row(seen: Visit, address: str) -> Locator:
    return seen.page.get_by_role("row").filter(has=seen.page.locator(f'a[href="{address}"]'))


def _opens(seen: Visit, address: str) -> None:
    """It is not with anybody any more, and may be filed."""
    _row(seen, address).get_by_role("link").first.click()
    expect(seen.page.get_by_role("button", name="File and open next")).to_be_visible()
    has_started(seen.page)
    seen.go("/queue")
    expect(_row(seen, address)).not_to_contain_text(HAD)


def test_a_closed_tab_puts_back_the_document_and_the_one_readied(
    clerk: Visit, colleague: Visit
) -> None:
    here = _on_the_screen(clerk)
    assert _in_hand(colleague) == 2
    clerk.page.context.new_page()  # the browser stays open
    clerk.page.close(run_before_unload=True)
    assert _comes_free(colleague)
    _opens(colleague, here)


def test_signing_out_puts_both_back_though_the_page_itself_could_not(
    clerk: Visit, colleague: Visit
) -> None:
    here = _on_the_screen(clerk)
    assert _in_hand(colleague) == 2
    clerk.page.route("**/release", lambda route: route.abort())
    clerk.page.get_by_role("button", name="Sign out").click()
    clerk.page.get_by_role("heading", name="Sign in").wait_for()
    assert _comes_free(colleague)
    _opens(colleague, here)


def test_going_to_another_page_puts_both_back_and_coming_back_takes_it_again(
    clerk: Visit, colleague: Visit
) -> None:
    here = _on_the_screen(clerk)
    clerk.page.get_by_role("link", name="Home").click()
    clerk.page.get_by_role("heading", name="What needs you").wait_for()
    assert _comes_free(colleague)
    clerk.page.go_back()
    expect(clerk.page.get_by_role("button", name="File and open next")).to_be_visible()
    has_started(clerk.page)
    assert _on_the_screen(clerk) == here
    colleague.go("/queue")
    expect(_row(colleague, here)).to_contain_text(HAD)


def test_a_tab_closed_before_it_knew_what_was_readied_puts_that_back_too(
    waiting: RunningSite, chromium: Browser, colleague: Visit
) -> None:
    clerk = visit(chromium, waiting, "indexer")
    page, answers = clerk.page, []
    page.route(_READIED, lambda route: answers.append(route.fetch()))  # and nothing is passed on
    clerk.go("/queue")
    page.get_by_role("button", name="Take next document").click()
    page.wait_for_selector("[data-workbench-form]")
    while not answers:
        page.wait_for_timeout(50)
    assert _in_hand(colleague) == 2
    page.context.new_page()
    page.close(run_before_unload=True)
    assert _comes_free(colleague)
    page.context.close()


def test_of_two_tabs_with_one_document_the_first_that_closes_does_not_put_it_back(
    clerk: Visit, colleague: Visit
) -> None:
    here, first = _on_the_screen(clerk), clerk.page
    second = first.context.new_page()
    with second.expect_response(_READIED):
        second.goto(first.url)
    first.close(run_before_unload=True)
    assert _comes_free(colleague, left=1)
    expect(_row(colleague, here)).to_contain_text(HAD)
    first.context.new_page()
    second.close(run_before_unload=True)
    assert _comes_free(colleague)
