"""Dates of birth in text: those labelled so, and other dates as weak hints.

A date under a mother's or carer's name is hers: the role follows the last family label. The day of
the letter is document_date.py's.
"""

import re
from collections.abc import Iterator

from scanning.indexing.dates import PrintedDate, dates_in
from scanning.indexing.found import FoundBirth
from scanning.indexing.likeness import likeness
from scanning.indexing.lines import FAMILY_LABEL, Line, role_on
from scanning.indexing.model import Role

BIRTH_LABEL = re.compile(
    r"(?<!\w)([dD][.,]?\s?[o0][.,]?\s?[b8]\b[.,]?|date\s*o[ft]\s*b[il1!]rth|birth\s*date|born(\s+on)?\b|birth\s*[:;]"
    r"|dyddiad\s+geni|d\.?\s?geni|ganwyd)",
    re.I,
)
_PERSON_LABEL = re.compile(
    r"^\W*(\d+[.)]?\s*)?(full name|name|child|young person|client|patient|service user|surname"
    r"|forename|first name)\b",
    re.I,
)
_LABEL_WORDS = "date of birth"
_LEAST_LABEL_LIKENESS = 84
_MOST_INHERITED_LINES = 4


def births_in(lines: tuple[Line, ...]) -> Iterator[FoundBirth]:
    """Every date of the document as a birth, labelled or not, in reading order."""
    family_since = _MOST_INHERITED_LINES
    header = ""
    for line in lines:
        family_since += 1
        if FAMILY_LABEL.match(line.text):
            family_since = 0
        elif _PERSON_LABEL.match(line.text) or line.after_blank:
            family_since = _MOST_INHERITED_LINES
        inherited = family_since < _MOST_INHERITED_LINES
        dates = dates_in(line.text)
        for printed in dates:
            yield _birth(line, printed, header, inherited)
        header = "" if dates else line.text


def _birth(line: Line, printed: PrintedDate, header: str, inherited: bool) -> FoundBirth:
    before = line.text[: printed.start]
    labelled = is_birth_label(_since_last_date(before)) or (
        bool(BIRTH_LABEL.search(header)) and not re.search(r"[A-Za-z]{3,}\W*:\W*$", before)
    )
    role = Role.OTHER if inherited or _is_of_somebody_else(before) else role_on(line)
    return FoundBirth(printed.readings, printed.printed, line, role, labelled, printed.repaired)


def is_birth_label(before: str) -> bool:
    """Whether the words just before a date call it a date of birth, a slip of OCR allowed."""
    near = before[-26:]
    if BIRTH_LABEL.search(near):
        return True
    last_words = re.sub(r"[\W_]+$", "", near.lower())[-len(_LABEL_WORDS) :]
    return likeness(_LABEL_WORDS, last_words) >= _LEAST_LABEL_LIKENESS


def _since_last_date(before: str) -> str:
    dates = dates_in(before)
    return before[dates[-1].end :] if dates else before


_OF_SOMEBODY_ELSE = re.compile(
    r"\b(mother|father|carer|parent|partner)('?s?\W{0,3}\w*\W*$|'?s\s+(d\.?o|date))", re.I
)


def _is_of_somebody_else(before: str) -> bool:
    return bool(_OF_SOMEBODY_ELSE.search(before))
