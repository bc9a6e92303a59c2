"""How well sheets are told from post: sheets of every kind in every bad feed, pages that are no sheets, and a
set of barcodes of others. What judges here is what judges a page in the product.
"""

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pypdfium2
import zxingcpp
from PIL import Image
from rich.table import Table

from scanning.batches.rules import divide
from scanning.reading.barcodes import find_barcodes, sheet_value
from scanning.reading.blank import darkness
from scanning.reading.model import Limits
from scanning.reading.page_image import open_page_image, reduced_grey
from scanning.sample_post.model import PAGE_SIZE_PX
from scanning.sample_post.separation import foreign_page, striped_page, tried
from scanning.sample_post.separators import separator_sheet
from scanning.sheets.model import Sheet, SheetKind
from scanning.sheets.sheet_pdf import pdf_of

_STACK = "SsPPSBPSSPS"  # S sheet, s another kind of sheet, P post, B its blank back
_DOCUMENTS = 3


@dataclass
class SeparationFigures:
    """Sheets and other pages tried, what went wrong with them, and what a page cost.

    ms_a_page: for finding bars and QR codes, without making the reduced picture.
    """

    sheets: int = 0
    missed: int = 0
    others: int = 0
    imagined: int = 0
    stacks: int = 0
    stacks_divided_wrongly: int = 0
    ms_a_page: float = 0.0
    remarks: list[str] = field(default_factory=list)


def sheets_tried() -> dict[str, Image.Image]:
    """The product's sheets as printed, the old separator, and a patch code, as A4 at 300 dpi."""
    made = {kind.name.lower(): _drawn(Sheet(kind, "A7C3DE")) for kind in SheetKind}
    return {**made, "old separator": separator_sheet(), "patch T": _patch("PATCHT")}


def others_tried() -> dict[str, Image.Image]:
    """Pages that are no sheets."""
    return {"barcodes of others": foreign_page(), "bars that are no code": striped_page()}


def _drawn(sheet: Sheet) -> Image.Image:
    page = pypdfium2.PdfDocument(pdf_of([sheet], "Borchester Council"))[0]
    drawn = page.render(scale=300 / 72, grayscale=True).to_pil().convert("L")
    return drawn.resize(PAGE_SIZE_PX)


def _patch(value: str) -> Image.Image:
    page = Image.new("L", PAGE_SIZE_PX, 255)
    barcode = zxingcpp.create_barcode(value, zxingcpp.BarcodeFormat.Code39)
    bars = Image.fromarray(np.array(barcode.to_image(scale=6)))
    page.paste(bars.resize((bars.width, 300)), (400, 300))
    return page


def measure_separation() -> SeparationFigures:
    """Every page in every way, and stacks with a sheet first, last and two in a row."""
    figures, judged = SeparationFigures(), []
    for name, picture in sheets_tried().items():
        for how, found, ms in _judged(picture):
            figures.sheets += 1
            figures.missed += not found
            judged.append(ms)
            if not found:
                figures.remarks.append(f"{name}, {how}: missed")
    for name, picture in others_tried().items():
        for how, found, _ in _judged(picture):
            figures.others += 1
            figures.imagined += found
            if found:
                figures.remarks.append(f"{name}, {how}: taken for a sheet")
    figures.ms_a_page = sum(judged) / len(judged)
    _divide_stacks(figures)
    return figures


def _judged(picture: Image.Image) -> Iterator[tuple[str, bool, float]]:
    for page in tried(picture):
        is_sheet, ms = judge(page.picture)
        yield page.how, is_sheet, ms


def judge(pixels: Image.Image) -> tuple[bool, float]:
    """Whether a page is one of the post room's sheets, and the milliseconds it took to find that."""
    reduced = reduced_grey(pixels)
    dark = darkness(reduced)
    began = time.perf_counter()
    found = sheet_value(find_barcodes(pixels, reduced, dark)) is not None
    return found, (time.perf_counter() - began) * 1000


def _divide_stacks(figures: SeparationFigures) -> None:
    drawn = sheets_tried()
    post = Image.new("L", PAGE_SIZE_PX, 255)
    ways = {
        name: list(tried(picture))
        for name, picture in (
            ("S", drawn["document"]), ("s", drawn["envelope"]), ("P", others_tried()["barcodes of others"]),
        )
    }  # fmt: skip
    for number in range(len(ways["S"])):
        pages = {name: pictures[number].picture for name, pictures in ways.items()} | {"B": post}
        found = {name: judge(picture)[0] for name, picture in pages.items()}
        kinds = ["separator" if found[name] else _kind(name) for name in _STACK]
        figures.stacks += 1
        if len(divide(kinds)) != _DOCUMENTS:
            figures.stacks_divided_wrongly += 1
            figures.remarks.append(f"stack {ways['S'][number].how}: {len(divide(kinds))} documents")


def _kind(name: str) -> str:
    return "blank" if name == "B" else "content"


def separation_table(figures: SeparationFigures) -> Table:
    """The figures for a terminal."""
    table = Table(title="Sheets told from post")
    table.add_column("What")
    table.add_column("Count", justify="right")
    for name in ("sheets", "missed", "others", "imagined", "stacks", "stacks_divided_wrongly"):
        table.add_row(name.replace("_", " "), str(getattr(figures, name)))
    table.add_row("ms a page", f"{figures.ms_a_page:.1f}")
    return table


def predict_barcodes(folder: Path, to: Path) -> Path:
    """What is read on each image of a set of barcodes, as its scorer wants it; the file."""
    rows = map(json.loads, (folder / "gt.jsonl").read_text("utf-8").strip().split("\n"))
    lines = [
        json.dumps({"file": row["file"], "values": _values(folder / row["file"])}) for row in rows
    ]
    to.parent.mkdir(parents=True, exist_ok=True)
    to.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return to


def _values(path: Path) -> list[str]:
    pixels = open_page_image(path, 1, Limits()).pixels
    reduced = reduced_grey(pixels)
    return [one.value for one in find_barcodes(pixels, reduced, darkness(reduced))]
