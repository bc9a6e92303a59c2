"""The date a document bears: the day of the letter, not a birth, an appointment or a time to come."""

import re
from collections.abc import Iterator
from datetime import date

from scanning.indexing.dates import dates_in
from scanning.indexing.found import Identifiers
from scanning.indexing.lines import Line
from scanning.indexing.model import DateSuggestion, EvidenceKind, Role

_LABEL = re.compile(
    r"(?<!\w)(dated?|dyddiad|date of (the )?(letter|report|meeting|assessment|referral|this notice|notice"
    r"|review|notification|invoice|completion|statement|issue|discussion|conference|plan|order|decision|form"
    r"|clinic|dictation)"
    r"|((letter|report|invoice|statement|issue|meeting|assessment|tax point|referral|typed|completion|review)"
    r"\s*date|(typed|issued|made|given|completed|written|printed|prepared) on|date (typed|completed|issued"
    r"|of this letter|printed|made)))\s*[:.]?\W*$",
    re.I,
)
_OTHER_EVENT = re.compile(
    r"\b(next|due|expiry|expires?|appointment|admi(tted|ssion)|discharged?|received|from|until|to|since"
    r"|between|by|on|before|after|period|start(ed|ing)?|end(ed|ing|s)?|died|death|valid|effective"
    r"|last seen|returned|missing|incident|for|your (letter|email) (of|dated)|married|payment|hearing"
    r"|week|w/e|w/c|in|of|the)\b\W*(date\W*|on\W*|at\W*)?$",
    re.I,
)
_DONE_ON = re.compile(
    r"\b(assessed|completed|reviewed|seen|met|held|examined|interviewed|visited|taken|written|date seen"
    r"|examined|conducted|dictated|clinic date)\b.{0,24}$",
    re.I,
)
_HEAD_LINES = 22
_LEAST_SCORE = 0.15


def document_date(found: Identifiers, received_on: date | None = None) -> DateSuggestion | None:
    """The likeliest date of the document, or None where no printed date could be it.

    received_on: the civil date the post came in; a later date is not the document's.
    """
    candidates = list(_candidates(found, received_on))
    best = max(candidates, key=lambda found: found.score, default=None)
    if best is None or best.score < _LEAST_SCORE:
        return None
    return best


def _candidates(found: Identifiers, received_on: date | None) -> Iterator[DateSuggestion]:
    lines = found.lines
    births = frozenset((b.line.page, b.line.number, b.printed) for b in found.births if b.labelled)
    for place, line in enumerate(lines):
        for printed in dates_in(line.text):
            before = line.text[: printed.start]
            possible = [
                day for day in printed.readings if received_on is None or day <= received_on
            ]
            if possible and (line.page, line.number, printed.printed) not in births:
                above = lines[place - 1].text if place else ""
                score = _score(line, before, line.text[printed.end :], above)
                evidence = line.evidence(EvidenceKind.DOCUMENT_DATE, printed.printed)
                yield DateSuggestion(possible[0], score * _age(possible[0], received_on), evidence)


def _score(line: Line, before: str, after: str, above: str) -> float:
    alone = len(re.sub(r"[^A-Za-z0-9]", "", before + after)) <= 3
    at_head = line.page == 1 and line.number <= _HEAD_LINES
    if _LABEL.search(before) or (alone and _LABEL.search(above)):
        return 0.9 if at_head else 0.6
    if _DONE_ON.search(before):
        return 0.5 if at_head else 0.3
    if _OTHER_EVENT.search(before):
        return 0.2 if at_head else 0.1
    if alone:
        return 0.85 if at_head else 0.45
    if line.part is Role.WRITER or re.search(r"\bsigned\b", before, re.I):
        return 0.4
    return 0.3 if at_head and len(before) < 30 else 0.12


def _age(day: date, received_on: date | None) -> float:
    """Post is seldom older than two years and hardly ever older than a lifetime."""
    if received_on is None:
        return 1.0 if day.year >= 1980 else 0.4
    years = (received_on - day).days / 365.25
    return 1.0 if years <= 2 else 0.8 if years <= 10 else 0.5 if years <= 40 else 0.2
