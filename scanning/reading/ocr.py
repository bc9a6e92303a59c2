"""The OCR port: what the reader asks of an OCR engine, and what comes back.

Here live the Protocol with its contract in words, the result value and the pure reading of
Tesseract's TSV table (the exchange form other engines can write too). No process is started here.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from scanning.reading.model import Barcode, Word


@dataclass(frozen=True, slots=True)
class OcrRequest:
    """One page to be read once.

    image: uncompressed pixels (BMP) made by us, never the sender's file; Tesseract takes a BMP in by
        the row, but a PGM byte by byte, a tenth of the time it needs to read a letter.
    find_orientation: the page may lie sideways or upside down; the engine finds out.
    languages: joined by "+", as Tesseract names them ("eng", "eng+cym").
    """

    image: Path
    resolution_dpi: int
    languages: str
    find_orientation: bool
    timeout_s: float


@dataclass(frozen=True, slots=True)
class OcrPage:
    """What one OCR run gave. Word boxes are in pixels of the image as it was handed over.

    rotation_degrees: clockwise turn that makes that image upright.
    text_layer: one-page PDF of invisible text, laid out like the image as it was handed over.
    """

    text: str
    words: tuple[Word, ...]
    rotation_degrees: int
    text_layer: Path


class PageOcr(Protocol):
    """An OCR engine.

    Contract: one call is one run of the engine over one page and gives text, words and layer
    together. A page without readable text gives empty text and no words. A crash, an unusable
    answer or a missing language raises CannotRead(READER_CRASHED), a timeout CannotRead
    (TOOK_TOO_LONG): failure is never an empty string. Files are written beside the image only.
    """

    def read(self, request: OcrRequest) -> OcrPage: ...


def text_from_tsv(table: str) -> str:
    """The text of a Tesseract TSV table, as Tesseract writes it: a line for each line, an empty one between
    paragraphs."""
    parts: list[str] = []
    previous_line: list[str] = []
    for cells in _word_rows(table):
        line = cells[1:5]
        if parts and line != previous_line:
            parts.append("\n" if line[:3] == previous_line[:3] else "\n\n")
        elif parts:
            parts.append(" ")
        parts.append(cells[11])
        previous_line = line
    return "".join(parts).strip()


def words_from_tsv(table: str) -> tuple[tuple[Word, ...], int]:
    """The words of a Tesseract TSV table, and the clockwise turn that makes its lines upright."""
    words: list[Word] = []
    directions: Counter[int] = Counter()
    previous_line: list[str] = []
    for cells in _word_rows(table):
        words.append(_word(cells))
        if cells[1:5] == previous_line:
            directions[_turn_between(words[-2], words[-1])] += 1
        previous_line = cells[1:5]
    return tuple(words), directions.most_common(1)[0][0] if directions else 0


def _word_rows(table: str) -> Iterator[list[str]]:
    """The rows of words: level, page, block, paragraph, line, word, left, top, width, height, confidence,
    text. A rule or a picture is a word without letters, and is left out."""
    for row in table.split("\n")[1:]:
        cells = row.split("\t")
        if len(cells) >= 12 and cells[0] == "5" and cells[11].strip():
            yield cells


def _word(cells: list[str]) -> Word:
    left, top, width, height = (int(cell) for cell in cells[6:10])
    confidence = min(max(float(cells[10]) / 100, 0.0), 1.0)
    return Word(cells[11].strip(), left, top, left + width, top + height, confidence)


def _turn_between(first: Word, second: Word) -> int:
    """Turn (clockwise degrees) that makes the step from one word to the next go right."""
    step_x = (second.x0 + second.x1) - (first.x0 + first.x1)
    step_y = (second.y0 + second.y1) - (first.y0 + first.y1)
    if abs(step_x) >= abs(step_y):
        return 0 if step_x >= 0 else 180
    return 270 if step_y > 0 else 90


def mean_confidence(words: tuple[Word, ...]) -> float:
    """Mean confidence of the words, 0 to 1; 0.0 when OCR found none."""
    return sum(word.confidence for word in words) / len(words) if words else 0.0


def turn_words(
    words: tuple[Word, ...], size: tuple[int, int], rotation_degrees: int
) -> tuple[Word, ...]:
    """Words with their boxes after a page of this size (pixels) is turned clockwise."""
    if not rotation_degrees:
        return words
    return tuple(_turned(word, size, rotation_degrees) for word in words)


def turn_barcodes(
    barcodes: tuple[Barcode, ...], size: tuple[int, int], rotation_degrees: int
) -> tuple[Barcode, ...]:
    """Barcodes with their boxes after a page of this size (pixels) is turned clockwise."""
    if not rotation_degrees:
        return barcodes
    return tuple(
        Barcode(one.kind, one.value, *_turned_box(one, size, rotation_degrees)) for one in barcodes
    )


def _turned(word: Word, size: tuple[int, int], rotation_degrees: int) -> Word:
    return Word(word.text, *_turned_box(word, size, rotation_degrees), word.confidence)


def _turned_box(
    box: Word | Barcode, size: tuple[int, int], rotation_degrees: int
) -> tuple[int, int, int, int]:
    width, height = size
    return {
        90: (height - box.y1, box.x0, height - box.y0, box.x1),
        180: (width - box.x1, height - box.y1, width - box.x0, height - box.y0),
        270: (box.y0, width - box.x1, box.y1, width - box.x0),
    }[rotation_degrees]
