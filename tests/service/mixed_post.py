"""A morning's post as a scanner leaves it: stacks with the product's own sheets between documents, scans of
odd kinds, one long bundle, and a manifest. What is true of each document is kept beside it.
"""

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pypdfium2
from PIL import Image
from pypdf import PdfReader, PdfWriter
from reportlab.pdfgen.canvas import Canvas

from edrms.access.model import Actor
from edrms.clients.model import Client
from scanning.batches.counts import Sides
from scanning.sheets.model import HeaderFacts, SheetKind
from scanning.sheets.service import Sheets
from tests import factories

SMALL = (300, 420)  # points: a picture of such a page costs a third of that of an A4 page
STACKS, DOCUMENTS, SHEETS_EACH = 3, 20, 2
BUNDLE_SHEETS = 64
DPI = 150
WHITE = 255


@dataclass(frozen=True)
class Truth:
    """A document of the post: in which file, on which page it begins, and whose it is (None nobody's)."""

    file: str
    first_page: int
    client: Client | None


@dataclass
class MixedPost:
    """Files by name, and what is true of them. sheets: of post, so that sheets x 2 are its pages."""

    files: dict[str, bytes] = field(default_factory=dict)
    truths: list[Truth] = field(default_factory=list)
    pages: dict[str, int] = field(default_factory=dict)
    sheets: int = 0
    separator_pages: int = 0
    blank_pages: int = 0

    def whose(self, file: str, first_page: int) -> Client | None:
        """Whose the document is that begins there; KeyError where none does."""
        return {(one.file, one.first_page): one.client for one in self.truths}[file, first_page]

    def manifest(self, **wrong_pages: int) -> bytes:
        """A line for each file. wrong_pages: another number than is true, by the name before its dot."""
        out = io.StringIO(newline="")
        writer = csv.writer(out)
        writer.writerow(["file", "pages"])
        for name, count in self.pages.items():
            writer.writerow([name, wrong_pages.get(Path(name).stem, count)])
        return out.getvalue().encode()


def mixed_post(sheets: Sheets, by: Actor, people: Sequence[Client]) -> MixedPost:
    """The post, of more than 500 pages, every one scanned on both sides."""
    post, whose = MixedPost(), iter(people * 100)
    separators = Separators(sheets, by)
    for number in range(1, STACKS + 1):
        _stack(post, f"stack-{number}.pdf", separators, whose)
    _bundle(post)
    for name, scan, dpi in _odd_scans(whose, post):
        post.files[name], post.pages[name] = _both_sides(scan, dpi), 2
        post.sheets, post.blank_pages = post.sheets + 1, post.blank_pages + 1
    _scanned_stack(post, separators, next(whose))
    header = HeaderFacts(
        sides=Sides.BOTH, expected_sheets=post.sheets, expected_documents=len(post.truths),
        stream="adults", device="Scanner 2", operator="Invented",
    )  # fmt: skip
    head = PdfWriter(clone_from=io.BytesIO(sheets.make(by, SheetKind.BATCH, 1, header)))
    head.add_blank_page(*SMALL)
    post.files["0-header.pdf"], post.pages["0-header.pdf"] = _written(head), 2
    post.separator_pages, post.blank_pages = post.separator_pages + 1, post.blank_pages + 1
    return post


class Separators:
    """Sheets that the product has printed, each used once."""

    def __init__(self, sheets: Sheets, by: Actor) -> None:
        printed = sheets.make(by, SheetKind.DOCUMENT, 2 + STACKS * DOCUMENTS + 6)
        self._pdf, self._next = printed, 0
        self._reader = PdfReader(io.BytesIO(printed))

    def add_to(self, writer: PdfWriter) -> None:
        """The next one as a page, with its blank back."""
        writer.add_page(self._reader.pages[self._next])
        writer.add_blank_page(*SMALL)
        self._next += 1

    def scan(self) -> Image.Image:
        """The next one as it comes from a scanner."""
        page = pypdfium2.PdfDocument(self._pdf)[self._next]
        self._next += 1
        return page.render(scale=DPI / 72, grayscale=True).to_pil().convert("L")


def _stack(post: MixedPost, name: str, separators: Separators, whose: Iterator[Client]) -> None:
    """Documents of two sheets with text, each behind a separator, every back blank."""
    writer = PdfWriter()
    for number in range(DOCUMENTS):
        client = next(whose)
        separators.add_to(writer)
        post.truths.append(Truth(name, len(writer.pages) + 1, client))
        lines = factories.letter_to(client, f"Visit {number} of {name}.")
        texts = [lines if number % 3 else _of_name_alone(client), "The second sheet of it."]
        for page in PdfReader(io.BytesIO(_pdf(text for text in texts))).pages:
            writer.add_page(page)
            writer.add_blank_page(*SMALL)
    post.files[name], post.pages[name] = _written(writer), len(writer.pages)
    post.separator_pages += DOCUMENTS
    post.blank_pages += DOCUMENTS * (1 + SHEETS_EACH)
    post.sheets += DOCUMENTS * SHEETS_EACH


def _bundle(post: MixedPost) -> None:
    """A long document about nobody on the register, with print on both sides."""
    texts = (f"Minute {number} of the allotments." for number in range(2 * BUNDLE_SHEETS))
    name = "bundle.pdf"
    post.files[name], post.pages[name] = _pdf(texts), 2 * BUNDLE_SHEETS
    post.truths.append(Truth(name, 1, None))
    post.sheets += BUNDLE_SHEETS


def _of_name_alone(client: Client) -> str:
    """Never enough for a letter to file itself."""
    return f"Dear colleague\nRe: {client.full_name}\nThe visit went well and another is planned.\n"


def _pdf(texts: Iterator[str]) -> bytes:
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=SMALL)
    for text in texts:
        canvas.setFont("Helvetica", 9)
        for number, line in enumerate(text.splitlines()):
            canvas.drawString(20, SMALL[1] - 40 - 13 * number, line)
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def _written(writer: PdfWriter) -> bytes:
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def _letter(client: Client, size_px: tuple[int, int]) -> Image.Image:
    """A letter of a few lines, written as large as suits the page."""
    sheet = factories.page(factories.letter_to(client), (1100, 800))
    scale = size_px[0] / 1100
    whole = Image.new("L", size_px, WHITE)
    whole.paste(sheet.resize((size_px[0], int(800 * scale))), (0, 0))
    return whole


def _odd_scans(whose: Iterator[Client], post: MixedPost) -> Iterator[tuple[str, Image.Image, int]]:
    a4 = (2480, 3508)
    made = {
        "a4.tif": (lambda one: _letter(one, a4), 300),
        "a3.tif": (lambda one: _letter(one, (3307, 2339)), 200),
        "receipt.tif": (lambda _: factories.page("Marmalade 2.50\nTotal 2.50", (480, 1700)), 150),
        "fax.tif": (lambda one: _letter(one, (595, 842)), 72),
        "upside-down.tif": (lambda one: _letter(one, (1240, 1754)).rotate(180), 150),
        "skewed.tif": (
            lambda one: _letter(one, (1240, 1754)).rotate(
                2, fillcolor=WHITE, resample=Image.Resampling.BICUBIC
            ),
            150,
        ),
    }
    for name, (scan, dpi) in made.items():
        client = next(whose)
        post.truths.append(Truth(name, 1, client))
        yield name, scan(client), dpi


def _both_sides(scan: Image.Image, dpi: int, *more: Image.Image) -> bytes:
    """A TIFF of these scans, each followed by its blank back."""
    back = Image.new("L", (827, 1169), WHITE)
    frames = [frame for one in (scan, *more) for frame in (one, back)]
    out = io.BytesIO()
    frames[0].save(
        out, "TIFF", save_all=True, append_images=frames[1:], compression="tiff_lzw", dpi=(dpi, dpi)
    )
    return out.getvalue()


def _scanned_stack(post: MixedPost, separators: Separators, client: Client) -> None:
    """Separators first, two in a row, upside down, faint at an angle, and last; letters between."""
    letter = _letter(client, (1240, 1754))
    sheets = [separators.scan() for _ in range(6)]
    faint = sheets[3].point(lambda level: 150 + level * 105 // 255)
    scans = [
        sheets[0], letter, sheets[1], sheets[2].rotate(180), letter,
        faint.rotate(1, fillcolor=WHITE, resample=Image.Resampling.BICUBIC), letter,
        sheets[4], sheets[5],
    ]  # fmt: skip
    name, letters = "scanned.tif", [at for at, one in enumerate(scans) if one is letter]
    post.files[name] = _both_sides(scans[0], DPI, *scans[1:])
    post.pages[name] = 2 * len(scans)
    post.truths += [Truth(name, 2 * at + 1, client) for at in letters]
    post.sheets += len(letters)
    post.separator_pages += len(scans) - len(letters)
    post.blank_pages += len(scans)
