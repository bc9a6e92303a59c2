"""Words of the reading room: an opened item, a page's reading, and why an item cannot be read.

Frozen values only; nothing here touches a file. They cross the border between the trusted worker
and the child process that parses foreign bytes, so every value is plain and bounded.
"""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

JBIG2_SYMBOLS = "jbig2_symbols"  # a note on an item: scanning/reading/jbig2.py


class PageKind(StrEnum):
    """What a page is for the reconciliation: every page is exactly one of these."""

    CONTENT = "content"
    BLANK = "blank"
    SEPARATOR = "separator"


class TextSource(StrEnum):
    """Where a page's text came from."""

    OCR = "ocr"
    TEXT_LAYER = "text_layer"
    DOCUMENT = "document"  # born digital: DOCX, e-mail body, plain text
    NONE = "none"  # a blank page or a separator sheet


@dataclass(frozen=True, slots=True)
class Word:
    """A word and its box in pixels of the upright page (origin top left, y down)."""

    text: str
    x0: int
    y0: int
    x1: int
    y1: int
    confidence: float  # 0 to 1; 1.0 for a text layer


class Language(StrEnum):
    """What a page is written in, as far as its small words tell."""

    UNKNOWN = ""
    ENGLISH = "en"
    WELSH = "cy"
    BOTH = "en+cy"


@dataclass(frozen=True, slots=True, kw_only=True)
class PageMeasures:
    """What was measured of a page's picture and of its words. None: it could not be, or has no meaning.

    resolution_dpi: pixels to an inch of paper; None for a page that was drawn, not scanned. skew_degrees:
    how far its lines are from level, 0 to 5 (5: that or more); None where there are no clear lines.
    cut_marks: strokes that run off the side where most do. black_border: share (0 to 1) of the page's
    length or width, on the worst side, that is black. contrast: how much darker print is than paper, 0 to
    1. sharpness: steepest change from pixel to pixel at 150 dpi as a share of the contrast, 0 to 1. ink:
    share of the page's pixels. words: how many were recognised. low_words: share of them read with
    little confidence. unread_ink: share of the ink that is in no word read with confidence.
    """

    resolution_dpi: int | None
    width_mm: int | None
    height_mm: int | None
    skew_degrees: float | None
    cut_marks: int
    black_border: float
    contrast: float | None
    sharpness: float | None
    ink: float
    words: int = 0
    confidence: float | None = None
    low_words: float | None = None
    unread_ink: float | None = None
    language: Language = Language.UNKNOWN


@dataclass(frozen=True, slots=True)
class Barcode:
    """A barcode and its box in pixels of the upright page, as a Word's. kind: Code128, QRCode and so on."""

    kind: str
    value: str
    x0: int
    y0: int
    x1: int
    y1: int


@dataclass(frozen=True, slots=True)
class PageReading:
    """All that one reading of one page gives.

    width_px, height_px: the upright page, in the pixels the word boxes use.
    rotation_degrees: clockwise turn (0, 90, 180, 270) from the page as received to upright.
    view_image: file a browser can show (JPEG or PNG, upright), None for a page without an image.
    text_layer: one-page PDF of invisible text in the page's received orientation, None if not OCR'd.
    confidence: mean word confidence 0 to 1, None when the page was not OCR'd.
    separator: value of the barcode on one of the post room's sheets, else None.
    measures: what was measured of the page's quality; None for a page without a scan.
    """

    kind: PageKind
    text: str
    words: tuple[Word, ...]
    text_source: TextSource
    width_px: int
    height_px: int
    resolution_dpi: int
    rotation_degrees: int = 0
    confidence: float | None = None
    separator: str | None = None
    view_image: Path | None = None
    text_layer: Path | None = None
    notes: tuple[str, ...] = ()
    measures: PageMeasures | None = None
    barcodes: tuple[Barcode, ...] = ()


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file found inside another (an e-mail's attachment): becomes an item of its own."""

    name: str
    path: Path


@dataclass(frozen=True, slots=True)
class OpenedItem:
    """What a file turned out to be. media_type comes from its content, never from its name."""

    media_type: str
    page_count: int
    attachments: tuple[Attachment, ...] = ()
    notes: tuple[str, ...] = ()


class HeldReason(StrEnum):
    """Why an item cannot be read and waits, whole, for a person."""

    EMPTY = "empty"
    UNSUPPORTED = "unsupported"
    ENCRYPTED = "encrypted"
    DAMAGED = "damaged"
    TOO_MANY_PAGES = "too_many_pages"
    TOO_MANY_PIXELS = "too_many_pixels"
    UNPACKS_TOO_LARGE = "unpacks_too_large"
    NESTED_TOO_DEEP = "nested_too_deep"
    TOOK_TOO_LONG = "took_too_long"
    TOO_MUCH_MEMORY = "too_much_memory"
    READER_CRASHED = "reader_crashed"
    INFECTED = "infected"
    NOT_SCANNED = "not_scanned"
    NOT_NAMED = "not_named"
    NAMED_TWICE = "named_twice"
    NO_MANIFEST = "no_manifest"
    OTHER_BYTES = "other_bytes"
    OTHER_PAGES = "other_pages"


class CannotRead(Exception):
    """The file cannot be read; it is held with this reason. detail: for operators, no content."""

    def __init__(self, reason: HeldReason, detail: str = "") -> None:
        super().__init__(reason, detail)
        self.reason = reason
        self.detail = detail

    def __str__(self) -> str:
        return f"{self.reason.value}: {self.detail}" if self.detail else self.reason.value


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds on one child process that parses a foreign file."""

    memory_bytes: int = 1 << 30
    cpu_s: int = 120
    wall_s: int = 180
    output_bytes: int = 512 << 20
    max_pages: int = 3000
    max_pixels: int = 120_000_000
    max_unpacked_bytes: int = 512 << 20
    max_attachments: int = 200
    max_depth: int = 5
    languages: str = "eng+cym"
    ocr_engine: str = "fastest"  # a name of ocr_engines.OcrEngine
