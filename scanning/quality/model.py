"""Words of quality: what can be wrong with a page, document or file, and how a batch's check stands.

Frozen values only.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Fault(StrEnum):
    """What an automatic check can find. Of a page, unless said otherwise."""

    RESOLUTION = "resolution"
    SKEW = "skew"
    CUT_EDGE = "cut_edge"
    BLACK_BORDER = "black_border"
    BLACK_PAGE = "black_page"
    CONTRAST = "contrast"
    BLUR = "blur"
    ALMOST_BLANK = "almost_blank"
    TOO_LONG = "too_long"
    TOO_SMALL = "too_small"
    CONFIDENCE = "confidence"
    HANDWRITING = "handwriting"
    UNREADABLE = "unreadable"
    PAGES_MISSING = "pages_missing"  # of a document
    PAGES_TWICE = "pages_twice"  # of a document
    PAGES_ORDER = "pages_order"  # of a document
    DATES_DIFFER = "dates_differ"  # of a document
    DATE_AHEAD = "date_ahead"  # of a document
    BORN_LATER = "born_later"  # of a document
    JBIG2_SYMBOLS = "jbig2_symbols"  # of a file


class SeenFault(StrEnum):
    """What a person can find in a sample."""

    ILLEGIBLE = "illegible"
    CUT = "cut"
    MISSING_PAGE = "missing_page"
    WRONG_ORDER = "wrong_order"
    TWO_IN_ONE = "two_in_one"
    WRONG_SIDE_UP = "wrong_side_up"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Finding:
    """Something found by an automatic check. value: what was measured, None where nothing was.

    limit: the threshold. pages: numbers of the document's own pages that it is about, as printed.
    """

    fault: Fault
    value: float | None = None
    limit: float | None = None
    pages: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Thresholds:
    """From where on something is a finding; None: not looked at. Shares are 0 to 1, lengths in mm.

    hold: faults that keep a document from filing itself, so that a person looks.
    """

    least_resolution_dpi: float | None = None
    most_skew_degrees: float | None = None
    most_cut_marks: float | None = None
    most_black_border: float | None = None
    least_contrast: float | None = None
    least_sharpness: float | None = None
    least_ink: float | None = None
    longest_mm: float | None = None
    longest_shape: float | None = None
    least_side_mm: float | None = None
    least_confidence: float | None = None
    most_low_words: float | None = None
    least_words: float | None = None
    handwriting_ink: float | None = None
    handwriting_unread: float | None = None
    picture_ink: float | None = None
    hold: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Special:
    """Thresholds that differ for what comes from one device, or in one stream ("": any)."""

    device: str
    stream: str
    changes: Mapping[str, float | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class SamplingRates:
    """Which share (0 to 1) of documents people look at. by_class: of a record class; by_type: of a
    document type. new_batches: as many first batches of an operator or a device count as new."""

    usual: float
    new_operator: float
    new_device: float
    new_batches: int
    sealed: float
    by_class: Mapping[str, float] = field(default_factory=dict)
    by_type: Mapping[str, float] = field(default_factory=dict)
    by_operator: Mapping[str, float] = field(default_factory=dict)
    by_device: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class QualityRules:
    """All of it as it was read from one file. version: of that file, kept with what was judged by it."""

    version: int
    usual: Thresholds
    special: tuple[Special, ...]
    sampling: SamplingRates


class BatchState(StrEnum):
    """How the check of a batch stands."""

    NOT_YET = "not_yet"
    PASSED = "passed"
    FAILED = "failed"


class NotYet(StrEnum):
    """Why a batch is not checked yet."""

    NO_DOCUMENT = "no_document"
    BEING_READ = "being_read"
    NOT_DRAWN = "not_drawn"  # documents came since the sample was drawn
    WAITING = "waiting"  # samples nobody has judged


@dataclass(frozen=True, slots=True)
class BatchResult:
    """documents: how many the batch has; sampled, passed, failed: of these. is_escalated: all are looked
    at, because one failed."""

    state: BatchState
    why: NotYet | None = None
    documents: int = 0
    sampled: int = 0
    passed: int = 0
    failed: int = 0
    is_escalated: bool = False
