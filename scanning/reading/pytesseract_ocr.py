"""Tesseract through pytesseract: the named adapter of the OCR port, the only module that knows it.

One process per page gives the TSV table and the text-only PDF together. OMP_THREAD_LIMIT=1 because
Tesseract's threads slow a page down about four times when every core has its own page.
"""

import os
import re
import subprocess
from pathlib import Path

from pytesseract import pytesseract

from scanning.reading.model import CannotRead, HeldReason
from scanning.reading.ocr import OcrPage, OcrRequest
from scanning.reading.ocr_files import page_from_files

SETTINGS = "--oem 1 -c textonly_pdf=1 -c tessedit_create_tsv=1"
_MODELS = re.compile(r'languages in "(?P<directory>[^"]+)"')


class TesseractOcr:
    """PageOcr by the tesseract command found on PATH."""

    def read(self, request: OcrRequest) -> OcrPage:
        """See PageOcr. Leaves <image stem>.pdf beside the image as the text layer."""
        base = request.image.with_suffix("")
        self._run(request, base)
        return page_from_files(base)

    def _run(self, request: OcrRequest, base: Path) -> None:
        os.environ["OMP_THREAD_LIMIT"] = "1"
        mode = 1 if request.find_orientation else 3
        try:
            pytesseract.run_tesseract(
                str(request.image),
                str(base),
                extension="pdf",
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


def models_directory() -> Path:
    """Where the tesseract command finds its models, so that another adapter reads by the same.

    Raises CannotRead(READER_CRASHED) when the command is not there or does not say.
    """
    try:
        said = subprocess.run(
            [pytesseract.tesseract_cmd, "--list-langs"],
            capture_output=True,
            text=True,
            check=True,
            timeout=30,
        )
    except (OSError, subprocess.SubprocessError) as error:
        raise CannotRead(HeldReason.READER_CRASHED, "tesseract is not installed") from error
    found = _MODELS.search(said.stdout + said.stderr)
    if found is None:
        raise CannotRead(HeldReason.READER_CRASHED, "tesseract does not say where its models are")
    return Path(found["directory"])
