"""Is the text that a PDF page carries good enough to stand for the page? Pure judgement.

A scanned page may carry hidden garbage, or only a stamped footer over a full-page picture; a font
without a proper table gives letters that are not the ones shown. Such pages are OCR'd. Nothing here
opens a PDF.
"""

import unicodedata
from collections import Counter
from collections.abc import Sequence

import numpy as np

from scanning.reading.blank import ink_per_cell
from scanning.reading.model import Word

CELL_PX = 16  # at about 150 dpi: a square of 2.7 mm
PICTURE_PAGE_SHARE = 0.25  # of the page: from here a picture may hold text of its own
LEAST_INK_PX = 5  # dark pixels, a fiftieth, that make a cell inked
COVERAGE_WITH_PICTURE = 0.5
COVERAGE_WITHOUT_PICTURE = 0.1
_VOWELS = frozenset("aeiouyw")


def is_good_text_layer(
    words: Sequence[Word], ink: np.ndarray, scale: float, picture_share: float
) -> bool:
    """Whether the layer's words can be used as they are.

    ink: bool array of dark pixels of the upright page, reduced. scale: reduced pixels per page
    pixel (in which the words' boxes are). picture_share: 0 to 1, of the page under pictures.
    """
    if not reads_like_words([word.text for word in words]):
        return False
    needed = (
        COVERAGE_WITH_PICTURE if picture_share >= PICTURE_PAGE_SHARE else COVERAGE_WITHOUT_PICTURE
    )
    return ink_covered(words, ink, scale) >= needed


def reads_like_words(tokens: Sequence[str]) -> bool:
    """Whether tokens look like writing: printable, vowels among letters, words of usual length."""
    text = "".join(tokens)
    if len(tokens) < 1 or not text:
        return False
    times = Counter(text)
    unprintable = sum(n for character, n in times.items() if _is_unprintable(character))
    if unprintable > 0.03 * len(text) or len(text) / len(tokens) > 20:
        return False
    if len(tokens) >= 20 and len(text) / len(tokens) < 1.8:
        return False
    letters = sum(n for character, n in times.items() if character.isalpha())
    marks = sum(n for character, n in times.items() if not character.isalnum())
    return marks <= 0.4 * len(text) and (letters < 20 or _has_usual_vowels(text))


def _is_unprintable(character: str) -> bool:
    return character == "\ufffd" or unicodedata.category(character) in {"Cc", "Cn", "Co", "Cs"}


def _has_usual_vowels(text: str) -> bool:
    """Vowels make 25 to 70 % of Latin letters in any tongue; other scripts are not judged."""
    plain = unicodedata.normalize("NFD", text).lower()
    latin = [character for character in plain if "a" <= character <= "z"]
    if len(latin) < 20:
        return True
    return 0.25 <= sum(character in _VOWELS for character in latin) / len(latin) <= 0.7


def ink_covered(words: Sequence[Word], ink: np.ndarray, scale: float) -> float:
    """Share (0 to 1) of the page's inked cells that lie under words; 1.0 for a page without ink."""
    inked = ink_per_cell(ink, CELL_PX) >= LEAST_INK_PX
    total = int(inked.sum())
    if not total:
        return 1.0
    covered = np.zeros_like(inked)
    for word in words:
        top, bottom = (int(edge * scale) // CELL_PX for edge in (word.y0, word.y1))
        left, right = (int(edge * scale) // CELL_PX for edge in (word.x0, word.x1))
        covered[max(top, 0) : bottom + 1, max(left, 0) : right + 1] = True
    return float((inked & covered).sum()) / total
