"""The product against `ocrmypdf --jobs 2 --output-type pdfa`, over the same pages, by turns.

OCRmyPDF is not part of the project: where the program is not on PATH nothing is measured, and the figures
say so. It is given each file as a PDF of its content pages; the product is given the file itself, blank
pages, separator sheets, dividing, filing and indexing included.
"""

import shutil
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import img2pdf

from scanning.sample_post.post_list import POST
from tests.bench.ingest import (
    PROCESSES,
    READ_BY_OCR,
    Pictures,
    Spent,
    ingested,
    make_share,
    total_of,
    warm_up,
)  # fmt: skip
from tests.bench.own_instance import own_instance, sample_clients
from tests.bench.processes import ended_children_processor_s

PROGRAM = "ocrmypdf"
EVERY = 3  # file of the sample post is taken


def measure_ocrmypdf(directory: Path, only: Sequence[str] | None = None) -> dict[str, Any]:
    """How many times as fast the product is. only: names of the sample's files, else every third."""
    if shutil.which(PROGRAM) is None:
        return {"measured": f"nothing: {PROGRAM} was not found on PATH"}
    names = [order.name for order in POST if order.container.value in READ_BY_OCR]
    files = make_share(directory / "post", only or names[::EVERY])
    pdfs = [_as_pdf(one, directory) for one in files if one.content]
    halves = [(files[half::2], pdfs[half::2]) for half in (0, 1)]
    with own_instance(directory / "home", PROCESSES, sample_clients()) as running:
        warm_up(running, directory)
        spent = [(ingested(running, some), _ocrmypdf(theirs)) for some, theirs in halves if theirs]
    ours, theirs = (total_of(side) for side in zip(*spent, strict=True))
    pages = sum(len(one.content) for one in files)
    return {
        "version": _version(),
        "content_pages": pages,
        "ocrmypdf_processor_s_a_page": round(theirs.processor_s / pages, 3),
        "product_processor_s_a_page": round(ours.processor_s / pages, 3),
        "processor_ratio": round(theirs.processor_s / ours.processor_s, 3),
        "ratio": round(theirs.wall_s / ours.wall_s, 3),
        "goal": 3.0,
    }


def _as_pdf(file: Pictures, directory: Path) -> Path:
    made = directory / f"{file.file.stem}.for-ocrmypdf.pdf"
    pages = [str(picture) for picture in file.content]
    layout = img2pdf.get_fixed_dpi_layout_fun((300, 300))
    made.write_bytes(img2pdf.convert(pages, layout_fun=layout))
    return made


def _ocrmypdf(files: Sequence[Path]) -> Spent:
    started, used = time.monotonic(), ended_children_processor_s()
    for file in files:
        subprocess.run(
            ["nice", "-n", "5", PROGRAM, "--jobs", str(PROCESSES), "--output-type", "pdfa", "-l",
             "eng", "--quiet", file, file.with_suffix(".out.pdf")],
            check=True, capture_output=True,
        )  # fmt: skip
    return Spent(time.monotonic() - started, ended_children_processor_s() - used)


def _version() -> str:
    asked = subprocess.run([PROGRAM, "--version"], check=True, capture_output=True, text=True)
    return f"{PROGRAM} {asked.stdout.strip()}"
