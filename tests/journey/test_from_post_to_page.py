"""The whole way of a letter in a real browser over a real server: sent in, read and indexed (by the
fixtures in conftest.py), searched, opened at the page with the word boxed, and downloaded.
"""

import hashlib
import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.journey.running_site import RunningSite
from tests.journey.visits import (
    FILES_ITSELF,
    WORD_OF_FILED,
    WORD_OF_WAITING,
    is_found,
    open_the_hit,
    search_for,
    visit,
)

pytestmark = pytest.mark.journey


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
