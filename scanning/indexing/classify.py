"""The type of a document from its words: weighted cues, the title counting most, and an honest doubt.

Cues are data (document_cues.psv). A phrase is found through OCR's common slips, and in the head of the
first page with a letter or two wrong. The score sets the best type against all others and against
"none of them", so an unknown document scores low for every type.
"""

import math
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from scanning.indexing.cues import (
    LEAST_HEAD_LIKENESS,
    Cue,
    CueKind,
    load_cues,
    pieces_in,
    skeleton,
    starts_in,
)
from scanning.indexing.likeness import holds_likeness_of
from scanning.indexing.lines import Line, lines_of
from scanning.indexing.model import (
    Evidence,
    EvidenceKind,
    PageText,
    TypeAlternative,
    TypeSuggestion,
)

MODEL = "cues/1"
_HEAD_LINES = 14
_LONG_LINE_WORDS = 9
_UNKNOWN_POINTS = 6.0
_POINTS_PER_DOUBT = 1.4
_MOST_CUE_POINTS = 9.0
_OFFICE = re.compile(
    r"\b(team|department|dept|services?|unit|board|directorate|ltd|limited)\b", re.I
)
_WHOLE_LINE = 0.8
_HEADING_POINTS = 7.0
_TWO_TITLES_SCORE = 0.85  # below every threshold for filing
_MOST_ALTERNATIVES = 3
_MOST_REASONS = 6
_LEAST_ALTERNATIVE = 0.01


@dataclass(frozen=True, slots=True)
class _Hit:
    cue: Cue
    points: float
    line: Line


@dataclass(frozen=True, slots=True)
class _Folded:
    line: Line
    text: str
    is_head: bool
    is_heading: bool
    may_be_heading: bool


def classify(pages: tuple[PageText, ...]) -> TypeSuggestion:
    """The likeliest type with its score, reasons (best first) and alternatives."""
    return classify_lines(lines_of(pages))


def classify_lines(lines: tuple[Line, ...]) -> TypeSuggestion:
    """The same for pages whose lines are known."""
    folded = tuple(_folded(lines))
    points: dict[str, float] = {}
    hits: dict[str, list[_Hit]] = defaultdict(list)
    for hit in _hits(folded):
        hits[hit.cue.code].append(hit)
    for code, found in hits.items():
        points[code] = _points(found)
    return _suggestion(points, hits)


def _folded(lines: tuple[Line, ...]) -> Iterator[_Folded]:
    for place, line in enumerate(lines):
        text = skeleton(line.text)
        short = len(text.split()) <= _LONG_LINE_WORDS
        upper, letters = sum(map(str.isupper, line.text)), sum(map(str.isalpha, line.text))
        is_heading = short and (line.number <= 3 or upper * 2 > letters)
        may_be = short and bool(re.match(r"\W*[A-Z0-9].*[^.,;\s]\s*$", line.text))
        is_head = place < _HEAD_LINES and line.page == 1
        yield _Folded(line, text, is_head, is_heading, is_heading or may_be)


def _hits(lines: tuple[_Folded, ...]) -> Iterator[_Hit]:
    """Each cue once, where it counts most."""
    text = "".join(folded.text for folded in lines)
    closed = text.replace(" ", "")
    printed = "\n".join(folded.line.text for folded in lines)
    head = " ".join(folded.text.strip() for folded in lines if folded.is_head)
    starts, standing = starts_in(closed), pieces_in(head)
    for cue in load_cues():
        if cue.kind is CueKind.ACRONYM:
            hit = _acronym(cue, lines) if cue.phrase in printed else None
        elif cue.start in starts and (cue.folded in text or (cue.closed and cue.closed in closed)):
            hit = _exact(cue, lines)
        elif not standing.isdisjoint(cue.pieces):
            hit = _in_head_with_slips(cue, head, lines)
        else:
            hit = None
        if hit:
            yield hit


def _acronym(cue: Cue, lines: tuple[_Folded, ...]) -> _Hit | None:
    shape = re.compile(rf"(?<![\w-]){re.escape(cue.phrase)}(?![\w])")
    found = [folded for folded in lines if shape.search(folded.line.text)]
    if not found:
        return None
    return _Hit(cue, 3.0 if found[0].is_head else 1.5, found[0].line)


def _exact(cue: Cue, lines: tuple[_Folded, ...]) -> _Hit | None:
    found = [
        folded
        for folded in lines
        if cue.folded in folded.text or (cue.closed and cue.closed in folded.text.replace(" ", ""))
    ]
    if not found:  # it runs over the end of a line
        return _Hit(cue, 1.5, lines[0].line)
    best = max(found, key=lambda folded: _points_on(cue, folded))
    return _Hit(cue, _points_on(cue, best), best.line)


def _points_on(cue: Cue, folded: _Folded) -> float:
    """A title in its own heading is worth most; the same words in a sentence little."""
    long_phrase = min(1.5, 0.75 + len(cue.folded.split()) * 0.25)
    if cue.kind is CueKind.NEVER:
        return -4.0 if folded.is_head else -1.5
    if cue.kind is CueKind.CUE:
        return long_phrase * (1.5 if folded.is_head else 1.2)
    if _is_letterhead(cue, folded):
        return 1.5 * long_phrase
    share = len(cue.folded.strip()) / max(1, len(folded.text.strip()))
    if folded.is_head and (folded.is_heading or share >= _WHOLE_LINE):
        return (7.0 + 4.0 * share) * min(1.2, 0.8 + 0.2 * len(cue.folded.split()))
    if folded.is_head:
        return (5.0 if folded.may_be_heading else 2.0) * long_phrase
    return (3.0 if folded.is_heading else 1.5) * long_phrase


def _is_letterhead(cue: Cue, folded: _Folded) -> bool:
    """Whether the line names who writes ("Financial Assessment Team") and not what is written."""
    of_office = _OFFICE.search(folded.line.text)
    return bool(of_office) and not _OFFICE.search(cue.phrase)


def _in_head_with_slips(cue: Cue, head: str, lines: tuple[_Folded, ...]) -> _Hit | None:
    wanted = cue.folded.strip()
    if not holds_likeness_of(head, wanted, LEAST_HEAD_LIKENESS):
        return None
    for folded in lines[:_HEAD_LINES]:
        if len(folded.text) > len(wanted) and holds_likeness_of(
            folded.text, wanted, LEAST_HEAD_LIKENESS
        ):
            return _Hit(cue, 0.7 * _points_on(cue, folded), folded.line)
    return None


def _points(hits: list[_Hit]) -> float:
    """The best title in full, a second one in part, and cues up to a bound."""
    titles = sorted((h.points for h in hits if h.cue.kind is CueKind.TITLE), reverse=True)
    cues = sum(h.points for h in hits if h.cue.kind in (CueKind.CUE, CueKind.ACRONYM))
    against = sum(h.points for h in hits if h.cue.kind is CueKind.NEVER)
    return (
        sum(titles[:1]) + 0.3 * sum(titles[1:3]) + min(cues, _MOST_CUE_POINTS) + max(against, -8.0)
    )


def _suggestion(points: dict[str, float], hits: dict[str, list[_Hit]]) -> TypeSuggestion:
    scores = _scores(points)
    ranked = sorted(scores, key=lambda code: (-scores[code], code))
    if not ranked or points[ranked[0]] <= 0:
        return TypeSuggestion(None, 0.0, model=MODEL)
    best = ranked[0]
    most = _TWO_TITLES_SCORE if _has_rival_title(best, hits) else 1.0
    alternatives = [TypeAlternative(code, scores[code]) for code in ranked[1:]]
    return TypeSuggestion(
        code=best,
        score=min(scores[best], most),
        reasons=tuple(_reasons(hits[best])),
        alternatives=tuple(
            a for a in alternatives[:_MOST_ALTERNATIVES] if a.score >= _LEAST_ALTERNATIVE
        ),
        model=MODEL,
    )


def _has_rival_title(best: str, hits: dict[str, list[_Hit]]) -> bool:
    """Whether another type's title stands in a heading of its own at the head of the document."""
    own_lines = {(h.line.page, h.line.number) for h in hits[best] if h.cue.kind is CueKind.TITLE}
    return any(
        hit.cue.kind is CueKind.TITLE
        and hit.points >= _HEADING_POINTS
        and (hit.line.page, hit.line.number) not in own_lines
        for code, found in hits.items()
        if code != best
        for hit in found
    )


def _scores(points: dict[str, float]) -> dict[str, float]:
    weights = {code: math.exp(found / _POINTS_PER_DOUBT) for code, found in points.items()}
    total = sum(weights.values()) + math.exp(_UNKNOWN_POINTS / _POINTS_PER_DOUBT)
    return {code: round(weight / total, 4) for code, weight in weights.items()}


def _reasons(hits: list[_Hit]) -> Iterator[Evidence]:
    for hit in sorted(hits, key=lambda hit: -abs(hit.points))[:_MOST_REASONS]:
        note = "speaks against it" if hit.points < 0 else ""
        yield hit.line.evidence(EvidenceKind.CUE, hit.cue.phrase, note)
