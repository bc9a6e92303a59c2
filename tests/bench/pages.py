"""Processor time of reading one page, by what it is, against bare tesseract on the same picture.

Each page is read as in the product: by a child of the sandbox, its start and end included. After that the
same pages are read in this process, step by step, to see where the time goes.
"""

import os
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scanning.reading import page_reader
from scanning.reading.model import Limits
from scanning.reading.sandbox import READ_PAGE, Sandbox
from scanning.reading.tesserocr_ocr import TesserocrOcr
from scanning.sample_post.generate import make_post
from tests.bench.ingest import bare_tesseract, take_out
from tests.bench.processes import family, processor_s_of

MEDIA_TYPES = {
    ".pdf": "application/pdf", ".tif": "image/tiff", ".png": "image/png", ".jpg": "image/jpeg",
}  # fmt: skip
CHEAP_S = 0.15
LETTER, CONTENT, BLANK, TEXT = "letter", "page of a long document", "blank page", "text layer"
STEPS = ("_take_out", "reduced_grey", "darkness", "find_barcodes", "is_blank", "ink_of_print",
         "find_orientation", "prepare_reduced", "prepare_for_ocr", "save_view_image", "measure",
         "_as_received")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Page:
    """A page of the sample post, and its picture as bare tesseract is given it."""

    file: Path
    number: int
    picture: Path


def measure_pages(directory: Path, most: int = 12) -> dict[str, Any]:
    """Milliseconds of processor time a page; most: pages of a kind."""
    kinds = _pages(directory, most)
    with Sandbox(Limits()) as sandbox:
        work = directory / "work"
        work.mkdir()
        _read_all(sandbox, kinds[LETTER][:1], work)  # the model is loaded, the rest rehearsed
        spent = {kind: _by_turns(sandbox, pages, work) for kind, pages in kinds.items()}
    ocr_ms = spent[LETTER]["product"], spent[LETTER]["bare"]
    return {
        kind: {
            "pages": len(kinds[kind]),
            "product_ms": round(took["product"]),
            "bare_ms": round(took["bare"]),
            "letters_read_by_product_at_its_cost": round(ocr_ms[0] / took["product"], 1),
            "letters_read_bare_at_its_cost": round(ocr_ms[1] / took["product"], 1),
            "steps_ms": _steps(kinds[kind], directory / "work"),
        }
        for kind, took in spent.items()
    }


def _pages(directory: Path, most: int) -> dict[str, list[Page]]:
    post = make_post(directory / "post")
    kinds: dict[str, list[Page]] = {LETTER: [], CONTENT: [], BLANK: [], TEXT: []}
    for entry in post.truth["files"]:
        if Path(entry["name"]).suffix not in MEDIA_TYPES:
            continue
        alone = sum(page["kind"] == "content" for page in entry["pages"]) == 1
        for page in entry["pages"]:
            kind = _kind(page, alone=alone)
            if kind and len(kinds[kind]) < most:
                file = post.directory / entry["name"]
                picture = directory / f"{file.stem}-{page['number']}.png"
                take_out(file, page["number"]).save(picture, compress_level=1)
                kinds[kind].append(Page(file, page["number"], picture))
    return kinds


def _kind(page: dict[str, Any], *, alone: bool) -> str | None:
    if page["kind"] == "blank":
        return BLANK if page["is_image"] else None
    if page["kind"] != "content":
        return None
    if not page["is_image"]:
        return TEXT
    return LETTER if alone else CONTENT


def _by_turns(sandbox: Sandbox, pages: Sequence[Page], work: Path) -> dict[str, float]:
    """Milliseconds a page, half of the pages bare, all by the product, then the other half bare."""
    pictures = [page.picture for page in pages]
    bare_s = bare_tesseract(pictures[0::2]).processor_s
    product_s = _read_all(sandbox, pages, work)
    times = (
        1 if product_s / len(pages) > CHEAP_S else 8
    )  # the kernel counts in hundredths of a second
    product_s += sum(_read_all(sandbox, pages, work) for _ in range(1, times))
    bare_s += bare_tesseract(pictures[1::2]).processor_s
    each = 1000 / len(pages)
    return {"bare": bare_s * each, "product": product_s / times * each}


def _read_all(sandbox: Sandbox, pages: Sequence[Page], work: Path) -> float:
    """Processor seconds of this process and of all below it."""
    before = _spent_s()
    for page in pages:
        sandbox.run(READ_PAGE, _arguments(page), work)
    return _spent_s() - before


def _arguments(page: Page) -> dict[str, Any]:
    return {
        "path": str(page.file), "media_type": MEDIA_TYPES[page.file.suffix],
        "page_number": page.number,
    }  # fmt: skip


def _spent_s() -> float:
    below = sum(processor_s_of(pid) for pid in family(os.getpid()) if pid != os.getpid())
    return time.process_time() + below


def _steps(pages: Sequence[Page], work: Path) -> dict[str, float]:
    """Milliseconds a page by step, in this process; each without the steps within it."""
    clock = StepClock()
    with clock:
        for page in pages:
            clock.timed("everything else", page_reader.read_page)(
                page.file, MEDIA_TYPES[page.file.suffix], page.number, work, Limits(),
                TesserocrOcr(),
            )  # fmt: skip
    ordered = sorted(clock.spent_s.items(), key=lambda step: -step[1])
    return {name.strip("_"): round(took_s / len(pages) * 1000, 1) for name, took_s in ordered}


class StepClock:
    """Times the steps of the page reader while it is entered; puts them back afterwards."""

    def __init__(self) -> None:
        self.spent_s: dict[str, float] = defaultdict(float)
        self._within: list[float] = []
        self._kept: list[tuple[Any, str, Any]] = []

    def __enter__(self) -> None:
        for owner, name in [*((page_reader, step) for step in STEPS), (TesserocrOcr, "read")]:
            self._kept.append((owner, name, getattr(owner, name)))
            label = "recognition" if owner is TesserocrOcr else name
            setattr(owner, name, self.timed(label, getattr(owner, name)))

    def __exit__(self, *_: object) -> None:
        for owner, name, step in self._kept:
            setattr(owner, name, step)

    def timed(self, name: str, step: Callable[..., Any]) -> Callable[..., Any]:
        """The step, its own time added under this name."""

        def run(*given: Any, **named: Any) -> Any:
            started = time.process_time()
            self._within.append(0.0)
            try:
                return step(*given, **named)
            finally:
                took_s = time.process_time() - started
                self.spent_s[name] += took_s - self._within.pop()
                if self._within:
                    self._within[-1] += took_s

        return run
