"""What is wrong with a page, by its measures and the thresholds. Pure; a finding alone changes nothing."""

from collections.abc import Iterator
from dataclasses import replace

from scanning.quality.model import Fault, Finding, QualityRules, Thresholds
from scanning.reading.model import PageKind, PageMeasures


def thresholds_for(rules: QualityRules, device: str, stream: str) -> Thresholds:
    """The thresholds for what came from this device in this stream; later entries come before earlier."""
    found = rules.usual
    for one in rules.special:
        if one.device in ("", device) and one.stream in ("", stream):
            found = replace(found, **one.changes)  # type: ignore[arg-type]
    return found


def judge(kind: str, measures: PageMeasures, limits: Thresholds) -> tuple[Finding, ...]:
    """The findings of one page. Of a blank page only its picture is judged, of a separator nothing."""
    if kind == PageKind.SEPARATOR:
        return ()
    if measures.black_border >= 1.0:
        return (Finding(Fault.BLACK_PAGE),)
    found = [*_of_picture(measures, limits)]
    if kind == PageKind.CONTENT:
        found += [*_of_print(measures, limits), *_of_words(measures, limits)]
    return tuple(found)


def _of_picture(measures: PageMeasures, limits: Thresholds) -> Iterator[Finding]:
    yield from _below(Fault.RESOLUTION, measures.resolution_dpi, limits.least_resolution_dpi)
    yield from _above(Fault.BLACK_BORDER, measures.black_border, limits.most_black_border)
    width, height = measures.width_mm, measures.height_mm
    if width is None or height is None:
        return
    long, short = max(width, height), min(width, height)
    yield from _below(Fault.TOO_SMALL, short, limits.least_side_mm)
    is_slip = limits.least_side_mm is not None and short < 6 * limits.least_side_mm
    shape = limits.longest_shape
    if not is_slip and shape is not None and long > shape * short:
        yield from _above(Fault.TOO_LONG, long, limits.longest_mm)


def _of_print(measures: PageMeasures, limits: Thresholds) -> Iterator[Finding]:
    yield from _above(Fault.SKEW, measures.skew_degrees, limits.most_skew_degrees)
    yield from _above(Fault.CUT_EDGE, measures.cut_marks, limits.most_cut_marks)
    yield from _below(Fault.ALMOST_BLANK, measures.ink, limits.least_ink)
    yield from _below(Fault.CONTRAST, measures.contrast, limits.least_contrast)
    if measures.contrast is not None:
        yield from _below(Fault.BLUR, measures.sharpness, limits.least_sharpness)


def _of_words(measures: PageMeasures, limits: Thresholds) -> Iterator[Finding]:
    if measures.confidence is None:
        return
    if is_handwriting(measures, limits):
        yield Finding(Fault.HANDWRITING, measures.unread_ink, limits.handwriting_unread)
        return
    if measures.words < (limits.least_words or 0):
        return
    low = [*_below(Fault.CONFIDENCE, measures.confidence, limits.least_confidence),
           *_above(Fault.CONFIDENCE, measures.low_words, limits.most_low_words)]  # fmt: skip
    yield from low[:1]


def is_handwriting(measures: PageMeasures, limits: Thresholds) -> bool:
    """Whether much of a page's ink is in no word that could be read, and it is no picture."""
    least, unread, picture = (
        limits.handwriting_ink, limits.handwriting_unread, limits.picture_ink,
    )  # fmt: skip
    if least is None or unread is None or measures.unread_ink is None:
        return False
    is_picture = picture is not None and measures.ink > picture
    return least <= measures.ink and measures.unread_ink >= unread and not is_picture


def _below(fault: Fault, value: float | None, least: float | None) -> Iterator[Finding]:
    if value is not None and least is not None and value < least:
        yield Finding(fault, float(value), least)


def _above(fault: Fault, value: float | None, most: float | None) -> Iterator[Finding]:
    if value is not None and most is not None and value > most:
        yield Finding(fault, float(value), most)
