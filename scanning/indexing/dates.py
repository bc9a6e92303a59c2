"""Civil dates printed in text, with the slips of OCR put right where only one reading is left.

Whether a date is somebody's birth or the day of the letter is decided in people_numbers.py and
document_date.py.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache

from scanning.indexing.likeness import likeliest_of

_MONTHS = {
    "january": 1,
    "february": 2,
    "march": 3,
    "april": 4,
    "may": 5,
    "june": 6,
    "july": 7,
    "august": 8,
    "september": 9,
    "october": 10,
    "november": 11,
    "december": 12,
    "ionawr": 1,
    "chwefror": 2,
    "mawrth": 3,
    "ebrill": 4,
    "mai": 5,
    "mehefin": 6,
    "gorffennaf": 7,
    "awst": 8,
    "medi": 9,
    "hydref": 10,
    "tachwedd": 11,
    "rhagfyr": 12,
}
_SHORT = {name[:3]: month for name, month in list(_MONTHS.items())[:12]} | {"sept": 9}
_DIGIT = r"[0-9OoQIl|SsBZg]"
_DIGIT_OF = str.maketrans("OoQIl|SsBZg", "00011155829")
_YEAR = rf"{_DIGIT}{{4}}|{_DIGIT}{{3}} {_DIGIT}|{_DIGIT} {_DIGIT}{{3}}|{_DIGIT}{{2}}"
_NUMERIC = re.compile(
    rf"(?<![\w/.-])({_DIGIT}{{1,2}})\s?([/.\-])\s?({_DIGIT}{{1,2}})\s?\2\s?({_YEAR})"
    r"(?![\w/-])"
)
_ISO = re.compile(r"(?<![\w-])(\d{4})-(\d{2})-(\d{2})(?![\w-])")
_DAY_MONTH = re.compile(
    rf"(?<!\w)({_DIGIT}{{1,2}})\s?(?:st|nd|rd|th|af|ain|eg|ydd|fed)?\s*(?:of\s+)?"
    rf"([A-Za-z01|]{{3,10}})[.,]?\s*({_YEAR})(?!\w)"
)
_MONTH_DAY = re.compile(
    rf"(?<!\w)([A-Za-z]{{3,10}})\.?\s+({_DIGIT}{{1,2}})(?:st|nd|rd|th)?,?\s+(\d{{4}})(?!\w)"
)
_OLDEST_YEAR = 1900
_LEAST_MONTH_LIKENESS = 75


@dataclass(frozen=True, slots=True)
class PrintedDate:
    """A date in a text. readings: the likeliest first; two for a year of two digits.

    start, end: where it stands in the text. repaired: whether a letter was read as a digit or a
    month's name was misspelt.
    """

    readings: tuple[date, ...]
    printed: str
    start: int
    end: int
    repaired: bool = False


def dates_in(text: str) -> tuple[PrintedDate, ...]:
    """Every date printed in a line, left to right; British order (day, month, year)."""
    found: list[PrintedDate] = []
    for printed in sorted(_all_in(text), key=lambda d: (d.start, -d.end)):
        if not found or printed.start >= found[-1].end:
            found.append(printed)
    return tuple(found)


def _all_in(text: str) -> Iterator[PrintedDate]:
    for pattern, day, month, year in (
        (_NUMERIC, 1, 3, 4),
        (_ISO, 3, 2, 1),
        (_DAY_MONTH, 1, 2, 3),
        (_MONTH_DAY, 2, 1, 3),
    ):
        for found in pattern.finditer(text):
            printed = _printed(found, found[day], found[month], found[year].replace(" ", ""))
            if printed:
                yield printed


def _printed(found: re.Match[str], day: str, month: str, year: str) -> PrintedDate | None:
    parts = day + year + (month if month[0] in "0123456789OoQIl|SsBZg" and len(month) < 3 else "")
    if sum(char.isdigit() for char in parts) * 2 < len(parts):
        return None
    month_number, misspelt = _month(month)
    readings = tuple(_readings(day, month_number, year)) if month_number else ()
    if not readings:
        return None
    repaired = misspelt or not parts.isdigit()
    return PrintedDate(readings, found[0], found.start(), found.end(), repaired)


def _readings(day: str, month: int, year: str) -> Iterator[date]:
    day_number, year_number = int(day.translate(_DIGIT_OF)), int(year.translate(_DIGIT_OF))
    years = [year_number] if len(year) == 4 else [2000 + year_number, 1900 + year_number]
    for full_year in years:
        reading = _civil_date(full_year, month, day_number)
        if reading:
            yield reading


def _civil_date(year: int, month: int, day: int) -> date | None:
    if not _OLDEST_YEAR <= year < 2100:
        return None
    try:
        return date(year, month, day)
    except ValueError:
        return None


@cache
def _month(printed: str) -> tuple[int, bool]:
    """Number of a month and whether its name was misspelt; 0 for what is no month."""
    if len(printed) < 3:
        return int(printed.translate(_DIGIT_OF)), False
    name = printed.lower()
    known = _MONTHS.get(name) or _SHORT.get(name)
    if known:
        return known, False
    if len(name) < 4:
        return 0, False
    meant = name.replace("0", "o").replace("1", "l")
    likely = likeliest_of(tuple(_MONTHS), meant, _LEAST_MONTH_LIKENESS)
    return (_MONTHS[likely], True) if likely else (0, False)
