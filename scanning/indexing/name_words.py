"""What a person's name looks like in a line: titles, words, "SMITH, John", lists of siblings.

Which names on a page are whose is decided in names.py.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib import resources

TITLE = (
    r"(?:Mr|Mrs|Ms|Miss|Mx|Master|Mstr|Dr|Prof|Professor|Sir|Lady|Dame|Rev|Cllr|Sister|MR|MRS|MS|MISS"
    r"|DR|Messrs)\b\.?"
)
_PARTICLE = r"(?:ap|ab|ferch|van|der|den|de|la|le|von|bin|bint|al|el|du|da|di|dos|st)"
_WORD = r"(?:[A-Z]'?[A-Za-z]{0,40}+(?:['\-][A-Za-z]{1,40}+){0,4}+)"  # bounded: a page may be one long word
_RUN = re.compile(rf"(?:{TITLE}\s*)?{_WORD}(?:\.?\s+(?:{_PARTICLE}\s+)*{_WORD}){{1,4}}(?!\w)")
_TITLED = re.compile(rf"(?<!\w){TITLE}\s*({_WORD}(?:\.?\s+(?:{_PARTICLE}\s+)*{_WORD}){{0,4}})")
_STRIP_TITLE = re.compile(rf"^\W*(?:{TITLE}\s*(?:and|&|/)?\s*)+", re.IGNORECASE)
_CUT = re.compile(
    r"\s{3,}|\t|[(\[;:_~*=<>{}|]|\s[-–|]\s|"
    r"\b(d\.?[o0]\.?[b8]|date|born|nhs|n\.h\.s|address|our|your|ref|reference|case|dyddiad"
    r"|of|at|aged?|who|is|was|has|had|will|telephone|tel|email|upn|uprn|hospital|ward(?=\W+\d|:)|gender|sex|relationship"
    r"|ethnicity|signed|signature|position|role|job|title|postcode|c/o|deceased|ni|mosaic|lcs|las|id|no)\b"
    r"|\bflat\b|\d",
    re.I,
)
_UNBORN = re.compile(r"\bunborn\s+(baby|child)(\s+of)?\b", re.I)


@dataclass(frozen=True, slots=True)
class NameWords:
    """A name as its words, without title."""

    words: tuple[str, ...]
    surname_first: bool = False
    titled: bool = False


def names_of_value(value: str) -> tuple[NameWords, ...]:
    """The people named where only names are expected: after "Re:", "Name of child:", "Dear".

    "SMITH, John" and "Smith, John" are one person, "Amy Jones, Ben Jones" two, "Amy and Ben
    Jones" two with one surname. Stops at the first word that cannot belong to a name.
    """
    cut = _CUT.split(_UNBORN.sub("Unborn", without_figures(value)), maxsplit=1)[0].strip(
        " .,-_'\"*"
    )
    titled = bool(_STRIP_TITLE.match(cut))
    parts = [part.strip(" .-_") for part in re.split(r",|&|/|\band\b|\ba'r\b", cut)]
    names = [words for part in parts if (words := _words_of(part, is_value=True))]
    if len(names) == 2 and re.match(r"^[^,&/]+,[^,&/]+$", cut) and _is_surname_first(names):
        return (NameWords(names[0] + names[1], True, titled),)
    return tuple(NameWords(words, False, titled) for words in _with_shared_surname(names))


_FIGURE_IN_WORD = re.compile(r"(?<=[A-Za-z'])[015|](?=[a-z])|(?<![\w/])[05|](?=['a-z][A-Za-z]+)")
_LETTER_OF = {"0": "o", "1": "l", "5": "s", "|": "l"}


def without_figures(text: str) -> str:
    """Figures that OCR put into words as the letters they look like: "Ho1lins 5mith" -> "Hollins Smith"."""
    return _FIGURE_IN_WORD.sub(_as_letter, text)


def _as_letter(found: re.Match[str]) -> str:
    letter = _LETTER_OF[found[0]]
    starts = not found.start() or not found.string[found.start() - 1].isalpha()
    return letter.upper() if starts else letter


def _is_surname_first(names: list[tuple[str, ...]]) -> bool:
    surname, forenames = names
    if len(surname) == 1 or (surname[0].isupper() and len(surname[0]) > 1):
        return len(forenames) <= 3 and not (len(surname) > 1 and len(forenames) > 1)
    return False


def _with_shared_surname(names: list[tuple[str, ...]]) -> Iterator[tuple[str, ...]]:
    surname = names[-1][-1:] if names and len(names[-1]) > 1 else ()
    for words in names:
        yield words if len(words) > 1 else words + (surname if words != names[-1] else ())


# Words of letters that are names as well: believed where a name is expected, beside one that is nothing else.
_ALSO_NAMES = frozenset(
    [
        "april",
        "august",
        "bill",
        "day",
        "drew",
        "early",
        "green",
        "hill",
        "june",
        "lane",
        "may",
        "north",
        "page",
        "ward",
        "west",
        "young",
    ]
)


_TITLES_CUT_SHORT = frozenset({"M", "Mi", "Mt", "Mis"})


def _words_of(part: str, *, is_value: bool = False) -> tuple[str, ...]:
    """Words of a part that is a name and nothing else; empty when it is not."""
    bare = _STRIP_TITLE.sub("", part).strip(" .,")
    words = tuple(_without_trailing_specks([word.strip(".,") for word in bare.split()]))
    if len(words) > 2 and words[0] in _TITLES_CUT_SHORT:
        words = words[1:]
    common = [word.lower() for word in words if is_common(word)]
    may_be_name = is_value and len(common) == 1 < len(words) and common[0] in _ALSO_NAMES
    if not 1 <= len(words) <= 5 or (common and not may_be_name):
        return ()
    looks = all(re.fullmatch(rf"{_WORD}|{_PARTICLE}", word) for word in words)
    return words if looks and any(len(word) > 1 for word in words) else ()


def _without_trailing_specks(words: list[str]) -> list[str]:
    """Specks that OCR reads after a name ("Duncan Kowalska a °") do not belong to it."""
    while len(words) > 2 and not re.match(r"[A-Z][A-Za-z'\-]+$", words[-1]):
        words = words[:-1]
    return words


def is_common(word: str) -> bool:
    """Whether a word is one of letters and forms rather than of people."""
    return len(word) > 1 and word.lower() in _common_words()


@cache
def _common_words() -> frozenset[str]:
    """Capitalised words of letterheads, headings and forms (common_words.txt beside this module)."""
    table = resources.files("scanning.indexing").joinpath("common_words.txt")
    return frozenset(table.read_text(encoding="utf-8").split())


def names_in_running_text(text: str) -> Iterator[NameWords]:
    """Runs of two to five capitalised words, and titled names, anywhere in a line."""
    text = without_figures(text)
    for found in _RUN.finditer(text):
        words = _words_of(found[0])
        if len(words) >= 2:
            yield NameWords(words, False, bool(_STRIP_TITLE.match(found[0])))
    for found in _TITLED.finditer(text):
        words = _words_of(found[1])
        if len(words) == 1:
            yield NameWords(words, False, True)
