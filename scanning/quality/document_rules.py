"""What is wrong within one document, from the text of its pages: page numbers, and dates. Pure.

Only what is printed as a page's number counts: "Page 2 of 5", or "2 of 5" alone on a line, among the first
or last lines of a page. A page whose number could not be read may be any of the missing ones.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date

from scanning.indexing.dates import PrintedDate, dates_in
from scanning.quality.model import Fault, Finding

EDGE_LINES = 4  # of a page's lines with something on them, at its top and at its bottom
MOST_PAGES = 2000
_NUMBERED = re.compile(
    r"(?:\b(?:page|tudalen|pg|p)\.?\s*(\d{1,4})\s*(?:of|o|/)\s*(\d{1,4})\b"
    r"|^\W{0,3}(\d{1,4})\s*(?:of|/)\s*(\d{1,4})\W{0,3}$)",
    re.IGNORECASE,
)
_DATED = re.compile(
    r"^\W{0,3}(?:date|dated|date of (?:letter|report)|dyddiad)\s*[:.]?\s+(?=\d|[A-Za-z]+\s+\d)",
    re.IGNORECASE,
)
_BORN = re.compile(r"\b(?:date of birth|d\.?o\.?b\.?|born|dyddiad geni)\b", re.IGNORECASE)


def judge_document(pages: Sequence[str], received_on: date) -> tuple[Finding, ...]:
    """The findings of a document. pages: the text of its pages that are not blank, in order."""
    return (*_of_numbers(pages), *_of_dates(pages, received_on))


def page_number(text: str) -> tuple[int, int] | None:
    """Which page of how many a page says it is; None where it does not say, or says it differently."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    edge = lines if len(lines) <= 2 * EDGE_LINES else [*lines[:EDGE_LINES], *lines[-EDGE_LINES:]]
    said = set()
    for line in edge:
        for found in _NUMBERED.finditer(line):
            number, total = (int(part) for part in (found[1] or found[3], found[2] or found[4]))
            if 1 <= number <= total <= MOST_PAGES:
                said.add((number, total))
    return said.pop() if len(said) == 1 else None


def _of_numbers(pages: Sequence[str]) -> Iterator[Finding]:
    said = [page_number(text) for text in pages]
    numbers = [one for one in said if one is not None]
    totals = {total for _, total in numbers}
    if len(totals) != 1:
        return  # no run of numbers, or more than one, as of a letter with its enclosures
    found = [number for number, _ in numbers]
    missing = sorted(set(range(1, totals.pop() + 1)) - set(found))
    if len(missing) > len(said) - len(numbers):
        yield Finding(Fault.PAGES_MISSING, pages=tuple(missing))
    twice = sorted(number for number, times in Counter(found).items() if times > 1)
    if twice:
        yield Finding(Fault.PAGES_TWICE, pages=tuple(twice))
    elif found != sorted(found):
        yield Finding(Fault.PAGES_ORDER)


def _of_dates(pages: Sequence[str], received_on: date) -> Iterator[Finding]:
    lines = [line for text in pages for line in text.splitlines()]
    dated = [found[0] for line in lines if _DATED.match(line) and (found := _firm(line))]
    born = [found[0] for line in lines if _BORN.search(line) and (found := _firm(line))]
    if any(all(day > received_on for day in one.readings) for one in dated):
        yield Finding(Fault.DATE_AHEAD)
    if len({one.readings for one in dated}) > 1:
        yield Finding(Fault.DATES_DIFFER)
    if dated and any(min(one.readings) > max(max(of.readings) for of in dated) for one in born):
        yield Finding(Fault.BORN_LATER)


def _firm(line: str) -> list[PrintedDate]:
    """The dates of a line that OCR is not known to have mangled."""
    return [one for one in dates_in(line) if not one.repaired]
