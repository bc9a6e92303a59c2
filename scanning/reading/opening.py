"""Opening an item: what a received file is, how many pages it has, what it carries inside.

Runs inside the sandbox's child, on foreign bytes. Also gives the pages of items that are born as
text (e-mail, Word, plain text); pages with an image are the page reader's.
"""

from pathlib import Path

from scanning.reading import open_email, open_office, open_text
from scanning.reading.identify import Kind, identify
from scanning.reading.model import (
    CannotRead,
    HeldReason,
    Limits,
    OpenedItem,
    PageKind,
    PageReading,
    TextSource,
)
from scanning.reading.open_image import open_image
from scanning.reading.open_pdf import open_pdf

DOCUMENT_TYPES = frozenset({open_email.MEDIA_TYPE, open_office.MEDIA_TYPE, open_text.MEDIA_TYPE})
_IMAGE_FORMATS = {Kind.TIFF: "TIFF", Kind.JPEG: "JPEG", Kind.PNG: "PNG"}


def open_item(
    path: Path, workdir: Path, limits: Limits, depth: int = 0, name: str = ""
) -> OpenedItem:
    """What the file turned out to be; its attachments are written to workdir.

    depth: how many items this one lies inside (0: received itself). name: as the sender gave it.
    Raises CannotRead with the reason for which the item is held.
    """
    if depth > limits.max_depth:
        raise CannotRead(HeldReason.NESTED_TOO_DEEP, f"inside {depth} others")
    identified = identify(path, name)
    found = _open_kind(identified.kind, path, workdir, limits)
    if not identified.extension_disagrees:
        return found
    notes = ("extension_disagrees", *found.notes)
    return OpenedItem(found.media_type, found.page_count, found.attachments, notes)


def _open_kind(kind: Kind, path: Path, workdir: Path, limits: Limits) -> OpenedItem:
    if kind is Kind.EMAIL:
        attachments, notes = open_email.open_email(path, workdir, limits)
        return OpenedItem(kind.media_type, 1, attachments, notes)
    if kind is Kind.PDF:
        pages, notes = open_pdf(path, limits)
    elif kind is Kind.DOCX:
        pages, notes = open_office.open_office(path, limits)
    elif kind is Kind.TEXT:
        pages, notes = len(open_text.pages_in(path)), ()
    else:
        pages, notes = open_image(path, _IMAGE_FORMATS[kind], limits)
    if pages > limits.max_pages:
        raise CannotRead(HeldReason.TOO_MANY_PAGES, f"{pages} pages")
    return OpenedItem(kind.media_type, pages, (), notes)


def read_document_page(
    path: Path, media_type: str, page_number: int, limits: Limits
) -> PageReading:
    """A page (from 1) of an e-mail, Word document or text: its words, without an image.

    Raises CannotRead, DAMAGED when there is no such page; ValueError for another media type.
    """
    pages = _text_pages(path, media_type, limits)
    if not 1 <= page_number <= len(pages):
        raise CannotRead(HeldReason.DAMAGED, f"no page {page_number}")
    text = pages[page_number - 1].strip()
    return PageReading(
        kind=PageKind.CONTENT if text else PageKind.BLANK,
        text=text,
        words=(),
        text_source=TextSource.DOCUMENT if text else TextSource.NONE,
        width_px=0,
        height_px=0,
        resolution_dpi=0,
    )


def _text_pages(path: Path, media_type: str, limits: Limits) -> list[str]:
    if media_type == open_email.MEDIA_TYPE:
        return [open_email.take_apart(path).text]
    if media_type == open_office.MEDIA_TYPE:
        return open_office.read_office(path, limits)[0]
    if media_type == open_text.MEDIA_TYPE:
        return open_text.pages_in(path)
    raise ValueError(f"not a document of text: {media_type}")
