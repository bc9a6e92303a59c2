"""Pages per minute from first byte to searchable, against bare tesseract on the same pictures.

Here live the choice of files, the pictures made of them, and the two timings taken by turns. The
product is timed on whole files: receiving, opening, blank backs, separators, OCR, dividing, PDF,
filing and indexing. Bare tesseract is two processes, each with the next picture, text only.
"""

import os
import subprocess
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw

from scanning.reading.model import Limits
from scanning.reading.page_image import open_page_image
from scanning.reading.pdf_page import SCAN_DPI, open_pdf_page
from scanning.sample_post.generate import make_post
from scanning.sample_post.post_list import POST
from tests.bench.own_instance import OwnInstance, own_instance, sample_clients
from tests.bench.processes import ended_children_processor_s, processor_s_below

READ_BY_OCR = frozenset(
    {"pdf_scanned", "pdf_g4", "tiff_g4", "tiff_lzw", "tiff_deflate", "jpeg", "png"}
)
PROCESSES = 2
LETTERS, DOCUMENTS = "letters", "long_documents"  # of one page with content, and of more
WARM_UP_PAGES = 4 * PROCESSES
WARM_UP_PX = (827, 1169)


@dataclass(frozen=True, slots=True)
class Pictures:
    """A file to be taken in and the pictures of its pages, by what the pages are."""

    file: Path
    content: tuple[Path, ...]
    others: tuple[Path, ...]  # blank pages and separator sheets


@dataclass(frozen=True, slots=True)
class Spent:
    """Seconds by the clock on the wall, and of the processors: the latter bear other work better."""

    wall_s: float
    processor_s: float


@dataclass(frozen=True, slots=True)
class Part:
    """Some of the files and what they cost. kind: of LETTERS and DOCUMENTS."""

    kind: str
    content_pages: int
    other_pages: int
    bare_content: Spent
    bare_others: Spent
    product: Spent


def measure_ingest(directory: Path, only: Sequence[str] | None = None) -> dict[str, Any]:
    """Figures of the ingest. directory: scratch. only: names of the sample's files, else all."""
    names = [order.name for order in POST if order.container.value in READ_BY_OCR]
    wanted = [name for name in names if only is None or name in only]
    shares = [(directory / f"post-{n}", wanted[n::PROCESSES]) for n in range(PROCESSES)]
    with ProcessPoolExecutor(PROCESSES) as pool:
        made = pool.map(make_share, *zip(*[share for share in shares if share[1]], strict=True))
        files = sorted((one for share in made for one in share), key=lambda one: one.file.name)
    files.sort(key=lambda one: -len(one.content))
    with own_instance(directory / "home", PROCESSES, sample_clients()) as running:
        warm_up(running, directory)
        parts = [_measure_part(running, kind, own) for kind, own in _kinds(files)]
    return _figures(parts)


def warm_up(running: OwnInstance, directory: Path) -> None:
    """Return when every process has started and has read a page: starting is no part of an ingest."""
    for number in range(WARM_UP_PAGES):
        page = Image.new("L", WARM_UP_PX, "white")
        ImageDraw.Draw(page).text((80, 100 + 20 * number), f"Warm-up {number}", font_size=30)
        page.save(directory / f"warm-up-{number}.png", dpi=(100, 100))
    running.send(directory / f"warm-up-{number}.png" for number in range(WARM_UP_PAGES))
    running.file_until_all_is_found()


def _kinds(files: Sequence[Pictures]) -> Iterator[tuple[str, list[Pictures]]]:
    """Letters, then long documents."""
    kinds = {
        LETTERS: [one for one in files if len(one.content) == 1],
        DOCUMENTS: [one for one in files if len(one.content) != 1],
    }
    return ((kind, own) for kind, own in kinds.items() if own)


def make_share(directory: Path, names: Sequence[str]) -> list[Pictures]:
    """Some of the sample's files, with the pictures of their pages."""
    post = make_post(directory, only=names)
    pictures = directory / "pictures"
    pictures.mkdir()
    return [_pictures(directory / entry["name"], entry, pictures) for entry in post.truth["files"]]


def _pictures(file: Path, entry: dict[str, Any], to: Path) -> Pictures:
    made: dict[str, list[Path]] = {"content": [], "blank": [], "separator": []}
    for page in entry["pages"]:
        picture = to / f"{file.stem}-{page['number']:02d}.png"
        take_out(file, page["number"]).save(picture, compress_level=1)
        made[page["kind"]].append(picture)
    return Pictures(file, tuple(made["content"]), (*made["blank"], *made["separator"]))


def take_out(file: Path, number: int) -> Any:
    if file.suffix != ".pdf":
        image = open_page_image(file, number, Limits())
    else:
        with open_pdf_page(file, number) as page:
            image = page.image(Limits(), SCAN_DPI)
    image.pixels.info["dpi"] = (image.resolution_dpi, image.resolution_dpi)
    return image.pixels


def _measure_part(running: OwnInstance, kind: str, files: Sequence[Pictures]) -> Part:
    """By turns: all of it bare, all by the product, all of it bare again; of both bare runs the mean."""
    content = [picture for one in files for picture in one.content]
    others = [picture for one in files for picture in one.others]
    before = bare_tesseract(content), bare_tesseract(others)
    product = ingested(running, files)
    after = bare_tesseract(content), bare_tesseract(others)
    bare_content, bare_others = (_mean(*both) for both in zip(before, after, strict=True))
    return Part(kind, len(content), len(others), bare_content, bare_others, product)


def _mean(one: Spent, other: Spent) -> Spent:
    return Spent((one.wall_s + other.wall_s) / 2, (one.processor_s + other.processor_s) / 2)


def ingested(running: OwnInstance, files: Sequence[Pictures]) -> Spent:
    """What the product spends until all pages of these files are in the index.

    Of this process only receiving and filing count, not that it looks again and again whether all is done.
    """
    started, below_s, own_s = time.monotonic(), processor_s_below(), time.process_time()
    running.send(one.file for one in files)
    own_s = time.process_time() - own_s + running.file_until_all_is_found()
    return Spent(time.monotonic() - started, own_s + processor_s_below() - below_s)


def bare_tesseract(pictures: Sequence[Path]) -> Spent:
    """What two tesseract processes spend on these pictures, text only."""
    started, used = time.monotonic(), ended_children_processor_s()
    with tempfile.TemporaryDirectory() as scratch, ThreadPoolExecutor(PROCESSES) as pool:
        list(pool.map(lambda picture: _run_tesseract(picture, Path(scratch)), pictures))
    return Spent(time.monotonic() - started, ended_children_processor_s() - used)


def _run_tesseract(picture: Path, scratch: Path) -> None:
    """nice 5, as the product's own children are, so that other work weighs on both alike."""
    subprocess.run(
        ["nice", "-n", "5", "tesseract", picture, scratch / picture.stem, "-l", "eng"],
        env=os.environ | {"OMP_THREAD_LIMIT": "1"},
        check=True,
        capture_output=True,
    )


def _figures(parts: Sequence[Part]) -> dict[str, Any]:
    """Ratios are bare time over the product's: 1 is as fast as bare tesseract, more is faster.

    Where only content pages count, bare tesseract is spared blank pages and separator sheets while
    the product still has to recognise them.
    """
    kinds = {
        kind: figures_of([part for part in parts if part.kind == kind])
        for kind in (LETTERS, DOCUMENTS)
        if any(part.kind == kind for part in parts)
    }
    return {"goal": 1.5, "all": figures_of(parts), **kinds}


def figures_of(parts: Sequence[Part]) -> dict[str, Any]:
    """The ratios of some parts together."""
    content, others = sum(p.content_pages for p in parts), sum(p.other_pages for p in parts)
    product, bare = total_of(p.product for p in parts), total_of(p.bare_content for p in parts)
    bare_all = total_of([bare, *(p.bare_others for p in parts)])
    return {
        "content_pages": content,
        "blank_and_separator_pages": others,
        "product_pages_a_minute": round((content + others) / product.wall_s * 60, 1),
        "bare_pages_a_minute": round((content + others) / bare_all.wall_s * 60, 1),
        "ratio_all_pages": round(bare_all.wall_s / product.wall_s, 3),
        "ratio_content_pages_only": round(bare.wall_s / product.wall_s, 3),
        "processor_s_a_page_product": round(product.processor_s / (content + others), 3),
        "processor_s_a_page_bare": round(bare_all.processor_s / (content + others), 3),
        "processor_ratio_all_pages": round(bare_all.processor_s / product.processor_s, 3),
        "processor_ratio_content_pages_only": round(bare.processor_s / product.processor_s, 3),
    }


def total_of(spent: Iterable[Spent]) -> Spent:
    """Several added up."""
    every = list(spent)
    return Spent(sum(one.wall_s for one in every), sum(one.processor_s for one in every))
