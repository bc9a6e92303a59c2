"""What somebody knows of a letter that is looked for: a number, a day or words. Pure."""

import re
from dataclasses import dataclass
from datetime import date

from scanning.indexing.dates import dates_in

MOST_WORDS = 12
_BATCH = re.compile(r"B-?\s?0*(\d{1,9})", re.IGNORECASE)
_RECORD = re.compile(r"R-(?:[0-9A-Z]{4}-[0-9A-Z]{4}|\d{6,})", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Scrap:
    """One of these is set. words: in the order typed, to be found one after the other."""

    batch_number: int | None = None
    record_reference: str = ""
    received_on: date | None = None
    words: tuple[str, ...] = ()


def understood(typed: str) -> Scrap:
    """A batch's or a record's reference, a day, or else words."""
    text = " ".join(typed.split())
    if found := _BATCH.fullmatch(text):
        return Scrap(batch_number=int(found[1]))
    if _RECORD.fullmatch(text):
        return Scrap(record_reference=text.upper())
    days = dates_in(text)
    if len(days) == 1 and days[0].printed == text:
        return Scrap(received_on=days[0].readings[0])
    return Scrap(words=tuple(text.split()[:MOST_WORDS]))


def says(text: str, words: tuple[str, ...]) -> bool:
    """Whether a text has these words one after the other, whatever the lines and capitals."""
    return " ".join(words).casefold() in " ".join(text.split()).casefold()
