"""How text becomes index terms: one reading for records, questions and highlights alike.

Pure. A term is a stem ("assess"), a surface kept beside it when it differs ("=assessment"), or a
whole: several words that mean one thing however they are spaced or punctuated (a hyphenated name, a
reference, an NHS number, a postcode, a date as "date:20140312"). Engines store terms, never parse.
"""

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from search.whoosh_stemming import stem

# fmt: off
STOP_WORDS = frozenset((
    "a", "about", "all", "also", "an", "and", "any", "are", "as", "at", "be", "been", "but", "by",
    "can", "could", "did", "do", "does", "for", "from", "had", "has", "have", "he", "her", "him",
    "his", "how", "i", "if", "in", "into", "is", "it", "its", "may", "me", "my", "no", "not",
    "of", "on", "or", "our", "she", "should", "so", "some", "such", "than", "that", "the",
    "their", "them", "then", "there", "these", "they", "this", "those", "to", "up", "us", "was",
    "we", "were", "what", "when", "where", "which", "who", "why", "will", "with", "would", "you",
    "your",
))
_MONTH_NAMES = (
    "jan,january,ionawr", "feb,february,chwefror", "mar,march,mawrth", "apr,april,ebrill",
    "may,mai", "jun,june,mehefin", "jul,july,gorffennaf", "aug,august,awst",
    "sep,sept,september,medi", "oct,october,hydref", "nov,november,tachwedd",
    "dec,december,rhagfyr",
)
# fmt: on
MAX_TERM = 40
_UNDECOMPOSED = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i"}
)
_RUN = re.compile(r"[^\W_]+(?:['’ʼ`][^\W_]+)*")
_JOINT = re.compile(r"[-‐‑–/.&@_+\u00ad]|[-‐\u00ad][ ]?\n[ ]?")
_APOSTROPHE = re.compile(r"['’ʼ`]")
_SPACED_CODE = re.compile(
    r"\b(?:\d{3}[ -]\d{3}[ -]\d{4}"  # NHS number
    r"|0\d{2,4}[ -]\d{3,4}(?:[ -]?\d{3,4})?"  # telephone
    r"|[A-Za-z]{2}(?: ?\d\d){3} ?[A-Da-d]"  # National Insurance number
    r"|[A-Za-z]{1,2}\d[A-Za-z\d]? \d[A-Za-z]{2})\b"  # postcode
)
_MONTHS = {
    name: number for number, names in enumerate(_MONTH_NAMES, start=1) for name in names.split(",")
}
_MONTH = "(" + "|".join(sorted(_MONTHS, key=len, reverse=True)) + ")"
_DATES = (
    re.compile(r"\b(?P<d>\d{1,2})[./-](?P<m>\d{1,2})[./-](?P<y>\d{4}|\d{2})\b"),
    re.compile(r"\b(?P<y>\d{4})-(?P<m>\d{1,2})-(?P<d>\d{1,2})\b"),
    re.compile(
        rf"\b(?P<d>\d{{1,2}})(?:st|nd|rd|th)?[\s./-]+(?:of )?(?P<m>{_MONTH})[\s.,/-]+"
        r"(?P<y>\d{4}|\d{2})\b",
        re.IGNORECASE,
    ),
    re.compile(
        rf"\b(?P<m>{_MONTH})\s+(?P<d>\d{{1,2}})(?:st|nd|rd|th)?,?\s+(?P<y>\d{{4}})\b",
        re.IGNORECASE,
    ),
)


class Token(NamedTuple):
    """A term and where it stands: positions count words from 0, start and end are characters.

    A whole spans first to last position; several tokens may share a position.
    """

    term: str
    position: int
    last_position: int
    start: int
    end: int
    is_primary: bool  # the one stem each position has


@lru_cache(maxsize=200_000)
def fold(word: str) -> str:
    """The word without case, accents and apostrophes: "Siân" is "sian", "O'Neill's" "oneill"."""
    plain = _APOSTROPHE.sub("'", word).casefold().removesuffix("'s").replace("'", "")
    if plain.isascii():
        return plain
    letters = unicodedata.normalize("NFKD", plain.translate(_UNDECOMPOSED))
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


@lru_cache(maxsize=200_000)
def terms_of(word: str) -> tuple[str, ...]:
    """Terms of one word, the stem first: ("assess", "=assessment"); for "O'Neill" "neill" too."""
    folded = fold(word)[:MAX_TERM]
    first = stem(folded)
    terms = [first] if first == folded else [first, "=" + folded]
    parts = _APOSTROPHE.split(word)
    if len(parts) == 2 and len(parts[0]) <= 2 and len(parts[1]) > 2:
        terms.append(stem(fold(parts[1])))
    return tuple(dict.fromkeys(terms))


def normal(text: str) -> str:
    """The text in composed Unicode without NUL: offsets of tokens() count within this."""
    if text.isascii() and "\0" not in text:
        return text
    return unicodedata.normalize("NFC", text).replace("\0", " ")


def tokens(text: str) -> list[Token]:
    """Every term of a text, ordered by position. text must be normal()."""
    runs = [(found.start(), found.end()) for found in _RUN.finditer(text)]
    found = [
        Token(term, position, position, start, end, is_primary=not number)
        for position, (start, end) in enumerate(runs)
        for number, term in enumerate(terms_of(text[start:end]))
    ]
    wholes = [*_compounds(text, runs), *_numbers(text, runs)]
    return sorted(found + wholes, key=lambda token: token.position) if wholes else found


def _compounds(text: str, runs: list[tuple[int, int]]) -> Iterator[Token]:
    """Words joined by a hyphen, slash, dot or the like, as one: also split at a line's end."""
    first = 0
    for position in range(1, len(runs) + 1):
        is_joined = position < len(runs) and _JOINT.fullmatch(
            text, runs[position - 1][1], runs[position][0]
        )
        if is_joined:
            continue
        if 1 < position - first <= 8:
            yield from _whole(text, runs, first, position - 1)
        first = position


def _whole(text: str, runs: list[tuple[int, int]], first: int, last: int) -> Iterator[Token]:
    joined = "".join(fold(text[start:end]) for start, end in runs[first : last + 1])
    if len(joined) <= MAX_TERM:
        start, end = runs[first][0], runs[last][1]
        for term in terms_of(joined):
            yield Token(term, first, last, start, end, is_primary=False)


def _numbers(text: str, runs: list[tuple[int, int]]) -> Iterator[Token]:
    """Codes written with spaces, and dates in any of the usual ways."""
    if not any(character.isdigit() for character in text):
        return
    starts = [start for start, _ in runs]
    for code in _SPACED_CODE.finditer(text):
        first, last = _covered(starts, code.start(), code.end())
        yield from _whole(text, runs, first, last)
    for pattern in _DATES:
        for found in pattern.finditer(text):
            first, last = _covered(starts, found.start(), found.end())
            for term in _date_terms(found["d"], found["m"], found["y"]):
                yield Token(term, first, last, found.start(), found.end(), is_primary=False)


def _covered(starts: list[int], start: int, end: int) -> tuple[int, int]:
    first = max(bisect_right(starts, start) - 1, 0)
    return first, max(bisect_right(starts, end - 1) - 1, first)


def _date_terms(day: str, month: str, year: str) -> tuple[str, ...]:
    """Day first, as written in Britain; a year of two figures stands for both centuries."""
    number = int(month) if month.isdigit() else _MONTHS[month.lower()]
    if not (1 <= int(day) <= 31 and 1 <= number <= 12):
        return ()
    years = (year,) if len(year) == 4 else ("20" + year, "19" + year)
    return tuple(f"date:{century}{number:02d}{int(day):02d}" for century in years)
