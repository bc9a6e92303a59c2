"""What a page's picture is worth as a scan: plain numbers from what the reading has in memory.

Numpy over the reduced grey picture (about 150 dpi) and its darkness; nothing is opened, and nothing is
judged here: scanning/quality/rules.py does that with thresholds that are data.
"""

import numpy as np
from PIL import Image

from scanning.reading.blank import FAINTEST_INK
from scanning.reading.model import PageMeasures, PageReading, Word
from scanning.reading.page_image import PageImage
from scanning.reading.page_language import language_of

MM_PER_INCH = 25.4
CONFIDENT = 0.6  # of a word's confidence
LEAST_INK_PX = 50  # fewer dark pixels say nothing about contrast or sharpness
BLACK_LEVEL = 96  # of a row's or column's mean grey, 255 being white
EDGE_PX = 3  # half a millimetre at 150 dpi
DEPTH_PX = 8  # a stroke that is cut comes from further in
STROKE_PX = (2, 60)  # of the side; longer ones are shadows and rules
SAMPLE_PX = 4  # every fourth pixel tells whether a row is black
LEAST_SIDE_PX = 64  # a smaller picture has no sides to speak of


def measure(
    image: PageImage,
    reduced: Image.Image,
    dark: Image.Image,
    ink: np.ndarray | None,
    skew_degrees: float | None,
    reading: PageReading,
) -> PageMeasures:
    """The measures of one page.

    reduced, dark, ink: the page as received, at about 150 dpi: in grey, its darkness, where print is
    (None: there is none to be cut).
    skew_degrees: as orientation measured it. reading: its words are in pixels of the upright page.
    """
    grey, darkness = np.asarray(reduced), np.asarray(dark)
    dpi = image.resolution_dpi
    width, height = (round(side * MM_PER_INCH / dpi) for side in image.pixels.size)
    contrast, sharpness = _contrast_and_sharpness(grey, darkness)
    words = [word for word in reading.words if any(char.isalnum() for char in word.text)]
    confident = [word for word in words if word.confidence >= CONFIDENT]
    real = darkness >= FAINTEST_INK
    scale = reduced.width / max(image.pixels.width, 1)
    upright = np.rot90(real, k=-reading.rotation_degrees // 90)
    is_read = reading.confidence is not None
    return PageMeasures(
        resolution_dpi=None if image.is_drawn else dpi,
        width_mm=width,
        height_mm=height,
        skew_degrees=None if skew_degrees is None else round(abs(skew_degrees), 1),
        cut_marks=0 if ink is None else cut_marks(ink & real),
        black_border=black_border(grey),
        contrast=contrast,
        sharpness=sharpness,
        ink=round(np.count_nonzero(real) / max(real.size, 1), 4),
        words=len(words),
        confidence=reading.confidence,
        low_words=round(1 - len(confident) / len(words), 3) if is_read and words else None,
        unread_ink=unread_ink(upright, confident, scale) if is_read else None,
        language=language_of([word.text for word in confident]),
    )


def _contrast_and_sharpness(
    grey: np.ndarray, darkness: np.ndarray
) -> tuple[float | None, float | None]:
    """How dark print is against its paper, and the steepest steps from pixel to pixel against that."""
    inked = darkness[darkness >= FAINTEST_INK]
    if inked.size < LEAST_INK_PX:
        return None, None
    darkest = max(_level_of(inked), 1)
    if grey.shape[1] < LEAST_SIDE_PX:
        return round(darkest / 255, 3), None
    rows: np.ndarray = grey[::2].astype(np.int16)
    near = darkness[::2] >= FAINTEST_INK
    edges = np.abs(np.diff(rows, axis=1))[near[:, 1:] | near[:, :-1]]
    steepest = _level_of(edges) if edges.size else 0
    return round(darkest / 255, 3), round(min(steepest / darkest, 1.0), 3)


def _level_of(levels: np.ndarray) -> int:
    """The level (0 to 255) that 95 of 100 do not exceed."""
    counts = np.cumsum(np.bincount(levels.ravel(), minlength=256))
    return int(np.searchsorted(counts, 0.95 * counts[-1]))


def black_border(grey: np.ndarray) -> float:
    """Share of the page's length or width, on the worst side, whose rows or columns are black."""
    rows, columns = grey[:, ::SAMPLE_PX].mean(axis=1), grey[::SAMPLE_PX].mean(axis=0)
    return round(max(_black_share(rows), _black_share(columns)), 3)


def _black_share(levels: np.ndarray) -> float:
    light = np.flatnonzero(levels >= BLACK_LEVEL)
    if light.size == 0:
        return 1.0
    return max(int(light[0]), len(levels) - 1 - int(light[-1])) / len(levels)


def cut_marks(ink: np.ndarray) -> int:
    """Strokes that run off the page, on the side where most do. Shadows along a side are no strokes."""
    if min(ink.shape) < LEAST_SIDE_PX:
        return 0
    sides = (ink, ink[::-1], ink.T, ink.T[::-1])
    return max(_strokes_at_top(side) for side in sides)


def _strokes_at_top(ink: np.ndarray) -> int:
    at_edge = ink[:EDGE_PX].any(axis=0)
    goes_on = ink[EDGE_PX:DEPTH_PX].mean(axis=0) >= 0.5
    edges = np.flatnonzero(np.diff(np.concatenate(([0], at_edge.view(np.int8), [0]))))
    shortest, longest = STROKE_PX
    return sum(
        bool(shortest <= end - start <= longest and goes_on[start:end].any())
        for start, end in zip(edges[::2], edges[1::2], strict=True)
    )


def unread_ink(ink: np.ndarray, confident: list[Word], scale: float) -> float | None:
    """Share of the ink of the upright page outside the boxes of confident words; None without ink.

    scale: pixels of `ink` to a pixel of the words' boxes. A line's ink a little outside its box, such as
    a tail, counts as read.
    """
    inked = np.array(ink)
    total = int(np.count_nonzero(inked))
    if total < LEAST_INK_PX:
        return None
    for word in confident:
        x0, y0, x1, y1 = (round(edge * scale) for edge in (word.x0, word.y0, word.x1, word.y1))
        inked[max(y0 - 2, 0) : y1 + 3, max(x0 - 2, 0) : x1 + 3] = False
    return round(np.count_nonzero(inked) / total, 3)
