"""How often one page is put before the OCR engine, and which reading stays: once is the rule.

A page of large print is read reduced. Where that reading is unsure the full picture is read too and
the surer one stays; where the words look Welsh the same picture is read once more by both languages.
The pictures themselves are made by ocr_picture.py. Source: ADR 0025.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from scanning.reading.languages import first_languages, looks_welsh
from scanning.reading.model import Limits
from scanning.reading.ocr import OcrPage, OcrRequest, PageOcr, mean_confidence
from scanning.reading.ocr_picture import OcrPicture

LEAST_SURE = 0.75  # mean confidence below which the reduced picture is not the last word
TIME_SHARE = 0.8  # of the child's wall time, so that a timeout is told, not inflicted
WELSH = "welsh"  # the note on a page that was read by both languages


@dataclass(frozen=True, slots=True)
class Reading:
    """The reading that stays, the picture its boxes lie on, and what is to be noted of the page."""

    picture: OcrPicture
    page: OcrPage
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class OcrPasses:
    """An engine and how to ask it about one page. stem: of the files written; in_doubt: way up."""

    engine: PageOcr
    limits: Limits
    stem: Path
    resolution_dpi: int
    in_doubt: bool

    def read(self, reduced: OcrPicture | None, full: Callable[[], OcrPicture]) -> Reading:
        """The page's reading. full: makes the full picture, which is seldom needed."""
        first = first_languages(self.limits.languages)
        picture, page = self._surest(reduced, full, first)
        if first == self.limits.languages or not looks_welsh(page.text):
            return Reading(picture, page)
        return Reading(picture, self._read(picture, self.limits.languages), (WELSH,))

    def _surest(
        self, reduced: OcrPicture | None, full: Callable[[], OcrPicture], languages: str
    ) -> tuple[OcrPicture, OcrPage]:
        if reduced is None:
            picture = full()
            return picture, self._read(picture, languages)
        seen = self._read(reduced, languages)
        if mean_confidence(seen.words) >= LEAST_SURE:
            return reduced, seen
        picture = full()
        found = self._read(picture, languages)
        surer = mean_confidence(found.words) >= mean_confidence(seen.words)
        return (picture, found) if surer else (reduced, seen)

    def _read(self, picture: OcrPicture, languages: str) -> OcrPage:
        """Of the time a reduced picture has a third, so that the full one can still be read."""
        share = TIME_SHARE / 3 if picture.is_reduced else TIME_SHARE
        name = f"{self.stem.name}-reduced.bmp" if picture.is_reduced else f"{self.stem.name}.bmp"
        raw_pixels = self.stem.with_name(name)
        picture.pixels.save(raw_pixels, format="BMP")
        return self.engine.read(
            OcrRequest(
                image=raw_pixels,
                resolution_dpi=max(round(self.resolution_dpi * picture.factor), 1),
                languages=languages,
                find_orientation=self.in_doubt,
                timeout_s=self.limits.wall_s * share,
            )
        )
