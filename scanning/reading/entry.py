"""The functions a sandboxed child may run: plain JSON values in, plain JSON values out.

Only the dressing is here: the work is `opening`'s and `page_reader`'s. The worker turns the answers
back with `plain.opened_from_plain` and `plain.reading_from_plain`.
"""

from pathlib import Path
from typing import Any

from scanning.reading import plain
from scanning.reading.model import Limits
from scanning.reading.opening import DOCUMENT_TYPES, open_item, read_document_page
from scanning.reading.page_reader import read_page
from scanning.reading.rehearsal import rehearse
from scanning.reading.searchable_pdf import assemble_searchable_pdf


def open_item_plain(args: dict[str, Any], workdir: Path, limits: Limits) -> dict[str, Any]:
    """`opening.open_item`. args: path, and optionally depth (number), name (text)."""
    item = open_item(
        Path(args["path"]), workdir, limits, args.get("depth", 0), args.get("name", "")
    )
    return plain.opened_to_plain(item, workdir)


def ready_open_item_plain(args: dict[str, Any], limits: Limits) -> None:
    """What is loaded where it is first used, loaded by the server before it forks.

    Nothing of args is opened.
    """
    rehearse(limits)


def ready_read_page_plain(args: dict[str, Any], limits: Limits) -> None:
    """The same for pages with a picture, the OCR engine's model included."""
    if args["media_type"] not in DOCUMENT_TYPES:
        rehearse(limits)


def ready_assemble_pdf_plain(args: dict[str, Any], limits: Limits) -> None:
    """The same for a searchable PDF."""
    rehearse(limits)


def read_page_plain(args: dict[str, Any], workdir: Path, limits: Limits) -> dict[str, Any]:
    """A page of any supported item. args: path, media_type, page_number (from 1), and
    optionally turned_degrees (number)."""
    path, media_type, page_number = Path(args["path"]), args["media_type"], args["page_number"]
    if media_type in DOCUMENT_TYPES:
        reading = read_document_page(path, media_type, page_number, limits)
    else:
        reading = read_page(
            path, media_type, page_number, workdir, limits,
            turned_degrees=args.get("turned_degrees"),
        )  # fmt: skip
    return plain.reading_to_plain(reading, workdir)


def assemble_pdf_plain(args: dict[str, Any], workdir: Path, limits: Limits) -> dict[str, Any]:
    """`searchable_pdf.assemble_searchable_pdf`. args: path, media_type, pages (plain PdfPages)."""
    pages = [plain.pdf_page_from_plain(page, workdir) for page in args["pages"]]
    made = workdir / "searchable.pdf"
    assemble_searchable_pdf(Path(args["path"]), args["media_type"], pages, made)
    return plain.made_file_to_plain(made, workdir)
