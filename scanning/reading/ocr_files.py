"""What a Tesseract run left beside its image: TSV table and text layer, read into an OcrPage.

Both ways of running Tesseract write the layer to a file, one the table too; here they are read and
cleared away. No engine is started here.
"""

from pathlib import Path

from scanning.reading.model import CannotRead, HeldReason
from scanning.reading.ocr import OcrPage, text_from_tsv, words_from_tsv


def page_from_files(base: Path, table: str | None = None) -> OcrPage:
    """The page in <base>.tsv and .pdf; the last stays, as the text layer.

    table: the TSV table with its heading, where the engine hands it over and writes no file.
    Raises CannotRead(READER_CRASHED) when one of them is not there.
    """
    if table is None:
        table = _output(base, ".tsv").decode("utf-8", "replace")
    words, rotation_degrees = words_from_tsv(table)
    layer = base.with_suffix(".pdf")
    if not layer.is_file():
        raise CannotRead(HeldReason.READER_CRASHED, "tesseract wrote no text layer")
    return OcrPage(text_from_tsv(table), words, rotation_degrees, layer)


def _output(base: Path, suffix: str) -> bytes:
    """A file tesseract wrote, read and removed; an absent one means that it failed."""
    path = base.with_suffix(suffix)
    try:
        content = path.read_bytes()
    except FileNotFoundError as error:
        raise CannotRead(HeldReason.READER_CRASHED, f"tesseract wrote no {suffix}") from error
    path.unlink()
    return content
