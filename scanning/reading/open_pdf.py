"""PDF at the door: how many pages, whether it opens without a password, what to note about it.

Two readers count, PDFium (which will render the pages) and pypdf; where they disagree the larger
number stands, so that a page only one of them sees is held, never lost. No page is rendered here.
"""

import mmap
import signal
import struct
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

import pypdf
import pypdfium2
import pypdfium2.raw as pdfium
from pypdf.errors import PyPdfError

from scanning.reading.jbig2 import codes_symbols
from scanning.reading.model import JBIG2_SYMBOLS, CannotRead, HeldReason, Limits

_SECOND_READER_S = 20
_TAIL_BYTES = 2048
_GIVES_UP = (
    PyPdfError,
    ValueError,
    TypeError,
    LookupError,
    AttributeError,
    ArithmeticError,
    RuntimeError,
    AssertionError,
    OSError,
    EOFError,
    MemoryError,
    struct.error,
    zlib.error,
)
_MARKS = ((b"/JBIG2Decode", "jbig2"), (b"/EmbeddedFile", "has_embedded_files"))


class _TooSlowError(RuntimeError):
    """The second reader is not worth waiting for."""


def open_pdf(path: Path, limits: Limits) -> tuple[int, tuple[str, ...]]:
    """Number of pages and notes. Raises CannotRead: ENCRYPTED, DAMAGED, TOO_MANY_PAGES."""
    notes = _marks(path)
    pages, more_notes = _first_count(path, limits)
    notes += [note for note in more_notes if note not in notes]
    second = _second_count(path)
    if second is None:
        notes.append("page_count_unconfirmed")
    elif second != pages:
        notes.append("page_counts_disagree")
    if "jbig2" in notes and codes_symbols(path):
        notes.append(JBIG2_SYMBOLS)
    pages = max(pages, second or 0)
    if pages > limits.max_pages:
        raise CannotRead(HeldReason.TOO_MANY_PAGES, f"{pages} pages")
    return pages, tuple(notes)


def _marks(path: Path) -> list[str]:
    """Notes from the raw bytes (a stream's dictionary is never compressed, ISO 32000-2, 7.5.7)."""
    with path.open("rb") as stream, mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as raw:
        notes = [note for mark, note in _MARKS if raw.find(mark) >= 0]
        end = len(raw)
        while end and raw[end - 1] in b"\0\r\n ":
            end -= 1
        tail = raw[max(0, end - _TAIL_BYTES) : end]
    if b"startxref" not in tail and b"%%EOF" not in tail:
        raise CannotRead(HeldReason.DAMAGED, "PDF: the file is cut short")
    return notes


def _first_count(path: Path, limits: Limits) -> tuple[int, list[str]]:
    try:
        document = pypdfium2.PdfDocument(path)
    except pypdfium2.PdfiumError as error:
        if error.err_code in (pdfium.FPDF_ERR_PASSWORD, pdfium.FPDF_ERR_SECURITY):
            raise CannotRead(HeldReason.ENCRYPTED, "PDF needing a password") from error
        raise CannotRead(HeldReason.DAMAGED, "PDF: cannot be opened") from error
    try:
        return len(document), _notes(document, limits)
    finally:
        document.close()


def _notes(document: pypdfium2.PdfDocument, limits: Limits) -> list[str]:
    pages = len(document)
    if pages < 1:
        raise CannotRead(HeldReason.DAMAGED, "PDF: no pages")
    if pages > limits.max_pages:
        raise CannotRead(HeldReason.TOO_MANY_PAGES, f"{pages} pages")
    size = pdfium.FS_SIZEF()
    found = [pdfium.FPDF_GetPageSizeByIndexF(document, page, size) for page in range(pages)]
    if not any(found):
        raise CannotRead(HeldReason.DAMAGED, "PDF: no page can be found")
    notes = [] if all(found) else ["pages_missing"]
    if pdfium.FPDF_GetSecurityHandlerRevision(document) >= 0:
        notes.append("owner_password")
    if document.count_attachments() > 0:
        notes.append("has_embedded_files")
    return notes


def _second_count(path: Path) -> int | None:
    """pypdf's count of pages; None when it fails or is too slow: PDFium has opened the file."""
    try:
        with _at_most(_SECOND_READER_S):
            return pypdf.PdfReader(path).get_num_pages()
    except _GIVES_UP:
        return None


@contextmanager
def _at_most(seconds: int) -> Iterator[None]:
    """Raise _TooSlowError in the block after this time. Only in a process's main thread."""

    def stop(_signal: int, _frame: FrameType | None) -> None:
        raise _TooSlowError

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
