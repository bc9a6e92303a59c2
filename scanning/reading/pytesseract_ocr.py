"""Tesseract through pytesseract: the adapter of the OCR port, the only module that knows either.

One process per page gives text, TSV and the text-only PDF together. OMP_THREAD_LIMIT=1 because
Tesseract's threads slow a page down about four times when every core has its own page.
"""

import os
from pathlib import Path

from pytesseract import pytesseract

from scanning.reading.model import CannotRead, HeldReason
from scanning.reading.ocr import OcrPage, OcrRequest, words_from_tsv

SETTINGS = "--oem 1 -c textonly_pdf=1 -c tessedit_create_tsv=1"


class TesseractOcr:
    """PageOcr by the tesseract command found on PATH."""

    def read(self, request: OcrRequest) -> OcrPage:
        """See PageOcr. Leaves <image stem>.pdf beside the image as the text layer."""
        base = request.image.with_suffix("")
        self._run(request, base)
        table = _output(base, ".tsv").decode("utf-8", "replace")
        text = _output(base, ".txt").decode("utf-8", "replace")
        words, rotation_degrees = words_from_tsv(table)
        layer = base.with_suffix(".pdf")
        if not layer.is_file():
            raise CannotRead(HeldReason.READER_CRASHED, "tesseract wrote no text layer")
        return OcrPage(text.replace("\f", "").strip(), words, rotation_degrees, layer)

    def _run(self, request: OcrRequest, base: Path) -> None:
        os.environ["OMP_THREAD_LIMIT"] = "1"
        mode = 1 if request.find_orientation else 3
        try:
            pytesseract.run_tesseract(
                str(request.image),
                str(base),
                extension="txt pdf",
                lang=request.languages,
                config=f"--psm {mode} --dpi {request.resolution_dpi} {SETTINGS}",
                timeout=request.timeout_s,
            )
        except pytesseract.TesseractNotFoundError as error:
            raise CannotRead(HeldReason.READER_CRASHED, "tesseract is not installed") from error
        except pytesseract.TesseractError as error:
            raise CannotRead(HeldReason.READER_CRASHED, f"exit {error.status}") from error
        except RuntimeError as error:  # pytesseract's timeout is a bare RuntimeError
            raise CannotRead(HeldReason.TOOK_TOO_LONG, "tesseract") from error


def _output(base: Path, suffix: str) -> bytes:
    """A file tesseract wrote, read and removed; an absent one means that it failed."""
    path = base.with_suffix(suffix)
    try:
        content = path.read_bytes()
    except FileNotFoundError as error:
        raise CannotRead(HeldReason.READER_CRASHED, f"tesseract wrote no {suffix}") from error
    path.unlink()
    return content
