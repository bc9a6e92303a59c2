"""What an indexer waits for in Chromium: from the key that accepts a document until the next is there.

The product's own web server over a queue of thousands, and a browser on the same machine. The clock is the
browser's: from the key pressed until the next document's first picture is decoded and two frames are drawn.
"""

import socket
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

from playwright.sync_api import Error, Page, sync_playwright

from api.setting_up import make_instance
from api.supervisor import Supervisor
from edrms.settings import Settings
from tests.bench.filled import quantiles
from tests.bench.own_instance import PASSWORD
from tests.bench.workbench import add_people, fill_queue

CHROMIUM = "/usr/bin/chromium"
GOAL_MS = 200.0
# Runs before the page's own scripts. Times are kept outside the page, so that they are there whether the next
# document comes as a new page or into the old one.
_STOP_WATCH = """
const now = () => performance.timeOrigin + performance.now()
let shown = ""
document.addEventListener("keydown", () => sessionStorage.setItem("bench.key", now()), { capture: true })
async function look () {
  const form = document.querySelector("[data-workbench-form]")
  const image = document.querySelector(".edrms-sheet img")
  const isThere = form && image && "started" in document.documentElement.dataset
  const action = isThere ? form.getAttribute("action") : ""
  if (action && action !== shown) {
    shown = action
    await image.decode()
    await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))
    const took = now() - Number(sessionStorage.getItem("bench.key"))
    sessionStorage.setItem("bench.shown", JSON.stringify([shown, took]))
  }
  window.setTimeout(look, 2)
}
look()
"""
# What the suggestion leaves open, as the bench of the application decides it (workbench.py).
_DECIDE = """() => {
  const boxes = [...document.querySelectorAll('input[name="client"]')]
  if (!boxes.some((box) => box.checked)) boxes[0].checked = true
  const types = [...document.querySelectorAll('input[name="type"]')]
  if (types.some((one) => one.checked && one.value !== "other")) return
  types.find((one) => one.value === "other").checked = true
  document.querySelector('[name="other_type"]').value = "D61"
}"""


def measure_screen(home: Path, waiting: int, rounds: int) -> dict[str, Any]:
    """Milliseconds from key to screen, the first time left out. Each document is looked at for a second."""
    port = _free_port()
    settings = Settings(
        home=home / "instance", port=port, audit_seal_limit_s=1e9, requests_per_minute=1_000_000
    )
    instance = make_instance(settings)
    add_people(instance)
    fill_queue(instance, home / "post", waiting)
    instance.database.close()
    with Supervisor(settings) as supervisor, sync_playwright() as tools:
        supervisor.add_web()
        address = f"http://127.0.0.1:{port}"
        _wait_for(address)
        browser = tools.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1366, "height": 768})
        page.add_init_script(_STOP_WATCH)
        _sign_in(page, address)
        took = [_accept(page) for _ in range(rounds + 1)][1:]
        browser.close()
    figures = quantiles("key_to_screen", [one / 1000 for one in took])
    return {"waiting": waiting, "rounds": rounds, **figures, "goal_p95_ms": GOAL_MS}


def _sign_in(page: Page, address: str) -> None:
    page.goto(f"{address}/sign-in")
    page.get_by_label("User name").fill("indexer")
    page.locator("#password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.goto(f"{address}/queue")
    page.get_by_role("button", name="Take next document").click()
    _next_after(page, "")


def _accept(page: Page) -> float:
    page.evaluate(_DECIDE)
    page.wait_for_timeout(1000)
    before = _shown(page)[0]
    page.keyboard.press("a")
    return _next_after(page, before)


def _next_after(page: Page, before: str) -> float:
    until = time.monotonic() + 20
    while time.monotonic() < until:
        address, took_ms = _shown(page)
        if address not in ("", before):
            return took_ms
        page.wait_for_timeout(20)
    raise TimeoutError("the next document did not come")


def _shown(page: Page) -> tuple[str, float]:
    """Which document is on the screen, and how long after the key it was there, in milliseconds."""
    try:
        address, took_ms = page.evaluate(
            "JSON.parse(sessionStorage.getItem('bench.shown') || '[\"\", 0]')"
        )
    except Error:  # the page is just being replaced
        return "", 0.0
    return str(address), float(took_ms)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_for(address: str) -> None:
    for _ in range(300):
        try:
            urllib.request.urlopen(f"{address}/api/v1/health", timeout=2).close()
        except (urllib.error.URLError, TimeoutError):
            time.sleep(0.2)
        else:
            return
    raise RuntimeError("the web server did not start")
