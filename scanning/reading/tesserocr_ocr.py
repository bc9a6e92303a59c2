"""Tesseract held in the process, through tesserocr: the faster adapter of the OCR port.

The only module that knows tesserocr. Its wheel brings a Tesseract library of its own; the models are
the tesseract command's, loaded once (0.05 s) and inherited by every child that is forked later. A
crash of the library is the end of the child, which the sandbox reports as READER_CRASHED.
"""

import time
from functools import lru_cache
from typing import Any

from scanning.reading.model import CannotRead, HeldReason
from scanning.reading.ocr import OcrPage, OcrRequest
from scanning.reading.ocr_files import page_from_files
from scanning.reading.pytesseract_ocr import models_directory

try:
    import tesserocr
except ImportError:  # an installation may do without
    tesserocr = None

OUTPUTS = {
    "tessedit_create_pdf": "1",
    "textonly_pdf": "1",
}
TABLE_HEADING = "level"  # the command writes one line of heading before the rows


def is_installed() -> bool:
    """Whether the library is there at all."""
    return tesserocr is not None


@lru_cache(maxsize=4)
def hold_model(languages: str) -> Any:
    """The engine with these languages' models, loaded the first time and kept by this process.

    Raises CannotRead(READER_CRASHED) when the library or a model is missing.
    """
    if tesserocr is None:
        raise CannotRead(HeldReason.READER_CRASHED, "tesserocr is not installed")
    try:
        return tesserocr.PyTessBaseAPI(
            path=f"{models_directory()}/",
            lang=languages,
            oem=tesserocr.OEM.LSTM_ONLY,
            variables=OUTPUTS,
        )
    except RuntimeError as error:
        raise CannotRead(HeldReason.READER_CRASHED, f"no model for {languages}") from error


class TesserocrOcr:
    """PageOcr by the library in this process. Not for two threads at once."""

    def read(self, request: OcrRequest) -> OcrPage:
        """See PageOcr. Leaves <image stem>.pdf beside the image as the text layer."""
        engine = hold_model(request.languages)
        base = request.image.with_suffix("")
        mode = tesserocr.PSM.AUTO_OSD if request.find_orientation else tesserocr.PSM.AUTO
        engine.SetPageSegMode(mode)
        engine.SetVariable("user_defined_dpi", str(request.resolution_dpi))
        ends_at = time.monotonic() + request.timeout_s
        try:
            done = engine.ProcessPages(
                str(base), str(request.image), timeout=round(request.timeout_s * 1000)
            )
            table = engine.GetTSVText(0) if done else ""
        except RuntimeError as error:
            raise CannotRead(HeldReason.READER_CRASHED, "tesserocr") from error
        finally:
            engine.Clear()
        if time.monotonic() >= ends_at:
            raise CannotRead(HeldReason.TOOK_TOO_LONG, "tesseract")
        if not done:
            raise CannotRead(HeldReason.READER_CRASHED, "tesserocr gave no page")
        return page_from_files(base, f"{TABLE_HEADING}\n{table}")
