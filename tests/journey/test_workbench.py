"""The indexing workbench and the sending of files, in real Chromium over a real server of their own.

A scripted clerk signs in, indexes everything that waits and stops, and touches nothing but the keyboard.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Route

from scanning.sample_post.generate import make_post
from tests import factories
from tests.journey.running_site import PASSWORD, RunningSite, running_site
from tests.journey.visits import Visit, has_started, visit

pytestmark = pytest.mark.journey

RIGHT = "Letter from Dr Anyanwu.pdf"  # whose type and client are suggested rightly, and not beyond doubt
TWO, NOTE, ADVERT = "two.pdf", "note.txt", "advert.txt"
COUNT_KEYS = """document.addEventListener("keydown", () => {
  sessionStorage.setItem("keys", Number(sessionStorage.getItem("keys")) + 1) }, { capture: true })"""
CROP_HAS_INK = """() => [...document.querySelectorAll("canvas")].map((crop) => {
  const data = crop.getContext("2d").getImageData(0, 0, crop.width, crop.height).data
  let dark = 0
  for (let at = 0; at < data.length; at += 4) if (data[at] < 128) dark += 1
  return dark / (crop.width * crop.height)
})"""


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory, chromium: Browser) -> Iterator[RunningSite]:
    """A server with four files read and waiting to be indexed."""
    folder = tmp_path_factory.mktemp("post")
    make_post(folder, only=[RIGHT])
    (folder / TWO).write_bytes(factories.pdf("Minutes of the kiln club", "Rules of the kiln club"))
    (folder / NOTE).write_text("A note about the xylophone. Nobody is named.\n")
    (folder / ADVERT).write_text("Buy two kettles and pay for one.\n")
    with running_site(tmp_path_factory.mktemp("bench") / "home") as site:
        sender = visit(chromium, site, "indexer")
        sender.go("/upload")
        sender.page.set_input_files("#files", [folder / one for one in (RIGHT, TWO, NOTE, ADVERT)])
        sender.page.get_by_role("button", name="Send files").click()
        sender.page.get_by_role("link", name="Go to the batch").wait_for()
        _until_waiting(sender, 4)
        sender.page.context.close()
        yield site


def _until_waiting(seen: Visit, count: int) -> None:
    for _ in range(240):
        seen.go("/queue")
        if seen.page.get_by_text(f"{count} documents wait.").count():
            return
        seen.page.wait_for_timeout(250)
    raise AssertionError(f"there are not {count} documents waiting")


def test_a_clerk_indexes_all_that_waits_by_keyboard_alone(
    bench: RunningSite, chromium: Browser
) -> None:
    context = chromium.new_context(viewport={"width": 1280, "height": 720}, locale="en-GB")
    context.add_init_script(COUNT_KEYS)
    page = context.new_page()
    clerk = Visit(page, bench.address, [])
    page.on("console", lambda said: clerk.complaints.append(said.text))
    page.on("pageerror", lambda error: clerk.complaints.append(str(error)))
    clerk.go("/sign-in")
    _tab_to(page, "#username")
    page.keyboard.type("indexer")
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="What needs you").wait_for()
    _follow(page, "a", "Indexing queue")
    page.get_by_role("heading", name="Indexing queue").wait_for()
    has_started(page)
    clerk.check()
    _follow(page, "button", "Take next document")
    done: list[str] = []
    while (name := _on_the_bench(clerk)) is not None:
        done.append(name)
        _SCRIPTS.get(name, _reject)(clerk)
    clerk.check()
    assert done.count(ADVERT) == 2, done
    assert done.count(TWO) == 3, done
    assert {RIGHT, NOTE} <= set(done)
    context.close()


def _on_the_bench(clerk: Visit) -> str | None:
    """The name of the file whose document is on the screen, None once nothing waits. Where the queue is
    shown, because the only document left was skipped, the next is taken."""
    page = clerk.page
    page.wait_for_function("() => !document.querySelector('[aria-busy]')")
    page.wait_for_function("() => !document.querySelector('[data-module=edrms-being-made]')")
    has_started(page)
    if page.get_by_text("Nothing is waiting").count():
        return None
    if page.locator("[data-workbench-form]").count() == 0:
        _follow(page, "button", "Take next document")
        page.wait_for_selector("[data-workbench-form]")
        has_started(page)
    return page.locator(".govuk-caption-m").inner_text()


def _accept(clerk: Visit) -> None:
    """Everything suggested is right: one key, and what is seen beside each field is printed there."""
    page = clerk.page
    page.wait_for_function("() => document.querySelectorAll('canvas').length >= 3")
    assert all(0.01 < ink < 0.6 for ink in page.evaluate(CROP_HAS_INK))
    tags = page.locator(".edrms-sure").all_inner_texts()
    assert tags[:2] == ["Likely", "Sure"], tags
    page.keyboard.press("c")
    page.locator(".edrms-sheet__now").wait_for(state="attached")
    clerk.check()
    page.evaluate("sessionStorage.setItem('keys', 0)")
    _press(page, "a")
    page.get_by_text("Filed as R-").wait_for()
    assert int(page.evaluate("sessionStorage.getItem('keys')")) <= 3


def _find_the_client(clerk: Visit) -> None:
    """Nothing is suggested: the type from the list, the client as typed; a faulty form comes back whole."""
    page = clerk.page
    _press(page, "a")
    page.get_by_role("heading", name="There is a problem").wait_for()
    has_started(page)
    clerk.complaints.clear()  # the browser says that the answer was 422
    clerk.check()
    page.keyboard.press("Escape")
    _tab_to(page, "#other_type")
    page.keyboard.type("GP letter")
    page.keyboard.press("Tab")
    page.keyboard.press("/")
    page.keyboard.type("patel")
    page.locator("#client-options [role=option]").first.wait_for()
    clerk.check()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.locator("[data-siblings] input").first.wait_for()
    page.keyboard.press("Tab")
    page.keyboard.press("b")
    assert page.locator("[data-siblings] input").first.is_checked()
    clerk.check()
    page.keyboard.press("b")
    _press(page, "Control+Enter")
    page.get_by_text("Filed as R-").wait_for()


def _split_then_reject(clerk: Visit) -> None:
    """Two letters in one file: divided at the second page, and back to the first part."""
    page = clerk.page
    if page.locator("[data-page-link]").count() == 1:
        _reject(clerk)
        return
    page.keyboard.press("n")
    page.wait_for_selector('[data-page-link="2"][aria-current]')
    page.keyboard.press("x")
    assert page.evaluate("document.activeElement.textContent") == "Divide here"
    clerk.check()
    _press(page, "Enter")
    page.wait_for_function("() => document.querySelectorAll('[data-page-link]').length === 1")
    assert page.locator(".govuk-caption-m").inner_text() == TWO


def _skip_then_reject(clerk: Visit) -> None:
    """Skipped with the reason numbered 2; when it comes again it is rejected."""
    page = clerk.page
    if page.evaluate("sessionStorage.getItem('skipped')"):
        _reject(clerk)
        return
    page.evaluate("sessionStorage.setItem('skipped', 'yes')")
    page.keyboard.press("s")
    clerk.check()
    _press(page, "2")
    page.get_by_text("Skipped. It stays in the queue.").wait_for()


def _reject(clerk: Visit) -> None:
    clerk.page.keyboard.press("j")
    clerk.check()
    _press(clerk.page, "1")
    clerk.page.get_by_text("Rejected. Its pages stay in the batch.").wait_for()


_SCRIPTS = {
    RIGHT: _accept,
    NOTE: _find_the_client,
    TWO: _split_then_reject,
    ADVERT: _skip_then_reject,
}


def _press(page: Page, key: str) -> None:
    """Press a key that sends the form, and wait for the answer."""
    with page.expect_response(lambda answer: answer.request.method == "POST"):
        page.keyboard.press(key)


def _tab_to(page: Page, selector: str) -> None:
    for _ in range(60):
        if page.evaluate("where => document.activeElement.matches(where)", selector):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"no Tab leads to {selector}")


def _follow(page: Page, tag: str, words: str) -> None:
    """Go by Tab to the link or button of these words, and press Enter."""
    script = """([tag, words]) => {
      const here = document.activeElement
      return here.matches(tag) && here.textContent.includes(words) }"""
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate(script, [tag, words]):
            return page.keyboard.press("Enter")
    raise AssertionError(f"no Tab leads to {words}")


def test_a_sending_goes_on_after_the_network_was_away(
    bench: RunningSite, chromium: Browser, tmp_path: Path
) -> None:
    sender = visit(chromium, bench, "post_room")
    page, away = sender.page, _Away(sender.page, after=3)
    files = _files(tmp_path, 12)
    sender.go("/upload")
    page.set_input_files("#files", files)
    page.get_by_role("button", name="Send files").click()
    page.get_by_text("Trying again in").wait_for()
    page.context.set_offline(True)
    page.get_by_text("No connection. It goes on by itself").wait_for()
    assert page.get_by_text("Accepted").count() == 3
    away.is_over = True
    page.context.set_offline(False)
    page.get_by_text("All 12 files accepted").first.wait_for()
    page.get_by_role("link", name="Go to the batch").click()
    page.get_by_role("heading", name="12 files").wait_for()
    sender.page.context.close()


def test_a_sending_goes_on_after_its_page_was_closed(
    bench: RunningSite, chromium: Browser, tmp_path: Path
) -> None:
    sender = visit(chromium, bench, "post_room")
    closed = sender.page.context.new_page()
    _Away(closed, after=4)
    files = _files(tmp_path, 10)
    closed.goto(bench.address + "/upload")
    has_started(closed)
    closed.set_input_files("#files", files)
    closed.get_by_role("button", name="Send files").click()
    closed.get_by_text("Trying again in").wait_for()
    closed.close()
    page = sender.page
    sender.go("/batches?show=mine")
    page.locator("tbody th a").first.click()
    page.get_by_text("6 files never arrived.").wait_for()
    sender.check()
    page.get_by_role("link", name="Continue sending files").click()
    has_started(page)
    sender.check()
    page.set_input_files("#files", files[1:])
    other = "Another letter " + "z" * (files[0].stat().st_size - 15)
    dropped = page.evaluate_handle(
        """([name, words]) => {
          const given = new DataTransfer()
          given.items.add(new File([words], name))
          return given }""",
        [files[0].name, other],
    )
    page.dispatch_event("[data-upload-drop]", "drop", {"dataTransfer": dropped})
    page.get_by_role("button", name="Send files").click()
    page.get_by_text("All 10 files accepted").first.wait_for()
    states = page.locator("[data-slot=state]").all_inner_texts()
    assert states == ["Already there"] * 3 + ["Accepted"] * 7
    sender.check()
    page.get_by_role("link", name="Go to the batch").click()
    page.get_by_role("heading", name="11 files").wait_for()
    assert page.get_by_text("never arrived").count() == 0
    sender.page.context.close()


class _Away:
    """Lets so many files through and then none, until it is over."""

    def __init__(self, page: Page, after: int) -> None:
        self.is_over = False
        self._left = after
        page.route("**/batches/*/files", self._answer)

    def _answer(self, route: Route) -> None:
        if self._left > 0 or self.is_over:
            self._left -= 1
            route.continue_()
        else:
            route.abort("connectionreset")


def _files(folder: Path, count: int) -> list[Path]:
    made = [folder / f"letter {n:02}.txt" for n in range(count)]
    for number, path in enumerate(made):
        path.write_text(f"Letter {number:02} of the kiln club, {folder.name}.\n")
    return made
